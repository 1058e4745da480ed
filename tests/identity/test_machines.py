"""Machines get tokens by a signed assertion that opens the door once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from services.identity.app import create_app
from shared import clock
from shared.clients.transport import WsgiTransport
from shared.http import mounted
from shared.settings import Settings, SettingsError, load_settings
from tests.identity.asking import Asking, claims_of, refused


@pytest.mark.parametrize("algorithm", ["PS256", "RS256"])
def test_a_source_system_gets_a_token_with_every_claim(asking: Asking, algorithm: str) -> None:
    answer = asking.token(asking.assertion(algorithm=algorithm))
    body = answer.json()
    assert answer.status == 200
    assert (body["token_type"], body["expires_in"]) == ("Bearer", 300)
    assert "refresh_token" not in body
    assert answer.headers["cache-control"] == "no-store"
    claims = claims_of(body["access_token"])
    assert len(claims.pop("jti")) >= 22
    assert claims.pop("exp") - claims.pop("iat") == 300
    assert claims == {
        "iss": asking.settings.issuer,
        "sub": "police-utrecht",
        "azp": "police-utrecht",
        "aud": "bundel-signals",
        "role": "source",
        "organisation": "politie-midden-nederland",
        "agency": "police",
        "region": "utrecht",
        "legal_context": "none",
    }


def test_a_replayed_assertion_is_refused(asking: Asking) -> None:
    assertion = asking.assertion()
    assert asking.token(assertion).status == 200
    assert "used before" in refused(asking.token(assertion), 401, "invalid_client")


def test_a_replayed_assertion_is_refused_after_a_restart_too(
    asking: Asking, settings: Settings, wsgi_transport: WsgiTransport
) -> None:
    assertion = asking.assertion()
    assert asking.token(assertion).status == 200
    again = create_app(settings)
    wsgi_transport.applications["identity"] = mounted(again, "identity")
    refused(asking.token(assertion), 401, "invalid_client")
    again.extensions["bundel_close"]()


def test_the_same_jti_of_another_client_is_no_replay(asking: Asking) -> None:
    assert asking.token(asking.assertion(jti="the same")).status == 200
    assert asking.token(asking.assertion("vt-utrecht", jti="the same")).status == 200


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"aud": "http://elsewhere.test/token"}, "aud"),
        ({"aud": ["http://elsewhere.test", "http://bundel.test/identity/token"]}, "aud"),
        ({"aud": None}, "aud"),
        ({"exp": 1}, "expired"),
        ({"exp": None}, "no exp"),
        ({"iat": None}, "no iat"),
        ({"jti": None}, "no jti"),
        ({"jti": 7}, "no jti"),
        ({"jti": "x" * 300}, "too long"),
        ({"iss": "vt-utrecht"}, "differ"),
        ({"signed_by": "vt-utrecht"}, "seal"),
    ],
)
def test_an_assertion_with_a_fault_is_refused(
    asking: Asking, changes: dict[str, Any], sentence: str
) -> None:
    answer = asking.token(asking.assertion(**changes))
    assert sentence in refused(answer, 401, "invalid_client")


def test_an_assertion_may_not_live_long_nor_come_from_the_future(asking: Asking) -> None:
    now = int(clock.now().timestamp())
    long = asking.token(asking.assertion(exp=now + 3600))
    assert "too long" in refused(long, 401, "invalid_client")
    future = asking.token(asking.assertion(iat=now + 60, exp=now + 120))
    assert "future" in refused(future, 401, "invalid_client")


def test_the_issuer_is_an_audience_of_an_assertion_too(asking: Asking) -> None:
    assert asking.token(asking.assertion(aud=asking.settings.issuer)).status == 200
    assert asking.token(asking.assertion(aud=[asking.settings.issuer])).status == 200


@pytest.mark.parametrize("assertion", ["x", "a.b.c", "eyJhbGciOiJub25lIn0.e30.", "é.é.é"])
def test_garbage_for_an_assertion_is_refused(asking: Asking, assertion: str) -> None:
    refused(asking.token(assertion), 401, "invalid_client")


def test_an_unknown_client_or_none_at_all_is_refused(asking: Asking) -> None:
    unknown = asking.assertion("nobody", signed_by="police-utrecht")
    refused(asking.token(unknown), 401, "invalid_client")
    refused(asking.token(client_assertion="x", client_assertion_type=""), 401, "invalid_client")
    secret = asking.token(
        client_assertion_type="x", client_id="police-utrecht", client_secret="police-utrecht"
    )
    refused(secret, 401, "invalid_client")


def test_a_source_system_gets_no_token_for_consent_or_audit(asking: Asking) -> None:
    refused(asking.token(audience="bundel-audit"), 400, "invalid_scope")
    refused(asking.token(audience="bundel-consent"), 400, "invalid_scope")


def test_a_source_system_may_not_use_the_ways_of_people(asking: Asking) -> None:
    refused(asking.token(grant_type="authorization_code", code="x"), 400, "unauthorized_client")
    refused(asking.token(grant_type="refresh_token", refresh_token="x"), 400, "unauthorized_client")
    refused(asking.token(grant_type="password"), 400, "unsupported_grant_type")


def test_a_service_asks_for_one_audience_at_a_time(asking: Asking) -> None:
    service = asking.assertion("bundel-signals")
    refused(asking.token(service, audience=""), 400, "invalid_request")
    by_scope = asking.token(
        asking.assertion("bundel-signals"), audience="", scope="aud-bundel-audit"
    )
    assert claims_of(by_scope.json()["access_token"])["aud"] == "bundel-audit"


def test_an_expired_assertion_is_forgotten_and_still_refused(asking: Asking) -> None:
    assertion = asking.assertion()
    assert asking.token(assertion).status == 200
    later = clock.now() + timedelta(minutes=10)
    clock.set_source(lambda: later)
    assert asking.token().status == 200  # clears what expired
    assert "expired" in refused(asking.token(assertion), 401, "invalid_client")


def test_the_provider_refuses_to_start_outside_development(settings: Settings) -> None:
    import base64
    import os

    keys = {f"BUNDEL_{name}": base64.b64encode(os.urandom(32)).decode() for name in settings.keys}
    production = load_settings(
        {"BUNDEL_MODE": "production", "BUNDEL_BASE_URL": "https://bundel.test", **keys}
    )
    with pytest.raises(SettingsError, match="development only"):
        create_app(production)


def test_keys_are_readable_by_their_owner_only(identity_app: Flask, settings: Settings) -> None:
    files = [*(settings.home / "clients").glob("*.pem"), *(settings.home / "identity").glob("*")]
    assert len(files) == 8 + 2
    assert {oct(file.stat().st_mode & 0o777) for file in files} == {"0o600"}
