"""Every page: axe finds nothing, the policy stops nothing, nothing runs off a narrow screen."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import (
    Visit,
    faults_of,
    open_household,
    stopped_by_policy,
    too_wide,
)

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(600)]

PAGES = [
    ("m.dejong", "/signals/"),
    ("m.dejong", "/signals/search"),
    ("m.dejong", "/signals/nothing-here"),
    ("m.dejong", "/signals/v1/docs"),
    ("m.dejong", "/signals/leave"),
    ("s.kaya", "/signals/desk"),
    ("l.smit", "/signals/desk"),
    ("f.yilmaz", "/audit/"),
    ("f.yilmaz", "/consent/rules"),
    ("r.visser", "/consent/"),
    ("r.visser", "/consent/rules"),
    ("r.visser", "/consent/record"),
]
WIDTHS = [1360, 320]
_LARGEST = 150_000  # bytes


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize(("user", "path"), PAGES)
def test_a_page_is_in_order(as_person: Visit, user: str, path: str, width: int) -> None:
    start = "/signals/" if path.startswith("/signals") else path
    page = as_person(user, start, width=width)
    page.goto(path)
    assert faults_of(page) == []
    assert stopped_by_policy(page) == []
    assert too_wide(page) <= 0


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("locale", ["nl-NL", "en-GB"])
def test_the_log_in_page_is_in_order(visit: Visit, width: int, locale: str) -> None:
    page = visit("/signals/", width=width, locale=locale)
    assert faults_of(page) == []
    assert stopped_by_policy(page) == []
    assert too_wide(page) <= 0


@pytest.mark.parametrize("width", WIDTHS)
def test_the_way_to_a_household_is_in_order(as_person: Visit, household: str, width: int) -> None:
    page = as_person("m.dejong", "/signals/", width=width)
    page.goto(household)
    assert faults_of(page) == []
    assert too_wide(page) <= 0
    open_household(page, household)
    for closed in page.locator("main details > summary").all():
        closed.click()
    assert faults_of(page) == []
    assert stopped_by_policy(page) == []
    assert too_wide(page) <= 0
    assert len(page.content().encode()) < _LARGEST


@pytest.mark.parametrize("width", WIDTHS)
def test_what_was_found_is_in_order(as_person: Visit, width: int) -> None:
    page = as_person("m.dejong", "/signals/search", width=width)
    page.get_by_label("Woorden").fill("Ilse")
    page.keyboard.press("Enter")
    page.locator("#found").wait_for()
    assert faults_of(page) == []
    assert stopped_by_policy(page) == []
    assert too_wide(page) <= 0


def in_order(page: Page) -> None:
    """Everything opened, nothing wrong, and the menu still says where one is."""
    closed = page.locator("main details:not([open]) > summary")
    for _one in range(closed.count()):
        closed.first.click()  # opened, it is no longer among the closed
    assert faults_of(page) == []
    assert stopped_by_policy(page) == []
    assert too_wide(page) <= 0
    assert page.locator("header nav a[aria-current=page]").count() == 1


def send(page: Page, form: str) -> None:
    """Sends a form past the browser's own checks, as one without them would."""
    page.locator(form).evaluate("form => { form.noValidate = true; form.requestSubmit(); }")
    page.wait_for_load_state()


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("locale", ["nl-NL", "en-GB"])
def test_what_the_log_tells_is_in_order(as_person: Visit, width: int, locale: str) -> None:
    page = as_person("f.yilmaz", "/audit/", width=width, locale=locale)
    send(page, "main form.rows")
    page.locator("#found").wait_for()
    in_order(page)
    page.locator("main a.rowlink").first.click()
    page.locator("pre").first.wait_for(state="attached")
    in_order(page)
    page.goto("/audit/")
    page.fill("input[name=name]", "Iemand")
    page.fill("input[name=bsn]", "12")
    page.fill("input[name=household]", "geen kenmerk")
    send(page, "main form.rows")
    page.locator(".fault").first.wait_for()
    in_order(page)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("locale", ["nl-NL", "en-GB"])
def test_what_the_consent_officer_does_is_in_order(
    as_person: Visit, width: int, locale: str
) -> None:
    page = as_person("r.visser", "/consent/", width=width, locale=locale)
    page.locator("main a.rowlink").first.click()
    page.locator("dl.kv").wait_for()
    in_order(page)
    page.goto("/consent/record")
    send(page, "main form.stack")
    page.locator(".fault").first.wait_for()
    assert page.locator("[aria-invalid=true]").count() > 3
    in_order(page)
    page.goto("/consent/")
    page.fill("input[name=mention]", "geen kenmerk")
    send(page, "main form.form")
    page.locator(".fault").first.wait_for()
    in_order(page)
    page.goto("/consent/")
    page.fill("input[name=name]", "Niemand")
    page.fill("input[name=birth_date]", "1991-01-01")
    send(page, "main form.form")
    page.locator("#found").wait_for()
    in_order(page)


@pytest.mark.parametrize("width", WIDTHS)
def test_no_page_asks_for_a_picture_that_is_not_there(visit: Visit, width: int) -> None:
    page = visit("/healthz", width=width)
    missed: list[str] = []
    page.on("response", lambda answer: missed.append(answer.url) if answer.status > 400 else None)
    page.goto("/signals/")
    page.fill("#user", "nobody")
    page.fill("#password", "wrong")
    assert page.locator("link[rel=icon]").count() == 1
    icon = page.request.get(str(page.locator("link[rel=icon]").get_attribute("href")))
    assert icon.status == 200
    assert missed == []


@pytest.mark.parametrize("width", WIDTHS)
def test_the_page_after_a_session_ended_is_in_order(as_person: Visit, width: int) -> None:
    page = as_person("r.visser", "/consent/record", width=width)
    page.context.clear_cookies()
    send(page, "main form.stack")
    page.get_by_role("heading", name="Uw sessie is afgelopen").wait_for()
    assert faults_of(page) == []
    assert stopped_by_policy(page) == []
    assert too_wide(page) <= 0


def test_every_household_on_the_work_list_is_in_order(as_person: Visit) -> None:
    page = as_person("m.dejong", "/signals/", width=360)
    addresses = [link.get_attribute("href") for link in page.locator("a.rowlink").all()]
    assert len(addresses) > 5
    for address in addresses:
        assert address is not None
        open_household(page, address)
        assert faults_of(page) == []
        assert stopped_by_policy(page) == []
        assert too_wide(page) <= 0
        assert len(page.content().encode()) < _LARGEST
