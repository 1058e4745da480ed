"""The consent officer's pages, in a browser without sockets."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask, jsonify, request
from werkzeug.test import TestResponse

from shared.clients.transport import WsgiTransport
from tests.consent.facts import MENTION
from tests.identity.browser import Browser

HOME = "http://bundel.test/consent/"
FORM = {
    "mentionId": MENTION, "ageBand": "from16", "recipientLegalContext": "zvh_wgs",
    "purpose": "case_coordination", "categories": "care", "givenBy": "self",
    "evidence": "signed_form",
}  # fmt: skip


@pytest.fixture
def browser(consent_app: Flask, wsgi_transport: WsgiTransport) -> Browser:
    found = Browser(wsgi_transport.applications)
    found.log_in(HOME, "r.visser")
    return found


def post(browser: Browser, page: str, path: str, form: dict[str, Any]) -> TestResponse:
    token = re.search(r'name="csrf_token" value="([^"]+)"', browser.get(HOME + page).text)
    assert token is not None
    return browser.post(HOME + path, data={**form, "csrf_token": token[1]})


def test_the_officer_records_finds_and_withdraws_a_consent(browser: Browser) -> None:
    assert "Er is nog geen toestemming vastgelegd." in browser.get(HOME).text
    recorded = post(browser, "record", "record", FORM)
    assert recorded.status_code == 200
    assert "geldt vanaf het volgende antwoord" in recorded.text
    assert "Dit werkt meteen:" in recorded.text
    assert "casusregie" in browser.get(HOME).text
    path = re.search(r'action="/consent/(consents/[0-9a-f-]+/withdraw)"', recorded.text)
    assert path is not None
    unsaid = post(browser, "", path[1], {})
    assert unsaid.status_code == 400
    assert "Kies waarom de toestemming eindigt." in unsaid.text
    ended = post(browser, "", path[1], {"reason": "withdrawn_by_person"})
    assert "De toestemming is ingetrokken." in ended.text
    assert "Gold voor de intrekking" in ended.text
    assert "Trek de toestemming in" not in ended.text


def test_faults_stand_at_their_field_and_nothing_is_lost(browser: Browser) -> None:
    page = post(browser, "record", "record", {**FORM, "ageBand": "under12", "purpose": ""})
    assert page.status_code == 400
    assert 'id="fault-purpose"' in page.text
    assert 'aria-describedby="fault-purpose"' in page.text
    assert MENTION in page.text
    page = post(browser, "record", "record", {**FORM, "ageBand": "under12"})
    assert page.status_code == 400
    assert "tot 12 beslissen ouders of voogd" in page.text
    assert 'id="fault-givenBy"' in page.text


def test_the_age_rules_are_explained_beside_the_form(browser: Browser) -> None:
    page = browser.get(HOME + "record").text
    for words in ("Jonger dan 12:", "12 tot 16 jaar:", "Vanaf 16 jaar:", "ontneemt niemand gezag"):
        assert words in page


def test_a_person_is_found_by_name_and_birth_date_through_signals(
    browser: Browser, wsgi_transport: WsgiTransport
) -> None:
    asked: list[Any] = []
    signals = Flask("signals")

    @signals.post("/signals/v1/persons/_resolve")
    def resolve() -> Any:
        asked.append(request.get_json())
        return jsonify({"personIds": [MENTION[::-1]], "mentionIds": [MENTION]})

    wsgi_transport.applications["signals"] = signals
    post(browser, "record", "record", FORM)
    found = post(browser, "", "search", {"name": "Van Dalen", "birth_date": "1990-01-01"})
    assert "1 toestemming gevonden" in found.text
    assert asked == [{"name": "Van Dalen", "birthDate": "1990-01-01"}]
    filled = post(browser, "", "record/for-mention", {"mention": MENTION})
    assert f'value="{MENTION}"' in filled.text


def test_a_search_says_what_is_missing(browser: Browser) -> None:
    page = post(browser, "", "search", {"name": "Van Dalen"})
    assert page.status_code == 400
    assert "Vul een achternaam en een geboortedatum in." in page.text
    page = post(browser, "", "search", {"mention": "123"})
    assert page.status_code == 400
    assert "Een kenmerk heeft 36 tekens" in page.text


def test_signals_down_is_told_as_such(browser: Browser, wsgi_transport: WsgiTransport) -> None:
    page = post(browser, "", "search", {"name": "Van Dalen", "birth_date": "1990-01-01"})
    assert page.status_code == 503


def test_a_form_without_its_token_does_nothing(browser: Browser) -> None:
    page = browser.post(HOME + "record", data=FORM)
    assert page.status_code in (400, 403, 404)
    assert "Er is nog geen toestemming vastgelegd." in browser.get(HOME).text


def test_the_rules_in_force_are_readable_in_two_languages(browser: Browser) -> None:
    page = browser.get(HOME + "rules").text
    assert "Wpg art. 20(3)" in page
    assert "Gegevens uit opsporing en van informanten komen nooit in een bundel." in page
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token is not None
    english = browser.post(
        HOME + "language", data={"language": "en", "back": "/rules", "csrf_token": token[1]}
    )
    assert "Investigation and informant data never enter a bundle." in english.text


def test_other_people_are_sent_to_their_own_page_and_see_the_rules_only(
    consent_app: Flask, wsgi_transport: WsgiTransport
) -> None:
    coordinator = Browser(wsgi_transport.applications)
    coordinator.log_in(HOME + "rules", "m.dejong")
    assert "Regels die gelden" in coordinator.get(HOME + "rules").text
    answer = coordinator.get(HOME, follow=False)
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/signals/"
    assert coordinator.get(HOME + "record").status_code == 404


def test_a_page_session_is_given_no_filter(browser: Browser) -> None:
    token = re.search(r'name="csrf_token" value="([^"]+)"', browser.get(HOME).text)
    assert token is not None
    answer = browser.post(
        HOME + "access/v1/filter", json={}, headers={"X-CSRF-Token": token[1]}, follow=False
    )
    assert answer.status_code in (400, 401)
    subject = {"type": "actor", "id": "x", "properties": {}}
    answer = browser.post(
        HOME + "access/v1/filter",
        json={"subject": subject, "action": {"name": "view", "properties": {"purpose": "triage"}}},
        headers={"X-CSRF-Token": token[1]},
        follow=False,
    )
    assert answer.status_code == 401
    assert "anyOf" not in answer.text


def test_who_leaves_in_a_hurry_is_not_let_in_again_without_a_password(browser: Browser) -> None:
    assert "Toestemmingen" in browser.get(HOME).text
    assert "Bundel" not in browser.get(HOME + "leave").text
    assert "bundel_consent" not in browser.cookies()
    for _back in range(2):
        page = browser.get(HOME)
        assert 'name="password"' in page.text
        assert "Toestemmingen vastleggen" not in page.text
    browser.log_in(HOME, "r.visser")
    assert 'name="password"' not in browser.get(HOME).text


def test_an_administrator_is_not_sent_round(
    consent_app: Flask, wsgi_transport: WsgiTransport
) -> None:
    administrator = Browser(wsgi_transport.applications)
    administrator.log_in(HOME + "rules", "b.beheer")
    assert administrator.get(HOME, follow=False).headers["Location"] == "/signals/"
