"""Bundel's services against a real Keycloak with the realm of infra/keycloak."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from flask import Flask, jsonify
from joserfc import jws, jwt
from joserfc.jwk import RSAKey

from bundel.installation import ClientKey, Installation
from bundel.source_client import SourceClient
from services.identity.keys import read_or_make_key
from shared import clock, ids
from shared.authentication import Actor, access, current_actor, renewal
from shared.authentication.keyset import REFETCH_AFTER
from shared.authentication.provider import ProviderDocument
from shared.authentication.verifier import TokenVerifier
from shared.authentication.wiring import install_login, wire
from shared.clients.token_endpoint import ASSERTION_TYPE, TokenEndpoint, TokenRefused
from shared.clients.tokens import ACCESS_TOKEN_TYPE, TOKEN_EXCHANGE, TokenSource
from shared.clients.transport import Answer, PooledTransport
from shared.http import create_service, mounted
from shared.problems import NotAuthenticated
from shared.settings import Settings
from shared.vocabulary import Agency, LegalContext, Role
from tests.engines.keycloak import BASE_URL, Realm
from tests.engines.keycloak_browser import KeycloakBrowser
from tests.identity.asking import CHALLENGE, VERIFIER, claims_of
from tests.identity.browser import Browser

pytestmark = [pytest.mark.slow, pytest.mark.keycloak, pytest.mark.timeout(600)]
HOME = f"{BASE_URL}/signals/"
CALLBACK = f"{BASE_URL}/signals/callback"
TRANSPORT = PooledTransport(60)


@pytest.fixture
def settings(keycloak: Realm) -> Settings:
    return keycloak.settings


@pytest.fixture
def denials() -> list[tuple[str, str]]:
    return []


@pytest.fixture
def app(settings: Settings, denials: list[tuple[str, str]]) -> Flask:
    """A service with one page and one call for coordinators."""

    def record(actor: Actor, endpoint: str) -> None:
        denials.append((actor.subject, endpoint))

    wiring, _tokens = wire("signals", settings, TRANSPORT, record)
    app, _api = create_service(wiring, title="Test", description="Test")
    install_login(app)

    def told() -> dict[str, Any]:
        actor = current_actor()
        csrf = app.jinja_env.globals["csrf_token"]()  # type: ignore[operator]
        return {"name": actor.name, "context": actor.legal_context, "csrf": csrf}

    @app.get("/")
    @access(Role.COORDINATOR, decision="shows the caller only", page=True)
    def home() -> object:
        return jsonify(told())

    @app.get("/v1/things")
    @access(Role.COORDINATOR, decision="shows nothing")
    def things() -> object:
        return jsonify(told())

    return app


@pytest.fixture
def browser(app: Flask) -> KeycloakBrowser:
    return KeycloakBrowser(Browser({"signals": mounted(app, "signals")}))


@pytest.fixture(autouse=True)
def _logged_out(keycloak: Realm) -> Iterator[None]:
    yield
    keycloak.admin("POST", "/logout-all")


def verify(settings: Settings, token: str, audience: str = "bundel-signals") -> Actor:
    return TokenVerifier(settings, TRANSPORT, audience).verify(token)


def authorize(settings: Settings, **changes: str) -> str:
    query = {
        "response_type": "code", "client_id": "bundel-signals", "redirect_uri": CALLBACK,
        "scope": "openid profile aud-bundel-signals", "state": "st", "nonce": "no",
        "code_challenge": CHALLENGE, "code_challenge_method": "S256", **changes,
    }  # fmt: skip
    address = ProviderDocument(settings, TRANSPORT).addresses().authorization
    kept = {name: value for name, value in query.items() if value}
    return f"{address}?{urlencode(kept)}"


def code_for(settings: Settings, user: str) -> str:
    back = KeycloakBrowser(Browser({})).log_in(authorize(settings), user)
    return parse_qs(urlsplit(back).query)["code"][0]


def redeemed(settings: Settings, code: str, **changes: str) -> Any:
    form = {
        "grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK,
        "code_verifier": VERIFIER, **changes,
    }  # fmt: skip
    return TokenEndpoint(settings, TRANSPORT, "bundel-signals").ask(form)


def token_of(settings: Settings, user: str) -> str:
    """A person's access token for bundel-signals, by code flow and PKCE."""
    return str(redeemed(settings, code_for(settings, user)).access_token)


def assertion(settings: Settings, algorithm: str = "PS256", **changes: Any) -> str:
    now = int(clock.now().timestamp())
    claims = {
        "iss": "police-utrecht", "sub": "police-utrecht", "aud": settings.issuer,
        "iat": now, "exp": now + 60, "jti": ids.random_text(), **changes,
    }  # fmt: skip
    key = RSAKey.import_key(settings.client_key_file("police-utrecht").read_bytes())
    return jwt.encode({"alg": algorithm}, claims, key, [algorithm])


def send(settings: Settings, proof: str, **changes: str) -> Answer:
    form = {
        "grant_type": "client_credentials", "scope": "aud-bundel-signals",
        "client_id": "police-utrecht", "client_assertion_type": ASSERTION_TYPE,
        "client_assertion": proof, **changes,
    }  # fmt: skip
    return TRANSPORT.send(
        "POST",
        ProviderDocument(settings, TRANSPORT).addresses().token,
        {"Content-Type": "application/x-www-form-urlencoded"},
        urlencode(form).encode(),
    )


# -- people ---------------------------------------------------------------------------------------


def test_a_person_logs_in_by_code_flow_and_comes_back_to_the_page(browser: KeycloakBrowser) -> None:
    page = browser.visit(f"{HOME}?page=2", "m.dejong")
    assert page.request.url == f"{HOME}?page=2"
    assert page.json["name"] == "Marit de Jong"


def test_role_region_and_legal_context_come_from_the_realm(settings: Settings) -> None:
    actor = verify(settings, token_of(settings, "t.maas"))
    assert (actor.role, actor.agency, actor.organisation) == (
        Role.COORDINATOR, Agency.ZVH, "zvh-utrecht",
    )  # fmt: skip
    assert (actor.region, actor.legal_context) == ("utrecht", LegalContext.ZVH_WGS)
    assert (actor.client, actor.name) == ("bundel-signals", "Thijs Maas")
    assert ids.is_id(actor.subject)


def test_the_session_fits_in_a_cookie_and_is_renewed_with_the_refresh_token(
    browser: KeycloakBrowser, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser.visit(HOME, "m.dejong")
    before = browser.app.cookies()["bundel_signals"]
    assert len(before) < 3400  # leaves room for what pages remember
    monkeypatch.setattr(renewal, "REFRESH_BEFORE", 400.0)  # longer than a token lives
    page = browser.app.get(HOME, follow=False)
    assert (page.status_code, page.json["name"]) == (200, "Marit de Jong")
    assert browser.app.cookies()["bundel_signals"] != before


def test_a_log_in_without_proof_key_or_with_another_callback_is_refused(
    settings: Settings,
) -> None:
    plain = KeycloakBrowser(Browser({}))
    for changes in (
        {"code_challenge": "", "code_challenge_method": ""},
        {"code_challenge_method": "plain"},
    ):
        answer = plain.open(authorize(settings, **changes))
        assert "error=invalid_request" in answer.headers["location"], changes
    for elsewhere in (f"{CALLBACK}/x", "http://evil.test/callback", f"{BASE_URL}/consent/callback"):
        assert plain.open(authorize(settings, redirect_uri=elsewhere)).status == 400


def test_a_code_serves_once_and_only_who_holds_the_verifier(settings: Settings) -> None:
    with pytest.raises(TokenRefused):
        redeemed(settings, code_for(settings, "m.dejong"), code_verifier="x" * 64)
    code = code_for(settings, "m.dejong")
    redeemed(settings, code)
    with pytest.raises(TokenRefused):
        redeemed(settings, code)


def test_log_out_ends_the_session_at_the_provider_too(
    browser: KeycloakBrowser, settings: Settings
) -> None:
    page = browser.visit(HOME, "m.dejong")
    left = browser.app.post(f"{HOME}logout", follow=False, data={"csrf_token": page.json["csrf"]})
    done = browser.follow(left)
    assert (done.status, done.headers["location"]) == (302, HOME)
    form = browser.open(authorize(settings))
    assert (form.status, b"kc-form-login" in form.body) == (200, True)


def test_who_has_no_role_is_nobody(keycloak: Realm, settings: Settings) -> None:
    user = keycloak.admin("GET", f"/users/{keycloak.user_id('k.bos')}")
    kept = dict(user["attributes"])
    try:
        user["attributes"] = {n: v for n, v in kept.items() if n != "role"}
        keycloak.admin("PUT", f"/users/{user['id']}", user)
        with pytest.raises(NotAuthenticated, match="no usable claim role"):
            verify(settings, token_of(settings, "k.bos"))
    finally:
        keycloak.admin("PUT", f"/users/{user['id']}", {**user, "attributes": kept})
    assert verify(settings, token_of(settings, "k.bos")).region == "gooi-en-vechtstreek"


# -- machines -------------------------------------------------------------------------------------


@pytest.mark.parametrize("algorithm", ["PS256", "RS256"])
def test_a_source_system_proves_itself_with_its_key(settings: Settings, algorithm: str) -> None:
    key = ClientKey("police-utrecht", algorithm, settings.client_key_file("police-utrecht"))
    there = Installation(BASE_URL, settings.issuer, settings, {"police-utrecht": key})
    actor = verify(settings, SourceClient(there, "police-utrecht", TRANSPORT).token())
    assert (actor.subject, actor.client, actor.role) == (
        "police-utrecht", "police-utrecht", Role.SOURCE,
    )  # fmt: skip
    assert (actor.agency, actor.organisation, actor.legal_context) == (
        Agency.POLICE, "politie-midden-nederland", LegalContext.NONE,
    )  # fmt: skip


def test_an_assertion_serves_once(settings: Settings) -> None:
    proof = assertion(settings)
    assert send(settings, proof).status == 200
    again = send(settings, proof)
    assert (again.status, again.json()["error"]) == (400, "invalid_client")


def test_an_assertion_that_does_not_prove_anything_is_refused(
    settings: Settings, tmp_path: Any
) -> None:
    now = int(clock.now().timestamp())
    other = read_or_make_key(tmp_path / "other.pem")
    good = jwt.decode(assertion(settings), _public(settings), algorithms=["PS256"]).claims
    forged = jwt.encode({"alg": "PS256"}, {**good, "jti": ids.random_text()}, other, ["PS256"])
    bad = [
        forged,
        assertion(settings, exp=now - 60, iat=now - 120),
        assertion(settings, iss="youthcare-utrecht", sub="youthcare-utrecht"),
        assertion(settings, aud="https://elsewhere.test"),
    ]
    assert [send(settings, proof).status for proof in bad] == [400] * len(bad)


def _public(settings: Settings) -> RSAKey:
    return RSAKey.import_key(settings.client_key_file("police-utrecht").read_bytes())


def test_a_source_gets_tokens_for_signals_only(settings: Settings) -> None:
    answer = send(settings, assertion(settings), scope="aud-bundel-audit")
    assert (answer.status, answer.json()["error"]) == (400, "invalid_scope")


def test_a_service_speaks_for_itself_to_a_neighbour(settings: Settings) -> None:
    token = TokenSource(settings, TRANSPORT, "bundel-signals").own("bundel-audit")
    actor = verify(settings, token, "bundel-audit")
    assert (actor.subject, actor.role) == ("bundel-signals", Role.SERVICE)
    with pytest.raises(NotAuthenticated):
        verify(settings, token, "bundel-consent")


# -- acting for a person --------------------------------------------------------------------------


def test_signals_asks_consent_in_the_name_of_the_person(settings: Settings) -> None:
    actor = verify(settings, token_of(settings, "m.dejong"))
    tokens = TokenSource(settings, TRANSPORT, "bundel-signals")
    passed = verify(settings, tokens.for_actor(actor, "bundel-consent"), "bundel-consent")
    assert (passed.subject, passed.client, passed.role) == (
        actor.subject, "bundel-signals", Role.COORDINATOR,
    )  # fmt: skip
    assert (passed.region, passed.legal_context, passed.name) == (
        actor.region, actor.legal_context, actor.name,
    )  # fmt: skip


def test_no_one_exchanges_a_token_that_was_not_meant_for_them(settings: Settings) -> None:
    token = token_of(settings, "m.dejong")
    actor = replace(verify(settings, token), token=token)
    with pytest.raises(NotAuthenticated):
        TokenSource(settings, TRANSPORT, "bundel-consent").for_actor(actor, "bundel-audit")
    form = {
        "grant_type": TOKEN_EXCHANGE, "subject_token": token,
        "subject_token_type": ACCESS_TOKEN_TYPE, "audience": "bundel-signals",
    }  # fmt: skip
    assert send(settings, assertion(settings), **form).status in (400, 401, 403)


def test_after_log_out_nobody_acts_for_the_person_any_more(
    keycloak: Realm, settings: Settings
) -> None:
    actor = verify(settings, token_of(settings, "a.said"))
    keycloak.admin("POST", f"/users/{keycloak.user_id('a.said')}/logout")
    with pytest.raises(NotAuthenticated, match="log-in has ended"):
        TokenSource(settings, TRANSPORT, "bundel-signals").for_actor(actor, "bundel-consent")


def test_the_role_decides_not_how_somebody_logged_in(
    settings: Settings, app: Flask, denials: list[tuple[str, str]]
) -> None:
    """A machine's token carries an `acr` too: it opens no page of a person."""
    client = Browser({"signals": mounted(app, "signals")})
    tokens = {
        "machine": send(settings, assertion(settings)).json()["access_token"],
        "service": TokenSource(settings, TRANSPORT, "bundel-consent").own("bundel-signals"),
        "desk": token_of(settings, "s.kaya"),
    }
    assert claims_of(tokens["service"])["acr"] == "1"
    for name, token in tokens.items():
        answer = client.get(f"{HOME}v1/things", headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 404, name
    assert [endpoint for _subject, endpoint in denials] == ["things"] * 3
    good = {"Authorization": f"Bearer {token_of(settings, 'm.dejong')}"}
    assert client.get(f"{HOME}v1/things", headers=good).json["name"] == "Marit de Jong"


# -- keys -----------------------------------------------------------------------------------------


def test_a_new_signing_key_signs_and_tokens_of_the_old_one_stay_good(
    keycloak: Realm, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    verifier = TokenVerifier(settings, TRANSPORT, "bundel-signals")
    old = str(send(settings, assertion(settings)).json()["access_token"])
    verifier.verify(old)
    keycloak.admin(
        "POST",
        "/components",
        {
            "name": "rsa-next", "providerId": "rsa-generated",
            "providerType": "org.keycloak.keys.KeyProvider",
            "config": {"priority": ["200"], "keySize": ["2048"], "algorithm": ["RS256"]},
        },
    )  # fmt: skip
    new = str(send(settings, assertion(settings)).json()["access_token"])
    kids = [jws.extract_compact(token.encode()).headers()["kid"] for token in (old, new)]
    assert kids[0] != kids[1]
    moment = clock.monotonic()
    monkeypatch.setattr(clock, "monotonic", lambda: moment + REFETCH_AFTER + 1)
    assert verifier.verify(new).subject == verifier.verify(old).subject == "police-utrecht"


def test_nothing_secret_stands_in_the_realm_file(keycloak: Realm) -> None:
    clients = keycloak.admin("GET", "/clients")
    ours = [one for one in clients if one["clientId"] in ("bundel-signals", "police-utrecht")]
    assert len(ours) == 2
    for one in ours:
        assert one["clientAuthenticatorType"] == "client-jwt"
        assert not re.search(r'"(d|p|q|dp|dq|qi)":', one["attributes"]["jwks.string"])
        assert not one["directAccessGrantsEnabled"] and not one["implicitFlowEnabled"]
