"""I4 within a context: a closed compartment leaves no trace in what those without it see."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from shared.settings import Settings
from shared.vocabulary import LegalContext
from tests.signals.linking.test_batches import WAYS, link_all, town_in
from tests.signals.linking.test_layers import KINDS, described
from tests.signals.linking.world import World, tie

VT = LegalContext.VT_TASK
Drawn = tuple[tuple[int, ...], tuple[str, ...], str | None]

drawn = st.tuples(
    st.lists(st.sampled_from(range(4)), min_size=1, max_size=3, unique=True).map(tuple),
    st.tuples(*[st.sampled_from(WAYS)] * 3),
    st.sampled_from([*KINDS, None]),
)


def seen(
    settings: Settings, migrated: Path, told: list[tuple[str, Drawn]], at_once: int
) -> tuple[Any, Any]:
    """Links in order ("closed …" names are of the compartment): what is seen without it, and where
    the closed signals lie."""
    with town_in(settings, migrated) as town:
        town.names = {}
        for name, (people, ways, kind) in told:
            ties = [tie(f"p{people[0]}", f"p{people[1]}", kind)] if kind and people[1:] else []
            signal = town.push(
                [described(p, way) for p, way in zip(people, ways, strict=False)],
                ties,
                compartment="honour" if name.startswith("closed") else "none",
            )
            town.names[signal] = name
            for p in people:
                town.names[town.mention(signal, f"p{p}")] = f"{name}/{p}"
            if at_once == 1:
                link_all(town, 1)
        link_all(town, 100)
        hidden = {name for name, _ in told if name.startswith("closed")}
        return town.seen_in(VT, hidden), town.seen_in(VT)


@pytest.mark.slow
@pytest.mark.timeout(400)
@examples(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    told=st.lists(drawn, min_size=1, max_size=5),
    closed=st.lists(st.tuples(st.integers(0, 5), drawn), min_size=1, max_size=2),
    at_once=st.sampled_from([1, 100]),
)
def test_closed_signals_anywhere_in_the_order_of_arrival_change_nothing_for_others(
    settings: Settings,
    migrated: Path,
    told: list[Drawn],
    closed: list[tuple[int, Drawn]],
    at_once: int,
) -> None:
    openly = [(str(number), one) for number, one in enumerate(told)]
    every = list(openly)
    for number, (place, one) in enumerate(closed):
        every.insert(place, (f"closed {number}", one))
    without, _ = seen(settings, migrated, openly, 1)
    with_them, whole = seen(settings, migrated, every, at_once)
    assert with_them == without
    # And nothing of it is lost to those who may know.
    lying = {mention.split("/")[0] for items, *_ in whole[0] for mention, *_ in items}
    assert lying == {name for name, _ in every}


def test_a_closed_mention_that_resembles_two_makes_them_one_person_for_nobody(
    world: World,
) -> None:
    named = world.link([described(0, "named")])
    world.link([described(0, "both")], compartment="honour")
    numbered = world.link([described(0, "numbered")])
    assert world.person(named, "p0") != world.person(numbered, "p0")


def test_a_closed_signal_that_came_first_joins_the_person_who_is_named_openly_later(
    world: World,
) -> None:
    closed = world.link([described(0, "both")], compartment="honour")
    alone = world.person(closed, "p0")
    opened = world.link([described(0, "both")])
    assert world.link_row(opened, "p0").band == "new"  # as if nobody had been known
    assert world.person(opened, "p0") != alone
    while world.linker.run_once():
        world.receipts()
    assert world.person(closed, "p0") == world.person(opened, "p0")
