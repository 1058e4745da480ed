"""What `bundel keycloak` prints: complete for an import, and nothing that is secret or wrong."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner
from joserfc.jwk import ECKey, RSAKey

from bundel.commands.keycloak import command
from bundel.keycloak.realm import RealmFault, person, public_jwks, source_system
from shared.vocabulary import Agency, LegalContext, Role

SOURCE = ["--organisation", "politie-mn", "--agency", "police", "--region", "utrecht"]


def test_the_realm_holds_public_keys_and_no_place_left_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BUNDEL_HOME", str(tmp_path))
    monkeypatch.setenv("BUNDEL_BASE_URL", "https://bundel.example.nl")
    told = CliRunner().invoke(command, ["realm", "--region", "utrecht"])
    assert told.exit_code == 0, told.output
    assert "@" not in re.sub(r"@[a-z]", "", told.output)
    realm = json.loads(told.output)
    keys = [json.loads(one["attributes"]["jwks.string"])["keys"] for one in realm["clients"]]
    assert all(not set(key) & {"d", "p", "q"} for found in keys for key in found)
    assert len({found[0]["n"] for found in keys}) == 3
    callbacks = [one["redirectUris"] for one in realm["clients"]]
    assert callbacks[0] == ["https://bundel.example.nl/signals/callback"]
    again = CliRunner().invoke(command, ["realm", "--region", "utrecht"])
    assert again.output == told.output


def test_a_source_system_is_made_from_the_suppliers_public_key(tmp_path: Path) -> None:
    file = tmp_path / "police.pem"
    file.write_bytes(RSAKey.generate_key(2048).as_pem(private=False))
    told = CliRunner().invoke(
        command, ["source", "police-utrecht", *SOURCE, "--public-key", str(file)]
    )
    assert told.exit_code == 0, told.output
    made = json.loads(told.output)
    assert made["users"][0]["attributes"]["subject"] == ["police-utrecht"]
    assert made["clients"][0]["defaultClientScopes"] == ["basic", "bundel", "aud-bundel-signals"]


def test_weak_and_foreign_keys_and_taken_names_are_refused() -> None:
    good = public_jwks(RSAKey.generate_key(2048).as_pem(private=False))
    for pem in (
        RSAKey.generate_key(1024).as_pem(private=False),
        ECKey.generate_key("P-256").as_pem(private=False),
        b"-----BEGIN nothing",
    ):
        with pytest.raises(RealmFault):
            public_jwks(pem)
    for name in ("bundel-signals", "Police", "p", "x" * 65, "a b"):
        with pytest.raises(RealmFault):
            source_system(name, "politie-mn", Agency.POLICE, "utrecht", good)


def test_a_person_gets_no_role_of_machines_and_must_set_a_second_factor() -> None:
    def made(role: Role) -> dict[str, object]:
        found = person(
            "m.dejong", "Marit", "de Jong", "m@bundel.invalid", role, "vt-utrecht",
            Agency.VEILIG_THUIS, "utrecht", LegalContext.VT_TASK,
        )  # fmt: skip
        return dict(found["users"][0])

    assert made(Role.COORDINATOR)["requiredActions"] == ["UPDATE_PASSWORD", "CONFIGURE_TOTP"]
    for role in (Role.SERVICE, Role.SOURCE):
        with pytest.raises(RealmFault):
            made(role)
