"""The one writer of the log: a thread that takes what waits and commits it as one group.

Callers hand in entries and wait for a future; receipts exist only after the commit (I1, I7). One
thread, since a lock around a commit inside threads that serve requests collapses under load.
"""

from __future__ import annotations

import base64
import queue
import shutil
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from services.audit.log import store
from services.audit.log.check import LogDamaged, check_head, check_whole, confirm_growth
from services.audit.log.lock import LogBusy, WriterSeat
from services.audit.log.note import Signer
from services.audit.log.tiles import RightEdge
from services.audit.log.tree import leaf_hash
from shared import clock
from shared.clients.audit import Entry, Receipt
from shared.logging import get_logger
from shared.problems import Conflict, Problem, Unavailable

_LARGEST_GROUP = 2000  # entries in one commit; a single larger request still goes whole
_LONGEST_QUEUE = 4096  # requests
_FREE_BYTES = 32 * 1024 * 1024  # refuse early: a full disk halfway is worse than a 503


class Book(Protocol):
    """What the room that knows entries does for the sequencer."""

    def content_mac(self, entry: Entry) -> bytes: ...

    def leaves(
        self, connection: Connection, first: int, entries: Sequence[Entry]
    ) -> list[bytes]: ...

    def project(self, connection: Connection, first: int, leaves: Sequence[bytes]) -> None: ...

    def conflict(self, entry: Entry) -> Entry: ...


@dataclass(frozen=True)
class Committed:
    """What a group did, for metrics."""

    entries: int
    requests: int
    seconds: float


@dataclass
class _Submission:
    entries: list[Entry]
    future: Future[list[Receipt]] = field(default_factory=Future)


@dataclass
class _Plan:
    """A group sorted out: what is new, what each request gets."""

    new: dict[str, Entry] = field(default_factory=dict)
    macs: dict[str, bytes] = field(default_factory=dict)
    refused: set[int] = field(default_factory=set)  # places of requests that reuse an id

    def add(self, entry: Entry, mac: bytes) -> None:
        self.new.setdefault(entry.entry_id, entry)
        self.macs.setdefault(entry.entry_id, mac)


class Sequencer:
    """Starts with a check of the whole log; raises LogBusy or LogDamaged instead of starting."""

    def __init__(
        self,
        engine: Engine,
        signer: Signer,
        book: Book,
        on_commit: Callable[[Committed], None] = lambda committed: None,
    ) -> None:
        self._engine = engine
        self._signer = signer
        self._book = book
        self._on_commit = on_commit
        self._seat = WriterSeat(engine)
        self._queue: queue.Queue[_Submission | None] = queue.Queue(_LONGEST_QUEUE)
        self._closed = threading.Event()
        self.damage = ""  # why nothing is added any more; empty while the log is whole
        connection = self._seat.take()
        try:
            with connection.begin():
                check_whole(connection, signer.verifier)
        except BaseException:
            self._seat.leave()
            raise
        self._thread = threading.Thread(target=self._run, name="log-sequencer", daemon=True)
        self._thread.start()

    def append(self, entries: Sequence[Entry], timeout: float = 10.0) -> list[Receipt]:
        """Receipts once the entries are durable.

        Raises Conflict when an id was used for another entry (the request is then not stored, an
        incident is), Unavailable when the log cannot take them now.
        """
        future = self.submit(entries)
        try:
            return future.result(timeout)
        except FutureTimeoutError as error:
            raise Unavailable("The log takes too long. Send the same entries again.") from error

    def submit(self, entries: Sequence[Entry]) -> Future[list[Receipt]]:
        """A future of the receipts; for callers that wait themselves."""
        submission = _Submission(list(entries))
        if self._closed.is_set() or self.damage:
            raise Unavailable("The log takes no entries at the moment.")
        try:
            self._queue.put_nowait(submission)
        except queue.Full as error:
            raise Unavailable("The log has more to write than it can. Try again.") from error
        if self._closed.is_set():  # closed in between: the thread may not see it any more
            self._refuse_waiting()
        return submission.future

    def close(self) -> None:
        """Commits what waits, stops the thread, gives the lock back. May be called twice."""
        if not self._closed.is_set():
            self._closed.set()
            self._queue.put(None)
            self._thread.join()
        self._refuse_waiting()
        self._seat.leave()

    def _refuse_waiting(self) -> None:
        with suppress(queue.Empty):
            while True:
                left = self._queue.get_nowait()
                if left is not None:
                    _fail([left], Unavailable())

    def _run(self) -> None:
        ended = False
        while not ended:
            group, ended = self._next_group()
            if not group:
                continue
            self._settle(group)

    def _settle(self, group: list[_Submission]) -> None:
        """Commits the group or gives every caller in it the reason why not."""
        try:
            self._commit(group)
        except LogDamaged as error:
            self.damage = str(error)
            get_logger().error("the log is damaged, nothing is added", reason="damaged")
            _fail(group, Unavailable("The log is damaged; nothing is added to it."))
        except Problem as error:
            _fail(group, error)
        except (SQLAlchemyError, LogBusy, OSError) as error:
            get_logger().error("entries could not be written", exception_type=type(error).__name__)
            _fail(group, Unavailable())
        except Exception as error:
            # One entry that cannot be written must not take its companions down with it.
            get_logger().error("a group failed", exception_type=type(error).__name__)
            if len(group) == 1:
                _fail(group, error)
            else:
                for submission in group:
                    self._settle([submission])

    def _next_group(self) -> tuple[list[_Submission], bool]:
        first = self._queue.get()
        if first is None:
            return [], True
        group, count = [first], len(first.entries)
        while count < _LARGEST_GROUP:
            try:
                more = self._queue.get_nowait()
            except queue.Empty:
                break
            if more is None:
                return group, True
            group.append(more)
            count += len(more.entries)
        return group, False

    def _commit(self, group: list[_Submission]) -> None:
        if self.damage:
            raise Unavailable("The log is damaged; nothing is added to it.")
        started = clock.monotonic()
        self._demand_room()
        connection = self._seat.take()
        with connection.begin():
            read = store.TileReader(connection)
            last = check_head(connection, self._signer.verifier, read)
            size = 0 if last is None else last.size
            ids = list({entry.entry_id for s in group for entry in s.entries})
            known = store.entries_by_id(connection, ids)
            plan = self._plan(group, known)
            if plan.new:
                rows = self._write(connection, RightEdge(size, read), plan)
                root = confirm_growth(connection, last, [row.leaf for row in rows])
                size += len(rows)
                self._sign(connection, size, root)
                known.update({row.entry_id: row for row in rows})
        self._answer(group, plan, known, size)
        self._on_commit(Committed(len(plan.new), len(group), clock.monotonic() - started))

    def _demand_room(self) -> None:
        if self._engine.dialect.name == "sqlite" and self._engine.url.database:
            folder = Path(self._engine.url.database).parent
            if shutil.disk_usage(folder).free < _FREE_BYTES:
                raise Unavailable("The log's disk is nearly full: make room and try again.")

    def _plan(self, group: list[_Submission], known: dict[str, store.StoredEntry]) -> _Plan:
        plan = _Plan()
        for place, submission in enumerate(group):
            own: dict[str, bytes] = {}
            reused: list[Entry] = []
            for entry in submission.entries:
                mac = self._book.content_mac(entry)
                stored = known.get(entry.entry_id)
                # The id may stand for another content in the log, in this group, in this request.
                kept = stored.content_mac if stored else plan.macs.get(entry.entry_id)
                if (kept or own.get(entry.entry_id, mac)) != mac:
                    reused.append(entry)
                own[entry.entry_id] = mac
            if reused:
                plan.refused.add(place)
                for entry in reused:
                    incident = self._book.conflict(entry)
                    plan.add(incident, self._book.content_mac(incident))
                continue
            for entry in submission.entries:
                if entry.entry_id not in known:
                    plan.add(entry, own[entry.entry_id])
        return plan

    def _write(
        self, connection: Connection, edge: RightEdge, plan: _Plan
    ) -> list[store.StoredEntry]:
        size = edge.size
        leaves = self._book.leaves(connection, size, list(plan.new.values()))
        rows = [
            store.StoredEntry(position, entry_id, plan.macs[entry_id], leaf)
            for position, (entry_id, leaf) in enumerate(
                zip(plan.new, leaves, strict=True), start=size
            )
        ]
        store.add_entries(connection, rows)
        store.save_tiles(connection, edge.append([leaf_hash(leaf) for leaf in leaves]))
        self._book.project(connection, size, leaves)
        return rows

    def _sign(self, connection: Connection, size: int, root: bytes) -> None:
        note = self._signer.sign(size, root)
        signed_at = clock.timestamp(clock.now())
        store.add_checkpoint(connection, store.StoredCheckpoint(size, root, signed_at, note))

    def _answer(
        self,
        group: list[_Submission],
        plan: _Plan,
        known: dict[str, store.StoredEntry],
        size: int,
    ) -> None:
        for place, submission in enumerate(group):
            if place in plan.refused:
                error = Conflict("An entry id stands for another entry; make a new id.")
                _fail([submission], error)
                continue
            receipts = []
            for entry in submission.entries:
                row = known[entry.entry_id]
                hashed = base64.b64encode(leaf_hash(row.leaf)).decode()
                receipts.append(Receipt(row.entry_id, row.position, hashed, size))
            submission.future.set_result(receipts)


def _fail(group: list[_Submission], error: BaseException) -> None:
    for submission in group:
        if not submission.future.done():
            submission.future.set_exception(error)
