"""One line of the benchmark: a figure, the peer beside it, and the goal it is held against."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Goal:
    """`bound` is what `value` must reach (`at_least`) or may not exceed."""

    bound: float
    unit: str  # ratio | ms | per s | MB
    at_least: bool = False

    def reached(self, value: float) -> bool:
        return value >= self.bound if self.at_least else value <= self.bound

    def __str__(self) -> str:
        return f"{'≥' if self.at_least else '≤'} {self.bound:g} {self.unit}"


GOALS = {
    "intake_single": Goal(0.35, "ratio", at_least=True),
    "intake_batch": Goal(1.5, "ratio", at_least=True),
    "intake_batch_linked": Goal(0.5, "ratio", at_least=True),
    "decision_evaluations_200": Goal(20, "ms"),
    "open_200": Goal(50, "ms"),
    "open_page": Goal(150, "ms"),
    "read_fail_closed": Goal(0.6, "ratio", at_least=True),
    "search_fts": Goal(40, "ms"),
    "audit_append": Goal(0.5, "ratio", at_least=True),
    "audit_append_2ms": Goal(0.7, "ratio", at_least=True),
    "log_verify": Goal(90_000, "per s", at_least=True),
    "memory": Goal(300, "MB"),
}


@dataclass(frozen=True)
class Line:
    """`peer` is in the unit of what was compared: per second for a ratio, else as `value`.

    `ratio` is Bundel : peer. `n`: how many operations `value` rests on. `note` says in words what
    was counted. A line that could not be measured has no value and says `why`.
    """

    name: str
    value: float | None = None
    peer: float | None = None
    ratio: float | None = None
    n: int = 0
    note: str = ""
    why: str = ""
    holds_too: bool = True  # a second bound of the same line

    @property
    def goal(self) -> Goal:
        return GOALS[self.name]

    @property
    def holds(self) -> bool:
        return self.value is not None and self.goal.reached(self.value) and self.holds_too

    def to_json(self) -> dict[str, Any]:
        """The line as `bundel bench --json` prints it."""
        body: dict[str, Any] = {
            "name": self.name,
            "value": _rounded(self.value),
            "unit": self.goal.unit,
            "peer": _rounded(self.peer),
            "ratio": _rounded(self.ratio),
            "n": self.n,
            "goal": self.goal.bound,
            "holds": self.holds,
        }
        if self.why:
            body["why"] = self.why
        return body


def rate_line(name: str, own: float, peer: float, n: int, note: str = "") -> Line:
    """A line whose figure is the ratio of two rates (per second)."""
    ratio = own / peer if peer else None
    return Line(name, ratio, peer, ratio, n, note)


def time_line(
    name: str, own: float, peer: float, n: int, note: str = "", holds_too: bool = True
) -> Line:
    """A line whose figure is a time in ms; `peer` in ms as well."""
    return Line(name, own, peer, own / peer if peer else None, n, note, holds_too=holds_too)


def quantile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least `share` of `values` do not exceed (nearest rank)."""
    ranked = sorted(values)
    return ranked[max(0, math.ceil(share * len(ranked)) - 1)]


def _rounded(value: float | None) -> float | None:
    if value is None:
        return None
    return round(value, 1) if abs(value) >= 100 else float(f"{value:.3g}")
