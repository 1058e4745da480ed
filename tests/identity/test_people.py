"""People log in by code flow and PKCE; every short cut is refused."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from services.identity.people import PEOPLE, person_with
from shared import clock
from shared.authentication.verifier import TokenVerifier
from shared.clients.transport import WsgiTransport
from shared.problems import NotAuthenticated
from shared.settings import Settings
from tests.fixtures_identity import PASSWORD, TokenOf
from tests.identity.asking import CALLBACK, Asking, claims_of, refused
from tests.identity.browser import Browser, form_token


@pytest.fixture
def browser(wsgi_transport: WsgiTransport) -> Browser:
    return Browser(wsgi_transport.applications)


def told(location: str) -> dict[str, str]:
    """The query of a redirect, one value each."""
    return {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}


def test_a_coordinator_gets_a_token_with_her_role_and_context(asking: Asking) -> None:
    body = asking.redeem(asking.code("m.dejong")).json()
    claims = claims_of(body["access_token"])
    assert (claims["aud"], claims["azp"]) == ("bundel-signals", "bundel-signals")
    assert (claims["role"], claims["legal_context"]) == ("coordinator", "vt_task")
    assert (claims["organisation"], claims["agency"]) == ("vt-utrecht", "veilig_thuis")
    assert (claims["region"], claims["name"]) == ("utrecht", "Marit de Jong")
    assert "dejong" not in claims["sub"]
    identity = claims_of(body["id_token"])
    assert (identity["sub"], identity["nonce"]) == (claims["sub"], "no")
    assert "name" not in identity  # it travels in the address at log-out


def test_every_person_can_log_in_and_has_an_id_of_her_own(person_token: TokenOf) -> None:
    subjects = {claims_of(person_token(person.user))["sub"] for person in PEOPLE}
    assert len(subjects) == len(PEOPLE) >= 11
    assert all(person_with(person.user, PASSWORD) is person for person in PEOPLE)


@pytest.mark.parametrize(
    "changes",
    [
        {"code_challenge_method": "plain"},
        {"code_challenge_method": ""},
        {"code_challenge": ""},
        {"code_challenge": "", "code_challenge_method": ""},
        {"code_challenge": "short"},
    ],
)
def test_without_an_s256_challenge_there_is_no_log_in(
    asking: Asking, browser: Browser, changes: dict[str, str]
) -> None:
    answer = browser.get(asking.authorize_url(**changes), follow=False)
    back = told(answer.headers["Location"])
    assert answer.headers["Location"].startswith(CALLBACK)
    assert (back["error"], back["state"]) == ("invalid_request", "st")


def test_the_wrong_verifier_or_none_gives_no_token(asking: Asking) -> None:
    refused(asking.redeem(asking.code(), code_verifier="w" * 64), 400, "invalid_grant")
    refused(asking.redeem(asking.code(), code_verifier=""), 400, "invalid_request")


def test_a_code_serves_once_and_a_second_use_ends_what_the_first_gave(asking: Asking) -> None:
    code = asking.code()
    first = asking.redeem(code)
    assert first.status == 200
    refused(asking.redeem(code), 400, "invalid_grant")
    refused(asking.refresh(first.json()["refresh_token"]), 400, "invalid_grant")


def test_a_code_of_another_client_or_too_old_gives_no_token(asking: Asking) -> None:
    refused(asking.redeem(asking.code(), "bundel-audit"), 400, "invalid_grant")
    code = asking.code()
    later = clock.now() + timedelta(seconds=61)
    clock.set_source(lambda: later)
    refused(asking.redeem(code), 400, "invalid_grant")


def test_a_code_without_client_authentication_gives_no_token(asking: Asking) -> None:
    answer = asking.redeem(asking.code(), client_assertion="", client_id="bundel-signals")
    refused(answer, 401, "invalid_client")


@pytest.mark.parametrize(
    "redirect_uri",
    [
        "http://bundel.test/signals/callback/",
        "http://bundel.test/signals/callback?x=1",
        "http://bundel.test/audit/callback",
        "http://evil.test/signals/callback",
        "javascript:alert(1)",
        "",
    ],
)
def test_only_the_exact_redirect_address_is_used(
    asking: Asking, browser: Browser, redirect_uri: str
) -> None:
    answer = browser.get(asking.authorize_url(redirect_uri=redirect_uri), follow=False)
    assert answer.status_code == 400
    assert "Location" not in answer.headers


def test_the_redirect_address_must_be_repeated_when_the_code_is_redeemed(asking: Asking) -> None:
    answer = asking.redeem(asking.code(), redirect_uri="http://bundel.test/audit/callback")
    refused(answer, 400, "invalid_grant")


def test_an_unknown_client_or_a_machine_cannot_show_a_log_in(
    asking: Asking, browser: Browser
) -> None:
    for client_id in ("nobody", "police-utrecht", ""):
        answer = browser.get(asking.authorize_url(client_id=client_id), follow=False)
        assert answer.status_code == 400
        assert "Location" not in answer.headers


def test_a_parameter_sent_twice_is_refused(asking: Asking, browser: Browser) -> None:
    for double in ("state=x", "code_challenge=x", "nonce=x", "client_id=bundel-audit"):
        answer = browser.get(f"{asking.authorize_url()}&{double}", follow=False)
        assert answer.status_code == 400 or "error=" in answer.headers["Location"], double


def test_the_answer_names_the_provider_and_repeats_the_state(
    asking: Asking, browser: Browser
) -> None:
    form = browser.get(asking.authorize_url())
    answer = browser.post(
        form.request.url,
        follow=False,
        data={"user": "m.dejong", "password": PASSWORD, "form_token": form_token(form)},
    )
    back = told(answer.headers["Location"])
    assert answer.status_code == 303
    assert (back["state"], back["iss"]) == ("st", asking.settings.issuer)


def test_a_form_from_another_site_logs_nobody_in(asking: Asking, browser: Browser) -> None:
    answer = browser.post(
        asking.authorize_url(),
        follow=False,
        data={"user": "m.dejong", "password": PASSWORD, "form_token": "0" * 64},
    )
    assert answer.status_code == 400
    assert "bundel_identity" not in browser.cookies()


def test_after_five_wrong_passwords_a_name_waits_thirty_seconds(
    asking: Asking, browser: Browser
) -> None:
    form = browser.get(asking.authorize_url())

    def attempt(user: str, password: str) -> int:
        fields = {"user": user, "password": password, "form_token": form_token(form)}
        return browser.post(form.request.url, follow=False, data=fields).status_code

    assert [attempt("m.dejong", "wrong") for _ in range(5)] == [401] * 5
    assert attempt("m.dejong", PASSWORD) == 429
    assert attempt("t.maas", PASSWORD) == 303
    later = clock.now() + timedelta(seconds=31)
    clock.set_source(lambda: later)
    assert attempt("m.dejong", PASSWORD) == 303


def test_an_unknown_name_is_answered_like_a_wrong_password(
    asking: Asking, browser: Browser
) -> None:
    form = browser.get(asking.authorize_url())

    def page(user: str) -> tuple[int, str]:
        fields = {"user": user, "password": "wrong", "form_token": form_token(form)}
        answer = browser.post(form.request.url, follow=False, data=fields)
        return answer.status_code, answer.text

    known = [page("m.dejong") for _ in range(6)]
    assert [page("nobody") for _ in range(6)] == known
    assert "nobody" not in page("nobody")[1]


def test_one_log_in_serves_a_second_application_until_log_out(
    asking: Asking, browser: Browser
) -> None:
    form = browser.get(asking.authorize_url())
    fields = {"user": "m.dejong", "password": PASSWORD, "form_token": form_token(form)}
    browser.post(form.request.url, follow=False, data=fields)
    audit = {"client_id": "bundel-audit", "redirect_uri": "http://bundel.test/audit/callback"}
    again = browser.get(asking.authorize_url(**audit), follow=False)
    assert "code" in told(again.headers["Location"])
    forced = browser.get(asking.authorize_url(**audit, prompt="login"), follow=False)
    assert forced.status_code == 200
    page = browser.get("http://bundel.test/identity/logout", follow=False)
    assert "Wilt u uitloggen" in page.text
    done = browser.post("http://bundel.test/identity/logout", data={"form_token": form_token(page)})
    assert "U bent uitgelogd" in done.text
    assert browser.get(asking.authorize_url(**audit), follow=False).status_code == 200


def test_prompt_none_without_log_in_goes_back_with_an_error(
    asking: Asking, browser: Browser
) -> None:
    answer = browser.get(asking.authorize_url(prompt="none"), follow=False)
    assert told(answer.headers["Location"])["error"] == "login_required"


def test_log_out_goes_only_to_a_registered_address(asking: Asking, browser: Browser) -> None:
    id_token = asking.redeem(asking.code()).json()["id_token"]
    url = f"http://bundel.test/identity/logout?id_token_hint={id_token}&post_logout_redirect_uri="
    home = browser.get(f"{url}http://bundel.test/signals/", follow=False)
    assert home.headers["Location"] == "http://bundel.test/signals/"
    elsewhere = browser.get(f"{url}http://evil.test/", follow=False)
    assert "Location" not in elsewhere.headers
    forged = browser.get(f"{url}http://bundel.test/signals/".replace("eyJ", "eyK", 1), follow=False)
    assert "Location" not in forged.headers


def test_a_refresh_token_serves_once_and_its_reuse_ends_the_session(asking: Asking) -> None:
    first = asking.redeem(asking.code()).json()
    second = asking.refresh(first["refresh_token"]).json()
    assert claims_of(second["access_token"])["sub"] == claims_of(first["access_token"])["sub"]
    assert second["refresh_token"] != first["refresh_token"]
    refused(asking.refresh(first["refresh_token"]), 400, "invalid_grant")
    refused(asking.refresh(second["refresh_token"]), 400, "invalid_grant")


def test_a_refresh_token_in_other_hands_ends_the_session(asking: Asking) -> None:
    given = asking.redeem(asking.code()).json()["refresh_token"]
    refused(asking.refresh(given, "bundel-consent"), 400, "invalid_grant")
    refused(asking.refresh(given), 400, "invalid_grant")
    refused(asking.refresh("made up"), 400, "invalid_grant")


def test_a_session_at_the_provider_ends_after_eight_hours(asking: Asking) -> None:
    given = asking.redeem(asking.code()).json()["refresh_token"]
    later = clock.now() + timedelta(hours=8, seconds=1)
    clock.set_source(lambda: later)
    refused(asking.refresh(given), 400, "invalid_grant")


def test_an_id_token_is_no_access_token(
    asking: Asking, settings: Settings, wsgi_transport: WsgiTransport
) -> None:
    id_token = asking.redeem(asking.code()).json()["id_token"]
    verifier = TokenVerifier(settings, wsgi_transport, "bundel-signals")
    with pytest.raises(NotAuthenticated, match="another kind"):
        verifier.verify(id_token)


def test_the_log_in_page_works_without_script_and_under_a_strict_policy(
    asking: Asking, browser: Browser
) -> None:
    page = browser.get(asking.authorize_url())
    assert page.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert "<script" not in page.text and " style=" not in page.text
    assert '<html lang="nl">' in page.text
    assert '<label for="user">' in page.text and '<label for="password">' in page.text
    style = browser.get("http://bundel.test/identity/static/identity.css")
    assert (style.status_code, style.mimetype) == (200, "text/css")


def test_cookies_of_the_provider_are_closed_to_scripts_and_other_paths(
    asking: Asking, browser: Browser
) -> None:
    cookie = browser.get(asking.authorize_url(), follow=False).headers["Set-Cookie"]
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie and "Path=/identity" in cookie


def test_the_discovery_document_names_what_there_is(browser: Browser, settings: Settings) -> None:
    url = "http://bundel.test/identity/.well-known/openid-configuration"
    document = browser.get(url).json
    assert document["issuer"] == settings.issuer
    assert document["code_challenge_methods_supported"] == ["S256"]
    assert document["token_endpoint_auth_methods_supported"] == ["private_key_jwt"]
    assert browser.get(document["jwks_uri"]).status_code == 200
