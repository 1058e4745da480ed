"""Rows of links: written once, ended once; a change is a next version (I6)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, select, update

from services.signals.intake.reading import chunks
from services.signals.linking.compare import FieldScore
from services.signals.linking.states import Band, EndReason, LinkState
from services.signals.linking.tables import link_scores, links, persons
from shared import clock, ids
from shared.problems import NotFound


@dataclass(frozen=True)
class NewLink:
    """A link to be written, in the layer of a context that permits it, or SEALED."""

    mention_id: str
    signal_id: str
    person_id: str
    region: str
    band: Band
    score: float
    fields: tuple[FieldScore, ...]
    layer: str
    ground: str
    decision_id: str
    explanation: tuple[str, ...]
    weights_version: str
    entry_id: str | None = None
    previous_link_id: str | None = None
    confirmed_by: str | None = None

    @property
    def state(self) -> LinkState:
        return LinkState.AWAITING_RECEIPT if self.layer else LinkState.SEALED


def add_person(connection: Connection, region: str, layer: str, placeholder: bool) -> str:
    """A person of its own; its id says nothing."""
    person_id = ids.new_id()
    connection.execute(
        persons.insert().values(
            id=person_id, region=region, layer=layer, created_at=now(), placeholder=placeholder
        )
    )
    return person_id


def rows_of(new: NewLink) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The row of a new link, and those of its scores."""
    link_id, moment = ids.new_id(), now()
    link = {
        "id": link_id,
        "mention_id": new.mention_id,
        "signal_id": new.signal_id,
        "person_id": new.person_id,
        "region": new.region,
        "state": new.state.value,
        "band": new.band.value,
        "score_bits": new.score,
        "layer": new.layer,
        "ground": new.ground,
        "decision_id": new.decision_id,
        "entry_id": new.entry_id,
        "explanation": list(new.explanation),
        "weights_version": new.weights_version,
        "confirmed_by": new.confirmed_by,
        "confirmed_at": moment if new.confirmed_by else None,
        "made_at": moment,
        "previous_link_id": new.previous_link_id,
    }
    scores = [
        {"link_id": link_id, "field": s.field, "bits": s.bits, "reason": s.reason}
        for s in new.fields
    ]
    return link, scores


def holding(connection: Connection, link_id: str) -> Row[Any]:
    """The row of a link that holds. Raises NotFound."""
    row = connection.execute(
        select(links).where(links.c.id == link_id, links.c.ended_at.is_(None))
    ).one_or_none()
    if row is None:
        raise NotFound
    return row


def next_version(
    connection: Connection, row: Row[Any], reason: EndReason, **changes: object
) -> str:
    """Ends the link and adds its next version with `changes`; scores go along. The new id."""
    link_id = ids.new_id()
    close_links(connection, [row.id], reason)
    version = {
        **row._mapping,
        **changes,
        "id": link_id,
        "made_at": now(),
        "ended_at": None,
        "end_reason": None,
        "previous_link_id": row.id,
    }
    connection.execute(links.insert(), [version])
    scores = [
        {**score._mapping, "link_id": link_id}
        for score in connection.execute(select(link_scores).where(link_scores.c.link_id == row.id))
    ]
    if scores:
        connection.execute(link_scores.insert(), scores)
    return link_id


def close_links(connection: Connection, link_ids: Collection[str], reason: EndReason) -> None:
    """Ends links without settling: for callers that settle themselves."""
    for chunk in chunks(link_ids):
        connection.execute(
            update(links)
            .where(links.c.id.in_(chunk), links.c.ended_at.is_(None))
            .values(ended_at=now(), end_reason=reason.value)
        )


def mentions_of(connection: Connection, person_id: str) -> list[str]:
    return [row.mention_id for row in links_of(connection, person_id)]


def links_of(connection: Connection, person_id: str) -> list[Row[Any]]:
    return list(
        connection.execute(
            select(links)
            .where(links.c.person_id == person_id, links.c.ended_at.is_(None))
            .order_by(links.c.mention_id)
        )
    )


def now() -> str:
    """The present moment as the tables hold it."""
    return clock.timestamp(clock.now())
