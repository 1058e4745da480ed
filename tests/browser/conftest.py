"""A real Chromium against the whole of Bundel in its own processes."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from importlib.resources import files
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Playwright, sync_playwright

from tests.chromium import find_chromium
from tests.running import Running

PASSWORD = "bundel-demo"  # everybody's in the demonstration
AXE = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
# Runs before every page's own content: notes what the content security policy stopped.
LISTEN = """
window.stopped = [];
document.addEventListener('securitypolicyviolation', event => {
  window.stopped.push(event.violatedDirective + ' ' + event.blockedURI);
});
"""
# target-size (WCAG 2.2 AA, 24 px) is off unless asked for.
CHECK = """
axe.run({rules: {'target-size': {enabled: true}}, resultTypes: ['violations']}).then(
  found => found.violations.flatMap(
    fault => fault.nodes.map(node => `${fault.id}: ${fault.help} ${node.html.slice(0, 160)}`)))
"""


@pytest.fixture(scope="session")
def _playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def browser(_playwright: Playwright) -> Iterator[Browser]:
    path = find_chromium()
    if path is None and not os.environ.get("CI"):
        pytest.skip("no Chromium on this machine: python -m tests.chromium gets one")
    started = _playwright.chromium.launch(executable_path=path)
    yield started
    started.close()


Visit = Callable[..., Page]


@pytest.fixture
def visit(browser: Browser, running_bundel: Running) -> Iterator[Visit]:
    """`visit(path, width=1360, locale="nl-NL")`: a page of a browser of its own."""
    opened: list[Any] = []

    def go(path: str, *, width: int = 1360, locale: str = "nl-NL") -> Page:
        context = browser.new_context(
            base_url=running_bundel.base_url,
            locale=locale,
            viewport={"width": width, "height": 900},
        )
        context.add_init_script(LISTEN)
        context.set_default_timeout(60_000)  # a busy machine is no fault of a page
        opened.append(context)
        page = context.new_page()
        page.goto(path)
        return page

    yield go
    for context in opened:
        context.close()


@pytest.fixture
def as_person(visit: Visit) -> Visit:
    """`as_person("m.dejong", "/signals/")`: the page as this person, logged in."""

    def go(user: str, path: str, *, width: int = 1360, locale: str = "nl-NL") -> Page:
        page = visit(path, width=width, locale=locale)
        page.fill("#user", user)
        page.fill("#password", PASSWORD)
        page.click("button[type=submit]")
        # A key pressed while the way back from the log-in is under way is lost.
        page.wait_for_url(re.compile(r"^(?!.*(/identity/|/callback))"), wait_until="load")
        return page

    return go


@pytest.fixture
def household(running_bundel: Running) -> str:
    """The address of the household that the demonstration names."""
    return str(running_bundel.demo["household"]["url"])


def open_household(page: Page, address: str) -> None:
    """Opens a household for the usual purpose."""
    page.goto(address)
    page.locator("input[name=purpose]").first.check()
    page.get_by_role("button", name="Open het dossier").click()
    page.wait_for_url("**/picture")


def faults_of(page: Page) -> list[str]:
    """What axe finds wrong on the page as it stands; an empty list when all is well."""
    page.evaluate(AXE)  # not by a script element: the policy would stop that, as it should
    return [f"{page.url} {fault}" for fault in page.evaluate(CHECK)]


def stopped_by_policy(page: Page) -> list[str]:
    stopped: list[str] = page.evaluate("window.stopped")
    return stopped


def too_wide(page: Page) -> int:
    """By how many pixels the page must be scrolled sideways."""
    wide: int = page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    return wide
