"""A service believes a token only when everything about it is right."""

from __future__ import annotations

import time
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from shared import clock
from shared.authentication.verifier import TokenVerifier
from shared.clients.transport import WsgiTransport
from shared.problems import NotAuthenticated
from shared.settings import Settings
from tests.identity.forging import Forge

CLAIMS = (
    "iss", "sub", "aud", "iat", "exp", "jti", "azp", "role", "organisation", "agency", "region",
    "legal_context", "name",
)  # fmt: skip


@pytest.fixture
def forge(identity_app: Flask, settings: Settings) -> Forge:
    return Forge(settings, identity_app.extensions["bundel_identity_keys"])


@pytest.fixture
def verifier(settings: Settings, wsgi_transport: WsgiTransport) -> TokenVerifier:
    return TokenVerifier(settings, wsgi_transport, "bundel-signals")


def test_a_good_token_names_the_caller(forge: Forge, verifier: TokenVerifier) -> None:
    token = forge.signed()
    actor = verifier.verify(token)
    assert (actor.role, actor.organisation, actor.name) == (
        "coordinator", "vt-utrecht", "Test Persoon",
    )  # fmt: skip
    assert actor.token == token
    assert token not in repr(actor) and "Persoon" not in repr(actor)


@pytest.mark.parametrize("algorithm", ["RS256", "PS256"])
def test_both_algorithms_are_believed(
    forge: Forge, verifier: TokenVerifier, algorithm: str
) -> None:
    verifier.verify(forge.signed({"alg": algorithm}))


@pytest.mark.parametrize("name", CLAIMS)
@pytest.mark.parametrize("value", [None, "", 7, ["x"], {}])
def test_a_missing_or_misshapen_claim_is_refused(
    forge: Forge, verifier: TokenVerifier, name: str, value: Any
) -> None:
    with pytest.raises(NotAuthenticated):
        verifier.verify(forge.signed(**{name: value}))


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "http://evil.test/identity"},
        {"iss": "http://bundel.test/identity/"},
        {"aud": "bundel-consent"},
        {"aud": "bundel-signals "},
        {"aud": ["bundel-signals"]},
        {"aud": ["bundel-signals", "bundel-audit"]},
        {"role": "owner"},
        {"agency": "fbi"},
        {"legal_context": "curiosity"},
        {"jti": "short"},
        {"exp": True},
    ],
)
def test_a_wrong_or_unknown_value_is_refused(
    forge: Forge, verifier: TokenVerifier, changes: dict[str, Any]
) -> None:
    with pytest.raises(NotAuthenticated):
        verifier.verify(forge.signed(**changes))


@pytest.mark.parametrize(
    ("offsets", "good"),
    [
        ({"exp": 1}, True),
        ({"exp": 0}, False),
        ({"exp": -1}, False),
        ({"iat": 9}, True),
        ({"iat": 60}, False),
        ({"nbf": -5}, True),
        ({"nbf": 60}, False),
    ],
)
def test_times_are_held_to_the_second(
    forge: Forge, verifier: TokenVerifier, offsets: dict[str, int], good: bool
) -> None:
    moment = clock.now().replace(microsecond=0)
    clock.set_source(lambda: moment)
    now = int(moment.timestamp())
    token = forge.signed(**{name: now + offset for name, offset in offsets.items()})
    if good:
        verifier.verify(token)
    else:
        with pytest.raises(NotAuthenticated):
            verifier.verify(token)


@pytest.mark.parametrize("header", [
    {"typ": "JWT"}, {"typ": None}, {"kid": None}, {"kid": "other"}, {"alg": "RS512"},
])  # fmt: skip
def test_a_wrong_header_is_refused(
    forge: Forge, verifier: TokenVerifier, header: dict[str, Any]
) -> None:
    with pytest.raises(NotAuthenticated):
        verifier.verify(forge.signed(header))


def test_a_critical_header_that_is_not_understood_is_refused(
    forge: Forge, verifier: TokenVerifier
) -> None:
    for extra in ({"crit": ["x"], "x": 1}, {"crit": ["b64"], "b64": False}, {"crit": []}):
        token = forge.by_hand(
            {"alg": "RS256", "typ": "at+jwt", "kid": forge.key.kid, **extra}, b"x" * 256
        )
        with pytest.raises(NotAuthenticated):
            verifier.verify(token)


def test_the_worst_tokens_are_refused(forge: Forge, verifier: TokenVerifier) -> None:
    for name, token in forge.worst("bundel-signals").items():
        with pytest.raises(NotAuthenticated):
            verifier.verify(token)
            pytest.fail(f"believed: {name}")


def test_a_key_that_comes_with_the_token_is_not_used(forge: Forge, verifier: TokenVerifier) -> None:
    for header in ({}, {"jwk": True}, {"jku": "http://evil.test/jwks"}, {"kid": "../../x"}):
        with pytest.raises(NotAuthenticated):
            verifier.verify(forge.other_key(header))


def test_a_refusal_shows_nothing_of_the_token(forge: Forge, verifier: TokenVerifier) -> None:
    secret = "Sannevanderberg"
    for changes in ({"role": secret}, {"iss": secret}, {"aud": secret}, {"name": secret, "sub": 1}):
        with pytest.raises(NotAuthenticated) as refusal:
            verifier.verify(forge.signed(**changes))
        assert secret not in str(refusal.value.body())


def test_a_token_of_two_megabytes_is_refused_at_once(verifier: TokenVerifier) -> None:
    began = time.monotonic()
    with pytest.raises(NotAuthenticated, match="too long"):
        verifier.verify("a." * 1_000_000)
    assert time.monotonic() - began < 0.5


@given(place=st.integers(min_value=0), byte=st.integers(min_value=0, max_value=127))
@hypothesis_settings(
    max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
def test_one_changed_character_anywhere_is_refused(
    forge: Forge, verifier: TokenVerifier, place: int, byte: int
) -> None:
    token = forge.signed()
    # The last character of base64url holds two bits that mean nothing.
    place %= len(token) - 1
    if token[place] == chr(byte):
        return
    with pytest.raises(NotAuthenticated):
        verifier.verify(token[:place] + chr(byte) + token[place + 1 :])


@given(st.text(max_size=200))
@hypothesis_settings(
    max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
def test_any_text_is_refused_and_never_an_error(verifier: TokenVerifier, text: str) -> None:
    with pytest.raises(NotAuthenticated):
        verifier.verify(text)
