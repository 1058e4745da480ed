"""The matcher: what it may decide, what it leaves to a human, and what it can never do."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from services.signals.linking.compare import compare
from services.signals.linking.description import (
    Description,
    PartialDate,
    PlainAddress,
    plain_address,
    plain_phone,
    read_date,
)
from services.signals.linking.explain import in_words
from services.signals.linking.keys import match_keys
from services.signals.linking.matching import Arriving, Known, judge, place
from services.signals.linking.names import PersonName
from services.signals.linking.states import Band
from services.signals.linking.weights import provisional_weights
from services.signals.protection.matchkeys import MatchKeyer
from tests.signals.linking.people import descriptions

W = provisional_weights()
KEYER = MatchKeyer(b"k" * 32)
HOME = PlainAddress("3511AB", "7")
ANNA = Description(
    names=(PersonName(given="Anna", particle="van", surname="Dalen"),),
    birth_date=PartialDate(1985, 4, 12),
    sex="female",
    addresses=(HOME,),
    phones=("612345678",),
)


def known(person_id: str, *members: Description) -> Known:
    return Known(person_id, tuple((f"{person_id}-{i}", d) for i, d in enumerate(members)))


def one(description: Description, *people: Known) -> tuple[Band, str | None, tuple[str, ...]]:
    (placement,) = place([Arriving("m", "1", description)], list(people), W)
    return placement.band, placement.person_id, placement.explanation


def named(given: str, surname: str = "van Dalen", **changes: object) -> Description:
    return replace(ANNA, names=(PersonName(given=given, surname=surname),), **changes)  # type: ignore[arg-type]


def test_equal_name_and_birth_date_link_by_themselves() -> None:
    assert one(ANNA, known("p", ANNA))[:2] == (Band.AUTO, "p")


def test_twins_go_to_the_desk() -> None:
    band, person, reasons = one(named("Sanne"), known("p", named("Hanne")))
    assert (band, person) == (Band.REVIEW, None)
    assert "may_be_twins" in reasons


def test_father_and_son_of_one_name_and_house_are_not_joined_without_birth_dates() -> None:
    senior = named("Mohammed", "Bakkali", birth_date=None)
    assert one(senior, known("p", senior))[0] is Band.REVIEW
    junior = replace(senior, birth_date=PartialDate(2005, 6, 7))
    assert one(junior, known("p", replace(senior, birth_date=PartialDate(1975, 1, 8))))[0] is (
        Band.NEW
    )


def test_housemates_are_new_whatever_they_share_of_the_house() -> None:
    partner = named("Peter", birth_date=PartialDate(1982, 11, 2), sex="male")
    assert one(partner, known("p", ANNA))[0] is Band.NEW


def test_initials_alone_are_left_to_the_desk() -> None:
    assert one(named("A."), known("p", ANNA))[0] is Band.REVIEW


def test_day_and_month_swapped_or_one_digit_wrong_still_link() -> None:
    for date in (PartialDate(1985, 12, 4), PartialDate(1985, 4, 13)):
        assert one(replace(ANNA, birth_date=date), known("p", ANNA))[:2] == (Band.AUTO, "p")


def test_a_runner_up_that_is_nearly_as_alike_stops_the_machine() -> None:
    band, _, reasons = one(ANNA, known("p", ANNA), known("q", ANNA))
    assert band is Band.REVIEW
    assert "runner_up_too_near" in reasons


def test_an_equal_bsn_decides_unless_name_or_birth_date_say_otherwise() -> None:
    bsn = replace(ANNA, bsn="999990639")
    other_name = replace(bsn, names=(PersonName(given="A.", surname="de Wit"),))
    assert one(other_name, known("p", bsn))[:2] == (Band.AUTO, "p")
    stranger = Description(
        names=(PersonName(given="Piet", surname="Klaassen"),), bsn="999990639", sex="male",
        birth_date=PartialDate(1950, 1, 2),
    )  # fmt: skip
    assert one(stranger, known("p", bsn))[0] is Band.REVIEW


def test_a_disputed_bsn_neither_links_nor_parts_by_itself() -> None:
    disputed = replace(ANNA, bsn="999993872", disputed=True)
    assert one(disputed, known("p", replace(ANNA, bsn="999990639")))[0] is Band.REVIEW


def test_two_mentions_of_one_signal_are_two_people() -> None:
    arriving = [Arriving("m1", "1", ANNA), Arriving("m2", "2", ANNA)]
    placed = place(arriving, [known("p", ANNA)], W)
    assert [p.person_id for p in placed] == ["p", None]
    assert placed[1].band is Band.REVIEW
    assert "named_by_another_mention" in placed[1].explanation


def test_a_pair_that_a_human_parted_stays_parted() -> None:
    person = known("p", ANNA)
    assert judge(Arriving("m", "1", ANNA), person, W, {frozenset(("m", "p-0"))}) is None


def test_a_corrected_mention_stays_unless_it_became_someone_else() -> None:
    corrected = Arriving("m", "1", named("Annetje"), previous_person="p")
    assert place([corrected], [known("p", ANNA)], W)[0].band is Band.REVIEW
    initials = Arriving("m", "1", named("A."), previous_person="p")
    assert place([initials], [known("p", ANNA)], W)[0].person_id == "p"


def test_partial_dates_postcodes_and_phones_are_read_as_sources_write_them() -> None:
    assert read_date("1968-00-00") == PartialDate(1968)
    assert read_date("1968-05") == PartialDate(1968, 5)
    assert read_date("soon") is None
    assert plain_address("3511 ab", "7", " A ") == PlainAddress("3511AB", "7", "a")
    assert plain_address(None, "7", None) is None
    assert plain_phone("06-12345678") == plain_phone("+31 6 1234 5678") == "612345678"
    assert plain_phone("112") is None


@given(descriptions, descriptions)
def test_comparing_is_symmetric(a: Description, b: Description) -> None:
    assert compare(a, b, W) == compare(b, a, W)


@given(descriptions, descriptions)
def test_household_evidence_is_capped(a: Description, b: Description) -> None:
    comparison = compare(a, b, W)
    assert comparison.bits("address") + comparison.bits("phone") <= W.household_cap


@given(st.lists(descriptions, min_size=1, max_size=8), st.randoms(use_true_random=False))
@settings(max_examples=150)
def test_the_order_of_arrival_changes_no_score(members: list[Description], random) -> None:  # type: ignore[no-untyped-def]
    """Scores against the brute force of comparing with each mention alone, in any order."""
    arriving, *rest = members
    person = known("p", *rest)
    shuffled = Known("p", tuple(random.sample(person.mentions, len(person.mentions))))
    found = judge(Arriving("m", "1", arriving), person, W)
    again = judge(Arriving("m", "1", arriving), shuffled, W)
    assert (found and (found.score, found.band)) == (again and (again.score, again.band))
    if found is not None:
        assert found.score == round(max(compare(arriving, d, W).total for d in rest), 3)
        assert sum(s.bits for s in found.fields) == compare_best(arriving, rest)
        assert len(in_words(found.doubts)) == len(found.doubts)


def compare_best(arriving: Description, rest: list[Description]) -> float:
    return max(compare(arriving, d, W).total for d in rest)


@given(st.lists(descriptions, min_size=2, max_size=10), st.integers(1, 3))
@settings(max_examples=200)
def test_two_bsns_never_come_together_whatever_else(
    members: list[Description], per_signal: int
) -> None:
    """Signals arrive one after another; after each, no cluster holds two trusted BSNs."""
    clusters: dict[str, list[tuple[str, Description]]] = {}
    for start in range(0, len(members), per_signal):
        batch = members[start : start + per_signal]
        arriving = [Arriving(f"m{start + i}", str(i), d) for i, d in enumerate(batch)]
        people = [Known(p, tuple(found)) for p, found in clusters.items()]
        for mention, placement in zip(arriving, place(arriving, people, W), strict=True):
            in_words(placement.explanation)
            person = placement.person_id or f"new-{mention.mention_id}"
            clusters.setdefault(person, []).append((mention.mention_id, mention.description))
        for found in clusters.values():
            assert len({d.bsn for _, d in found if d.bsn and not d.disputed}) < 2


@given(descriptions, st.lists(descriptions, max_size=6), st.sampled_from(("male", "unknown")))
def test_someone_without_a_name_is_compared_with_nobody(
    base: Description, others: list[Description], sex: str
) -> None:
    unknown = replace(base, names=(), bsn=None, sex=sex)
    assert match_keys(unknown, "utrecht", KEYER) == frozenset()
    people = [known(f"p{i}", d) for i, d in enumerate([unknown, *others])]
    assert one(unknown, *people)[:2] == (Band.NEW, None)
    # Nor does anybody with a name ever become that placeholder.
    assert judge(Arriving("m", "1", ANNA), people[0], W) is None


@given(descriptions, descriptions)
def test_a_shared_address_or_phone_alone_joins_nobody(a: Description, b: Description) -> None:
    """Whoever the machine proposes, it proposes without the house as well."""
    a, b = replace(a, bsn=None), replace(b, bsn=None)
    shared = {"addresses": (HOME,), "phones": ("612345678",)}
    found = judge(Arriving("m", "1", replace(a, **shared)), known("p", replace(b, **shared)), W)  # type: ignore[arg-type]
    bare = {"addresses": (), "phones": ()}
    without = compare(replace(a, **bare), replace(b, **bare), W)  # type: ignore[arg-type]
    if found is not None:
        assert without.person_bits >= W.person_floor


@given(descriptions)
def test_no_key_is_made_of_one_field_or_of_another_region(description: Description) -> None:
    here = match_keys(description, "utrecht", KEYER)
    there = match_keys(description, "gooi-en-vechtstreek", KEYER)
    assert {k.kind for k in here & there} <= {"bsn"}
    assert all(len(k.value) == 32 for k in here)


@given(descriptions, st.lists(descriptions, max_size=5), st.permutations(range(5)))
def test_placing_does_not_depend_on_the_order_of_persons(
    arriving: Description, others: list[Description], order: list[int]
) -> None:
    people = [known(f"p{i}", d) for i, d in enumerate(others)]
    shuffled = [people[i] for i in order if i < len(people)]
    assert one(arriving, *people) == one(arriving, *shuffled)
