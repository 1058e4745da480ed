"""Every page: axe finds nothing, the policy stops nothing, nothing runs off a narrow screen."""

from __future__ import annotations

import pytest

from tests.browser.conftest import (
    Visit,
    faults_of,
    open_household,
    stopped_by_policy,
    too_wide,
)

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("running")]

PAGES = [
    ("m.dejong", "/signals/"),
    ("m.dejong", "/signals/search"),
    ("m.dejong", "/signals/nothing-here"),
    ("m.dejong", "/signals/v1/docs"),
    ("m.dejong", "/signals/leave"),
    ("s.kaya", "/signals/desk"),
    ("l.smit", "/signals/desk"),
    ("f.yilmaz", "/audit/"),
    ("r.visser", "/consent/"),
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
