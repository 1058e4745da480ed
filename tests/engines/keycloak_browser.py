"""A browser between an app in this process and a real Keycloak: cookies, redirects, its form."""

from __future__ import annotations

import html
import re
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

import urllib3
from werkzeug.test import TestResponse

from shared.clients.transport import Answer
from tests.engines.keycloak import BASE_URL, PASSWORD
from tests.identity.browser import Browser

_FORM = re.compile(r'<form[^>]*id="kc-form-login"[^>]*action="([^"]+)"')


class KeycloakBrowser:
    """`app` is the browser for http://bundel.test; everything else is a page of Keycloak."""

    def __init__(self, app: Browser) -> None:
        self.app = app
        self._pool = urllib3.PoolManager(timeout=60, retries=False)
        self._cookies: dict[str, str] = {}

    def open(self, url: str, form: dict[str, str] | None = None) -> Answer:
        """One request to Keycloak, with its cookies. They are `Secure`, and kept all the same: a
        real browser trusts the loopback address too."""
        headers = {"Cookie": "; ".join(f"{k}={v}" for k, v in self._cookies.items())}
        body = None
        if form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            body = urlencode(form).encode()
        method = "POST" if form is not None else "GET"
        told = self._pool.request(method, url, headers=headers, body=body, redirect=False)
        for line in told.headers.getlist("set-cookie"):
            for name, morsel in SimpleCookie(line).items():
                self._cookies[name] = morsel.value
        return Answer(told.status, {n.lower(): v for n, v in told.headers.items()}, told.data)

    def log_in(self, authorize: str, user: str, password: str = PASSWORD) -> str:
        """The address Keycloak sends the browser back to after the log-in form is sent."""
        page = self.open(authorize)
        if page.status in (302, 303):  # a single sign-on that still stands
            return page.headers["location"]
        action = _FORM.search(page.body.decode())
        assert action, (page.status, page.headers.get("location"), page.body[:400])
        sent = self.open(
            urljoin(authorize, html.unescape(action.group(1))),
            {"username": user, "password": password},
        )
        return sent.headers.get("location", "")

    def visit(self, page: str, user: str, password: str = PASSWORD) -> TestResponse:
        """Opens a page of the app, logs in where it leads, and gives the page that follows."""
        led = self.app.get(page, follow=False)
        back = self.log_in(led.headers["Location"], user, password)
        assert back.startswith(BASE_URL), back
        return self.app.get(back)

    def follow(self, response: TestResponse) -> Answer:
        """The page of Keycloak that the app sends the browser to."""
        target = response.headers["Location"]
        assert urlsplit(target).netloc != urlsplit(BASE_URL).netloc, target
        return self.open(target)


def query_of(url: str) -> dict[str, Any]:
    """The parameters in an address, one value each."""
    pairs = [part.partition("=") for part in urlsplit(url).query.split("&")]
    return {name: value for name, _, value in pairs}
