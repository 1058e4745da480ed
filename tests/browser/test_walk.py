"""Every page of every service, found in the url maps and by walking: nothing wrong for axe, the
policy, the keyboard and a narrow screen. A page that nobody reaches is a failure that names it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from shared.vocabulary import Role
from tests.browser.conftest import Visit
from tests.browser.happenings import Happenings
from tests.browser.walking import (
    WALKERS,
    PageRoute,
    breaches_on,
    language_of,
    links_on,
    page_routes,
)
from tests.running import Running

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(600)]

ENOUGH = 1  # pages of one route that one person looks at; the next may be another one's
KEYS_TRIED_IN = "nl-NL"  # another language changes nothing in what a key reaches
# Pages behind a button that changes nothing: what to choose on this page, and what to press.
ONWARD = {
    "web.ask_purpose": ("input[name=purpose]", "main form button"),
    "desk.pair": ("", "main button[value=same]"),
    "desk.wrong": ("main input[value=own]", "main form[action$=choice] button"),
}
ABSENT = "/signals/nothing-here"
# Not of one role. The pages about the API are English in both languages, and large: once will do.
EXTRA = {
    ("m.dejong", "nl-NL"): (
        ABSENT,
        "/signals/v1/docs",
        "/consent/v1/docs",
        "/audit/v1/docs",
    ),
    ("m.dejong", "en-GB"): (ABSENT,),
}


class Walk:
    """One person's way over all pages that lead to each other. `seen`: what others looked at."""

    def __init__(self, page: Page, role: Role, seen: set[str], language: str) -> None:
        self._page = page
        self._role = role
        self._seen = seen
        self._language = language
        self._looked: dict[PageRoute, int] = {}
        self.breaches: list[str] = []

    @property
    def reached(self) -> set[PageRoute]:
        return set(self._looked)

    def go(self, starts: list[str]) -> None:
        waiting, known = list(starts), set(starts)
        while waiting:
            address = waiting.pop(0)
            route = page_routes().of(address)
            if route is not None and address not in starts and self._looked.get(route, 0) >= ENOUGH:
                continue
            answer = self._page.goto(address)
            assert answer is not None
            if answer.status >= 400 and address != ABSENT:
                self.breaches.append(f"{address}: {answer.status}")
                continue
            self._look(route)
            if route is not None and route.endpoint in ONWARD:
                self._go_onward(*ONWARD[route.endpoint])
            for link in links_on(self._page):
                target = page_routes().of(link)
                if target is not None and link not in known and self._role in target.roles:
                    known.add(link)
                    waiting.append(link)

    def _go_onward(self, choice: str, button: str) -> None:
        if choice:
            self._page.locator(choice).first.check()
        with self._page.expect_navigation(wait_until="load"):
            self._page.locator(button).first.click()
        self._look(page_routes().of(self._page.url))

    def _look(self, route: PageRoute | None) -> None:
        """Once for each address, whoever looks, unless it is what each sees of their own."""
        if route is not None:
            self._looked[route] = self._looked.get(route, 0) + 1
        if self._page.url in self._seen and (route is None or not route.plain):
            return
        self._seen.add(self._page.url)
        if route is not None and (spoken := language_of(self._page)) != self._language[:2]:
            self.breaches.append(f"{self._page.url}: in {spoken}")
        self.breaches += breaches_on(self._page, keyboard=self._language == KEYS_TRIED_IN)


@pytest.fixture(scope="module")
def happened(running_bundel: Running) -> dict[Role, list[str]]:
    """Addresses that only a search leads to, by role."""
    return Happenings(running_bundel).happen()


def starts_of(role: Role, happened: dict[Role, list[str]]) -> list[str]:
    plain = [each.path for each in page_routes().pages if each.plain and role in each.roles]
    return [*plain, *happened.get(role, [])]


@pytest.mark.parametrize("language", ["nl-NL", "en-GB"])
def test_every_page_is_in_order(
    as_person: Visit, happened: dict[Role, list[str]], language: str
) -> None:
    breaches: list[str] = []
    reached: set[PageRoute] = set()
    for role, users in WALKERS.items():
        seen: set[str] = set()
        for user in users:
            page = as_person(user, "/signals/", locale=language)
            walk = Walk(page, role, seen, language)
            walk.go([*starts_of(role, happened), *EXTRA.get((user, language), ())])
            breaches += walk.breaches
            reached |= walk.reached
    left_out = [f"{page}: nobody comes here" for page in set(page_routes().pages) - reached]
    assert sorted(set(breaches)) + sorted(left_out) == []
