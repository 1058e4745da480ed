"""`audit_append` and `log_verify`: the log's own writer and verifier, without HTTP."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from bundel.bench.line import Line, rate_line
from bundel.bench.raw_log import RawLog
from services.audit.exports.layout import LENGTH_BYTES
from services.audit.exports.verifier import verify_export
from services.audit.exports.writer import write_export
from services.audit.keys import book_of, signer_of
from services.audit.log.sequencer import Committed, Sequencer
from shared import clock, ids
from shared.authentication.actor import Actor
from shared.clients.audit import Entry, entry_for
from shared.database import migrate, open_engine
from shared.settings import Settings
from shared.vocabulary import Agency, LegalContext, Role

CALLERS = 64
_ROUNDS = 3
_MOST_A_SECOND = 12_000  # entries prepared for each second of measuring
_LARGE = 500  # entries in one request while the log is only being filled
_HOUSEHOLDS = [ids.new_id() for _ in range(1000)]
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

    def append_for(self, seconds: float) -> tuple[int, float]:
        """One entry a call, 64 calls waiting at any time: (entries, seconds until all durable)."""
        entries = list(islice(_entries(), int(_MOST_A_SECOND * seconds)))
        count, took = handed_in(self.sequencer.submit, entries, seconds)
        self.sequencer.make_searchable(60)
        self.entries += count
        return count, took

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
    """Entries per second through the sequencer, beside a raw file with the same grouping.

    Search columns are not part of it: they follow when nobody waits, here after the clock stopped.
    """
    own_count = raw_count = bare_count = 0
    own_seconds = raw_seconds = bare_seconds = 0.0
    groups: list[int] = []
    file = log.settings.home / "raw.log"
    log.append_for(0.3)  # warm
    for _ in range(_ROUNDS):
        log.groups.clear()
        count, took = log.append_for(seconds / 2 / _ROUNDS)
        own_count, own_seconds = own_count + count, own_seconds + took
        groups += log.groups
        raw = RawLog(file, log.groups)
        count, took = handed_in(raw.submit, list(islice(_entries(), sum(log.groups))), 60)
        raw.close()
        raw_count, raw_seconds = raw_count + count, raw_seconds + took
        count, took = raw_append(file, log.groups)
        bare_count, bare_seconds = bare_count + count, bare_seconds + took
    own, bare = own_count / own_seconds, bare_count / bare_seconds
    note = (
        f"{CALLERS} callers; {own_count / len(groups):.0f} entries in a commit, at most "
        f"{max(groups)}; {own / bare:.2f} of lines prepared beforehand and written by no callers"
    )
    return rate_line("audit_append", own, raw_count / raw_seconds, own_count, note)


def handed_in(
    submit: Callable[[Sequence[Entry]], Future[Any]], entries: Sequence[Entry], seconds: float
) -> tuple[int, float]:
    """One entry a call, 64 calls waiting at any time: (entries, seconds until all durable)."""
    waiting: deque[Future[Any]] = deque()
    count, started = 0, time.perf_counter()
    end = started + seconds
    for entry in entries:
        if time.perf_counter() > end:
            break
        if len(waiting) >= CALLERS:
            waiting.popleft().result(30)
        waiting.append(submit([entry]))
        count += 1
    while waiting:
        waiting.popleft().result(30)
    return count, time.perf_counter() - started


def raw_append(file: Path, groups: Sequence[int]) -> tuple[int, float]:
    """Appends as many entries in the same groups, one write and one fsync a group: the disk's own
    pace, without callers and with every line prepared before the clock starts."""
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
    """Entries as reads of households leave them, about 0.9 kB: a thousand households of two
    persons, in no order; the log knows most persons already, as one in use does."""
    moment = clock.timestamp(clock.now())
    while True:
        household = _HOUSEHOLDS[secrets.randbelow(len(_HOUSEHOLDS))]
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
            subjects=[f"{household[:-1]}a", f"{household[:-1]}b"],
            household_id=household,
            case_id=household,
            region="utrecht",
            signal_ids=[ids.new_id()],
            picture_version=3,
            processing_activity="urn:bundel:processing:picture",
        )
