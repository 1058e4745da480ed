"""Has every checkpoint cosigned soon after it was signed, and believes the witness over itself.

A database put back to yesterday agrees with itself; only somebody outside can tell. So the log
starts only when its witness has not seen more than the database holds, nor anything else.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Engine

from services.audit.log import store
from services.audit.log.check import LogDamaged
from services.audit.log.cosignature import Cosignature
from services.audit.log.rows import add_rows
from services.audit.log.tiles import TileTree
from services.audit.log.tree import consistency_proof
from services.audit.witnessing.client import Refused, WitnessClient
from shared import clock
from shared.database import writing
from shared.problems import Unavailable

_BETWEEN = 1.0  # seconds: groups committed in that time share a cosignature
_ASK_ANYWAY = 300.0  # seconds; also without news: the witness may have been shown another tree
_TURNS = 3  # once to learn the witness's size, once to go on from there, once for a race


class NoWitness(Exception):
    """The witness does not answer, so nobody can say that this database is the newest."""


class Witnessing:
    """Works on one engine with one witness.

    `empty`: the signed checkpoint of a log without entries, which is not stored anywhere. `stop`
    is told why the log must stop.
    """

    def __init__(
        self,
        engine: Engine,
        client: WitnessClient,
        empty: str,
        stop: Callable[[str], None] = lambda reason: None,
    ) -> None:
        self._engine = engine
        self._client = client
        self._empty = empty
        self._stop = stop
        self._due = 0.0
        self._ask_anyway = 0.0

    def confirm_start(self, seconds: float) -> None:
        """Waits at most `seconds` for the witness to cosign what is stored.

        Raises LogDamaged when the witness saw more or other entries, NoWitness when it is away.
        """
        end = clock.monotonic() + seconds
        while True:
            try:
                self.advance()
                return
            except Unavailable as error:
                if clock.monotonic() > end:
                    raise NoWitness(
                        f"the witness at {self._client.url} does not answer ({error.detail}), so "
                        "nobody can say whether this database is the newest. Start the witness, or "
                        "take BUNDEL_WITNESS_URL away if you accept that risk"
                    ) from error
            clock.pause(0.3)

    def run_once(self) -> int:
        """As a background worker: has the newest checkpoint cosigned, once a second at most."""
        if clock.monotonic() < self._due:
            return 0
        now = clock.monotonic()
        self._due = now + _BETWEEN
        if now < self._ask_anyway and not self._news():
            return 0
        self._ask_anyway = now + _ASK_ANYWAY
        try:
            return self.advance()
        except LogDamaged as error:
            self._stop(str(error))
            return 0

    def _news(self) -> bool:
        with store.snapshot(self._engine) as connection:
            last = store.last_checkpoint(connection)
            known = store.last_witnessed(connection)
        return last is not None and (known is None or known.size != last.size)

    def advance(self) -> int:
        """1 when a checkpoint was cosigned, 0 when the newest one was before.

        Raises LogDamaged when the witness refuses it, Unavailable when it is away.
        """
        with store.snapshot(self._engine) as connection:
            last = store.last_checkpoint(connection)
            known = store.last_witnessed(connection)
            if known is not None and (last is None or known.size > last.size):
                raise LogDamaged(_rolled_back(known.size, 0 if last is None else last.size))
            size = 0 if last is None else last.size
            note = self._empty if last is None else last.note
            tree = TileTree(size, store.TileReader(connection))
            answer = self._ask(0 if known is None else known.size, size, note, tree)
        if size == 0 or (known is not None and known.size == size):
            return 0
        row = (size, answer.witness, _moment(answer.time), answer.line)
        columns = ("size", "witness", "witnessed_at", "line")
        with writing(self._engine).begin() as connection:
            add_rows(connection, "cosignatures", columns, [row])
        return 1

    def _ask(self, old: int, size: int, note: str, tree: TileTree) -> Cosignature:
        for _ in range(_TURNS):
            proof = consistency_proof(old, size, tree.node) if old else []
            answer = self._client.add_checkpoint(old, proof, note)
            if isinstance(answer, Cosignature):
                return answer
            if isinstance(answer, Refused) or answer.size == old:
                raise LogDamaged(
                    f"split view or rewrite: the witness {self._client.key.name} cosigned another "
                    f"history of the first {old} entries than this database holds, although both "
                    "are signed with the log's key. That key may be stolen"
                )
            if answer.size > size:
                raise LogDamaged(_rolled_back(answer.size, size))
            old = answer.size
        raise Unavailable("The witness changes its mind.")


def _moment(seconds: int) -> str:
    return clock.timestamp(clock.from_epoch(seconds))


def _rolled_back(seen: int, stored: int) -> str:
    return (
        f"rollback or truncation: a witness has cosigned {seen} entries of this log, the database "
        f"holds {stored}. It looks like an older state that was put back, or entries from {stored} "
        "on were removed. Restore the newest database; do not start from this one"
    )
