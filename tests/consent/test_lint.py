"""What makes rules unusable is refused before they take effect, never widened."""

from __future__ import annotations

import pytest

from services.consent.policy.authority import Authority
from services.consent.policy.compiled import Engine
from services.consent.policy.condition import Facts
from services.consent.policy.lint import breaches, lint, shipped_policies, shipped_schema
from services.consent.policy.overview import rules_in_force
from services.consent.policy.rules import PolicyError, load_bundle, read_bundle
from services.consent.policy.schema import SchemaError, read_schema
from services.consent.policy.selfcheck import check_against_cedar

NAMED = {
    "R01", "R02", "R03", "R04", "R05", "R06", "R08", "R09", "R11", "R15", "R16", "R18", "R19",
    "R20", "R21", "R22", "R24", "R27",
}  # fmt: skip
NOTES = (
    '@article("a") @summary("s") @summary_en("s") @lifted_by("l") @lifted_by_en("l") @tell("no")'
)


def rule(condition: str, head: str = '@id("X1")', action: str = '== Action::"list"') -> str:
    return f"{head} {NOTES} permit (principal, action {action}, resource) when {{ {condition} }};"


def test_the_rules_as_shipped_have_no_breach() -> None:
    assert list(breaches()) == []
    assert {each.id for each in load_bundle().rules} >= NAMED


def test_the_version_names_just_these_texts() -> None:
    bundle = load_bundle()
    assert bundle.version == load_bundle().version
    changed = read_bundle(shipped_policies() + "\n", shipped_schema())
    assert changed.version != bundle.version


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (rule('principal.role == Role::"dsek"'), "dsek"),
        (rule('principal.shoe == Role::"desk"'), "shoe"),
        (rule('principal.role == Role::"desk"') * 2, "twice"),
        (rule('principal.role == Role::"desk"', head=""), "@id is missing"),
        (rule('principal.sub like "v*"'), "Like"),
        (rule('if principal.sub == "v" then true else false'), "IfThenElse"),
        (rule("principal has sub"), "HasAttr"),
        (rule("true"), "without a condition"),
        (rule('principal.role == Role::"desk"', action=""), "name its actions"),
        (
            rule("resource.sourceOrganisation == resource.sourceOrganisation",
                 action='== Action::"know"'),
            "two facts of the record",
        ),
        (rule("resource.withheld", action='== Action::"view"'), "must be allowed to know"),
        (rule("resource.withheld", action='== Action::"view"'), "@fields"),
        (
            rule("resource.withheld", action='== Action::"know"').replace("permit", "forbid"),
            "may not know must not view",
        ),
        ("permit (principal", "unexpected"),
    ],
)  # fmt: skip
def test_a_rule_that_cannot_be_trusted_is_refused(text: str, complaint: str) -> None:
    faults = lint(text, shipped_schema())
    assert any(complaint in fault for fault in faults), faults
    with pytest.raises(PolicyError):
        read_bundle(text, shipped_schema())


def test_a_scope_on_one_actor_is_refused_because_grants_are_data() -> None:
    text = rule("true").replace("(principal,", '(principal == Actor::"vt",')
    assert any("scope" in fault for fault in lint(text, shipped_schema()))


@pytest.mark.parametrize("word", ["opvang", "shelter", "huisarts", "psychiatrie", "adres"])
def test_a_mask_that_gives_away_content_is_refused(word: str) -> None:
    text = shipped_policies().replace("De inhoud wordt nog nagekeken.", f"Dit is een {word}.")
    assert any("a mask must not say" in fault for fault in lint(text, shipped_schema()))


def test_a_schema_that_says_more_than_is_understood_is_refused() -> None:
    for text in (
        "entity A { b?: Bool };", "entity A in [B];", "entity A { b: Nothing };",
        "action x appliesTo { principal: [A], resource: [B] };",
    ):  # fmt: skip
        with pytest.raises(SchemaError):
            read_schema(text)


def test_the_start_compares_with_cedar_and_stops_on_a_difference() -> None:
    engine = Engine(load_bundle())
    assert check_against_cedar(engine, Authority(engine.bundle)) == 200

    class Liar(Authority):
        def permits(self, *_args: object, **_options: object) -> list[bool]:
            return [True]

    with pytest.raises(PolicyError, match="differ"):
        check_against_cedar(engine, Liar(engine.bundle))


def test_each_rule_tells_its_purposes() -> None:
    lines = {line.rule.id: line.purposes for line in rules_in_force(load_bundle())}
    reading = ("acute_protection", "case_coordination", "safety_assessment")
    assert lines["R01"] == reading
    assert lines["R21"] == ("acute_protection",)
    assert lines["R05"] == ()
    assert lines["R27"] == ("oversight", "subject_access")


def test_facts_are_a_mapping_of_plain_values() -> None:
    facts: Facts = Engine(load_bundle()).read_resource("record_consent", {"region": "utrecht"})
    assert facts == {"region": "utrecht"}
