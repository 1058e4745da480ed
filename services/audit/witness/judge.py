"""Decides what a witness cosigns: the call add-checkpoint of https://c2sp.org/tlog-witness."""

from __future__ import annotations

import base64
import binascii
import re
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus

from services.audit.log.cosignature import Cosigner, signature_lines
from services.audit.log.note import Checkpoint, NoteError, VerifierKey
from services.audit.log.tree import EMPTY_ROOT, ProofError, verify_consistency
from services.audit.witness.state import WitnessState
from shared import clock

_OLD = re.compile(r"old (0|[1-9][0-9]{0,18})", re.ASCII)
_MOST_STEPS = 63
SIZE_TYPE = "text/x.tlog.size"
PLAIN = "text/plain"


@dataclass(frozen=True)
class Judgement:
    """What to answer."""

    status: int
    body: str
    mimetype: str = PLAIN


@dataclass(frozen=True)
class Submission:
    old_size: int
    proof: list[bytes]
    note: str


class WrongForm(Exception):
    """The request is not what the protocol says; the text says where."""


def read_submission(body: bytes) -> Submission:
    """Reads a request. Raises WrongForm."""
    try:
        head, separator, note = body.decode().partition("\n\n")
    except UnicodeDecodeError as error:
        raise WrongForm("the request is not UTF-8") from error
    first, *steps = head.split("\n")
    match = _OLD.fullmatch(first)
    if not separator or match is None:
        raise WrongForm("the request does not begin with `old <size>` and a proof")
    if len(steps) > _MOST_STEPS:
        raise WrongForm(f"a proof has at most {_MOST_STEPS} hashes")
    try:
        proof = [base64.b64decode(step, validate=True) for step in steps]
    except (binascii.Error, ValueError) as error:
        raise WrongForm("a line of the proof is not base64") from error
    if any(len(step) != len(EMPTY_ROOT) for step in proof):
        raise WrongForm("a line of the proof is not a hash")
    return Submission(int(match[1]), proof, note)


class Witness:
    """Safe for many threads: judging and keeping are one step."""

    def __init__(self, state: WitnessState, cosigner: Cosigner, logs: Sequence[VerifierKey]):
        self._state = state
        self._cosigner = cosigner
        self._logs = {log.name: log for log in logs}
        self._lock = threading.Lock()

    @property
    def key(self) -> str:
        """The public key, as a vkey."""
        return str(self._cosigner.key)

    def latest(self) -> str:
        """The last cosigned note of every log."""
        return "\n".join(filter(None, map(self._state.latest, self._logs)))

    def add_checkpoint(self, body: bytes) -> Judgement:
        """Cosigns a checkpoint that continues the last one, or says why not."""
        try:
            asked = read_submission(body)
        except WrongForm as error:
            return Judgement(HTTPStatus.BAD_REQUEST, f"{error}\n")
        origin = asked.note.partition("\n")[0]
        log = self._logs.get(origin)
        if log is None:
            return Judgement(HTTPStatus.NOT_FOUND, "this witness does not know that log\n")
        try:
            checkpoint, note = _signed(log, asked.note)
        except NoteError as error:
            return Judgement(HTTPStatus.FORBIDDEN, f"{error}\n")
        if asked.old_size > checkpoint.size:
            return Judgement(HTTPStatus.BAD_REQUEST, "the old size is larger than the new\n")
        with self._lock:
            return self._judge(log, asked, checkpoint, note)

    def _judge(
        self, log: VerifierKey, asked: Submission, checkpoint: Checkpoint, note: str
    ) -> Judgement:
        kept = self._state.latest(checkpoint.origin)
        last = Checkpoint(checkpoint.origin, 0, EMPTY_ROOT) if kept is None else log.open(kept)
        if asked.old_size != last.size:
            return Judgement(HTTPStatus.CONFLICT, f"{last.size}\n", SIZE_TYPE)
        if checkpoint.size == last.size and checkpoint.root != last.root:
            return Judgement(HTTPStatus.CONFLICT, f"{last.size}\n", SIZE_TYPE)
        try:
            if last.size == 0:
                if asked.proof:
                    raise ProofError("the first checkpoint needs no proof")
            else:
                verify_consistency(
                    last.size, checkpoint.size, last.root, checkpoint.root, asked.proof
                )
        except ProofError as error:
            return Judgement(HTTPStatus.UNPROCESSABLE_ENTITY, f"{error}\n")
        line = self._cosigner.cosign(checkpoint.text(), int(clock.now().timestamp()))
        self._state.keep(checkpoint.origin, note + line)  # before the answer leaves
        return Judgement(HTTPStatus.OK, line)


def _signed(log: VerifierKey, note: str) -> tuple[Checkpoint, str]:
    """The checkpoint that `log` signed, and its note with no signature but that one.

    Signatures of unknown keys are ignored. Raises NoteError.
    """
    text = note.partition("\n\n")[0]
    fault = NoteError("the checkpoint is not signed")
    for line in signature_lines(note):
        own = f"{text}\n\n{line}\n"
        try:
            return log.open(own), own
        except NoteError as error:
            fault = error
    raise fault
