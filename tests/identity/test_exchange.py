"""A service calls its neighbour in the caller's name, and only in the name of its own caller."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared import clock
from shared.authentication.verifier import TokenVerifier
from shared.clients.tokens import TokenSource
from shared.clients.transport import WsgiTransport
from shared.problems import NotAuthenticated, Unavailable
from shared.settings import Settings
from shared.vocabulary import Role
from tests.fixtures_identity import TokenOf
from tests.identity.asking import Asking, claims_of, refused
from tests.identity.test_keys import CountingTransport


def test_the_result_names_the_person_the_requester_and_one_audience(
    asking: Asking, person_token: TokenOf
) -> None:
    token = person_token("m.dejong")
    body = asking.exchange(token, "bundel-signals", "bundel-consent").json()
    assert body["issued_token_type"] == "urn:ietf:params:oauth:token-type:access_token"
    assert "refresh_token" not in body
    before, after = claims_of(token), claims_of(body["access_token"])
    assert (after["aud"], after["azp"]) == ("bundel-consent", "bundel-signals")
    same = set(before) - {"aud", "azp", "jti", "iat", "exp"}
    assert {name: after[name] for name in same} == {name: before[name] for name in same}


def test_a_machine_is_spoken_for_too(asking: Asking, token_of: TokenOf) -> None:
    body = asking.exchange(token_of("police-utrecht"), "bundel-signals", "bundel-consent").json()
    claims = claims_of(body["access_token"])
    assert (claims["sub"], claims["role"]) == ("police-utrecht", "source")
    assert (claims["azp"], "name" in claims) == ("bundel-signals", False)


def test_a_source_system_exchanges_nothing(asking: Asking, token_of: TokenOf) -> None:
    answer = asking.exchange(token_of("police-utrecht"), "police-utrecht", "bundel-signals")
    assert "own services" in refused(answer, 400, "unauthorized_client")


def test_a_service_cannot_use_a_token_that_was_meant_for_another(
    asking: Asking, person_token: TokenOf
) -> None:
    found = person_token("m.dejong", "signals")
    answer = asking.exchange(found, "bundel-consent", "bundel-audit")
    assert "not meant for this client" in refused(answer, 400, "invalid_grant")


def test_expired_broken_or_missing_tokens_are_not_exchanged(
    asking: Asking, person_token: TokenOf
) -> None:
    token = person_token("m.dejong")
    refused(asking.exchange("", "bundel-signals", "bundel-audit"), 400, "invalid_request")
    refused(asking.exchange("x.y.z", "bundel-signals", "bundel-audit"), 400, "invalid_grant")
    broken = token[:-8] + ("AAAAAAAA" if not token.endswith("AAAAAAAA") else "BBBBBBBB")
    refused(asking.exchange(broken, "bundel-signals", "bundel-audit"), 400, "invalid_grant")
    later = clock.now() + timedelta(seconds=301)
    clock.set_source(lambda: later)
    refused(asking.exchange(token, "bundel-signals", "bundel-audit"), 400, "invalid_grant")


def test_the_form_of_an_exchange_is_checked(asking: Asking, person_token: TokenOf) -> None:
    token = person_token("m.dejong")

    def ask(**form: str) -> object:
        return asking.exchange(token, "bundel-signals", **{"audience": "bundel-audit", **form})

    for form in (
        {"subject_token_type": "urn:ietf:params:oauth:token-type:id_token"},
        {"subject_token_type": ""},
        {"requested_token_type": "urn:ietf:params:oauth:token-type:refresh_token"},
        {"actor_token": "x"},
        {"audience": ""},
    ):
        refused(ask(**form), 400, "invalid_request")  # type: ignore[arg-type]
    refused(ask(audience="elsewhere"), 400, "invalid_scope")  # type: ignore[arg-type]


def test_a_token_source_keeps_tokens_until_shortly_before_they_expire(
    settings: Settings, wsgi_transport: WsgiTransport, person_token: TokenOf
) -> None:
    counting = CountingTransport(wsgi_transport.applications)
    source = TokenSource(settings, counting, "bundel-signals")
    actor = TokenVerifier(settings, wsgi_transport, "bundel-signals").verify(
        person_token("m.dejong")
    )
    first = (source.own("bundel-audit"), source.for_actor(actor, "bundel-consent"))
    assert (source.own("bundel-audit"), source.for_actor(actor, "bundel-consent")) == first
    assert counting.count == 2
    later = clock.now() + timedelta(seconds=271)
    clock.set_source(lambda: later)
    assert source.own("bundel-audit") != first[0]
    assert source.for_actor(actor, "bundel-consent") != first[1]
    assert counting.count == 4


def test_a_service_speaks_for_itself(settings: Settings, wsgi_transport: WsgiTransport) -> None:
    token = TokenSource(settings, wsgi_transport, "bundel-signals").own("bundel-audit")
    actor = TokenVerifier(settings, wsgi_transport, "bundel-audit").verify(token)
    assert (actor.subject, actor.role) == ("bundel-signals", Role.SERVICE)


def test_a_caller_whose_log_in_ended_must_log_in_again(
    settings: Settings, wsgi_transport: WsgiTransport, person_token: TokenOf
) -> None:
    source = TokenSource(settings, wsgi_transport, "bundel-signals")
    actor = TokenVerifier(settings, wsgi_transport, "bundel-signals").verify(
        person_token("m.dejong")
    )
    later = clock.now() + timedelta(seconds=301)
    clock.set_source(lambda: later)
    with pytest.raises(NotAuthenticated):
        source.for_actor(actor, "bundel-consent")


def test_without_provider_or_key_a_token_source_is_unavailable(
    settings: Settings, wsgi_transport: WsgiTransport
) -> None:
    wsgi_transport.down.add("identity")
    with pytest.raises(Unavailable):
        TokenSource(settings, wsgi_transport, "bundel-signals").own("bundel-audit")
    wsgi_transport.down.clear()
    with pytest.raises(Unavailable, match="no key"):
        TokenSource(settings, wsgi_transport, "bundel-other").own("bundel-audit")
    # A key that the provider does not know is a fault of the installation, not of the caller.
    settings.client_key_file("bundel-signals").write_bytes(
        settings.client_key_file("bundel-audit").read_bytes()
    )
    with pytest.raises(Unavailable, match="does not accept"):
        TokenSource(settings, wsgi_transport, "bundel-signals").own("bundel-audit")
