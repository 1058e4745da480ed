"""Linking as a whole: signals go in through intake, persons and households come out."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from services.signals.intake.reading import load_mentions
from services.signals.intake.tables import link_queue
from services.signals.linking import reading
from services.signals.linking.tables import circle_reviews, links, match_keys, persons
from shared import clock
from shared.problems import Unavailable
from shared.vocabulary import Agency, LegalContext
from tests.signals.linking.world import World, on_both_engines, person, source, tie

VT = LegalContext.VT_TASK
ANNA = {"given": "Anna", "surname": "Dalen", "particle": "van", "birthDate": "1985-04-12",
        "sex": "female"}  # fmt: skip
PETER = {"given": "Peter", "surname": "Grootveld", "birthDate": "1982-11-02", "sex": "male"}


def household_of(world: World, signal: str) -> str:
    with world.engine.connect() as connection:
        found = reading.households_of_signals(connection, [signal])[signal]
    assert len(found) == 1
    return found[0]


@on_both_engines
def test_the_same_person_in_two_signals_becomes_one_person_and_one_household(world: World) -> None:
    first = world.link([person("a", "victim", **ANNA), person("p", "perpetrator", **PETER)])
    abbreviated = {"given": "Anna", "surname": "v. Dalen", "birthDate": "1985-04-12"}
    second = world.link([person("x", "victim", **abbreviated)])
    assert world.person(first, "a") == world.person(second, "x")
    assert household_of(world, first) == household_of(world, second)
    link = world.link_row(second, "x")
    assert link.band == "auto"
    assert "given:equal" in link.explanation


@on_both_engines
def test_a_link_is_shown_only_after_its_receipt(world: World) -> None:
    signal = world.push([person("a", "victim", **ANNA)])
    outcome = world.linker.link_signal(signal)
    assert outcome.states == ("awaiting_receipt",)
    with world.engine.connect() as connection:
        assert reading.household_items(connection, outcome.household_ids, VT) == []
        assert reading.household_persons(connection, outcome.household_ids[0], VT) == []
    world.receipts()
    with world.engine.connect() as connection:
        items = reading.household_items(connection, outcome.household_ids, VT)
        assert [item.signal_id for item in items] == [signal]
        members = reading.household_persons(connection, outcome.household_ids[0], VT)
        assert [member.mention_ids for member in members] == [(items[0].mention_id,)]


def test_a_link_is_used_only_in_the_contexts_that_permit_it(world: World) -> None:
    world.decisions.permits = frozenset({"vt_task"})
    signal = world.link([person("a", "victim", **ANNA)])
    home = household_of(world, signal)
    with world.engine.connect() as connection:
        assert reading.household_items(connection, [home], VT)
        assert reading.household_items(connection, [home], LegalContext.ZVH_WGS) == []
        assert reading.household_persons(connection, home, LegalContext.ZVH_WGS) == []
    made, denied = world.entries()
    assert (made["event"], made["reason"]) == ("link.made", "vt_task")
    assert (denied["event"], denied["decision"]) == ("link.denied", "deny")


@on_both_engines
def test_a_denied_link_is_sealed_apart_and_asked_again_when_a_ground_appears(world: World) -> None:
    known = world.link([person("a", "victim", **ANNA)])
    home = household_of(world, known)
    world.decisions.permits = frozenset()
    denied = world.link([person("x", "victim", **ANNA)])
    assert world.link_row(denied, "x").state == "sealed"
    assert world.person(denied, "x") != world.person(known, "a")
    with world.engine.connect() as connection:
        for context in LegalContext:
            items = reading.household_items(connection, [home], context)
            assert denied not in {item.signal_id for item in items}
        assert reading.households_of_signals(connection, [denied]) == {denied: []}
        mention = world.mention(denied, "x")
        keys = select(func.count()).where(match_keys.c.mention_id == mention)
        assert connection.scalar(keys) == 0
    world.decisions.permits = frozenset({"vt_task"})
    assert world.linker.relink([mention]) == 1
    assert world.linker.run_once() == 1
    world.receipts()
    assert world.person(denied, "x") == world.person(known, "a")
    assert household_of(world, denied) == home


def test_a_ground_that_ends_takes_the_mention_out_of_its_cluster(world: World) -> None:
    first = world.link([person("a", "victim", **ANNA)])
    second = world.link([person("x", "victim", **ANNA)])
    world.decisions.permits = frozenset()
    world.linker.link_signal(second)
    assert world.link_row(second, "x").state == "sealed"
    assert world.person(second, "x") != world.person(first, "a")
    with world.engine.connect() as connection:
        items = reading.household_items(connection, [household_of(world, first)], VT)
    assert {item.signal_id for item in items} == {first}


@on_both_engines
def test_linking_again_changes_nothing_and_tells_nothing_twice(world: World) -> None:
    signal = world.link([person("a", "victim", **ANNA), person("p", "perpetrator", **PETER)])
    before, entries = world.snapshot(), len(world.entries())
    world.linker.link_signal(signal)
    world.new_linker().link_signal(signal)
    assert world.snapshot() == before
    assert len(world.entries()) == entries


@on_both_engines
def test_while_consent_is_down_a_signal_waits_and_is_linked_later_by_itself(world: World) -> None:
    world.decisions.down = True
    signal = world.push([person("a", "victim", **ANNA)])
    assert world.linker.run_once() == 0
    with world.engine.connect() as connection:
        row = connection.execute(select(link_queue)).one()
        assert (row.state, row.reason, row.attempts) == ("pending", "consent-unavailable", 1)
        assert connection.scalar(select(func.count()).select_from(persons)) == 0
    with pytest.raises(Unavailable):
        world.linker.link_signal(signal)
    world.decisions.down = False
    later = clock.now().replace(year=clock.now().year + 1)
    clock.set_source(lambda: later)
    assert world.linker.run_once() == 1
    assert world.linker.run_once() == 0
    assert world.link_row(signal, "a").state == "awaiting_receipt"


@on_both_engines
def test_two_signals_of_an_unseen_person_linked_at_once_make_one_person(world: World) -> None:
    first = world.push([person("a", "victim", **ANNA)])
    second = world.push([person("x", "victim", **ANNA)])
    # While the first is asked about, another process links the second.
    world.decisions.before = lambda: world.new_linker().link_signal(second) and None
    world.linker.link_signal(first)
    assert world.person(first, "a") == world.person(second, "x")
    with world.engine.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(persons)) == 1


@on_both_engines
def test_a_crash_before_the_commit_leaves_nothing_and_a_second_run_does_all(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    signal = world.push([person("a", "victim", **ANNA), person("p", "perpetrator", **PETER)])
    done = "services.signals.linking.service.queue.mark_all_done"
    monkeypatch.setattr(done, lambda *_args: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        world.linker.link_signal(signal)
    assert not any(world.snapshot().values())
    assert not world.entries()
    monkeypatch.undo()
    assert world.linker.run_once() == 1
    assert len(world.snapshot()["links"]) == 2


def test_an_equal_bsn_decides_but_not_against_name_and_birth_date(world: World) -> None:
    bsn = {"bsn": "999990639"}
    first = world.link([person("a", "victim", **{**ANNA, **bsn})])
    married = {"given": "A.", "surname": "de Wit-van Dalen", "birthDate": "1985-04-12"}
    second = world.link([person("x", "victim", **{**married, **bsn})])
    assert world.person(second, "x") == world.person(first, "a")
    wrong = world.link([person("y", "victim", **{**PETER, **bsn})])
    assert world.person(wrong, "y") != world.person(first, "a")
    with world.engine.connect() as connection:
        (candidate,) = reading.open_candidates(connection, "utrecht")
        assert reading.open_candidates(connection, "gooi-en-vechtstreek") == []
    assert candidate.person_id == world.person(first, "a")
    assert "bsn_equal_names_differ" in candidate.reasons


def test_two_bsns_stay_two_persons_however_alike_they_are(world: World) -> None:
    first = world.link([person("a", "victim", **{**ANNA, "bsn": "999990639"})])
    second = world.link([person("a", "victim", **{**ANNA, "bsn": "999993872"})])
    assert world.person(first, "a") != world.person(second, "a")
    # A third without a BSN is like both: the machine does not choose.
    third = world.link([person("a", "victim", **ANNA)])
    assert world.person(third, "a") not in (world.person(first, "a"), world.person(second, "a"))
    assert world.link_row(third, "a").band == "review"


def test_an_unknown_perpetrator_is_somebody_else_each_time(world: World) -> None:
    people = [
        world.person(
            world.link([person("a", "victim", **ANNA), person("p", "perpetrator", sex="male")]),
            "p",
        )
        for _ in range(3)
    ]
    assert len(set(people)) == 3


def test_an_address_alone_makes_no_household(world: World) -> None:
    home = {"addresses": [{"kind": "residence", "street": "Dorpsstraat", "houseNumber": 1,
                           "postcode": "3511AB", "city": "Utrecht"}]}  # fmt: skip
    first = world.link([person("a", "victim", **ANNA, **home)])
    second = world.link([person("p", "victim", **PETER, **home)])
    assert household_of(world, first) != household_of(world, second)


def test_a_shelter_address_is_a_key_for_nothing(world: World) -> None:
    shelter = {"kind": "shelter", "street": "Verborgen", "houseNumber": 7, "postcode": "3512XY",
               "city": "Utrecht"}  # fmt: skip
    plain = {**shelter, "kind": "residence"}
    half = {"given": "Anna", "surname": "Dalen", "birthDate": "1985"}
    with_shelter = world.link([person("a", "victim", **half, addresses=[shelter])])
    mention = world.mention(with_shelter, "a")
    with world.engine.connect() as connection:
        kinds = set(
            connection.scalars(select(match_keys.c.kind).where(match_keys.c.mention_id == mention))
        )
    assert kinds == {"surname-given", "surname-initial-year"}
    other = world.link([person("b", "victim", **{**half, "surname": "Zomer"}, addresses=[plain])])
    assert world.person(other, "b") != world.person(with_shelter, "a")
    assert world.link_row(other, "b").band == "new"


@on_both_engines
def test_a_correction_keeps_the_person_and_ends_the_old_link(world: World) -> None:
    first = world.link([person("a", "victim", **ANNA)])
    second = world.link([person("x", "victim", **ANNA)])
    world.correct(second, [person("x", "victim", **{**ANNA, "given": "Anne-Marie Anna"})])
    world.linker.link_signal(second)
    world.receipts()
    assert world.person(second, "x") == world.person(first, "a")
    with world.engine.connect() as connection:
        ended = connection.execute(
            select(links.c.end_reason).where(
                links.c.signal_id == second, links.c.end_reason == "superseded"
            )
        ).all()
    assert len(ended) == 1
    assert household_of(world, first) == household_of(world, second)


def test_a_correction_of_a_lone_signal_keeps_its_household(world: World) -> None:
    signal = world.link([person("a", "victim", **ANNA)])
    home, before = household_of(world, signal), world.person(signal, "a")
    world.correct(signal, [person("a", "victim", **{**ANNA, "birthDate": "1985-04-13"})])
    world.linker.link_signal(signal)
    assert household_of(world, signal) == home
    assert world.person(signal, "a") == before


def test_a_withdrawal_ends_links_and_bundling(world: World) -> None:
    first = world.link([person("a", "victim", **ANNA)])
    second = world.link([person("x", "victim", **ANNA)])
    home = household_of(world, first)
    world.changes.withdraw(source(), second, "mistake")
    world.linker.link_signal(second)
    with world.engine.connect() as connection:
        items = reading.household_items(connection, [home], VT)
        assert {item.signal_id for item in items} == {first}
        assert reading.links_of_signals(connection, [second]) == []


@on_both_engines
def test_three_spellings_in_two_regions_are_one_cluster_per_region(world: World) -> None:
    """Story 9: three spellings, three records, two regions."""
    spellings = [
        {"given": "Youssef", "surname": "Bakkali"},
        {"given": "Yousef", "particle": "El", "surname": "Bakkali"},
        {"given": "Youssef", "surname": "Bakali"},
    ]
    born = {"birthDate": "1980-05-17", "sex": "male"}
    wife = {"given": "Nadia", "surname": "Amrani", "birthDate": "1984-02-03", "sex": "female"}
    found: dict[str, list[str]] = {}
    for region in ("utrecht", "gooi-en-vechtstreek"):
        for spelling in spellings:
            signal = world.link(
                [person("p", "perpetrator", **spelling, **born), person("v", "victim", **wife)],
                [tie("p", "v", "partner")],
                actor=source(region),
                region=region,
            )
            found.setdefault(region, []).append(signal)
    clusters = {
        region: {world.person(signal, "p") for signal in signals}
        for region, signals in found.items()
    }
    assert {len(cluster) for cluster in clusters.values()} == {1}
    assert not clusters["utrecht"] & clusters["gooi-en-vechtstreek"]
    homes = {r: {household_of(world, s) for s in signals} for r, signals in found.items()}
    assert {len(home) for home in homes.values()} == {1}
    assert not homes["utrecht"] & homes["gooi-en-vechtstreek"]


def test_an_exs_new_family_is_not_merged_into_the_first_household(world: World) -> None:
    ex = {"given": "Sanne", "surname": "Kuiper", "birthDate": "1986-07-08", "sex": "female"}
    dennis = {"given": "Dennis", "surname": "Terlouw", "birthDate": "1984-01-30", "sex": "male"}
    yara = {"given": "Yara", "surname": "Hoekman", "birthDate": "1992-09-19", "sex": "female"}
    old = world.link(
        [person("e", "victim", **ex), person("d", "perpetrator", **dennis)],
        [tie("e", "d", "ex_partner")],
    )
    new = world.link(
        [person("y", "victim", **yara), person("d", "perpetrator", **dennis)],
        [tie("y", "d", "partner")],
    )
    assert world.person(old, "d") == world.person(new, "d")
    assert household_of(world, old) != household_of(world, new)
    with world.engine.connect() as connection:
        members = {
            home: {m.person_id for m in reading.household_persons(connection, home, VT)}
            for home in (household_of(world, old), household_of(world, new))
        }
        items = reading.household_items(connection, [household_of(world, new)], VT)
        bound = reading.household_ties(connection, household_of(world, new), VT)
    assert world.person(old, "e") not in members[household_of(world, new)]
    assert {item.signal_id for item in items} == {new}
    assert [t.kind for t in bound] == ["partner"]


@on_both_engines
def test_a_declared_tie_joins_two_households_and_the_older_lives_on(world: World) -> None:
    old = world.link([person("a", "victim", **ANNA)])
    young = world.link([person("p", "perpetrator", **PETER)])
    homes = household_of(world, old), household_of(world, young)
    assert homes[0] != homes[1]
    joining = world.link(
        [person("a", "victim", **ANNA), person("p", "other", **PETER)],
        [tie("a", "p", "partner", since="2019")],
        actor=source(agency=Agency.POLICE),
    )
    assert {household_of(world, s) for s in (old, young, joining)} == {homes[0]}
    with world.engine.connect() as connection:
        assert reading.surviving_households(connection, homes) == dict.fromkeys(homes, homes[0])
        (tied,) = reading.household_ties(connection, homes[1], VT)
        assert (tied.kind, tied.since) == ("partner", "2019")
        items = reading.household_items(connection, [homes[1]], VT)
        assert {item.signal_id for item in items} == {old, young, joining}
    # Reversible: without the tie the younger household comes back with what it had.
    world.changes.withdraw(source(), joining, "mistake")
    world.linker.link_signal(joining)
    assert (household_of(world, old), household_of(world, young)) == homes


def test_bystanders_without_a_tie_belong_to_no_household(world: World) -> None:
    passer = {"given": "Karel", "surname": "Toeval", "birthDate": "1970-01-02"}
    signal = world.link([person("a", "victim", **ANNA), person("b", "bystander", **passer)])
    with world.engine.connect() as connection:
        members = reading.household_persons(connection, household_of(world, signal), VT)
    assert [member.person_id for member in members] == [world.person(signal, "a")]


def test_a_hub_is_asked_about_before_a_circle_grows_too_large(world: World) -> None:
    hub = person("h", "other", **PETER)

    def family(number: int) -> str:
        members = [
            person(f"c{i}", "other", given=f"Kind{'abcdefghijklmno'[i]}{'xyz'[number]}",
                   surname=f"{['Aap', 'Beer', 'Coala'][number]}mans{'abcdefghijklmno'[i] * 3}",
                   birthDate=f"20{number}{i % 10}-0{i % 9 + 1}-1{number}")
            for i in range(14)
        ]  # fmt: skip
        return world.link([hub, *members], [tie("h", f"c{i}", "parent_child") for i in range(14)])

    first, second = family(0), family(1)
    assert world.person(first, "h") == world.person(second, "h")
    assert household_of(world, first) != household_of(world, second)
    with world.engine.connect() as connection:
        (review,) = connection.execute(select(circle_reviews)).all()
    assert (review.signal_id, review.persons) == (second, 29)
    assert review.household_id == household_of(world, first)
    before = world.snapshot()
    world.linker.link_signal(second)
    assert world.snapshot() == before


def test_an_erased_mention_stops_nobody_else(world: World) -> None:
    erased = world.link([person("a", "victim", **ANNA)])
    kept = world.link([person("a", "victim", **ANNA)])
    with world.engine.connect() as connection:
        (mention,) = load_mentions(connection, [erased])
    world.vault.destroy([mention.sealed.key_id])
    later = world.link([person("x", "victim", **ANNA)])
    assert world.person(later, "x") == world.person(kept, "a")
