"""Who saw a wrong picture: looks between the moment two people were held to be one and the moment
they were taken apart, in which signals of both sides stood together.

The log alone knows: the entry of the split names the signals of both sides and since when. The desk
that split asks, or the privacy officer, so that those who looked can be told (AVG art. 19).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, select

from services.audit.entries.recorder import Recorder
from services.audit.log import store
from services.audit.log.check import LogDamaged
from services.audit.review.query import LoggedEntry, find_entry, with_leaves
from services.audit.review.service import DamagedLog, Decisions
from services.audit.tables import entry_index
from shared.authentication.actor import Actor
from shared.clients.audit import DENY, PERMIT
from shared.clients.decisions import PlaceFacts, Question
from shared.problems import NotFound
from shared.vocabulary import Purpose, Role

PROCESSING = "urn:bundel:processing:rectification"
SEPARATIONS = ("link.split", "persons.unmerged")
# Looks in which somebody saw signals or names of both sides; nobody's own acts on links.
LOOKS = ("household.opened", "search.done", "emergency.opened", "signal.read")
_TOLD = re.compile(r"moved=(\d+)/since=(\S*)")
_AT_ONCE = 500
MOST = 1000


@dataclass(frozen=True)
class Viewer:
    """One person who saw it: how often, first and last, and the entries that prove it."""

    actor_id: str
    role: str
    organisation: str
    looks: int
    first_at: str
    last_at: str
    entries: tuple[LoggedEntry, ...]


@dataclass(frozen=True)
class Seen:
    """`since`, `until`: when the picture was wrong. `cut`: there are more looks than MOST."""

    separation: LoggedEntry
    since: str
    until: str
    viewers: tuple[Viewer, ...]
    cut: bool
    entry_id: str


class Recipients:
    """Raises NotFound when consent refuses or there is no such separation, Unavailable when a
    neighbour is away."""

    def __init__(self, engine: Engine, recorder: Recorder, decisions: Decisions) -> None:
        self._engine = engine
        self._recorder = recorder
        self._decisions = decisions

    def of(self, actor: Actor, entry_id: str) -> Seen:
        """Who saw both sides of this separation together. Asking is itself an entry."""
        self._recorder.catch_up()
        with store.snapshot(self._engine) as connection:
            found = find_entry(connection, entry_id, actor.region)
        body: Mapping[str, Any] = found.body if found else {}
        told = _TOLD.fullmatch(body.get("reason", ""))
        purpose = Purpose.OVERSIGHT if actor.role is Role.PRIVACY_OFFICER else Purpose.TRIAGE
        facts = PlaceFacts(body.get("region", "none"), body.get("legalContext", "none"),
                           "caseContext")  # fmt: skip
        # What does not exist is asked as well: both ways the same calls (I4).
        decision = self._decisions.ask(
            actor, Question("trace", purpose, "separation", entry_id, facts)
        )
        there = found is not None and told is not None and body.get("event") in SEPARATIONS
        ground: dict[str, Any] = {
            "purpose": purpose,
            "ground": decision.ground.rule_id if decision.ground else "",
            "decision_id": decision.decision_id,
            "policy_version": decision.policy_version,
            "revision": decision.revision,
            "processing_activity": PROCESSING,
        }
        if found is None or told is None or not there or not decision.permitted:
            self._recorder.own(actor, "decision.refused", **ground, decision=DENY, reason="trace")
            raise NotFound
        looks, cut = self._looks(found, int(told[1]), told[2])
        receipt = self._recorder.own(
            actor,
            "separation.traced",
            **ground,
            decision=PERMIT,
            refers_to=entry_id,
            household_id=body.get("householdId", ""),
            case_id=body.get("caseId", ""),
            region=actor.region,
            result_count=len(looks),
        )
        return Seen(
            found, told[2], body["occurredAt"], tuple(_viewers(looks)), cut, receipt.entry_id
        )

    def _looks(self, found: LoggedEntry, moved: int, since: str) -> tuple[list[LoggedEntry], bool]:
        signals = found.body.get("signalIds", [])
        one, other = set(signals[:moved]), set(signals[moved:])
        looks: list[LoggedEntry] = []
        with store.snapshot(self._engine) as connection:
            try:
                for entry in _between(connection, found, since):
                    shown = set(entry.body.get("signalIds", ()))
                    if shown & one and shown & other:
                        looks.append(entry)
                        if len(looks) > MOST:
                            return looks[:MOST], True
            except LogDamaged as error:
                raise DamagedLog(str(error)) from error
        return looks, False


def _between(connection: Connection, found: LoggedEntry, since: str) -> Iterator[LoggedEntry]:
    """Looks of the region between `since` and the separation, oldest first."""
    last = -1
    while True:
        rows = connection.execute(
            select(entry_index)
            .where(
                entry_index.c.position > last,
                entry_index.c.position < found.position,
                entry_index.c.occurred_at >= since,
                entry_index.c.region == found.body.get("region", ""),
                entry_index.c.event.in_(LOOKS),
                entry_index.c.decision == PERMIT,
            )
            .order_by(entry_index.c.position)
            .limit(_AT_ONCE)
        ).mappings()
        part = [dict(row) for row in rows]
        yield from with_leaves(connection, part)
        if len(part) < _AT_ONCE:
            return
        last = part[-1]["position"]


def _viewers(looks: list[LoggedEntry]) -> Iterator[Viewer]:
    """By person, who looked last first."""
    by_actor: dict[str, list[LoggedEntry]] = {}
    for look in looks:
        by_actor.setdefault(look.body["actor"]["id"], []).append(look)
    for actor_id, own in sorted(
        by_actor.items(), key=lambda pair: pair[1][-1].position, reverse=True
    ):
        actor = own[-1].body["actor"]
        yield Viewer(
            actor_id=actor_id,
            role=actor["role"],
            organisation=actor["organisation"],
            looks=len(own),
            first_at=own[0].body["occurredAt"],
            last_at=own[-1].body["occurredAt"],
            entries=tuple(own),
        )
