"""Two signing keys: the newer signs, both are published, a change of key breaks nothing."""

from __future__ import annotations

import pytest
from flask import Flask
from joserfc import jws

from services.identity.keys import SigningKeys
from shared import clock
from shared.authentication.keyset import REFETCH_AFTER
from shared.authentication.provider import WELL_KNOWN
from shared.authentication.verifier import TokenVerifier
from shared.clients.transport import WsgiTransport
from shared.problems import NotAuthenticated, Unavailable
from shared.settings import Settings
from tests.fixtures_identity import TokenOf


@pytest.fixture
def seconds(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The monotonic clock: `seconds[0] += 10`."""
    now = [1000.0]
    monkeypatch.setattr(clock, "monotonic", lambda: now[0])
    return now


def kid_of(token: str) -> str:
    return str(jws.extract_compact(token.encode()).headers()["kid"])


def test_two_public_keys_are_published_and_nothing_secret(wsgi_transport: WsgiTransport) -> None:
    keys = wsgi_transport.send("GET", "http://bundel.test/identity/jwks").json()["keys"]
    assert len({key["kid"] for key in keys}) == 2
    assert all(set(key) == {"kty", "n", "e", "kid", "use"} for key in keys)


def test_the_newest_key_signs_and_tokens_of_the_one_before_stay_good(
    settings: Settings,
    identity_app: Flask,
    wsgi_transport: WsgiTransport,
    token_of: TokenOf,
    seconds: list[float],
) -> None:
    verifier = TokenVerifier(settings, wsgi_transport, "bundel-signals")
    keys: SigningKeys = identity_app.extensions["bundel_identity_keys"]
    old = token_of("police-utrecht")
    assert kid_of(old) == keys.newest.kid
    verifier.verify(old)
    keys.rotate()
    new = token_of("vt-utrecht")
    assert kid_of(new) == keys.newest.kid != kid_of(old)
    seconds[0] += REFETCH_AFTER
    assert verifier.verify(new).subject == "vt-utrecht"
    assert verifier.verify(old).subject == "police-utrecht"


def test_a_key_that_was_withdrawn_is_trusted_for_ten_minutes_at_most(
    settings: Settings,
    identity_app: Flask,
    wsgi_transport: WsgiTransport,
    token_of: TokenOf,
    seconds: list[float],
) -> None:
    verifier = TokenVerifier(settings, wsgi_transport, "bundel-signals")
    token = token_of("police-utrecht")
    verifier.verify(token)
    keys: SigningKeys = identity_app.extensions["bundel_identity_keys"]
    keys.rotate()
    keys.rotate()
    verifier.verify(token)
    seconds[0] += 601
    with pytest.raises(NotAuthenticated, match="unknown key"):
        verifier.verify(token)


def test_unknown_keys_make_the_verifier_ask_once_in_ten_seconds(
    settings: Settings, wsgi_transport: WsgiTransport, token_of: TokenOf, seconds: list[float]
) -> None:
    asked = CountingTransport(wsgi_transport.applications)
    verifier = TokenVerifier(settings, asked, "bundel-signals")
    verifier.verify(token_of("police-utrecht"))
    stranger = "eyJhbGciOiJSUzI1NiIsImtpZCI6IngifQ.e30.AAAA"
    for _ in range(5):
        with pytest.raises(NotAuthenticated):
            verifier.verify(stranger)
    assert asked.count == 1
    seconds[0] += REFETCH_AFTER
    for _ in range(5):
        with pytest.raises(NotAuthenticated):
            verifier.verify(stranger)
    assert asked.count == 2


def test_without_provider_known_keys_still_serve_and_unknown_ones_are_unavailable(
    settings: Settings, wsgi_transport: WsgiTransport, token_of: TokenOf, seconds: list[float]
) -> None:
    verifier = TokenVerifier(settings, wsgi_transport, "bundel-signals")
    token = token_of("police-utrecht")
    wsgi_transport.down.add("identity")
    with pytest.raises(Unavailable):
        verifier.verify(token)
    wsgi_transport.down.clear()
    verifier.verify(token)  # at once: a failure is not remembered as an answer
    wsgi_transport.down.add("identity")
    seconds[0] += 3600
    assert verifier.verify(token).subject == "police-utrecht"


def test_a_provider_that_answers_nonsense_is_unavailable(settings: Settings) -> None:
    def nonsense(_environ: object, start_response: object) -> list[bytes]:
        start_response("200 OK", [("Content-Type", "application/json")])  # type: ignore[operator]
        return [b'{"keys": [{"kty": "RSA"}]}']

    verifier = TokenVerifier(settings, WsgiTransport({"identity": nonsense}), "bundel-signals")
    with pytest.raises(Unavailable):
        verifier.verify("eyJhbGciOiJSUzI1NiIsImtpZCI6IngifQ.e30.AAAA")


def test_keys_survive_a_restart(identity_app: Flask, settings: Settings) -> None:
    before: SigningKeys = identity_app.extensions["bundel_identity_keys"]
    after = SigningKeys(settings.home / "identity")
    assert after.newest.kid == before.newest.kid
    assert after.published.as_dict() == before.published.as_dict()


class CountingTransport(WsgiTransport):
    """`count` is of everything but the provider's document, which `documents` counts."""

    count = 0
    documents = 0

    def send(self, method: str, url: str, *a: object, **k: object) -> object:  # type: ignore[override]
        if url.endswith(WELL_KNOWN):
            self.documents += 1
        else:
            self.count += 1
        return super().send(method, url, *a, **k)  # type: ignore[arg-type]
