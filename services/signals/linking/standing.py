"""Links and doubted pairs as they stand: for the desk, for consents and for what follows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, RowMapping, exists, or_, select

from services.signals.intake.reading import chunks
from services.signals.linking.states import LinkState
from services.signals.linking.tables import candidates, links
from shared.database import among
from shared.vocabulary import LegalContext


@dataclass(frozen=True)
class LinkRecord:
    """A link as it stands, for the desk: who says what about whom, and why."""

    link_id: str
    mention_id: str
    signal_id: str
    person_id: str
    region: str
    state: str
    band: str
    score_bits: float
    layer: str  # see layers.py; "" = sealed
    confirmed_by: str | None
    explanation: tuple[str, ...]  # codes, see explain.py


@dataclass(frozen=True)
class CandidateRecord:
    """A mention that may be a known person: a human decides. `scores`: field, bits, reason code."""

    candidate_id: str
    mention_id: str
    person_id: str
    region: str
    layer: str
    score_bits: float
    scores: tuple[tuple[str, float, str], ...]
    reasons: tuple[str, ...]
    made_at: str


def signals_of_entries(connection: Connection, entry_ids: Iterable[str]) -> set[str]:
    """Signals whose links that hold rest on these entries of the log."""
    rows = connection.execute(
        select(links.c.signal_id).where(
            links.c.entry_id.in_(set(entry_ids)), links.c.ended_at.is_(None)
        )
    )
    return set(rows.scalars())


def linked_before(connection: Connection, signal_ids: Iterable[str]) -> set[str]:
    """Signals with a link that was shown, or that has ended: something may look otherwise now."""
    shown = or_(links.c.state == LinkState.ACTIVE.value, links.c.ended_at.is_not(None))
    return {
        signal
        for chunk in chunks(set(signal_ids))
        for signal in connection.scalars(
            select(links.c.signal_id).where(links.c.signal_id.in_(chunk), shown).distinct()
        )
    }


def sealed_mentions(connection: Connection) -> list[str]:
    """Mentions that no legal context permits to join yet: to be asked again on a new ground."""
    rows = connection.execute(
        select(links.c.mention_id)
        .where(links.c.state == LinkState.SEALED.value, links.c.ended_at.is_(None))
        .order_by(links.c.mention_id)
    )
    return list(rows.scalars())


def person_mentions(connection: Connection, person_ids: Iterable[str]) -> dict[str, list[str]]:
    """All mentions now held to be these persons, whatever the state: for consents and erasure."""
    result: dict[str, list[str]] = {person: [] for person in person_ids}
    rows = connection.execute(
        select(links.c.person_id, links.c.mention_id)
        .where(among(links.c.person_id, result), links.c.ended_at.is_(None))
        .order_by(links.c.mention_id)
    )
    for person_id, mention_id in rows.all():
        result[person_id].append(mention_id)
    return result


def load_links(connection: Connection, link_ids: Iterable[str]) -> list[LinkRecord]:
    """Links that hold now, by their ids; ended ones are left out."""
    rows = connection.execute(
        select(links).where(links.c.id.in_(set(link_ids)), links.c.ended_at.is_(None))
    ).mappings()
    return [_link(row) for row in rows]


def links_of_signals(connection: Connection, signal_ids: Iterable[str]) -> list[LinkRecord]:
    """Every link that holds for these signals, whatever its state: for the desk only."""
    rows = connection.execute(
        select(links)
        .where(links.c.signal_id.in_(set(signal_ids)), links.c.ended_at.is_(None))
        .order_by(links.c.signal_id, links.c.mention_id, links.c.layer)
    ).mappings()
    return [_link(row) for row in rows]


def open_candidates(
    connection: Connection, region: str, context: LegalContext | None = None
) -> list[CandidateRecord]:
    """What the desk of `region` has to judge under `context`, oldest first; without a context all.

    Other regions' and contexts' rows never appear, nor does what lost its link or its person.
    """
    arriving, held = links.alias("arriving"), links.alias("held")
    rows = (
        connection.execute(
            select(candidates)
            .join(
                arriving,
                (arriving.c.mention_id == candidates.c.mention_id)
                & (arriving.c.layer == candidates.c.layer),
            )
            .where(
                candidates.c.region == region,
                candidates.c.decided_at.is_(None),
                arriving.c.ended_at.is_(None),
                arriving.c.state == LinkState.ACTIVE.value,
                arriving.c.person_id != candidates.c.person_id,
                exists().where(
                    held.c.person_id == candidates.c.person_id,
                    held.c.ended_at.is_(None),
                    held.c.state == LinkState.ACTIVE.value,
                ),
            )
            .order_by(candidates.c.made_at, candidates.c.id)
        )
        .mappings()
        .all()
    )
    return [
        CandidateRecord(
            candidate_id=row["id"],
            mention_id=row["mention_id"],
            person_id=row["person_id"],
            region=row["region"],
            layer=row["layer"],
            score_bits=row["score_bits"],
            scores=tuple((field, bits, reason) for field, bits, reason in row["scores"]),
            reasons=tuple(row["reasons"]),
            made_at=row["made_at"],
        )
        for row in rows
        if context is None or row["layer"] == context.value
    ]


def _link(row: RowMapping) -> LinkRecord:
    return LinkRecord(
        link_id=row["id"],
        mention_id=row["mention_id"],
        signal_id=row["signal_id"],
        person_id=row["person_id"],
        region=row["region"],
        state=row["state"],
        band=row["band"],
        score_bits=row["score_bits"],
        layer=row["layer"],
        confirmed_by=row["confirmed_by"],
        explanation=tuple(row["explanation"]),
    )
