"""A small browser: keeps cookies, follows redirects between the applications, fills in forms."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urljoin, urlsplit

from werkzeug.test import Client, TestResponse
from werkzeug.wrappers import Response

from tests.fixtures_identity import PASSWORD

HOST = "http://bundel.test"


class Browser:
    """Its cookie jar respects path and host, as werkzeug's test client does."""

    def __init__(self, applications: Mapping[str, Callable[..., Any]]) -> None:
        self._applications = applications
        self.client = Client(self._all, Response)

    def _all(self, environ: Any, start_response: Any) -> Any:
        name = environ["PATH_INFO"].split("/")[1]
        return self._applications[name](environ, start_response)

    def get(self, url: str, follow: bool = True, **options: Any) -> TestResponse:
        return self._open("GET", url, follow, **options)

    def post(self, url: str, follow: bool = True, **options: Any) -> TestResponse:
        return self._open("POST", url, follow, **options)

    def log_in(self, url: str, user: str, password: str = PASSWORD) -> TestResponse:
        """Opens a page, fills in the log-in form it leads to, and gives the page that follows."""
        form = self.get(url)
        return self.post(
            form.request.url,
            data={"user": user, "password": password, "form_token": form_token(form)},
        )

    def cookies(self) -> dict[str, str]:
        return {name: cookie.value for (_d, _p, name), cookie in self.client._cookies.items()}

    def _open(self, method: str, url: str, follow: bool, **options: Any) -> TestResponse:
        for _ in range(8):
            parts = urlsplit(urljoin(HOST, url))
            response = self.client.open(
                parts.path, query_string=parts.query, base_url=HOST, method=method, **options
            )
            if not follow or response.status_code not in (301, 302, 303):
                return response
            url, method = response.headers["Location"], "GET"
            options = {"headers": options.get("headers")}  # a browser asks for its language again
        raise AssertionError("too many redirects")


def form_token(page: TestResponse) -> str:
    """The hidden field of the provider's form."""
    found = re.search(r'name="form_token" value="([0-9a-f]+)"', page.text)
    assert found, page.text
    return found.group(1)
