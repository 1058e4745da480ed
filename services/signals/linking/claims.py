"""Which household a circle goes on as: ids stay with their signals through joins and splits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.signals.linking.circles import Circle


@dataclass(frozen=True)
class Claim:
    """A household and what it was made of: (signal id, mention id), oldest first."""

    household_id: str
    created_at: str
    anchors: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Settlement:
    """`homes`: a household id per circle, None = open one. `merged_into`: younger → survivor."""

    homes: tuple[str | None, ...]
    merged_into: dict[str, str]


def settle(circles: Sequence[Circle], claims: Sequence[Claim]) -> Settlement:
    """Each household follows its oldest anchor that is left. Of several in one circle the oldest
    lives on; the others point to it and come back when the circle parts again."""
    mention_home = {
        m: i for i, circle in enumerate(circles) for k in circle.own for m in k.mentions
    }
    signal_home: dict[str, int] = {}
    for i, circle in enumerate(circles):
        for knot in circle.own:
            signal_home.setdefault(knot.signal_id, i)
    # A household of closed signals alone goes on in a circle that came to lie around them.
    lies_in: dict[str, int] = {}
    for i, circle in enumerate(circles):
        for knot in circle.reserved:
            for mention in knot.mentions:
                lies_in.setdefault(mention, i)
    homes: list[str | None] = [None] * len(circles)
    merged_into: dict[str, str] = {}
    for claim in sorted(claims, key=lambda c: (c.created_at, c.household_id)):
        index = _follow(claim, mention_home, signal_home, lies_in)
        if index is None:
            continue
        survivor = homes[index]
        if survivor is None:
            homes[index] = claim.household_id
        else:
            merged_into[claim.household_id] = survivor
    return Settlement(tuple(homes), merged_into)


def _follow(
    claim: Claim,
    mention_home: dict[str, int],
    signal_home: dict[str, int],
    lies_in: dict[str, int],
) -> int | None:
    for _, mention in claim.anchors:
        if mention in mention_home:
            return mention_home[mention]
    # All its mentions were corrected at once: the signals themselves show the way.
    for signal, _ in claim.anchors:
        if signal in signal_home:
            return signal_home[signal]
    for _, mention in claim.anchors:
        if mention in lies_in:
            return lies_in[mention]
    return None
