"""Circles of persons: against the plainest possible way of working them out."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from services.signals.linking.circles import (
    Circle,
    Gathering,
    Named,
    PersonTie,
    circles_of,
    knots_of,
    people_of_several_circles,
)
from services.signals.linking.claims import Claim, settle
from services.signals.linking.places import Place, position_of

PEOPLE = tuple("abcdefgh")
ROLES = ("victim", "perpetrator", "child_witness", "bystander", "other")
KINDS = ("parent_child", "sibling", "lives_with", "family")


def signal(
    number: int, members: dict[str, str], ties: list[tuple[str, str, str]], unknown: str = ""
) -> Gathering:
    return Gathering(
        f"s{number}",
        f"{number:04}",
        tuple(Named(f"s{number}{p}", p, (role,), p in unknown) for p, role in members.items()),
        tuple(PersonTie(*tie) for tie in ties),
    )


@st.composite
def gatherings(draw: st.DrawFn, kinds: tuple[str, ...] = KINDS) -> list[Gathering]:
    found = []
    for number in range(draw(st.integers(1, 6))):
        people = draw(st.lists(st.sampled_from(PEOPLE), min_size=1, max_size=4, unique=True))
        members = {p: draw(st.sampled_from(ROLES)) for p in people}
        ties = draw(
            st.lists(
                st.tuples(st.sampled_from(people), st.sampled_from(people), st.sampled_from(kinds)),
                max_size=3,
            )
        )
        found.append(signal(number, members, [t for t in ties if t[0] != t[1]]))
    return found


def persons(circles: list[Circle]) -> set[frozenset[str]]:
    return {circle.persons for circle in circles}


def brute_force(found: list[Gathering]) -> set[frozenset[str]]:
    """Grow every knot by whatever overlaps it until nothing grows."""
    groups = [set(knot.persons) for gathering in found for knot in knots_of(gathering)]
    grew = True
    while grew:
        grew = False
        for group in groups:
            for other in groups:
                if group & other and not other <= group:
                    group.update(other)
                    grew = True
    return {frozenset(group) for group in groups}


@given(gatherings())
@settings(max_examples=200)
def test_circles_are_what_hangs_together(found: list[Gathering]) -> None:
    circles, too_large = circles_of(found)
    assert not too_large
    assert persons(circles) == brute_force(found)


@given(gatherings((*KINDS, "partner", "ex_partner")), st.randoms(use_true_random=False))
@settings(max_examples=200)
def test_the_order_of_signals_changes_no_circle(found: list[Gathering], random) -> None:  # type: ignore[no-untyped-def]
    shuffled = random.sample(found, len(found))
    assert circles_of(found) == circles_of(shuffled)


@given(gatherings((*KINDS, "partner", "ex_partner")))
@settings(max_examples=200)
def test_every_mention_of_a_knot_is_bundled_and_every_circle_has_its_own(
    found: list[Gathering],
) -> None:
    circles, _ = circles_of(found)
    bundled = {m for c in circles for k in (*c.own, *c.attached) for m in k.mentions}
    assert bundled == {m for g in found for k in knots_of(g) for m in k.mentions}
    own = [(k.signal_id, k.mentions) for c in circles for k in c.own]
    assert len(own) == len(set(own))


@given(gatherings(), st.integers(2, 6))
@settings(max_examples=200)
def test_no_circle_grows_beyond_the_bound(found: list[Gathering], bound: int) -> None:
    circles, too_large = circles_of(found, largest=bound)
    largest_knot = max(len(k.persons) for g in found for k in knots_of(g))
    assert all(len(circle.persons) <= max(bound, largest_knot) for circle in circles)
    if any(len(group) > max(bound, largest_knot) for group in brute_force(found)):
        assert too_large


@given(gatherings((*KINDS, "partner", "ex_partner")))
def test_nobody_joins_a_circle_without_a_signal_that_names_them_in_it(
    found: list[Gathering],
) -> None:
    for circle in circles_of(found)[0]:
        named = {p for knot in (*circle.own, *circle.attached) for p in knot.persons}
        assert circle.persons == named


def test_bystanders_join_only_by_a_tie() -> None:
    seen = signal(1, {"a": "victim", "b": "bystander", "c": "other"}, [("a", "c", "family")])
    assert persons(circles_of([seen])[0]) == {frozenset("ac")}


def test_victim_and_perpetrator_of_one_signal_are_a_circle_without_any_tie() -> None:
    (knot,) = knots_of(signal(1, {"a": "victim", "p": "perpetrator"}, []))
    assert (knot.basis, knot.persons) == ("incident", frozenset("ap"))


def test_a_signal_with_bystanders_only_still_has_a_place() -> None:
    (knot,) = knots_of(signal(1, {"b": "bystander"}, []))
    assert knot.basis == "alone"


def test_somebody_with_two_partners_joins_neither_family_to_the_other() -> None:
    old = signal(1, {"e": "victim", "d": "perpetrator"}, [("e", "d", "ex_partner")])
    child = signal(2, {"e": "victim", "c": "child_victim"}, [("e", "c", "parent_child")])
    new = signal(3, {"y": "victim", "d": "perpetrator"}, [("y", "d", "partner")])
    alone = signal(4, {"d": "perpetrator", "u": "victim"}, [], unknown="u")
    circles, _ = circles_of([old, child, new, alone])
    assert persons(circles) == {frozenset("ecdu"), frozenset("ydu")}
    # A signal about him alone concerns both circles and makes neither.
    assert [[k.signal_id for k in c.attached] for c in circles] == [["s4"], ["s4"]]


def test_a_tie_that_says_so_does_join_them() -> None:
    old = signal(1, {"e": "victim", "d": "perpetrator"}, [("e", "d", "ex_partner")])
    new = signal(2, {"y": "victim", "d": "perpetrator"}, [("y", "d", "partner")])
    says_so = signal(3, {"y": "perpetrator", "e": "victim"}, [])
    assert persons(circles_of([old, new, says_so])[0]) == {frozenset("edy")}


def test_a_couple_of_whom_both_have_others_stays_one_circle_over_its_signals() -> None:
    ties = [("a", "x", "partner"), ("b", "y", "partner")]
    first = signal(1, {"a": "victim", "b": "perpetrator"}, [("a", "b", "ex_partner")])
    again = signal(2, {"a": "victim", "b": "perpetrator"}, [("a", "b", "ex_partner")])
    his = signal(3, {"a": "victim", "x": "other"}, ties[:1])
    hers = signal(4, {"b": "victim", "y": "other"}, ties[1:])
    assert persons(circles_of([first, again, his, hers])[0]) == {
        frozenset("ab"), frozenset("ax"), frozenset("by")
    }  # fmt: skip


def test_doubtful_and_unknown_partners_tear_no_household_apart() -> None:
    first = signal(1, {"a": "victim", "p": "perpetrator"}, [("a", "p", "partner")])
    doubtful = signal(2, {"a": "victim", "q": "perpetrator"}, [("a", "q", "partner")])
    unknown = signal(3, {"a": "victim", "u": "perpetrator"}, [("a", "u", "partner")], unknown="u")
    assert people_of_several_circles([first, unknown]) == frozenset()
    assert people_of_several_circles([first, doubtful], [("q", "p")]) == frozenset()
    assert people_of_several_circles([first, doubtful]) == {"a"}


@given(gatherings((*KINDS, "partner")), st.integers(0, 5))
@settings(max_examples=200)
def test_households_keep_their_ids_through_a_join_and_its_undoing(
    found: list[Gathering], extra: int
) -> None:
    """Every household follows its signals; a join merges, undoing it gives back what was."""
    before, _ = circles_of(found)
    claims = [
        Claim(f"h{i}", f"{i:04}", tuple((k.signal_id, m) for k in c.own for m in k.mentions))
        for i, c in enumerate(before)
    ]
    assert settle(before, claims).homes == tuple(f"h{i}" for i in range(len(before)))
    everybody = sorted({p for g in found for n in g.named for p in [n.person_id]})
    joined, _ = circles_of([*found, signal(90 + extra, dict.fromkeys(everybody, "victim"), [])])
    settlement = settle(joined, claims)
    assert set(settlement.merged_into) | {h for h in settlement.homes if h} == {
        claim.household_id for claim in claims
    }
    assert settlement.homes[0] == "h0" if len(joined) == 1 else True
    assert settle(before, claims).merged_into == {}


def test_a_move_ends_residence_and_not_the_place() -> None:
    ties = [
        PersonTie("s", "n", "lives_with", "2015", "2025-06"),
        PersonTie("n", "k", "lives_with", "2016"),
        PersonTie("s", "k", "lives_with", "2016", "2025-06"),
        PersonTie("s", "k", "parent_child"),
        PersonTie("n", "k", "parent_child"),
        PersonTie("n", "s", "ex_partner", "2025-06"),
    ]
    moved = position_of("s", [], ties, "snk")
    stayed = position_of("n", [], ties, "snk")
    assert (moved.place, moved.until_date, moved.from_date) == (Place.PARENT, "2025-06", "2015")
    assert (stayed.place, stayed.until_date) == (Place.PARENT, None)
    assert position_of("k", [], ties, "snk").place is Place.CHILD
    assert position_of("u", [Named("m", "u", ("perpetrator",), True)], [], "u").place is (
        Place.UNKNOWN
    )
