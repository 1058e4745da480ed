"""Searching the signals of one's own cases while new signals arrive."""

from __future__ import annotations

import itertools
import sqlite3
import threading
from collections.abc import Iterator
from itertools import islice

from bundel.bench.callers import Call, Caller, CallFailed, Side, in_turns
from bundel.bench.ground import Ground
from bundel.bench.line import Line, quantile, time_line
from bundel.bench.material import Material, single_call, to_json_bytes
from bundel.bench.picture import COORDINATOR, PURPOSE, assign, queue
from services.signals.search.choosing import tokeniser_of
from services.signals.search.index import Document, Key, Kind
from services.signals.search.rows import RowIndex
from services.signals.search.tokens import Tokeniser
from shared import clock, ids
from shared.database import open_engine, writing

ARRIVING = 20  # signals per second
_QUESTIONS = ("telefoon", "kinderen geschreeuw", "deur", "bedreigd", "buurvrouw", "moeder")
_LEAST = 100
_TEMPLATES = 400  # different texts among the documents of others
_AT_ONCE = 1000


def search_fts(
    ground: Ground,
    material: Material,
    seconds: float,
    households: int,
    documents: int,
    stored: int,
) -> Line:
    """p99 of a search through the API; the peer asks a plain FTS5 table of the same size."""
    if stored == 0:
        raise CallFailed("nothing is stored")
    allowed = _allow(ground, households)
    texts = [_text(signal.statements) for signal in islice(material.signals(), _TEMPLATES)]
    _fill(ground, texts, documents)
    _fill_peer(ground, texts, documents)
    turn = itertools.cycle(_QUESTIONS)
    headers = ground.person_headers(COORDINATOR)

    def own_call() -> Call:
        body = to_json_bytes({"purpose": PURPOSE, "text": next(turn)})
        return Call("/v1/signals/_search", headers, body)

    def peer_call() -> Call:
        return Call("/search", {}, to_json_bytes({"text": next(turn)}))

    arrivals = Arrivals(ground, material, seconds * 4)
    arrivals.start()
    try:
        mine, theirs = in_turns(
            Side(ground.addresses["signals"], own_call),
            Side(ground.addresses["peer"], peer_call),
            seconds,
            _LEAST,
        )
    finally:
        arrived = arrivals.stop()
    note = f"{documents} documents of others, {allowed} households allowed, {arrived} signals/s"
    note += f" arrived; p50 {quantile(mine, 0.5):.0f} ms"
    return time_line("search_fts", quantile(mine, 0.99), quantile(theirs, 0.99), len(mine), note)


class Arrivals:
    """A source that delivers twenty signals a second until it is stopped."""

    def __init__(self, ground: Ground, material: Material, seconds: float) -> None:
        headers = ground.source_headers()
        count = int(seconds * ARRIVING) + 1
        self._calls = iter(
            [single_call(signal, headers) for signal in islice(material.signals(), count)]
        )
        self._address = ground.addresses["signals"]
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._delivered = 0
        self._began = 0.0

    def start(self) -> None:
        self._began = clock.monotonic()
        self._thread.start()

    def stop(self) -> int:
        """How many arrived per second."""
        self._stopping.set()
        took = clock.monotonic() - self._began
        self._thread.join()
        return round(self._delivered / took)

    def _run(self) -> None:
        caller = Caller(self._address)
        try:
            for call in self._calls:
                due = self._began + self._delivered / ARRIVING - clock.monotonic()
                if self._stopping.wait(max(0.0, due)):
                    return
                caller.send(call)
                self._delivered += 1
        except CallFailed:
            return  # the line tells how many arrived
        finally:
            caller.close()


def _allow(ground: Ground, households: int) -> int:
    """Gives the coordinator so many cases; how many they have then."""
    rows = [row for row in queue(ground) if row["legalContext"] == "vt_task"]
    free = [str(row["caseId"]) for row in rows if not row.get("coordinatorName")]
    assign(ground, free[:households])
    return min(households, len(free))


def _fill(ground: Ground, texts: list[str], documents: int) -> None:
    """Puts documents of other people's households into the index, as the service writes them."""
    tokeniser = tokeniser_of(ground.settings)
    engine = open_engine(ground.settings.databases["signals"])
    index = RowIndex(tokeniser)
    try:
        for start in range(0, documents, _AT_ONCE):
            made = [
                _document(tokeniser, ids.new_id(), texts[number % len(texts)])
                for number in range(start, min(start + _AT_ONCE, documents))
            ]
            with writing(engine).begin() as connection:
                index.write(connection, made)
    finally:
        engine.dispose()


def _document(tokeniser: Tokeniser, household: str, text: str) -> Document:
    return Document(
        key=Key(ids.new_id(), household),
        version=1,
        kind=Kind("police", "incident"),
        day="2026-03-03",
        statements=tokeniser.words(household, text),
    )


def _fill_peer(ground: Ground, texts: list[str], documents: int) -> None:
    rows: Iterator[tuple[str]] = ((texts[number % len(texts)],) for number in range(documents))
    connection = sqlite3.connect(ground.settings.home / "peer.sqlite", timeout=30)
    try:
        with connection:
            connection.executemany("INSERT INTO words (body) VALUES (?)", rows)
    finally:
        connection.close()


def _text(statements: object) -> str:
    return " ".join(getattr(one, "text", "") for one in statements)  # type: ignore[attr-defined]
