"""AuthZEN requests as values, and whether the caller may speak for the subject named in them."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeAlias

from shared.authentication.actor import Actor
from shared.clients.facts import Subject
from shared.problems import Fault, InvalidInput
from shared.vocabulary import Role

ACTOR_TYPE = "actor"
MOST_QUESTIONS = 1000
_OLDEST = 150
_PROPERTIES = ("role", "organisation", "agency", "region", "legalContext")


Clusters: TypeAlias = Mapping[str, tuple[str, ...]]  # name in this call -> mention ids


class BadQuestion(ValueError):
    """A question without all its parts: the answer is a deny."""


@dataclass(frozen=True)
class Asker:
    """The subject of a question, as plain text; compared with the token before it counts."""

    type: str
    id: str
    properties: Mapping[str, Any]

    def principal(self) -> dict[str, Any]:
        """The attributes the rules know of an actor."""
        return {"sub": self.id, **{name: self.properties.get(name) for name in _PROPERTIES}}

    @cached_property
    def key(self) -> tuple[str, ...]:
        """Equal for askers between whom the rules see no difference."""
        claims = (repr(self.properties.get(name)) for name in _PROPERTIES)
        return (self.type, self.id, *claims)

    def to_json(self) -> dict[str, Any]:
        return {"type": self.type, "id": self.id, "properties": dict(self.properties)}


@dataclass(frozen=True)
class Asked:
    """One evaluation. `given` are the resource's properties as sent; `clusters` the mentions that
    its subjects may name, told once for the whole call."""

    asker: Asker
    action: str
    purpose: str
    resource_type: str
    resource_id: str
    given: Mapping[str, Any]
    clusters: Clusters = field(default_factory=dict, repr=False)

    @cached_property
    def subjects(self) -> tuple[Subject, ...]:
        """The persons concerned. Raises BadQuestion."""
        items = self.given.get("subjects")
        if not isinstance(items, (list, tuple)):
            raise BadQuestion("subjects is missing")
        return tuple(_subject(item, self.clusters) for item in items)

    def to_json(self) -> dict[str, Any]:
        """The question without its subject, which is recorded once for all questions."""
        return {
            "action": {"name": self.action, "properties": {"purpose": self.purpose}},
            "resource": {
                "type": self.resource_type,
                "id": self.resource_id,
                "properties": dict(self.given),
            },
        }


def read_question(
    item: Mapping[str, Any], asker: Asker | None = None, clusters: Clusters | None = None
) -> Asked:
    """One evaluation with all its parts; `asker` when it was read before. Raises BadQuestion."""
    asker = asker or read_asker(item.get("subject"))
    action, purpose = read_action(item.get("action"))
    resource = item.get("resource")
    if not isinstance(resource, Mapping) or not isinstance(resource.get("type"), str):
        raise BadQuestion("resource")
    given = resource.get("properties", {})
    if not isinstance(given, Mapping) or not isinstance(resource.get("id", ""), str):
        raise BadQuestion("resource")
    return Asked(
        asker, action, purpose, resource["type"], resource.get("id", ""), given, clusters or {}
    )


def read_asker(subject: Any) -> Asker:
    """Raises BadQuestion."""
    if not isinstance(subject, Mapping):
        raise BadQuestion("subject")
    kind, name = subject.get("type"), subject.get("id")
    properties = subject.get("properties", {})
    if not isinstance(kind, str) or not isinstance(name, str) or not name:
        raise BadQuestion("subject")
    if not isinstance(properties, Mapping):
        raise BadQuestion("subject")
    return Asker(kind, name, properties)


def read_action(action: Any) -> tuple[str, str]:
    """Name and purpose. Raises BadQuestion."""
    if not isinstance(action, Mapping) or not isinstance(action.get("name"), str):
        raise BadQuestion("action")
    properties = action.get("properties", {})
    purpose = properties.get("purpose") if isinstance(properties, Mapping) else None
    return action["name"], purpose if isinstance(purpose, str) else ""


def read_boxcar(body: Mapping[str, Any]) -> list[Asked | None]:
    """AuthZEN 1.0 section 7: defaults at the top, one question each in `evaluations`.

    None stands for a question that cannot be read: it is denied, the others are answered.
    Raises InvalidInput when there are too many.
    """
    items = body.get("evaluations")
    if not items:
        items = [{}]
    if len(items) > MOST_QUESTIONS:
        raise InvalidInput(
            f"Ask at most {MOST_QUESTIONS} questions at once.",
            faults=[Fault("/evaluations", "too-many", f"At most {MOST_QUESTIONS}.")],
        )
    defaults = {name: body[name] for name in ("subject", "action", "resource") if name in body}
    # Mostly all questions are of one asker, named once at the top.
    common: Asker | None = None
    with suppress(BadQuestion):
        common = read_asker(body.get("subject"))
    clusters = read_clusters(body.get("clusters"))
    questions: list[Asked | None] = []
    for item in items:
        try:
            asker = None if "subject" in item else common
            questions.append(read_question({**defaults, **item}, asker, clusters))
        except (BadQuestion, TypeError):
            questions.append(None)
    return questions


def speaks_for(caller: Actor, asker: Asker) -> bool:
    """Is the subject of the question who the token says, with just the token's properties?

    One of Bundel's own services may ask for a source system, which is gone by then.
    """
    if asker.type != ACTOR_TYPE:
        return False
    if asker.id == caller.subject:
        claims = {
            "role": caller.role.value,
            "organisation": caller.organisation,
            "agency": caller.agency.value,
            "region": caller.region,
            "legalContext": caller.legal_context.value,
        }
        return {name: asker.properties.get(name) for name in claims} == claims
    return caller.role is Role.SERVICE and asker.properties.get("role") == Role.SOURCE.value


def read_clusters(told: Any) -> Clusters:
    """Mentions by name; what cannot be read is left out, and naming it is then a deny."""
    if not isinstance(told, Mapping):
        return {}
    return {
        name: tuple(mentions)
        for name, mentions in told.items()
        if isinstance(mentions, (list, tuple))
        and all(isinstance(mention, str) for mention in mentions)
    }


def _subject(item: Any, clusters: Clusters) -> Subject:
    if not isinstance(item, Mapping) or "age" not in item:
        raise BadQuestion("a subject is incomplete")
    mentions, age = item.get("mentions"), item["age"]
    if "cluster" in item:
        name = item["cluster"]
        if mentions is not None or not isinstance(name, str):
            raise BadQuestion("a subject is told twice")
        mentions = clusters.get(name)  # read before: all of them are ids
    elif not isinstance(mentions, (list, tuple)) or not all(
        isinstance(mention, str) for mention in mentions
    ):
        raise BadQuestion("a mention is not an id")
    if not mentions:
        raise BadQuestion("a subject has no mentions")
    whole = isinstance(age, int) and not isinstance(age, bool) and 0 <= age <= _OLDEST
    if age is not None and not whole:
        raise BadQuestion("an age is not in whole years")
    return Subject(tuple(mentions), age)
