"""All pages of all services, found in their url maps, and what is looked at on each."""

from __future__ import annotations

import importlib
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from urllib.parse import urlsplit

from playwright.sync_api import Page
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map

from bundel.commands.migrate import migrate_all
from shared.authentication import declared_access
from shared.settings import load_settings
from shared.vocabulary import Role
from tests.browser.conftest import faults_of, stopped_by_policy, too_wide

SERVICES = ("audit", "consent", "signals")
# Who looks at the pages of a role. Several: what one has to do, another has not.
WALKERS = {
    Role.COORDINATOR: ("m.dejong", "t.maas"),
    Role.DESK: ("s.kaya", "l.smit"),
    Role.CONSENT_OFFICER: ("r.visser",),
    Role.PRIVACY_OFFICER: ("f.yilmaz",),
    Role.ADMINISTRATOR: ("b.beheer",),
}
_WIDE, _NARROW = 1360, 320

# Notes what gets the focus and whether one can see that, and what should get it. Answers how often
# Tab must be pressed to come around.
_LISTEN_TO_FOCUS = """() => {
  const wanted = [...document.querySelectorAll(
    'a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex="0"]'
  )].filter(e => !e.disabled && e.getClientRects().length
    && getComputedStyle(e).visibility !== 'hidden' && !e.closest('[inert]'));
  const got = new Set();
  const unseen = new Set();
  document.addEventListener('focusin', event => {
    const e = event.target;
    got.add(e);
    const style = getComputedStyle(e);
    if (style.outlineStyle === 'none' || parseFloat(style.outlineWidth) < 2) unseen.add(e);
  });
  const told = e => (e.outerHTML.split('>')[0] + '>' + (e.innerText || '')).slice(0, 120);
  const radio = e => e.type === 'radio' && wanted.some(
    o => o.type === 'radio' && o.name === e.name && o.form === e.form && got.has(o));
  window.focused = () => ({
    missed: wanted.filter(e => !got.has(e) && !radio(e)).map(told),
    unseen: [...unseen].map(told),
  });
  // A date is several stops: day, month, year and the calendar.
  return wanted.length + 3 * wanted.filter(e => e.type === 'date').length + 3;
}"""

# The keyboard begins at the top of the page, wherever it was.
_BEGIN = """() => {
  document.activeElement.blur();
  window.scrollTo(0, 0);
  const body = document.body;
  body.tabIndex = -1;
  body.focus();
  body.removeAttribute('tabindex');
}"""


@dataclass(frozen=True)
class PageRoute:
    """A page that a GET shows to these roles."""

    service: str
    endpoint: str
    rule: str
    roles: frozenset[Role]

    @property
    def path(self) -> str:
        return f"/{self.service}{self.rule}"

    @property
    def plain(self) -> bool:
        """Without a parameter: its address is known."""
        return "<" not in self.rule

    def __str__(self) -> str:
        return f"{self.path} ({self.endpoint})"


@dataclass(frozen=True)
class Routes:
    pages: tuple[PageRoute, ...]
    maps: dict[str, Map]

    def of(self, address: str) -> PageRoute | None:
        """The page route of a path, or None."""
        service, _, rest = urlsplit(address).path.lstrip("/").partition("/")
        if service not in self.maps:
            return None
        try:
            rule, _ = self.maps[service].bind("x").match(f"/{rest}", "GET", return_rule=True)
        except HTTPException:
            return None
        return next((p for p in self.pages if (p.service, p.rule) == (service, rule.rule)), None)


@cache
def page_routes() -> Routes:
    """Read from the apps themselves."""
    pages: list[PageRoute] = []
    maps: dict[str, Map] = {}
    with tempfile.TemporaryDirectory() as home:
        settings = load_settings({"BUNDEL_HOME": home, "BUNDEL_BASE_URL": "http://bundel.test"})
        migrate_all(settings)
        for service in SERVICES:
            app = importlib.import_module(f"services.{service}.app").create_app(settings)
            maps[service] = app.url_map
            for rule in app.url_map.iter_rules():
                declared = declared_access(app.view_functions[rule.endpoint])
                if declared is not None and declared.page and "GET" in (rule.methods or ()):
                    pages.append(PageRoute(service, rule.endpoint, rule.rule, declared.roles))
            app.extensions["bundel_close"]()
    return Routes(tuple(pages), maps)


def breaches_on(page: Page, *, keyboard: bool) -> Iterator[str]:
    """Everything that is wrong on the page with all closed parts opened; with `keyboard` also on a
    wide screen and by keys."""
    # By script: where a closed part lies in another one, a click would find nothing to click on.
    page.evaluate("document.querySelectorAll('main details').forEach(e => { e.open = true; })")
    if keyboard:
        yield from faults_of(page)
        yield from _keyboard_breaches(page)
    page.set_viewport_size({"width": _NARROW, "height": 900})
    if (wide := too_wide(page)) > 0:
        yield f"{page.url}: {wide} px too wide at {_NARROW} px"
    yield from faults_of(page)
    page.set_viewport_size({"width": _WIDE, "height": 900})
    for stopped in stopped_by_policy(page):
        yield f"{page.url}: the policy stopped {stopped}"


def _keyboard_breaches(page: Page) -> Iterator[str]:
    most = page.evaluate(_LISTEN_TO_FOCUS)
    page.evaluate(_BEGIN)
    for _ in range(most):
        page.keyboard.press("Tab")
    found = page.evaluate("window.focused()")
    yield from (f"{page.url}: no key leads to {each}" for each in found["missed"])
    yield from (f"{page.url}: the focus cannot be seen on {each}" for each in found["unseen"])


def language_of(page: Page) -> str:
    told: str = page.evaluate("document.documentElement.lang")
    return told


def links_on(page: Page) -> list[str]:
    """Paths of this installation that the page leads to, in the order in which they stand."""
    found: list[str] = page.evaluate(
        "[...document.querySelectorAll('a[href]')].map(a => a.href.baseVal ?? a.href)"
        ".map(h => new URL(h, location.href))"
        ".filter(u => u.origin === location.origin).map(u => u.pathname + u.search)"
    )
    return list(dict.fromkeys(found))
