"""How the log asks a witness: add-checkpoint of https://c2sp.org/tlog-witness."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass, field
from http import HTTPStatus

from services.audit.log.cosignature import Cosignature, WitnessKey
from services.audit.log.note import NoteError
from shared.clients.transport import Transport
from shared.problems import Unavailable


@dataclass(frozen=True)
class Elsewhere:
    """The witness has cosigned another size than was thought."""

    size: int


@dataclass(frozen=True)
class Refused:
    """The witness says that this tree does not continue the one it cosigned."""


@dataclass(frozen=True)
class WitnessClient:
    """`url`: the submission prefix."""

    url: str
    key: WitnessKey
    transport: Transport = field(repr=False)

    def add_checkpoint(
        self, old_size: int, proof: Sequence[bytes], note: str
    ) -> Cosignature | Elsewhere | Refused:
        """Raises Unavailable when no answer comes that can be believed."""
        steps = "".join(f"{base64.b64encode(step).decode()}\n" for step in proof)
        body = f"old {old_size}\n{steps}\n{note}".encode()
        headers = {"Content-Type": "text/plain; charset=utf-8"}
        answer = self.transport.send("POST", f"{self.url}/add-checkpoint", headers, body)
        if answer.status == HTTPStatus.OK:
            try:
                return self.key.find(note + answer.body.decode())
            except (NoteError, UnicodeDecodeError) as error:
                raise Unavailable(f"The witness sent no cosignature of its key: {error}") from error
        if answer.status == HTTPStatus.CONFLICT:
            text = answer.body.strip()
            if not text.isdigit():
                raise Unavailable("The witness sent an answer that cannot be read.")
            return Elsewhere(int(text))
        if answer.status == HTTPStatus.UNPROCESSABLE_ENTITY:
            return Refused()
        raise Unavailable(
            f"The witness answers {answer.status}: does it know this log's public key?"
        )
