"""A browser as far as a page's time needs one: cookies, redirects, the log-in form."""

from __future__ import annotations

import http.client
import re
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from urllib.parse import urlencode, urljoin, urlsplit

from bundel.bench.callers import CallFailed
from bundel.demo.townspeople import PASSWORD

_HIDDEN = r'name="{}" value="([^"]+)"'
_MOST_REDIRECTS = 8
_FORM = "application/x-www-form-urlencoded"
_REDIRECTS = (301, 302, 303)


@dataclass(frozen=True)
class Page:
    """Where the browser ended, and what stood there."""

    url: str
    text: str

    def hidden(self, name: str) -> str:
        """The value of a hidden field. Raises CallFailed when the page has none."""
        found = re.search(_HIDDEN.format(name), self.text)
        if found is None:
            raise CallFailed(f"{urlsplit(self.url).path} shows no field {name}")
        return found.group(1)


@dataclass
class Browser:
    """Logged in as nobody at first."""

    base_url: str
    _jar: dict[str, str] = field(default_factory=dict)

    @property
    def cookies(self) -> str:
        """The Cookie header."""
        return "; ".join(f"{name}={value}" for name, value in self._jar.items())

    def log_in(self, path: str, user: str) -> Page:
        """Opens a page, fills in the log-in form it leads to, gives the page that follows."""
        form = self.get(path)
        token = form.hidden("form_token")
        return self.post(form.url, {"user": user, "password": PASSWORD, "form_token": token})

    def get(self, url: str) -> Page:
        return self._open("GET", urljoin(self.base_url, url), None)

    def post(self, url: str, form: dict[str, str]) -> Page:
        return self._open("POST", urljoin(self.base_url, url), urlencode(form).encode())

    def _open(self, method: str, url: str, body: bytes | None) -> Page:
        for _ in range(_MOST_REDIRECTS):
            status, location, text = self._send(method, url, body)
            if status not in _REDIRECTS:
                if status != 200:
                    raise CallFailed(f"{method} {urlsplit(url).path}: {status}")
                return Page(url, text)
            url, method, body = urljoin(url, location), "GET", None
        raise CallFailed(f"{urlsplit(url).path}: too many redirects")

    def _send(self, method: str, url: str, body: bytes | None) -> tuple[int, str, str]:
        parts = urlsplit(url)
        headers = {"Cookie": self.cookies}
        if body is not None:
            headers["Content-Type"] = _FORM
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60)
        try:
            target = f"{parts.path}?{parts.query}" if parts.query else parts.path
            connection.request(method, target, body=body, headers=headers)
            response = connection.getresponse()
            text = response.read().decode()
        except (OSError, http.client.HTTPException) as error:
            raise CallFailed(f"{method} {parts.path}: {type(error).__name__}") from error
        finally:
            connection.close()
        for told in response.headers.get_all("Set-Cookie") or []:
            for name, morsel in SimpleCookie(told).items():
                self._jar[name] = morsel.value
        return response.status, response.headers.get("Location", ""), text
