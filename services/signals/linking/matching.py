"""Who is meant: each mention of a signal against the persons it may be, in three bands.

Rules no score can beat: two different BSNs are never one person; a pair a human parted stays
parted; someone without a name is compared with nobody; one signal names a person once.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeAlias

from services.signals.linking.compare import Comparison, FieldScore, compare
from services.signals.linking.description import Description
from services.signals.linking.states import Band
from services.signals.linking.weights import Weights

Comparing: TypeAlias = Callable[[Description, Description, Weights], Comparison]

_SURE_GIVEN = frozenset({"equal", "part", "very_similar", "call_name"})
_SURE_BIRTH = frozenset({"equal", "new_year", "swapped", "typing_error", "year_month"})
_SAME_NAME = frozenset({"equal", "partner", "similar", "sound"})


@dataclass(frozen=True)
class Arriving:
    """A mention to be placed. `previous_person`: whom the uncorrected mention was linked to."""

    mention_id: str
    ref: str
    description: Description = field(repr=False)
    previous_person: str | None = None


@dataclass(frozen=True)
class Known:
    """A person as all its mentions describe it."""

    person_id: str
    mentions: tuple[tuple[str, Description], ...] = field(repr=False)

    @cached_property
    def distinct(self) -> tuple[Description, ...]:
        """What the mentions say, without what is said again by the same object."""
        return tuple({id(d): d for _, d in self.mentions}.values())

    @cached_property
    def trusted_bsns(self) -> frozenset[str]:
        return frozenset(d.trusted_bsn for d in self.distinct if d.trusted_bsn)


@dataclass(frozen=True)
class Judgement:
    """How a mention relates to one person. `doubts` are codes: why a machine must not decide."""

    person_id: str
    score: float
    fields: tuple[FieldScore, ...]
    doubts: tuple[str, ...]
    band: Band  # auto or review


@dataclass(frozen=True)
class Placement:
    """Where a mention goes. `person_id` None = a person of its own; `maybe` = for the desk."""

    mention_id: str
    band: Band
    person_id: str | None
    score: float
    fields: tuple[FieldScore, ...]
    explanation: tuple[str, ...]
    maybe: tuple[Judgement, ...] = ()


def judge(
    arriving: Arriving,
    person: Known,
    weights: Weights,
    parted: Collection[frozenset[str]] = (),
    comparing: Comparing = compare,
) -> Judgement | None:
    """How likely the mention is this person; None when it cannot be or hardly resembles it."""
    description = arriving.description
    if description.placeholder or not person.mentions:
        return None
    if parted and any(
        frozenset((arriving.mention_id, other)) in parted for other, _ in person.mentions
    ):
        return None
    if description.trusted_bsn and person.trusted_bsns - {description.trusted_bsn}:
        return None
    comparisons = [comparing(description, other, weights) for other in person.distinct]
    best = max(comparisons, key=lambda c: (c.total, c.reason("given")))
    fields, score = best.fields, best.total
    if arriving.previous_person == person.person_id:
        fields = (*fields, FieldScore("previous", weights.previous_version, "equal"))
        score += weights.previous_version
        doubts = _correction_doubts(best)
    elif best.reason("bsn") == "equal":
        doubts = _bsn_doubts(best)
    else:
        if best.person_bits < weights.person_floor or score < weights.review_bits:
            return None
        doubts = _doubts(best, comparisons, score, weights)
    band = Band.REVIEW if doubts else Band.AUTO
    return Judgement(person.person_id, round(score, 3), fields, doubts, band)


def place(
    arriving: Sequence[Arriving],
    known: Sequence[Known],
    weights: Weights,
    parted: Collection[frozenset[str]] = (),
    taken: Collection[str] = (),
    comparing: Comparing = compare,
) -> list[Placement]:
    """A placement per mention, in the order given. The order changes nothing in the outcome.

    `parted`: pairs of mentions a human said are two people. `taken`: persons that other mentions
    of this signal already are. `comparing`: `compare`, or one that remembers.
    """
    judged = {
        mention.mention_id: _ranked(
            [j for person in known if (j := judge(mention, person, weights, parted, comparing))]
        )
        for mention in arriving
    }
    chosen: dict[str, Judgement] = {}
    used = set(taken)
    strongest = sorted(
        arriving,
        key=lambda m: (-judged[m.mention_id][0].score if judged[m.mention_id] else 0.0, m.ref),
    )
    for mention in strongest:
        best = _automatic(judged[mention.mention_id], weights)
        if best is not None and best.person_id not in used:
            chosen[mention.mention_id] = best
            used.add(best.person_id)
    return [
        _placement(mention, judged[mention.mention_id], chosen, used, weights)
        for mention in arriving
    ]


def _ranked(judgements: list[Judgement]) -> list[Judgement]:
    return sorted(judgements, key=lambda j: (-j.score, j.person_id))


def _automatic(ranked: list[Judgement], weights: Weights) -> Judgement | None:
    if not ranked or ranked[0].band is not Band.AUTO:
        return None
    if len(ranked) > 1 and ranked[0].score - ranked[1].score < weights.margin:
        return None
    return ranked[0]


def _placement(
    mention: Arriving,
    ranked: list[Judgement],
    chosen: dict[str, Judgement],
    used: set[str],
    weights: Weights,
) -> Placement:
    best = chosen.get(mention.mention_id)
    if best is not None:
        reasons = tuple(f"{s.field}:{s.reason}" for s in best.fields if s.reason != "unknown")
        return Placement(
            mention.mention_id, Band.AUTO, best.person_id, best.score, best.fields, reasons
        )
    if mention.description.placeholder:
        return Placement(mention.mention_id, Band.NEW, None, 0.0, (), ("placeholder",))
    if not ranked:
        return Placement(mention.mention_id, Band.NEW, None, 0.0, (), ("nobody_alike",))
    maybe = tuple(_for_the_desk(j, ranked, used, weights) for j in ranked)
    doubts = tuple(dict.fromkeys(doubt for j in maybe for doubt in j.doubts))
    top = ranked[0]
    return Placement(mention.mention_id, Band.REVIEW, None, top.score, top.fields, doubts, maybe)


def _for_the_desk(
    judgement: Judgement, ranked: list[Judgement], used: set[str], weights: Weights
) -> Judgement:
    """The judgement with the doubts that only the whole signal and all candidates show."""
    doubts = list(judgement.doubts)
    if judgement.person_id in used:
        doubts.append("named_by_another_mention")
    others = [j.score for j in ranked if j.person_id != judgement.person_id]
    if others and abs(judgement.score - max(others)) < weights.margin:
        doubts.append("runner_up_too_near")
    if not doubts:
        doubts.append("another_is_more_alike")
    return Judgement(
        judgement.person_id, judgement.score, judgement.fields, tuple(doubts), Band.REVIEW
    )


def _correction_doubts(best: Comparison) -> tuple[str, ...]:
    """A corrected mention stays with its person as long as the new content still agrees."""
    if "different" in (best.reason("given"), best.reason("birth_date")):
        return ("correction_differs",)
    return ()


def _bsn_doubts(best: Comparison) -> tuple[str, ...]:
    """An equal BSN decides, unless the rest says plainly that it is on the wrong person."""
    doubts = []
    if best.reason("given") == "different" and best.reason("surname") == "different":
        doubts.append("bsn_equal_names_differ")
    if best.reason("birth_date") == "different":
        doubts.append("bsn_equal_birth_dates_differ")
    if best.reason("sex") == "different" and best.reason("given") == "different":
        doubts.append("bsn_equal_sexes_differ")
    return tuple(doubts)


def _doubts(
    best: Comparison, all_mentions: Sequence[Comparison], score: float, weights: Weights
) -> tuple[str, ...]:
    given, birth = best.reason("given"), best.reason("birth_date")
    doubts = []
    if score < weights.auto_bits:
        doubts.append("too_little_evidence")
    if best.reason("surname") in _SAME_NAME and birth == "equal" and given not in _SURE_GIVEN:
        doubts.append("may_be_twins")
    if given not in _SURE_GIVEN:
        doubts.append("given_name_uncertain")
    if birth not in _SURE_BIRTH:
        doubts.append("birth_date_uncertain")
    if given not in ("equal", "part") and birth not in ("equal", "new_year"):
        doubts.append("neither_name_nor_date_exact")
    if any(c.reason("bsn") in ("different_disputed", "disputed") for c in all_mentions):
        doubts.append("bsn_disputed")
    if any(c.reason("birth_date") == "different" for c in all_mentions):
        doubts.append("earlier_mention_differs")
    return tuple(doubts)
