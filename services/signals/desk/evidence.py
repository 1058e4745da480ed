"""What two sides of a pair have in common, field by field, from what the desk may know of alone.

The machine compared the mention with everything in its layer. What is shown here is compared anew
with the visible side only, so that no code tells of a mention the desk may not know of (I4).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.signals.intake.records import MentionContent, MentionRecord
from services.signals.linking.compare import compare
from services.signals.linking.describing import describe
from services.signals.linking.description import Description
from services.signals.linking.matching import Arriving, Known, judge
from services.signals.linking.weights import Weights, provisional_weights

UNKNOWN = "unknown"
TOO_LITTLE = "too_little_evidence"
_STRONG = 6.0  # bits: odds of 64 to 1, by this field alone


@dataclass(frozen=True, slots=True)
class Weighed:
    """`doubts`: why a human is asked; `seen`: field → reason code; `weights`: field → in words."""

    doubts: tuple[str, ...]
    seen: Mapping[str, str]
    weights: Mapping[str, str]

    @property
    def codes(self) -> tuple[str, ...]:
        """Doubts, then what was seen of each field that could be compared."""
        fields = (f"{name}:{code}" for name, code in self.seen.items() if code != UNKNOWN)
        return (*self.doubts, *fields)


Side = tuple[MentionRecord, MentionContent]


def weigh(
    this: Side,
    known: Sequence[Side],
    *,
    whole: bool,
    stored: Sequence[str] = (),
    weights: Weights | None = None,
) -> Weighed:
    """Compares `this` with the best of `known` (visible mentions of one person). `whole`: nothing
    of the person is hidden, so the machine's own doubts (`stored`) may be told."""
    weights = weights or provisional_weights()
    arriving = describe(*this)
    described = [(record.id, describe(record, content)) for record, content in known]
    if not described:
        return Weighed(tuple(stored) if whole else (), {}, {})
    comparisons = [compare(arriving, other, weights) for _, other in described]
    best = max(comparisons, key=lambda one: (one.total, one.reason("given")))
    return Weighed(
        _doubts(this, described, stored, weights) if not whole else tuple(stored),
        {score.field: score.reason for score in best.fields},
        {score.field: _in_words(score.bits, score.reason) for score in best.fields},
    )


def _doubts(
    this: Side,
    described: Sequence[tuple[str, Description]],
    stored: Sequence[str],
    weights: Weights,
) -> tuple[str, ...]:
    if not stored:
        return ()
    arriving = Arriving(this[0].id, this[0].ref, describe(*this))
    known = Known("", tuple(described))
    judgement = judge(arriving, known, weights)
    return judgement.doubts or (TOO_LITTLE,) if judgement else (TOO_LITTLE,)


def _in_words(bits: float, reason: str) -> str:
    if reason == UNKNOWN:
        return "nothing"
    if bits < 0 or reason.startswith("different"):
        return "against"
    return "strong-for" if bits >= _STRONG else "for" if bits > 0 else "nothing"


def differing_bsns(sides: Sequence[Sequence[Side]]) -> bool:
    """Two different valid, undisputed BSNs among these visible mentions."""
    found = {
        content.bsn
        for side in sides
        for record, content in side
        if content.bsn and record.bsn_state == "ok"
    }
    return len(found) > 1
