"""The AuthZEN interop "todo" scenario (1.0-02) with a small policy of its own, on our engine.

The vectors come from openid/authzen (MIT). They are read where they lie beside the project.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from services.consent.consents.coverage import Coverage
from services.consent.decisions.judge import Judge
from services.consent.decisions.questions import Asked, Asker, read_boxcar
from services.consent.policy.authority import Authority
from services.consent.policy.compiled import Engine
from services.consent.policy.rules import read_bundle
from tests.consent.facts import NOW

FOLDER = Path(os.environ.get("BUNDEL_VECTORS", Path(__file__).parents[3] / "shared" / "vectors"))
VECTORS = FOLDER / "authzen" / "decisions-authorization-api-1_0-02.json"

SCHEMA = """
entity Role enum ["admin", "evil_genius", "editor", "viewer"];
entity Person { email: String, roles: Set<Role> };
entity User;
entity TodoList;
entity Todo { ownerID: String };
type Nothing = { };
action can_read_user appliesTo { principal: [Person], resource: [User], context: Nothing };
action can_read_todos, can_create_todo
  appliesTo { principal: [Person], resource: [TodoList], context: Nothing };
action can_update_todo, can_delete_todo
  appliesTo { principal: [Person], resource: [Todo], context: Nothing };
"""
_NOTES = (
    '@article("-") @summary("-") @summary_en("-") @lifted_by("-") @lifted_by_en("-") @tell("no")'
)
POLICIES = f"""
@id("read") {_NOTES}
permit (principal, action in [Action::"can_read_user", Action::"can_read_todos"], resource)
when {{ principal.email != "" }};
@id("create") {_NOTES}
permit (principal, action == Action::"can_create_todo", resource)
when {{ principal.roles.contains(Role::"admin") || principal.roles.contains(Role::"editor") }};
@id("own") {_NOTES}
permit (principal, action in [Action::"can_update_todo", Action::"can_delete_todo"], resource)
when {{ principal.roles.contains(Role::"editor") && resource.ownerID == principal.email }};
@id("all") {_NOTES}
permit (principal, action in [Action::"can_update_todo", Action::"can_delete_todo"], resource)
when {{ principal.roles.contains(Role::"admin") }};
@id("genius") {_NOTES}
permit (principal, action == Action::"can_update_todo", resource)
when {{ principal.roles.contains(Role::"evil_genius") }};
"""
# The scenario's directory: https://authzen-interop.net/docs/scenarios/todo-1.1
PEOPLE = {
    "CiRmZDA2MTRkMy1jMzlhLTQ3ODEtYjdiZC04Yjk2ZjVhNTEwMGQSBWxvY2Fs": (
        "rick@the-citadel.com", ["admin", "evil_genius"],
    ),
    "CiRmZDE2MTRkMy1jMzlhLTQ3ODEtYjdiZC04Yjk2ZjVhNTEwMGQSBWxvY2Fs": (
        "morty@the-citadel.com", ["editor"],
    ),
    "CiRmZDI2MTRkMy1jMzlhLTQ3ODEtYjdiZC04Yjk2ZjVhNTEwMGQSBWxvY2Fs": (
        "summer@the-smiths.com", ["editor"],
    ),
    "CiRmZDM2MTRkMy1jMzlhLTQ3ODEtYjdiZC04Yjk2ZjVhNTEwMGQSBWxvY2Fs": (
        "beth@the-smiths.com", ["viewer"],
    ),
    "CiRmZDQ2MTRkMy1jMzlhLTQ3ODEtYjdiZC04Yjk2ZjVhNTEwMGQSBWxvY2Fs": (
        "jerry@the-smiths.com", ["viewer"],
    ),
}  # fmt: skip


def vectors(kind: str) -> list[Any]:
    if not VECTORS.exists():
        return []
    found: list[Any] = json.loads(VECTORS.read_text(encoding="utf-8"))[kind]
    return found


needed = pytest.mark.skipif(not VECTORS.exists(), reason=f"no AuthZEN vectors at {VECTORS}")


class Person(Asker):
    def principal(self) -> dict[str, Any]:
        email, roles = PEOPLE[self.id]
        return {"email": email, "roles": roles}


class TodoJudge(Judge):
    type_names = {"TodoList": "todo"}  # noqa: RUF012 - a constant of the scenario

    @property
    def context(self) -> dict[str, Any]:
        return {}


ENGINE = Engine(read_bundle(POLICIES, SCHEMA))
AUTHORITY = Authority(ENGINE.bundle)


def answered(asked: Asked | None) -> bool:
    assert asked is not None
    someone = Person(asked.asker.type, asked.asker.id, {})
    judge = TodoJudge(ENGINE, someone, "", NOW, Coverage({}))
    permitted = judge.answer(asked).permitted
    by_cedar = AUTHORITY.permits(someone.principal(), asked.action, {}, [asked.given])
    assert permitted == by_cedar[0]
    return permitted


@needed
@pytest.mark.parametrize("vector", vectors("evaluation"))
def test_an_evaluation_of_the_todo_scenario(vector: dict[str, Any]) -> None:
    asked = read_boxcar(vector["request"])
    assert [answered(each) for each in asked] == [vector["expected"]]


@needed
@pytest.mark.parametrize("vector", vectors("evaluations"))
def test_evaluations_of_the_todo_scenario(vector: dict[str, Any]) -> None:
    asked = read_boxcar(vector["request"])
    expected = [each["decision"] for each in vector["expected"]]
    assert [answered(each) for each in asked] == expected
