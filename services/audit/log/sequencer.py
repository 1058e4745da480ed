"""The one writer of the log: a thread that takes what waits and commits it as one group.

Callers hand in entries and wait for a future; receipts exist only after the commit (I1, I7). One
thread, since a lock around a commit inside threads that serve requests collapses under load. What
can be done for an entry alone is done in the caller's thread; search columns follow the commit.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from contextlib import suppress
from dataclasses import dataclass, field

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from services.audit.log.book import Book, Draft
from services.audit.log.check import LogDamaged
from services.audit.log.lock import LogBusy
from services.audit.log.note import Signer
from services.audit.log.scribe import Scribe
from shared import clock
from shared.clients.audit import Entry, Receipt
from shared.logging import get_logger
from shared.problems import OutOfRoom, Problem, Unavailable
from shared.room import is_full

_LARGEST_GROUP = 2000  # entries in one commit; a single larger request still goes whole
_LONGEST_QUEUE = 4096  # requests
_MOST_UNPROJECTED = 8192  # entries; then search columns are made although others wait
_PROJECT_AFTER = 0.25  # seconds in which nobody handed in anything
FREE_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True)
class Committed:
    """What a group did, for metrics."""

    entries: int
    requests: int
    seconds: float


@dataclass(slots=True)
class _Submission:
    drafts: list[Draft]
    searchable: bool = False  # wait until everything before it can be searched for
    future: Future[list[Receipt]] = field(default_factory=Future)


class Sequencer:
    """Starts with a check of the whole log; raises LogBusy or LogDamaged instead of starting.

    `free_bytes`: with less room on the log's disk nothing is taken (SQLite).
    """

    def __init__(
        self,
        engine: Engine,
        signer: Signer,
        book: Book,
        on_commit: Callable[[Committed], None] = lambda committed: None,
        free_bytes: int = FREE_BYTES,
    ) -> None:
        self._book = book
        self._on_commit = on_commit
        self._queue: queue.Queue[_Submission | None] = queue.Queue(_LONGEST_QUEUE)
        self._closed = threading.Event()
        self.damage = ""  # why nothing is added any more; empty while the log is whole
        self._scribe = Scribe(engine, signer, book, free_bytes)
        self._thread = threading.Thread(target=self._run, name="log-sequencer", daemon=True)
        self._thread.start()

    def append(self, entries: Sequence[Entry], timeout: float = 10.0) -> list[Receipt]:
        """Receipts once the entries are durable.

        Raises Conflict when an id was used for another entry (the request is then not stored, an
        incident is), Unavailable when the log cannot take them now, ValueError for a wrong form.
        """
        return _result(self.submit(entries), timeout)

    def submit(self, entries: Sequence[Entry]) -> Future[list[Receipt]]:
        """A future of the receipts; for callers that wait themselves."""
        submission = _Submission([])
        try:
            submission.drafts = [self._book.draft(entry) for entry in entries]
        except ValueError as error:
            submission.future.set_exception(error)
            return submission.future
        return self._hand_in(submission)

    def stop(self, reason: str) -> None:
        """Takes nothing more: somebody outside saw that the log is not what it was."""
        if not self.damage:
            self.damage = reason
            get_logger().error("the log is damaged, nothing is added", reason="witness")

    def make_searchable(self, timeout: float = 10.0) -> None:
        """Waits until every entry committed so far can be searched for. Raises Unavailable."""
        if self._scribe.unprojected:
            _result(self._hand_in(_Submission([], searchable=True)), timeout)

    def _hand_in(self, submission: _Submission) -> Future[list[Receipt]]:
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
        self._scribe.leave()

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
            entries = [submission for submission in group if not submission.searchable]
            if entries:
                self._settle(entries)
            self._follow([submission for submission in group if submission.searchable], ended)

    def _follow(self, waiting: list[_Submission], ended: bool) -> None:
        """Makes entries searchable: when asked for, when idle, and when too many are not yet."""
        least = 0 if waiting or ended or self._queue.empty() else _MOST_UNPROJECTED
        if not waiting and not ended and self._scribe.unprojected < _MOST_UNPROJECTED:
            return
        try:
            while self._scribe.unprojected > least and not self.damage:
                self._scribe.project()
        except Exception as error:  # the entries are safe: it is tried again
            get_logger().error("search columns wait", exception_type=type(error).__name__)
            _fail(waiting, Unavailable())
        for submission in waiting:
            if not submission.future.done():
                submission.future.set_result([])

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
            _fail(group, OutOfRoom() if is_full(error) else Unavailable())
        except Exception as error:
            # One entry that cannot be written must not take its companions down with it.
            get_logger().error("a group failed", exception_type=type(error).__name__)
            if len(group) == 1:
                _fail(group, error)
            else:
                for submission in group:
                    self._settle([submission])

    def _next_group(self) -> tuple[list[_Submission], bool]:
        try:
            first = self._queue.get(timeout=_PROJECT_AFTER if self._scribe.unprojected else None)
        except queue.Empty:
            return [_Submission([], searchable=True)], False  # nobody waits for this one
        if first is None:
            return [], True
        group, count = [first], len(first.drafts)
        while count < _LARGEST_GROUP:
            try:
                more = self._queue.get_nowait()
            except queue.Empty:
                break
            if more is None:
                return group, True
            group.append(more)
            count += len(more.drafts)
        return group, False

    def _commit(self, group: list[_Submission]) -> None:
        if self.damage:
            raise Unavailable("The log is damaged; nothing is added to it.")
        started = clock.monotonic()
        outcomes, entries = self._scribe.commit([submission.drafts for submission in group])
        for submission, outcome in zip(group, outcomes, strict=True):
            if isinstance(outcome, Problem):
                submission.future.set_exception(outcome)
            else:
                submission.future.set_result(outcome)
        self._on_commit(Committed(entries, len(group), clock.monotonic() - started))


def _result(future: Future[list[Receipt]], timeout: float) -> list[Receipt]:
    try:
        return future.result(timeout)
    except FutureTimeoutError as error:
        raise Unavailable("The log takes too long. Send the same entries again.") from error


def _fail(group: list[_Submission], error: BaseException) -> None:
    for submission in group:
        if not submission.future.done():
            submission.future.set_exception(error)
