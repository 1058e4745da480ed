"""Cosignatures of witnesses: C2SP tlog-cosignature v1 (https://c2sp.org/tlog-cosignature), Ed25519.

A cosignature says: at that time this was the largest tree of that log that the witness had seen,
and it continues all trees it had cosigned before.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from services.audit.log.note import (
    DASH,
    NoteError,
    demand_key_name,
    key_hash,
    read_vkey,
    write_vkey,
)

_COSIGNATURE_V1 = b"\x04"  # signature type byte
_TIME_BYTES = 8
_SIGNATURE_BYTES = 4 + _TIME_BYTES + 64


@dataclass(frozen=True)
class Cosignature:
    """`line`: the signature line without its line feed; `time`: seconds since 1970, UTC."""

    witness: str
    time: int
    line: str


def _message(text: str, time: int) -> bytes:
    return f"cosignature/v1\ntime {time}\n{text}".encode()


def signature_lines(note: str) -> list[str]:
    """The signature lines of a note, the log's own and those of others. Raises NoteError."""
    _text, separator, lines = note.partition("\n\n")
    if not separator or not lines.endswith("\n"):
        raise NoteError("there are no signature lines")
    return lines[:-1].split("\n")


def has_form(line: str) -> bool:
    """Is this written as a cosignature is? Says nothing of who made it."""
    return _read(line) is not None


def _read(line: str) -> tuple[str, bytes] | None:
    parts = line.split(" ")
    if len(parts) != 3 or parts[0] != DASH or not parts[1]:
        return None
    try:
        raw = base64.b64decode(parts[2], validate=True)
    except (binascii.Error, ValueError):
        return None
    if len(raw) != _SIGNATURE_BYTES or base64.b64encode(raw).decode() != parts[2]:
        return None
    return parts[1], raw


@dataclass(frozen=True)
class WitnessKey:
    """A witness's public key with its name, as a vkey of type 0x04."""

    name: str
    public: bytes

    def __str__(self) -> str:
        return write_vkey(self.name, _COSIGNATURE_V1, self.public)

    @classmethod
    def parse(cls, text: str) -> WitnessKey:
        """Raises NoteError unless `text` is one vkey of a witness, written in its only form."""
        return cls(*read_vkey(text, _COSIGNATURE_V1))

    def find(self, note: str) -> Cosignature:
        """This witness's cosignature in a note.

        Raises NoteError when it is not there or does not fit the note's text.
        """
        text = note.partition("\n\n")[0] + "\n"
        for line in signature_lines(note):
            read = _read(line)
            if read is None or read[0] != self.name:
                continue
            if read[1][:4] == key_hash(self.name, _COSIGNATURE_V1, self.public):
                return self._checked(text, line, read[1][4:])
        raise NoteError(f"there is no cosignature of {self.name}")

    def _checked(self, text: str, line: str, raw: bytes) -> Cosignature:
        time = int.from_bytes(raw[:_TIME_BYTES], "big")
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(
                raw[_TIME_BYTES:], _message(text, time)
            )
        except InvalidSignature as error:
            raise NoteError(f"the cosignature of {self.name} does not fit the text") from error
        return Cosignature(self.name, time, line)


class Cosigner:
    """Cosigns under one name with an Ed25519 key (a seed of 32 bytes)."""

    def __init__(self, name: str, seed: bytes) -> None:
        """Raises NoteError when `name` cannot name a key."""
        demand_key_name(name)
        self._private = Ed25519PrivateKey.from_private_bytes(seed)
        self.key = WitnessKey(name, self._private.public_key().public_bytes_raw())

    def cosign(self, text: str, time: int) -> str:
        """The signature line, with its line feed, for a checkpoint's text (three lines)."""
        signature = self._private.sign(_message(text, time))
        hashed = key_hash(self.key.name, _COSIGNATURE_V1, self.key.public)
        raw = hashed + time.to_bytes(_TIME_BYTES, "big") + signature
        return f"{DASH} {self.key.name} {base64.b64encode(raw).decode()}\n"
