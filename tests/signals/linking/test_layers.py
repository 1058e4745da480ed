"""I4 in linking: what a context may not use leaves no trace in what that context sees."""

from __future__ import annotations

import shutil
import tempfile
from collections import defaultdict
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from services.signals.linking import ledger, reading
from shared.database import writing
from shared.problems import NotFound
from shared.settings import Settings
from shared.vocabulary import LegalContext
from tests.signals.linking.world import ALL, World, person, source, tie

VT, ZVH = LegalContext.VT_TASK, LegalContext.ZVH_WGS
PEOPLE = (
    ("Anna", "Zonneveld", "1985-04-12", "999990639"),
    ("Peter", "Grootveld", "1982-11-02", "999993872"),
    ("Hanneke", "Achterberg", "1990-05-17", "123456782"),
    ("Willem", "Kwakkel", "1971-01-30", "111222333"),
)
KINDS = ("partner", "ex_partner", "sibling", "lives_with")


class Drawn(NamedTuple):
    """A signal to be: who is in it, how each is described, how two are tied, who may use it."""

    people: tuple[int, ...]
    told: tuple[str, ...]
    kind: str | None
    permits: frozenset[str]


signals = st.builds(
    Drawn,
    people=st.lists(st.sampled_from(range(4)), min_size=1, max_size=2, unique=True).map(tuple),
    told=st.tuples(*[st.sampled_from(["named", "numbered", "both", "half"])] * 2),
    kind=st.sampled_from([*KINDS, None]),
    permits=st.sets(st.sampled_from(sorted(ALL))).map(frozenset),
)


def described(number: int, told: str) -> dict[str, Any]:
    """Someone by name and date, by number and initial, by both, or so thinly that it is doubted."""
    given_name, surname, born, bsn = PEOPLE[number]
    ways: dict[str, dict[str, Any]] = {
        "named": {"given": given_name, "birthDate": born},
        "numbered": {"initials": f"{given_name[0]}.", "bsn": bsn},
        "both": {"given": given_name, "birthDate": born, "bsn": bsn},
        "half": {"given": f"{given_name[0]}.", "birthDate": born},
    }
    return person(f"p{number}", "victim", surname=surname, **ways[told])


class Town(World):
    """A world that tells what one context sees, without ids that were drawn at random."""

    def tell(self, drawn: Sequence[Drawn], context: str | None = None) -> None:
        """Links them in order; with `context` only those that it may use."""
        self.names: dict[str, str] = {}
        for number, one in enumerate(drawn):
            if context is not None and context not in one.permits:
                continue
            self.decisions.permits = one.permits
            people = [described(p, told) for p, told in zip(one.people, one.told, strict=False)]
            ties = [tie(f"p{one.people[0]}", f"p{one.people[1]}", one.kind)] if (
                one.kind and len(one.people) == 2
            ) else []  # fmt: skip
            signal = self.link(people, ties)
            self.names[signal] = str(number)
            for mention in one.people:
                self.names[self.mention(signal, f"p{mention}")] = f"{number}/{mention}"

    def seen_in(self, context: LegalContext, hidden: Collection[str] | None = None) -> Any:
        """Every household of the context: its mentions by person with band and place, its ties;
        and what its desk is asked to judge. Without what only signals called `hidden` say."""
        shown = {name for name in self.names.values() if name.split("/")[0] not in (hidden or ())}
        with self.engine.connect() as connection:
            lying = reading.households_of_signals(connection, self.names.keys())
            homes = sorted({home for found in lying.values() for home in found})
            # By all its mentions: somebody may be of several households.
            told: dict[str, set[str]] = defaultdict(set)
            for home in homes:
                for one in reading.household_persons(connection, home, context):
                    told[one.person_id] |= {self.names[m] for m in one.mention_ids} & shown
            called = {person_id: tuple(sorted(names)) for person_id, names in told.items()}
            seen = []
            for home in homes:
                items = [
                    item
                    for item in reading.household_items(connection, [home], context)
                    if self.names[item.mention_id] in shown
                ]
                persons = [
                    one
                    for one in reading.household_persons(connection, home, context)
                    if any(self.names[m] in shown for m in one.mention_ids)
                ]
                if not items:
                    continue
                seen.append(
                    (
                        sorted((self.names[i.mention_id], i.band, i.confirmed) for i in items),
                        sorted(
                            (
                                called[p.person_id],
                                p.role,
                                p.until_date or "",
                                # of all that names them; pictures work it out from what they show
                                p.unconfirmed and hidden is None,
                            )
                            for p in persons
                        ),
                        sorted(
                            (called[t.person_from], called[t.person_to], t.kind)
                            for t in reading.household_ties(connection, home, context)
                            if self.names[t.signal_id] in shown
                        ),
                    )
                )
            doubts = sorted(
                (self.names[c.mention_id], called.get(c.person_id, ()), c.score_bits, c.reasons)
                for c in reading.open_candidates(connection, "utrecht", context)
                if self.names[c.mention_id] in shown and called.get(c.person_id, ("?",))
            )
        return sorted(seen), doubts


@pytest.mark.timeout(400)
@examples(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(drawn=st.lists(signals, min_size=2, max_size=5))
def test_what_a_context_may_not_use_changes_nothing_it_sees(
    settings: Settings, migrated: Path, drawn: list[Drawn]
) -> None:
    """Whether it arrives first, between, or last."""

    def told(context: str | None) -> Any:
        with tempfile.TemporaryDirectory() as folder:

            def place(service: str) -> str:
                name = f"{service.replace('/', '-')}.sqlite"
                shutil.copy(migrated / name, Path(folder) / name)
                return f"sqlite:///{Path(folder) / name}"

            town = Town(settings, place)
            try:
                town.tell(drawn, context)
                return {one.value: town.seen_in(one) for one in LegalContext}
            finally:
                town.close()

    whole = told(None)
    for context in sorted(ALL):
        assert whole[context] == told(context)[context], context
    # Nothing disappears: every signal lies in each context that permits it.
    for context in ALL:
        lying = {m.split("/")[0] for items, *_ in whole[context][0] for m, *_ in items}
        assert lying == {str(n) for n, one in enumerate(drawn) if context in one.permits}


def test_a_bridging_mention_makes_two_mentions_one_person_only_where_it_may_be_used(
    world: World,
) -> None:
    named, numbered, both = (described(0, told) for told in ("named", "numbered", "both"))
    world.decisions.permits = frozenset({"vt_task", "zvh_wgs"})
    first = world.link([named])
    world.decisions.permits = frozenset({"vt_task"})
    world.link([both])
    world.decisions.permits = frozenset({"vt_task", "zvh_wgs"})
    last = world.link([numbered])

    def persons(context: LegalContext) -> set[str]:
        with world.engine.connect() as connection:
            rows = reading.links_of_signals(connection, [first, last])
            return {row.person_id for row in rows if row.layer == context.value}

    assert len(persons(VT)) == 1
    assert len(persons(ZVH)) == 2


def test_what_one_desk_joins_or_undoes_moves_nothing_in_another_context(world: World) -> None:
    world.decisions.permits = frozenset({"vt_task", "zvh_wgs"})
    signals_ = [world.link([described(n, "both")]) for n in (0, 1)]
    world.decisions.permits = frozenset({"vt_task"})

    def homes(context: LegalContext) -> set[str]:
        with world.engine.connect() as connection:
            found = reading.households_of_signals(connection, signals_)
            every = {home for lying in found.values() for home in lying}
            return {i.household_id for i in reading.household_items(connection, every, context)}

    before = homes(VT), homes(ZVH)
    joining = world.link([described(0, "both"), described(1, "both")], [tie("p0", "p1", "partner")])
    assert (len(homes(VT)), homes(ZVH)) == (1, before[1])
    world.changes.withdraw(source(), joining, "mistake")
    world.linker.link_signal(joining)
    assert (homes(VT), homes(ZVH)) == before


def test_persons_of_two_contexts_cannot_be_merged(world: World) -> None:
    world.decisions.permits = frozenset({"vt_task", "zvh_wgs"})
    signal = world.link([described(0, "both")])
    with writing(world.engine).begin() as connection:
        one, other = (row.person_id for row in reading.links_of_signals(connection, [signal]))
        assert one != other
        with pytest.raises(NotFound):
            ledger.merge_persons(connection, one, other, "desk")
