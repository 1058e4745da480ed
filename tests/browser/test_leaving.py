"""Leaving in a hurry closes every service, also for the Back button and in another tab."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(600)]


def test_the_quick_exit_closes_the_other_services_too(as_person: Visit) -> None:
    page = as_person("m.dejong", "/signals/")
    other = page.context.new_page()
    other.goto("/consent/emergencies")
    expect(other.get_by_role("heading", name="Vraag een noodinzage")).to_be_visible()
    page.get_by_role("link", name="Snel weg").click()
    for path in ("/consent/emergencies", "/signals/"):
        other.goto(path)
        expect(other.locator("input[type=password]")).to_be_visible()
    other.go_back()
    expect(other.get_by_role("heading", name="Vraag een noodinzage")).to_have_count(0)
