"""Writes groups of entries: one transaction each, read back and computed again before signing.

Used by the sequencer's thread alone. It remembers the last checkpoint: a database that holds
another one than was written last is not believed.
"""

from __future__ import annotations

import base64
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Connection, Engine

from services.audit.log import store
from services.audit.log.book import Book, Draft
from services.audit.log.check import check_whole, confirm_growth, confirm_last
from services.audit.log.lock import WriterSeat
from services.audit.log.note import Signer
from services.audit.log.tiles import RightEdge
from services.audit.log.tree import leaf_hash
from shared import clock
from shared.clients.audit import Receipt
from shared.problems import Conflict, OutOfRoom

_PROJECT_AT_ONCE = 512
_LOOK_EVERY = 0.25  # seconds; far less than the room kept free is written in that time
_CLOCK_SLACK = 2.0  # seconds; a clock that is kept right moves less


@dataclass
class Plan:
    """A group sorted out: what is new, and which requests reuse an id."""

    new: dict[str, Draft] = field(default_factory=dict)
    refused: set[int] = field(default_factory=set)  # places of requests

    def add(self, draft: Draft) -> None:
        self.new.setdefault(draft.entry_id, draft)


# What each request of a group gets: its receipts, or why not.
Outcome = list[Receipt] | Conflict


class Scribe:
    """Takes the writer's seat and checks the whole log; raises LogBusy or LogDamaged instead."""

    def __init__(self, engine: Engine, signer: Signer, book: Book, free_bytes: int) -> None:
        self._engine = engine
        self._signer = signer
        self._book = book
        self._free_bytes = free_bytes
        self._look_again = 0.0  # when the disk's room is looked at next
        self._seat = WriterSeat(engine)
        connection = self._seat.take()
        try:
            with connection.begin():
                self._last = check_whole(connection, signer.verifier)
                self._projected = store.projected(connection)
        except BaseException:
            self._seat.leave()
            raise

    @property
    def size(self) -> int:
        """Entries signed for."""
        return 0 if self._last is None else self._last.size

    @property
    def unprojected(self) -> int:
        """Entries that cannot be searched for yet."""
        return self.size - self._projected

    def leave(self) -> None:
        """Gives the seat back. May be called twice."""
        self._seat.leave()

    def commit(self, requests: Sequence[Sequence[Draft]]) -> tuple[list[Outcome], int]:
        """Writes what is new in `requests`; an outcome for each, and how many entries were new.

        Raises LogDamaged, OutOfRoom, LogBusy, SQLAlchemyError; then nothing was written.
        """
        self._demand_room()
        connection = self._seat.take()
        last = self._last
        with connection.begin():
            confirm_last(connection, last)
            wanted = list({draft.entry_id: None for drafts in requests for draft in drafts})
            known = store.entries_by_id(connection, wanted)
            plan = self._plan(requests, known)
            if plan.new:
                last, rows = self._write(connection, list(plan.new.values()))
                known.update((row.entry_id, row) for row in rows)
        self._last = last
        size = self.size
        receipts = {entry_id: _receipt(row, size) for entry_id, row in known.items()}
        outcomes: list[Outcome] = [
            Conflict("An entry id stands for another entry; make a new id.")
            if place in plan.refused
            else [receipts[draft.entry_id] for draft in drafts]
            for place, drafts in enumerate(requests)
        ]
        return outcomes, len(plan.new)

    def project(self) -> None:
        """Makes the next entries searchable. Raises OutOfRoom, SQLAlchemyError, ..."""
        self._demand_room()
        connection = self._seat.take()
        end = min(self.size, self._projected + _PROJECT_AT_ONCE)
        # Made from leaves and so made again when lost: it waits for no disk.
        with store.without_sync(connection), connection.begin():
            leaves = [leaf for _, _, leaf in store.leaves(connection, self._projected, end)]
            self._book.project(connection, self._projected, leaves)
        self._projected = end

    def _demand_room(self) -> None:
        """Refuses early: a disk that is full halfway is worse than a clear answer."""
        now = clock.monotonic()
        if now < self._look_again:
            return
        if self._engine.dialect.name == "sqlite" and self._engine.url.database:
            folder = Path(self._engine.url.database).parent
            free = shutil.disk_usage(folder).free
            if free < self._free_bytes:
                raise OutOfRoom(
                    f"The disk of the log has {free >> 20} MB left and keeps "
                    f"{self._free_bytes >> 20} MB free (BUNDEL_LOG_FREE_MB). Nothing was written. "
                    "Make room, then send the same entries again."
                )
        self._look_again = now + _LOOK_EVERY

    def _plan(
        self, requests: Iterable[Sequence[Draft]], known: dict[str, store.StoredEntry]
    ) -> Plan:
        plan = Plan()
        for place, drafts in enumerate(requests):
            own: dict[str, bytes] = {}
            reused: list[Draft] = []
            for draft in drafts:
                mac, entry_id = draft.content_mac, draft.entry_id
                # The id may stand for another content in the log, in this group, in this request.
                stored, planned = known.get(entry_id), plan.new.get(entry_id)
                if (
                    (stored is not None and stored.content_mac != mac)
                    or (planned is not None and planned.content_mac != mac)
                    or own.setdefault(entry_id, mac) != mac
                ):
                    reused.append(draft)
            if reused:
                plan.refused.add(place)
                for draft in reused:
                    plan.add(self._book.draft(self._book.conflict(draft.entry)))
                continue
            for draft in drafts:
                if draft.entry_id not in known:
                    plan.add(draft)
        return plan

    def _moment(self, drafts: list[Draft]) -> str:
        """The time to record. A clock set back becomes an entry of its own before the others."""
        now = clock.timestamp(clock.now())
        before = now if self._last is None else self._last.signed_at
        if now >= before:
            return now
        if (clock.moment(before) - clock.moment(now)).total_seconds() <= _CLOCK_SLACK:
            return before
        drafts.insert(0, self._book.draft(self._book.clock_set_back(before, now)))
        return now

    def _write(
        self, connection: Connection, drafts: list[Draft]
    ) -> tuple[store.StoredCheckpoint, list[store.StoredEntry]]:
        old = self._last
        moment = self._moment(drafts)
        first = self.size
        edge = RightEdge(first, store.TileReader(connection))
        leaves = self._book.leaves(connection, first, drafts, moment)
        rows = [
            store.StoredEntry(position, draft.entry_id, draft.content_mac, leaf)
            for position, (draft, leaf) in enumerate(zip(drafts, leaves, strict=True), first)
        ]
        store.add_entries(connection, rows)
        store.save_tiles(connection, edge.append([leaf_hash(leaf) for leaf in leaves]))
        root = confirm_growth(connection, old, leaves)
        size = first + len(rows)
        new = store.StoredCheckpoint(size, root, moment, self._signer.sign(size, root))
        store.add_checkpoint(connection, new)
        return new, rows


def _receipt(row: store.StoredEntry, size: int) -> Receipt:
    hashed = base64.b64encode(leaf_hash(row.leaf)).decode()
    return Receipt(row.entry_id, row.position, hashed, size)
