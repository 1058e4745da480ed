"""The timeline and the circle: nothing overlaps, nothing is lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import combinations

import pytest
from flask import Flask
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from services.signals.picture.model import Item, PersonView, TieView
from services.signals.web.circle import HALF, draw_circle
from services.signals.web.time_scale import LEFT, NOW_X, RECENT_X
from services.signals.web.timeline import Timeline, draw_timeline
from tests.web import brandsma

many = hypothesis_settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
days_back = st.integers(min_value=0, max_value=900)
items = st.builds(
    lambda back, agency, severity, masked, form, number: replace(
        brandsma.TIMELINE[0],
        signal_id=f"s-{number}",
        occurred_from=(brandsma.NOW - timedelta(days=back, hours=number % 7)).isoformat(),
        agency=agency,
        severity="" if masked else severity,
        mask=brandsma.TIMELINE[4].mask if masked else None,
        violence_forms=(form,),
    ),
    days_back,
    st.sampled_from(["police", "veilig_thuis", "youth_care"]),
    st.sampled_from(["acute", "spontaneous_disclosure", "structural", "incidental", "suspicion"]),
    st.booleans(),
    st.sampled_from(["physical", "coercive_control", "stalking"]),
    st.integers(min_value=0, max_value=10_000_000),
)


def drawn(found: tuple[Item, ...]) -> Timeline:
    return draw_timeline(found, brandsma.NOW, brandsma.PICTURE.last_look)


@many
@given(found=st.lists(items, max_size=40, unique_by=lambda i: i.signal_id))
def test_no_label_touches_another_or_a_mark(words: Flask, found: list[Item]) -> None:
    timeline = drawn(tuple(found))
    boxes = [note.box for note in timeline.notes]
    for a, b in combinations(boxes, 2):
        assert not a.touches(b)
    for note in boxes:
        assert not any(note.touches(mark.box) for mark in timeline.marks)


@many
@given(found=st.lists(items, max_size=60, unique_by=lambda i: i.signal_id))
def test_every_signal_is_drawn_or_counted(words: Flask, found: list[Item]) -> None:
    timeline = drawn(tuple(found))
    assert len(timeline.marks) + sum(more.count for more in timeline.more) == len(found)
    for mark in timeline.marks:
        assert LEFT <= mark.x <= NOW_X


@many
@given(found=st.lists(items, min_size=1, max_size=60, unique_by=lambda i: i.signal_id))
def test_an_acute_signal_is_never_crowded_out_by_milder_ones(
    words: Flask, found: list[Item]
) -> None:
    timeline = drawn(tuple(found))
    shown = {mark.item.signal_id for mark in timeline.marks}
    for lane in timeline.lanes:
        acute = [i for i in found if i.agency == lane.agency and not i.mask]
        acute = [i for i in acute if i.severity in ("acute", "spontaneous_disclosure")]
        if len(acute) <= 4:
            assert {i.signal_id for i in acute} <= shown


def test_the_last_fourteen_days_have_a_third_of_the_width(words: Flask) -> None:
    timeline = drawn(brandsma.TIMELINE)
    assert timeline.recent_x == RECENT_X
    assert pytest.approx((NOW_X - LEFT) / 3) == (NOW_X - RECENT_X)


def test_the_same_incident_is_joined_by_one_line(words: Flask) -> None:
    joins = drawn(brandsma.TIMELINE).joins
    assert [(a.item.signal_id, b.item.signal_id) for a, b in joins] == [("s-5", "s-4")]


def test_a_masked_signal_has_a_shape_and_no_words(words: Flask) -> None:
    timeline = drawn(brandsma.TIMELINE)
    masked = [mark for mark in timeline.marks if mark.item.mask]
    assert [mark.shape for mark in masked] == ["masked"]


def test_children_stand_below_parents_and_partners_side_by_side() -> None:
    circle = draw_circle(brandsma.PERSONS, brandsma.TIES)
    place = {symbol.person.id: symbol for symbol in circle.symbols}
    assert place["p-sem"].y > place["p-ilse"].y
    assert place["p-jeroen"].x < place["p-ilse"].x < place["p-ruben"].x
    assert place["p-ilse"].y == place["p-ruben"].y


people = st.lists(
    st.tuples(st.integers(0, 7), st.integers(0, 7), st.sampled_from(
        ["partner", "ex_partner", "parent_child", "step_parent", "sibling", "grandparent", "other"]
    )),
    max_size=14,
)  # fmt: skip


@many
@given(pairs=people)
def test_no_two_persons_stand_on_each_other_whatever_the_ties(
    pairs: list[tuple[int, int, str]],
) -> None:
    persons = [
        PersonView(f"p{n}", f"Persoon {n}", 20 + n, "unknown", (), "adult", False, False, "", ())
        for n in range(8)
    ]
    ties = [TieView(f"p{a}", f"p{b}", kind, "", "", False) for a, b, kind in pairs if a != b]
    circle = draw_circle(persons, ties)
    assert len(circle.symbols) == 8
    for a, b in combinations(circle.symbols, 2):
        assert abs(a.x - b.x) >= 2 * HALF or abs(a.y - b.y) >= 2 * HALF
    for symbol in circle.symbols:
        assert HALF <= symbol.x <= circle.width - HALF
        assert HALF <= symbol.y <= circle.height - HALF
