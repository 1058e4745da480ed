"""A service made with wire(): bearer tokens, sessions of people, forms, log-out."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask import Flask, jsonify, render_template_string
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from shared import clock
from shared.authentication import Actor, access, current_actor
from shared.authentication.sessions import CookieSeal, note, noted
from shared.authentication.wiring import WiredService, install_login, wire
from shared.clients.transport import WsgiTransport
from shared.http import create_service, mounted
from shared.settings import Settings
from shared.vocabulary import Role
from tests.fixtures_identity import TokenOf
from tests.identity.browser import Browser
from tests.identity.test_keys import CountingTransport

HOME = "http://bundel.test/signals/"


@pytest.fixture
def denials() -> list[tuple[str, str]]:
    return []


@pytest.fixture
def counting(wsgi_transport: WsgiTransport) -> CountingTransport:
    """What the service sends to others; shares its applications with wsgi_transport."""
    transport = CountingTransport()
    transport.applications = wsgi_transport.applications
    transport.down = wsgi_transport.down
    return transport


@pytest.fixture
def app(settings: Settings, counting: CountingTransport, denials: list[tuple[str, str]]) -> Flask:
    def record(actor: Actor, endpoint: str) -> None:
        denials.append((actor.subject, endpoint))

    wiring, _tokens = wire("signals", settings, counting, record)
    app, _api = create_service(wiring, title="Test", description="Test")
    install_login(app)

    @app.get("/")
    @access(Role.COORDINATOR, decision="shows the caller only", page=True)
    def home() -> object:
        return render_template_string(
            "{{ name }} csrf={{ csrf_token() }} purpose={{ purpose }}",
            name=current_actor().name,
            purpose=noted("purpose"),
        )

    @app.post("/purpose")
    @access(Role.COORDINATOR, decision="changes the session only", page=True)
    def purpose() -> object:
        note("purpose", "safety_assessment")
        return jsonify(done=True)

    @app.get("/v1/things")
    @access(Role.COORDINATOR, Role.SOURCE, decision="shows nothing")
    def things() -> object:
        return jsonify(caller=current_actor().subject)

    return app


@pytest.fixture
def browser(app: Flask, wsgi_transport: WsgiTransport) -> Browser:
    wsgi_transport.applications["signals"] = mounted(app, "signals")
    return Browser(wsgi_transport.applications)


def csrf_of(text: str) -> str:
    found = re.search(r"csrf=(\S+)", text)
    assert found
    return found.group(1)


def pass_time(**units: float) -> None:
    later = clock.now() + timedelta(**units)
    clock.set_source(lambda: later)


def test_a_person_logs_in_and_comes_back_to_the_page_she_asked_for(browser: Browser) -> None:
    page = browser.log_in(f"{HOME}?page=2", "m.dejong")
    assert page.request.url == f"{HOME}?page=2"
    assert page.text.startswith("Marit de Jong")


def test_the_session_cookie_is_sealed_and_kept_to_the_service(browser: Browser) -> None:
    form = browser.get(HOME)
    fields = {"user": "m.dejong", "password": "bundel-demo"}
    fields["form_token"] = re.search(r'form_token" value="(\w+)"', form.text)[1]  # type: ignore[index]
    back = browser.post(form.request.url, follow=False, data=fields).headers["Location"]
    arrived = browser.get(back, follow=False)
    cookie = next(c for c in arrived.headers.getlist("Set-Cookie") if "bundel_signals=" in c)
    for attribute in ("HttpOnly", "SameSite=Lax", "Path=/signals/"):
        assert attribute in cookie
    assert len(cookie) < 4096
    assert "Marit" not in cookie and not re.search(r"eyJ[\w-]+\.", cookie)


def test_a_changed_cookie_or_one_of_another_service_is_no_session(
    browser: Browser, settings: Settings
) -> None:
    browser.log_in(HOME, "m.dejong")
    good = browser.cookies()["bundel_signals"]
    other = CookieSeal(settings.key("SESSION_KEY")).seal("session audit", {"a": 1})
    for value in (good[:-6] + "AAAAAA", other, "x", "", "é"):
        fresh = Browser(browser._applications)
        fresh.client.set_cookie("bundel_signals", value, domain="bundel.test", path="/signals/")
        assert fresh.get(HOME, follow=False).status_code == 303


def test_a_bearer_token_works_without_session_and_needs_no_form_token(
    browser: Browser, token_of: TokenOf, person_token: TokenOf
) -> None:
    headers = {"Authorization": f"Bearer {token_of('police-utrecht')}"}
    answer = browser.get(f"{HOME}v1/things", headers=headers)
    assert answer.json == {"caller": "police-utrecht"}
    person = {"Authorization": f"Bearer {person_token('m.dejong')}"}
    assert browser.get(HOME, headers=person).status_code == 200


def test_an_api_call_without_token_is_told_so_and_never_redirected(browser: Browser) -> None:
    answer = browser.get(f"{HOME}v1/things", follow=False)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    basic = browser.get(f"{HOME}v1/things", headers={"Authorization": "Basic eDp4"})
    assert basic.status_code == 401


def test_a_wrong_role_gets_the_answer_for_what_does_not_exist(
    browser: Browser, person_token: TokenOf, denials: list[tuple[str, str]]
) -> None:
    headers = {"Authorization": f"Bearer {person_token('s.kaya')}"}
    denied = browser.get(f"{HOME}v1/things", headers=headers)
    absent = browser.get(f"{HOME}v1/nothing", headers=headers)
    assert denied.status_code == absent.status_code == 404
    assert {**denied.json, "traceId": ""} == {**absent.json, "traceId": ""}
    assert [endpoint for _subject, endpoint in denials] == ["things"]


def test_a_form_without_its_token_changes_nothing(browser: Browser) -> None:
    page = browser.log_in(HOME, "m.dejong")
    for data in ({}, {"csrf_token": "x"}, {"csrf_token": "é"}):
        answer = browser.post(f"{HOME}purpose", data=data)
        assert answer.status_code == 400
        assert answer.json["errors"][0]["pointer"] == "/csrf_token"
    assert "purpose=" in browser.get(HOME).text.split()[-1]
    sent = browser.post(f"{HOME}purpose", data={"csrf_token": csrf_of(page.text)})
    assert sent.status_code == 200
    assert browser.get(HOME).text.endswith("purpose=safety_assessment")


def test_a_session_cookie_alone_cannot_post_to_the_api_either(browser: Browser) -> None:
    browser.log_in(HOME, "m.dejong")
    assert browser.post(f"{HOME}v1/things", json={}).status_code in (400, 405)


def test_a_form_sent_after_the_session_ended_says_that_nothing_was_stored(
    browser: Browser,
) -> None:
    page = browser.log_in(HOME, "m.dejong")
    pass_time(minutes=61)
    answer = browser.post(f"{HOME}purpose", data={"csrf_token": csrf_of(page.text)})
    assert answer.status_code == 401
    assert "<strong>niet</strong> opgeslagen" in answer.text
    assert 'href="/signals/login"' in answer.text


def test_a_session_ends_after_an_hour_of_rest(browser: Browser) -> None:
    browser.log_in(HOME, "m.dejong")
    for _ in range(3):
        pass_time(minutes=50)
        assert browser.get(HOME, follow=False).status_code == 200
    pass_time(minutes=61)
    assert browser.get(HOME, follow=False).status_code == 303


def test_a_session_ends_after_eight_hours_of_work(browser: Browser) -> None:
    browser.log_in(HOME, "m.dejong")
    for _ in range(9):
        pass_time(minutes=50)
        assert browser.get(HOME, follow=False).status_code == 200
    pass_time(minutes=31)
    assert browser.get(HOME, follow=False).status_code == 303


def test_the_access_token_is_renewed_without_the_person_noticing(
    browser: Browser, counting: CountingTransport
) -> None:
    browser.log_in(HOME, "m.dejong")
    before = counting.count
    for _ in range(4):
        pass_time(minutes=6)
        assert browser.get(HOME, follow=False).status_code == 200
    assert counting.count == before + 4
    browser.get(HOME)
    assert counting.count == before + 4


def test_many_requests_at_once_renew_the_token_once(
    browser: Browser, app: Flask, counting: CountingTransport
) -> None:
    browser.log_in(HOME, "m.dejong")
    cookie = browser.cookies()["bundel_signals"]
    pass_time(minutes=6)
    before = counting.count

    def page(_n: int) -> int:
        own = Browser(browser._applications)
        own.client.set_cookie("bundel_signals", cookie, domain="bundel.test", path="/signals/")
        return own.get(HOME, follow=False).status_code

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(page, range(12))) == [200] * 12
    assert counting.count == before + 1
    assert page(0) == 200  # a late request with the old cookie is served too


def test_log_out_ends_the_session_here_and_at_the_provider(browser: Browser) -> None:
    page = browser.log_in(HOME, "m.dejong")
    stolen = browser.cookies()["bundel_signals"]
    refused = browser.post(f"{HOME}logout", data={"csrf_token": "x"})
    assert refused.status_code == 400
    browser.post(f"{HOME}logout", data={"csrf_token": csrf_of(page.text)})
    assert "bundel_signals" not in browser.cookies()
    form = browser.get(HOME)
    assert "/identity/authorize" in form.request.url and form.status_code == 200
    # A copy of the old cookie lives no longer than its access token.
    pass_time(minutes=5)
    thief = Browser(browser._applications)
    thief.client.set_cookie("bundel_signals", stolen, domain="bundel.test", path="/signals/")
    assert thief.get(HOME, follow=False).status_code == 303


def test_a_callback_that_this_browser_did_not_begin_is_refused(browser: Browser) -> None:
    for query in ("", "?code=x&state=y", "?error=access_denied&state=y"):
        answer = browser.get(f"{HOME}callback{query}", follow=False)
        assert answer.status_code == 400
        assert "Inloggen is niet gelukt" in answer.text
    victim = Browser(browser._applications)
    begun = victim.get(f"{HOME}login", follow=False).headers["Location"]
    state = re.search(r"state=([^&]+)", begun)[1]  # type: ignore[index]
    foreign = victim.get(f"{HOME}callback?code=x&state={state}&iss=http://evil.test", follow=False)
    assert foreign.status_code == 400


def test_two_tabs_can_log_in_at_the_same_time(browser: Browser) -> None:
    first = browser.get(f"{HOME}?tab=1")
    browser.get(f"{HOME}?tab=2")
    fields = {"user": "m.dejong", "password": "bundel-demo"}
    fields["form_token"] = re.search(r'form_token" value="(\w+)"', first.text)[1]  # type: ignore[index]
    assert browser.post(first.request.url, data=fields).request.url == f"{HOME}?tab=1"


def test_without_provider_a_page_is_unavailable_and_the_session_stays(
    browser: Browser, wsgi_transport: WsgiTransport
) -> None:
    browser.log_in(HOME, "m.dejong")
    pass_time(minutes=6)
    wsgi_transport.down.add("identity")
    browser._applications = {**browser._applications}
    answer = browser.get(HOME, follow=False)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    wsgi_transport.down.clear()
    assert browser.get(HOME, follow=False).status_code == 200


def test_at_most_twelve_notes_are_kept_and_the_oldest_goes(app: Flask) -> None:
    from flask import g

    from shared.authentication.sessions import Session, current_session

    with app.test_request_context("/"):
        g.bundel_session = Session("a", 0.0, "r", "i", "c", 0.0, 0.0)
        for number in range(20):
            note(f"case {number}", "x")
        session = current_session()
        assert session is not None
        assert list(session.notes) == [f"case {number}" for number in range(8, 20)]


@given(
    st.one_of(
        st.sampled_from(
            [
                "https://evil.test", "//evil.test", "/signals//evil.test", "/signals/../audit/",
                "\\\\evil.test", "/signals/\\evil", "/signalsevil", "javascript:alert(1)",
                "/signals/a\r\nSet-Cookie: x=y", "/signals/login", "/signals/callback?code=x",
            ]
        ),
        st.text(max_size=60),
        st.text(alphabet="/\\.:signalev?#", max_size=40).map(lambda text: f"/signals/{text}"),
    )
)  # fmt: skip
@hypothesis_settings(
    max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
def test_after_log_in_the_browser_stays_in_this_service(app: Flask, wanted: str) -> None:
    wiring = app.extensions["bundel"]
    assert isinstance(wiring, WiredService)
    target = wiring.sign_in.safe_next(wanted)
    assert re.fullmatch(r"/signals/[^\\\s]*", target)
    assert "//" not in target.partition("?")[0] and ".." not in target
    assert not target.startswith(("/signals/login", "/signals/callback"))
