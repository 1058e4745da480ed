"""Signed checkpoints: the form of signed-note, and every way to be refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from services.audit.log.note import NoteError, Signer, VerifierKey
from services.audit.log.tree import EMPTY_ROOT

SIGNER = Signer("bundel.invalid/log", b"k" * 32)
NOTE = SIGNER.sign(42, EMPTY_ROOT)
WYCHEPROOF = Path(__file__).parents[3] / "shared" / "vectors" / "wycheproof" / "ed25519_test.json"


def test_a_signed_checkpoint_opens_with_its_key() -> None:
    checkpoint = SIGNER.verifier.open(NOTE)
    assert (checkpoint.size, checkpoint.root) == (42, EMPTY_ROOT)
    assert NOTE.splitlines()[:2] == ["bundel.invalid/log", "42"]


def test_the_public_key_survives_being_written_down() -> None:
    assert VerifierKey.parse(str(SIGNER.verifier) + "\n") == SIGNER.verifier


def test_the_example_key_of_the_standard_is_read_as_its_makers_meant() -> None:
    text = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
    key = VerifierKey.parse(text)
    assert key.name == "PeterNeumann"
    assert str(key) == text


def test_another_logs_key_does_not_open_it() -> None:
    with pytest.raises(NoteError, match="another key"):
        Signer("bundel.invalid/log", b"x" * 32).verifier.open(NOTE)
    with pytest.raises(NoteError, match="origin"):
        Signer("other.invalid/log", b"k" * 32).verifier.open(NOTE)


@given(data=st.data())
def test_any_changed_byte_of_a_checkpoint_is_refused(data: st.DataObject) -> None:
    raw = bytearray(NOTE.encode())
    at = data.draw(st.integers(0, len(raw) - 1))
    raw[at] ^= data.draw(st.integers(1, 255))
    with pytest.raises((NoteError, UnicodeDecodeError)):
        SIGNER.verifier.open(bytes(raw).decode())


@given(data=st.data())
def test_any_changed_byte_of_a_key_is_refused(data: st.DataObject) -> None:
    raw = bytearray(str(SIGNER.verifier).encode())
    at = data.draw(st.integers(0, len(raw) - 1))
    raw[at] ^= data.draw(st.integers(1, 255))
    try:
        text = bytes(raw).decode()
    except UnicodeDecodeError:
        return
    if text.strip() == str(SIGNER.verifier):
        return
    with pytest.raises(NoteError):
        VerifierKey.parse(text)


@pytest.mark.skipif(not WYCHEPROOF.is_file(), reason="Wycheproof is not beside the project")
def test_the_signature_library_judges_as_wycheproof_says() -> None:
    groups = json.loads(WYCHEPROOF.read_text())["testGroups"]
    for group in groups:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(group["publicKey"]["pk"]))
        for case in group["tests"]:
            signature, message = bytes.fromhex(case["sig"]), bytes.fromhex(case["msg"])
            if case["result"] == "valid":
                key.verify(signature, message)
            else:
                with pytest.raises(InvalidSignature):
                    key.verify(signature, message)


@pytest.mark.parametrize("origin", ["", "two words", "a+b"])
def test_an_origin_that_cannot_be_a_key_name_is_refused(origin: str) -> None:
    with pytest.raises(NoteError):
        Signer(origin, b"k" * 32)
