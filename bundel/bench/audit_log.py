"""`audit_append` and `log_verify`: the log's own writer and verifier, without HTTP."""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from bundel.bench.line import Line, rate_line
from services.audit.exports.layout import LENGTH_BYTES
from services.audit.exports.verifier import verify_export
from services.audit.exports.writer import write_export
from services.audit.keys import book_of, signer_of
from services.audit.log.sequencer import Committed, Sequencer
from shared import clock, ids
from shared.authentication.actor import Actor
from shared.clients.audit import Entry, Receipt, entry_for
from shared.database import migrate, open_engine
from shared.settings import Settings
from shared.vocabulary import Agency, LegalContext, Role

CALLERS = 64
_ROUNDS = 3
_LARGE = 500  # entries in one request while the log is only being filled
_READER = Actor(
    subject="5db0293d-3949-562d-a340-bff941996822",
    client="bundel-signals",
    role=Role.COORDINATOR,
    organisation="vt-utrecht",
    agency=Agency.VEILIG_THUIS,
    region="utrecht",
    legal_context=LegalContext.VT_TASK,
)


@dataclass
class BenchLog:
    """A log of its own in a folder of its own, with the real sequencer."""

    settings: Settings
    sequencer: Sequencer
    groups: list[int]  # entries in each commit since it was cleared
    entries: int = 0
    _waiting: deque[Future[list[Receipt]]] = field(default_factory=deque)

    def append_for(self, seconds: float) -> tuple[int, float]:
        """One entry a call, 64 calls waiting at any time: (entries, seconds until all durable)."""
        prepared = iter(list(islice(_entries(), 4000)))
        count, started = 0, time.perf_counter()
        end = started + seconds
        while time.perf_counter() < end:
            batch = list(islice(prepared, 1))
            if not batch:
                break
            if len(self._waiting) >= CALLERS:
                self._waiting.popleft().result(30)
            self._waiting.append(self.sequencer.submit(batch))
            count += 1
        while self._waiting:
            self._waiting.popleft().result(30)
        self.entries += count
        return count, time.perf_counter() - started

    def fill(self, size: int) -> None:
        """Makes the log at least `size` entries long."""
        while self.entries < size:
            self.sequencer.append(list(islice(_entries(), _LARGE)), timeout=60)
            self.entries += _LARGE


@contextmanager
def opened_log(settings: Settings) -> Iterator[BenchLog]:
    """A new log in the settings' home, closed at the end."""
    url = f"sqlite:///{settings.home / 'bench-log.sqlite'}"
    migrate("audit", url)
    engine = open_engine(url)
    groups: list[int] = []

    def note(done: Committed) -> None:
        groups.append(done.entries)

    sequencer = Sequencer(engine, signer_of(settings), book_of(settings), note)
    try:
        yield BenchLog(settings, sequencer, groups)
    finally:
        sequencer.close()
        engine.dispose()


def audit_append(log: BenchLog, seconds: float) -> Line:
    """Entries per second through the sequencer, beside the same groups appended to a raw file."""
    own_count = raw_count = 0
    own_seconds = raw_seconds = 0.0
    largest = 0
    for _ in range(_ROUNDS):
        log.groups.clear()
        count, took = log.append_for(seconds / 2 / _ROUNDS)
        own_count, own_seconds = own_count + count, own_seconds + took
        largest = max(largest, *log.groups)
        count, took = raw_append(log.settings.home / "raw.log", log.groups)
        raw_count, raw_seconds = raw_count + count, raw_seconds + took
    note = f"{CALLERS} callers; at most {largest} entries in one commit"
    return rate_line(
        "audit_append", own_count / own_seconds, raw_count / raw_seconds, own_count, note
    )


def raw_append(file: Path, groups: Sequence[int]) -> tuple[int, float]:
    """Appends as many entries in the same groups, one write and one fsync a group."""
    lines = [
        json.dumps(entry.to_json(), separators=(",", ":")).encode() + b"\n"
        for entry in islice(_entries(), sum(groups))
    ]
    supply = iter(lines)
    started = time.perf_counter()
    with file.open("ab", buffering=0) as raw:
        for size in groups:
            raw.write(b"".join(islice(supply, size)))
            os.fsync(raw.fileno())
    return len(lines), time.perf_counter() - started


def log_verify(log: BenchLog, size: int) -> Line:
    """Entries per core-second of the full check, beside hashing the same entries and no more."""
    log.fill(size)
    folder = log.settings.home / f"export-{ids.new_id()}"
    engine = open_engine(f"sqlite:///{log.settings.home / 'bench-log.sqlite'}")
    key = signer_of(log.settings).verifier
    try:
        write_export(engine, folder, key)
    finally:
        engine.dispose()
    own, peer, checked = 0.0, 0.0, 0
    for _ in range(_ROUNDS):
        started = time.process_time()
        verdict = verify_export(folder, key)
        own += time.process_time() - started
        if not verdict.whole or verdict.checkpoint is None:
            return Line("log_verify", why=f"the export is not whole: {verdict.findings[:1]}")
        checked += verdict.checkpoint.size
        peer += hash_only(folder)
    note = f"log of {checked // _ROUNDS} entries, checked {_ROUNDS} times; peer: SHA-256 only"
    line = rate_line("log_verify", checked / own, checked / peer, checked, note)
    return Line(line.name, checked / own, line.peer, line.ratio, line.n, line.note)


def hash_only(folder: Path) -> float:
    """Core-seconds for the leaf hash of every entry in the export, nothing compared."""
    started = time.process_time()
    for file in sorted((folder / "tile" / "entries").rglob("*")):
        if not file.is_file():
            continue
        data, at = file.read_bytes(), 0
        while at < len(data):
            begin = at + LENGTH_BYTES
            at = begin + int.from_bytes(data[at:begin], "big")
            hashlib.sha256(b"\x00" + data[begin:at]).digest()
    return time.process_time() - started


def _entries() -> Iterator[Entry]:
    """Entries as a read of a household leaves them, about 0.7 kB."""
    moment = clock.timestamp(clock.now())
    while True:
        yield entry_for(
            _READER,
            "household.opened",
            service="signals",
            occurred_at=moment,
            purpose="case_coordination",
            ground="R01",
            decision_id=ids.new_id(),
            policy_version="2026-01",
            revision=17,
            subjects=[ids.new_id(), ids.new_id()],
            household_id=ids.new_id(),
            case_id=ids.new_id(),
            region="utrecht",
            signal_ids=[ids.new_id()],
            picture_version=3,
            processing_activity="urn:bundel:processing:picture",
        )
