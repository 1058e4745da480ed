"""What humans do to links can be undone, and some of it never happens at all."""

from __future__ import annotations

import random
from itertools import permutations

import pytest
from sqlalchemy import func, select

from services.signals.delivery.tables import outbox
from services.signals.linking import ledger, reading
from services.signals.linking.states import EndReason
from services.signals.linking.tables import cannot_links, link_scores, links, match_keys
from shared.database import writing
from shared.problems import Conflict, NotFound
from shared.vocabulary import LegalContext
from tests.signals.linking.world import World, on_both_engines, person, tie

ANNA = {"given": "Anna", "surname": "Dalen", "birthDate": "1985-04-12", "sex": "female"}
BSNS = ("999990639", "999993872", None, None)
SURNAMES = ("Zonneveld", "Achterberg", "Kwakkel", "Uittenbogaard", "Molenaar", "Oosterhuis")


def town(world: World, seed: int) -> list[str]:
    """Some unlike persons in signals with ties drawn from `seed`; their person ids."""
    chance = random.Random(seed)
    people = []
    for number, surname in enumerate(SURNAMES):
        bsn = {"bsn": BSNS[number]} if number < 2 else {}
        main = person("a", "victim", given=f"Naam{surname}", surname=surname,
                      birthDate=f"19{60 + number}-05-1{number}", **bsn)  # fmt: skip
        other = person("b", "perpetrator", given=f"Ander{surname}", surname=f"{surname}se",
                       birthDate=f"19{70 + number}-07-0{number + 1}")  # fmt: skip
        kind = chance.choice(["partner", "ex_partner", "sibling", "lives_with"])
        signal = world.link([main, other], [tie("a", "b", kind, since="2019")])
        people += [world.person(signal, "a"), world.person(signal, "b")]
    return people


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_merge_then_unmerge_restores_the_identical_state(world: World, seed: int) -> None:
    people = town(world, seed)
    before = world.snapshot()
    refused = 0
    for survivor, absorbed in random.Random(seed).sample(list(permutations(people, 2)), 12):
        try:
            with writing(world.engine).begin() as connection:
                merge = ledger.merge_persons(connection, survivor, absorbed, "desk")
        except Conflict:
            refused += 1
        else:
            assert world.snapshot() != before
            with writing(world.engine).begin() as connection:
                ledger.unmerge(connection, merge, "desk")
        assert world.snapshot() == before
    with world.engine.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(cannot_links)) == 0


@on_both_engines
def test_merges_within_merges_are_undone_from_the_last(world: World) -> None:
    _, first, _, second, third, *_ = town(world, 7)
    before = world.snapshot()
    with writing(world.engine).begin() as connection:
        inner = ledger.merge_persons(connection, second, third, "desk")
    between = world.snapshot()
    with writing(world.engine).begin() as connection:
        outer = ledger.merge_persons(connection, first, second, "desk")
    with pytest.raises(Conflict), writing(world.engine).begin() as connection:
        ledger.unmerge(connection, inner, "desk")
    with writing(world.engine).begin() as connection:
        ledger.unmerge(connection, outer, "desk")
    assert world.snapshot() == between
    with writing(world.engine).begin() as connection:
        ledger.unmerge(connection, inner, "desk")
    assert world.snapshot() == before


@on_both_engines
def test_two_bsns_are_not_merged_by_hand_either_not_even_by_a_detour(world: World) -> None:
    people = town(world, 5)
    with_one, with_two, without = people[0], people[2], people[4]
    with writing(world.engine).begin() as connection:
        ledger.merge_persons(connection, with_one, without, "desk")
    before = world.snapshot()
    for pair in ((with_one, with_two), (with_two, with_one)):
        with pytest.raises(Conflict), writing(world.engine).begin() as connection:
            ledger.merge_persons(connection, *pair, "desk")
    assert world.snapshot() == before
    with world.engine.connect() as connection:
        bsns = connection.execute(
            select(links.c.person_id, func.count(match_keys.c.value.distinct()))
            .join(match_keys, match_keys.c.mention_id == links.c.mention_id)
            .where(match_keys.c.kind == "bsn", links.c.ended_at.is_(None))
            .group_by(links.c.person_id)
        ).all()
    assert {count for _, count in bsns} == {1}


@on_both_engines
def test_a_confirmation_is_a_next_version_with_the_scores_of_the_first(world: World) -> None:
    world.link([person("a", "victim", **ANNA)])
    signal = world.link([person("a", "victim", **ANNA)])
    before = world.link_row(signal, "a")
    with writing(world.engine).begin() as connection:
        confirmed = ledger.confirm_link(connection, before.link_id, "desk-person")
        assert ledger.confirm_link(connection, confirmed, "another") == confirmed
        with pytest.raises(NotFound):
            ledger.confirm_link(connection, before.link_id, "desk-person")
    after = world.link_row(signal, "a")
    assert (after.link_id, after.confirmed_by) == (confirmed, "desk-person")
    with world.engine.connect() as connection:
        scores = {
            link: {
                tuple(row)
                for row in connection.execute(
                    select(link_scores.c.field, link_scores.c.bits).where(
                        link_scores.c.link_id == link
                    )
                )
            }
            for link in (before.link_id, confirmed)
        }
        items = reading.household_items(
            connection, reading.households_of_signals(connection, [signal])[signal],
            LegalContext.VT_TASK,
        )  # fmt: skip
    assert scores[before.link_id] == scores[confirmed]
    assert dict(scores[confirmed])["birth_date"] > 10
    assert {item.confirmed for item in items} == {True, False}


@on_both_engines
def test_the_desk_confirms_a_candidate_and_the_persons_become_one(world: World) -> None:
    known = world.link([person("a", "victim", **ANNA)])
    doubtful = world.link([person("x", "victim", **{**ANNA, "given": "A."})])
    with world.engine.connect() as connection:
        (candidate,) = reading.open_candidates(connection, "utrecht")
    assert (candidate.person_id, candidate.reasons[0][:7]) == (world.person(known, "a"), "may_be_")
    with pytest.raises(NotFound), writing(world.engine).begin() as connection:
        ledger.confirm_candidate(connection, candidate.candidate_id, "rotterdam-rijnmond", "x")
    with writing(world.engine).begin() as connection:
        ledger.confirm_candidate(connection, candidate.candidate_id, "utrecht", "desk-person")
    assert world.person(doubtful, "x") == world.person(known, "a")
    assert world.link_row(doubtful, "x").confirmed_by == "desk-person"
    with world.engine.connect() as connection:
        assert reading.open_candidates(connection, "utrecht") == []


@on_both_engines
def test_a_confirmed_doubt_taken_back_is_a_doubt_again_and_all_as_it_was(world: World) -> None:
    world.link([person("a", "victim", **ANNA)])
    world.link([person("x", "victim", **{**ANNA, "given": "A."})])

    def doubts() -> list[object]:
        with world.engine.connect() as connection:
            return [
                (one.mention_id, one.person_id, one.score_bits, one.reasons, one.made_at)
                for one in reading.open_candidates(connection, "utrecht")
            ]

    before, waiting = world.snapshot(), doubts()
    for for_good in (False, True):
        with writing(world.engine).begin() as connection:
            (candidate,) = reading.open_candidates(connection, "utrecht")
            merge = ledger.confirm_candidate(connection, candidate.candidate_id, "utrecht", "desk")
        assert world.snapshot() != before and doubts() == []
        with writing(world.engine).begin() as connection:
            ledger.unmerge(connection, merge, "desk", for_good=for_good)
        assert world.snapshot() == before
        assert doubts() == ([] if for_good else waiting)


def test_a_refused_candidate_is_never_proposed_or_merged_again(world: World) -> None:
    known = world.link([person("a", "victim", **ANNA)])
    doubtful = world.link([person("x", "victim", **{**ANNA, "given": "A."})])
    with writing(world.engine).begin() as connection:
        (candidate,) = reading.open_candidates(connection, "utrecht")
        ledger.refuse_candidate(connection, candidate.candidate_id, "utrecht", "desk-person")
    with pytest.raises(Conflict), writing(world.engine).begin() as connection:
        ledger.merge_persons(
            connection, world.person(known, "a"), world.person(doubtful, "x"), "desk"
        )
    # The correction of the refused mention is refused as well.
    world.correct(doubtful, [person("x", "victim", **{**ANNA, "given": "Anna"})])
    world.linker.link_signal(doubtful)
    assert world.person(doubtful, "x") != world.person(known, "a")


@on_both_engines
def test_a_split_parts_for_good_and_consent_is_told(world: World) -> None:
    first = world.link([person("a", "victim", **ANNA)])
    second = world.link([person("a", "victim", **ANNA)])
    row = world.link_row(second, "a")
    with writing(world.engine).begin() as connection:
        ledger.move_link(connection, row.link_id, None, "desk-person")
    assert world.person(first, "a") != world.person(second, "a")
    with world.engine.connect() as connection:
        homes = reading.households_of_signals(connection, [first, second])
        doubts = connection.scalars(
            select(outbox.c.payload).where(outbox.c.kind == "consent-doubt")
        ).all()
    assert homes[first] != homes[second]
    assert set(doubts[0]["mentionIds"]) == {world.mention(s, "a") for s in (first, second)}


def test_an_ended_link_takes_its_ties_and_membership_along(world: World) -> None:
    signal = world.link(
        [person("a", "victim", **ANNA), person("b", "other", given="Bo", surname="Stil")],
        [tie("a", "b", "sibling")],
    )
    with writing(world.engine).begin() as connection:
        ledger.end_link(connection, world.link_row(signal, "b").link_id, EndReason.WITHDRAWN)
    left = world.snapshot()
    assert not left["ties"]
    assert len(left["memberships"]) == len(left["links"]) == 1
