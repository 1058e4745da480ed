"""Checkpoints as C2SP signed notes (https://c2sp.org/signed-note, /tlog-checkpoint): Ed25519.

bundel.invalid/log            <- origin, also the key's name
20852163                      <- number of entries
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=   <- root hash

— bundel.invalid/log Az3grlgtzPICa5OS8npVmf1Myq/...
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from services.audit.log.tree import HASH_BYTES

_ED25519 = b"\x01"  # signature type byte of signed-note
DASH = "\u2014"


class NoteError(Exception):
    """A note, checkpoint or key that cannot be accepted; the text says why."""


@dataclass(frozen=True)
class Checkpoint:
    """What a log promises: with `size` entries its root is `root` (32 bytes)."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


def key_hash(name: str, kind: bytes, public: bytes) -> bytes:
    """The id of a key in signed notes; `kind` is its signature type byte."""
    return sha256(name.encode() + b"\n" + kind + public).digest()[:4]


def write_vkey(name: str, kind: bytes, public: bytes) -> str:
    """A public key with its name, as `<name>+<hash>+<base64>`."""
    key = base64.b64encode(kind + public).decode()
    return f"{name}+{key_hash(name, kind, public).hex()}+{key}"


def read_vkey(text: str, kind: bytes) -> tuple[str, bytes]:
    """(name, public key) of a vkey of that kind, written in its only form. Raises NoteError."""
    parts = text.strip().split("+", 2)
    if len(parts) != 3:
        raise NoteError("a key has the form <name>+<hash>+<base64>")
    try:
        raw = base64.b64decode(parts[2], validate=True)
    except (binascii.Error, ValueError) as error:
        raise NoteError("the key is not base64") from error
    if len(raw) != 33 or raw[:1] != kind:
        raise NoteError("the key is not an Ed25519 key of signed-note of this kind")
    if write_vkey(parts[0], kind, raw[1:]) != text.strip():
        raise NoteError("the key's hash does not belong to its name and key")
    return parts[0], raw[1:]


def demand_key_name(name: str) -> None:
    """Raises NoteError when `name` cannot name a key (empty, spaces, plus signs)."""
    if not name or "+" in name or any(c.isspace() for c in name):
        raise NoteError("the name of a key has no spaces and no plus sign")


@dataclass(frozen=True)
class VerifierKey:
    """A log's public key with its name, as `<name>+<hash>+<base64>` ("vkey")."""

    name: str
    public: bytes

    def __str__(self) -> str:
        return write_vkey(self.name, _ED25519, self.public)

    @classmethod
    def parse(cls, text: str) -> VerifierKey:
        """Raises NoteError unless `text` is one vkey, written in its only form."""
        return cls(*read_vkey(text, _ED25519))

    def open(self, note: str) -> Checkpoint:
        """The checkpoint in a note that this key signed. Raises NoteError with what is wrong.

        Strict about form: the note must be byte for byte what its contents give, with this
        log's signature first; signatures of others (witnesses) may follow.
        """
        text, separator, signatures = note.partition("\n\n")
        if not separator:
            raise NoteError("there is no empty line between text and signatures")
        checkpoint = _read_checkpoint(text + "\n", self.name)
        lines = signatures.split("\n")
        if lines[-1] != "" or len(lines) < 2:
            raise NoteError("the signature lines do not end with a line feed")
        own = lines[0].split(" ")
        if len(own) != 3 or own[0] != DASH or own[1] != self.name:
            raise NoteError(f"line 5 is not a signature of {self.name}")
        try:
            raw = base64.b64decode(own[2], validate=True)
        except (binascii.Error, ValueError) as error:
            raise NoteError("the signature is not base64") from error
        if base64.b64encode(raw).decode() != own[2] or len(raw) != 4 + 64:
            raise NoteError("the signature does not have its one form of 68 bytes")
        if raw[:4] != key_hash(self.name, _ED25519, self.public):
            raise NoteError("the signature was made with another key")
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(
                raw[4:], checkpoint.text().encode()
            )
        except InvalidSignature as error:
            raise NoteError("the signature does not fit the text") from error
        return checkpoint


def _read_checkpoint(text: str, origin: str) -> Checkpoint:
    lines = text.split("\n")
    if len(lines) != 4:
        raise NoteError("a checkpoint has three lines: origin, size, root")
    if lines[0] != origin:
        raise NoteError(f"line 1: the origin is {lines[0]!r}, expected {origin!r}")
    if not (lines[1].isascii() and lines[1].isdigit()) or str(int(lines[1])) != lines[1]:
        raise NoteError("line 2: the size is not a plain decimal number")
    try:
        root = base64.b64decode(lines[2], validate=True)
    except (binascii.Error, ValueError) as error:
        raise NoteError("line 3: the root is not base64") from error
    if len(root) != HASH_BYTES or base64.b64encode(root).decode() != lines[2]:
        raise NoteError("line 3: the root is not a hash of 32 bytes in its one form")
    return Checkpoint(origin, int(lines[1]), root)


class Signer:
    """Signs checkpoints for one origin. The Ed25519 seed is derived from a 32-byte setting."""

    def __init__(self, origin: str, secret: bytes) -> None:
        """Raises NoteError when the origin cannot be a key name (empty, spaces, plus signs)."""
        demand_key_name(origin)
        seed = HKDF(hashes.SHA256(), 32, salt=None, info=b"bundel log checkpoint key v1")
        self._private = Ed25519PrivateKey.from_private_bytes(seed.derive(secret))
        self.origin = origin
        self.verifier = VerifierKey(origin, self._private.public_key().public_bytes_raw())

    def sign(self, size: int, root: bytes) -> str:
        """The signed note for a tree of `size` entries."""
        text = Checkpoint(self.origin, size, root).text()
        signature = self._private.sign(text.encode())
        raw = key_hash(self.origin, _ED25519, self.verifier.public) + signature
        return f"{text}\n{DASH} {self.origin} {base64.b64encode(raw).decode()}\n"
