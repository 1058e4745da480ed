"""Judging many records at once says the same as asking the filter about each (I3)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from services.signals.search.sieve import judge, possible
from shared.clients.decisions import BANDS, Clause, Condition, Filter, SignalFacts, Subject

MENTIONS = ("m1", "m2", "m3")
lists = st.fixed_dictionaries({band: st.frozensets(st.sampled_from(MENTIONS)) for band in BANDS})
conditions = st.one_of(
    st.builds(Condition, st.just("sourceAgency"), st.sampled_from(["eq", "ne"]), st.just("police")),
    st.builds(
        Condition,
        st.just("category"),
        st.sampled_from(["in", "notIn"]),
        st.just(frozenset({"care"})),
    ),
    st.builds(Condition, st.just("closedCompartment"), st.just("eq"), st.booleans()),
    st.builds(
        Condition,
        st.just("namedActors"),
        st.sampled_from(["contains", "notContains"]),
        st.just("me"),
    ),
    st.builds(Condition, st.just("conditions"), st.just("contains"), st.just("own_agency_only")),
    st.builds(Condition, st.just("humanConfirmed"), st.just("eq"), st.booleans()),
    st.builds(Condition, st.just("bands"), st.just("contains"), st.sampled_from(BANDS)),
    st.builds(
        Condition,
        st.just("subjects"),
        st.sampled_from(["subjectsCovered", "subjectsNotCovered"]),
        lists,
    ),
    st.builds(
        Condition,
        st.just("subjects"),
        st.sampled_from(["subjectsTouch", "subjectsNotTouch"]),
        st.frozensets(st.sampled_from(MENTIONS)),
    ),
)
clauses = st.builds(
    Clause,
    st.sampled_from(["R1", "R2", "R3"]),
    st.just(""),
    st.just(""),
    st.sampled_from([frozenset({"statements"}), frozenset({"persons", "incident"})]),
    st.lists(conditions, max_size=3).map(tuple),
)
some = st.lists(clauses, max_size=3).map(tuple)
known_codes = st.just(
    (
        Condition("sourceAgency", "in", frozenset({"police", "youth_care"})),
        Condition("bands", "subset", frozenset(BANDS)),
    )
)


def _filter(permits: Any, forbids: Any, demands: Any) -> Filter:
    return Filter(permits, forbids, demands, (), (), "", 0, "")


filters = st.builds(_filter, some, some, known_codes)
persons = st.lists(
    st.builds(
        Subject, st.sampled_from([("m1",), ("m1", "m2"), ("m3",)]), st.sampled_from([None, 9, 40])
    ),
    max_size=2,
).map(tuple)
facts = st.builds(
    SignalFacts,
    source_agency=st.sampled_from(["police", "youth_care", "unheard-of"]),
    source_organisation=st.just("o"),
    category=st.sampled_from(["care", "incident"]),
    region=st.just("utrecht"),
    addressed_to=st.just("VT"),
    wpg_article=st.just("none"),
    first_processed_days=st.just(0),
    case_context=st.just("vt_task"),
    case_state=st.just("active"),
    coordinators=st.just(frozenset({"me"})),
    closed_compartment=st.booleans(),
    named_actors=st.sampled_from([frozenset(), frozenset({"me"})]),
    withheld=st.just(False),
    restricted=st.just(False),
    conditions=st.sampled_from([frozenset(), frozenset({"own_agency_only"})]),
    minor_involved=st.just(False),
    human_confirmed=st.booleans(),
    acute=st.just(False),
    subjects=persons,
)


@given(filters, facts)
def test_a_judgement_is_what_the_filter_says_or_is_left_open(
    rules: Filter, told: SignalFacts
) -> None:
    alone = replace(told, subjects=())
    judged = judge(rules, alone)
    said = rules.matches(told)
    if judged.open:
        return
    assert (judged.rule.rule_id if judged.rule else None) == (said.rule_id if said else None)
    assert (judged.rule.visible_fields if judged.rule else None) == (
        said.visible_fields if said else None
    )


@given(filters, facts)
def test_what_is_called_impossible_is_never_let_through(rules: Filter, told: SignalFacts) -> None:
    known = {
        "sourceAgency": told.source_agency,
        "category": told.category,
        "closedCompartment": told.closed_compartment,
        "conditions": told.conditions,
        "namedActors": told.named_actors,
    }
    if not possible(rules, known):
        assert rules.matches(told) is None
