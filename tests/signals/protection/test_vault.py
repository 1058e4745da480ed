"""Keys and encryption at rest."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from sqlalchemy import Engine, select

from services.signals.protection.matchkeys import MatchKeyer
from services.signals.protection.tables import data_keys
from services.signals.protection.vault import (
    CannotOpen,
    KeyRing,
    Sealed,
    Vault,
    decrypt,
    encrypt,
)
from shared.database import open_engine
from shared.settings import Settings

VECTORS = Path(__file__).parents[4] / "shared" / "vectors" / "wycheproof"


def vectors(name: str) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    path = VECTORS / name
    if not path.exists():
        pytest.skip(f"the Wycheproof vectors are not here ({name})")
    for group in json.loads(path.read_text())["testGroups"]:
        for case in group["tests"]:
            yield group, case


@pytest.fixture
def keys(database_url: Callable[[str], str]) -> Iterator[Engine]:
    engine = open_engine(database_url("signals/protection"))
    yield engine
    engine.dispose()


def test_what_is_sealed_opens_in_its_own_place_only(settings: Settings, keys: Engine) -> None:
    vault = Vault(settings, keys)
    first, second = vault.seal_many([(b"een", b"row 1"), (b"twee", b"row 2")])
    assert vault.open_many([(second, b"row 2"), (first, b"row 1")]) == [b"twee", b"een"]
    with pytest.raises(CannotOpen):
        vault.open_many([(first, b"row 2")])
    with pytest.raises(CannotOpen):
        vault.open_many([(Sealed(second.key_id, first.blob), b"row 1")])
    flipped = first.blob[:-1] + bytes([first.blob[-1] ^ 1])
    with pytest.raises(CannotOpen):
        vault.open_many([(replace(first, blob=flipped), b"row 1")])


def test_the_same_text_is_never_sealed_alike(settings: Settings, keys: Engine) -> None:
    vault = Vault(settings, keys)
    first, second = vault.seal(b"x", b"row"), vault.seal(b"x", b"row")
    assert first.key_id != second.key_id
    assert first.blob != second.blob


def test_a_destroyed_key_opens_nothing_and_leaves_no_wrapped_key(
    settings: Settings, keys: Engine
) -> None:
    vault = Vault(settings, keys)
    gone, stays = vault.seal(b"weg", b"a"), vault.seal(b"blijft", b"b")
    vault.destroy([gone.key_id])
    with pytest.raises(CannotOpen, match="destroyed"):
        vault.open_many([(gone, b"a")])
    assert vault.open_many([(stays, b"b")]) == [b"blijft"]
    assert vault.destroyed([gone.key_id, stays.key_id]) == {gone.key_id}
    with keys.connect() as connection:
        row = connection.execute(select(data_keys).where(data_keys.c.key_id == gone.key_id)).one()
    assert row.wrapped is None
    assert row.destroyed_at


def test_the_key_encryption_key_rotates_without_sealing_anything_anew(
    settings: Settings, keys: Engine
) -> None:
    old = Vault(settings, keys, KeyRing({1: b"1" * 32}))
    sealed = old.seal(b"tekst", b"row")
    both = Vault(settings, keys, KeyRing({1: b"1" * 32, 2: b"2" * 32}))
    assert both.open_many([(sealed, b"row")]) == [b"tekst"]
    assert both.rewrap() == 1
    assert both.rewrap() == 0
    new = Vault(settings, keys, KeyRing({2: b"2" * 32}))
    assert new.open_many([(sealed, b"row")]) == [b"tekst"]
    with pytest.raises(CannotOpen, match="generation 2"):
        old.open_many([(sealed, b"row")])


def test_a_wrong_key_encryption_key_opens_nothing(settings: Settings, keys: Engine) -> None:
    sealed = Vault(settings, keys).seal(b"tekst", b"row")
    stranger = Vault(settings, keys, KeyRing({1: b"?" * 32}))
    with pytest.raises(CannotOpen):
        stranger.open_many([(sealed, b"row")])


def test_aes_gcm_agrees_with_wycheproof() -> None:
    count = 0
    for group, case in vectors("aes_gcm_test.json"):
        if (group["keySize"], group["ivSize"], group["tagSize"]) != (256, 96, 128):
            continue
        count += 1
        key, aad = bytes.fromhex(case["key"]), bytes.fromhex(case["aad"])
        blob = bytes.fromhex(case["iv"] + case["ct"] + case["tag"])
        plaintext = bytes.fromhex(case["msg"])
        if case["result"] == "valid":
            assert decrypt(key, blob, aad) == plaintext, case["tcId"]
            assert decrypt(key, encrypt(key, plaintext, aad), aad) == plaintext
        else:
            with pytest.raises(CannotOpen):
                decrypt(key, blob, aad)
    assert count > 50


def test_hmac_sha256_agrees_with_wycheproof() -> None:
    import hashlib
    import hmac

    count = 0
    for group, case in vectors("hmac_sha256_test.json"):
        count += 1
        made = hmac.new(
            bytes.fromhex(case["key"]), bytes.fromhex(case["msg"]), hashlib.sha256
        ).digest()[: group["tagSize"] // 8]
        same = hmac.compare_digest(made, bytes.fromhex(case["tag"]))
        assert same == (case["result"] == "valid"), case["tcId"]
    assert count > 100


def test_a_match_key_takes_several_fields_and_tells_them_apart() -> None:
    keyer = MatchKeyer(b"k" * 32)
    assert keyer.value("name", ["ab", "c"]) != keyer.value("name", ["a", "bc"])
    assert keyer.value("name", ["a", "b"]) != keyer.value("other", ["a", "b"])
    assert keyer.value("name", ["a", "b"]) != MatchKeyer(b"k" * 32, 2).value("name", ["a", "b"])
    assert keyer.value("name", ["a", "b"]) != MatchKeyer(b"l" * 32).value("name", ["a", "b"])
    assert len(keyer.value("bsn", ["999990019"])) == 32
    for fields in (["surname"], [], ["a", ""]):
        with pytest.raises(ValueError, match="match key"):
            keyer.value("name", fields)
    assert "k" * 8 not in repr(keyer)
