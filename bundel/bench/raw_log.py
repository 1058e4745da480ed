"""The peer of the log: a plain file with group commit, and nothing else that a log does.

The same callers hand it the same entries; each is written out as one line of JSON and waits for a
future. One thread takes what waits, in groups of the sizes that the log's own commits had, and does
one write and one fsync for a group. No tree, no database, no check, no search.
"""

from __future__ import annotations

import json
import os
import queue
import threading
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path

from shared.clients.audit import Entry


@dataclass(slots=True)
class _Line:
    text: bytes
    future: Future[int] = field(default_factory=Future)


class RawLog:
    """Appends to `file` in groups of the given sizes, as many entries as they add up to."""

    def __init__(self, file: Path, groups: Sequence[int]) -> None:
        self._file = file
        self._groups = list(groups)
        self._queue: queue.Queue[_Line] = queue.Queue()
        self._thread = threading.Thread(target=self._run, name="raw-log", daemon=True)
        self._thread.start()

    def submit(self, entries: Sequence[Entry]) -> Future[int]:
        """A future of the place of the (one) entry's line in the file."""
        (entry,) = entries
        text = json.dumps(entry.to_json(), separators=(",", ":")).encode() + b"\n"
        line = _Line(text)
        self._queue.put(line)
        return line.future

    def close(self) -> None:
        """Waits until all groups were written."""
        self._thread.join()

    def _run(self) -> None:
        place = 0
        with self._file.open("ab", buffering=0) as raw:
            for size in self._groups:
                group = [self._queue.get() for _ in range(size)]
                raw.write(b"".join(line.text for line in group))
                os.fsync(raw.fileno())
                for line in group:
                    line.future.set_result(place)
                    place += 1
