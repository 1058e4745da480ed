"""Hostile bodies at every door of every service, walked from the url maps: a clear 4xx each."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import pytest
from werkzeug.test import Client, TestResponse
from werkzeug.wrappers import Response

from shared.authentication import Access
from shared.http import mounted
from tests.faults.hostile import DOCUMENTS, FORMS, ODD_FORMS, Hostile
from tests.whole import Route, Whole

pytestmark = pytest.mark.slow

# These take one signal a line; a line that is hostile is refused in its own result (status 200).
LINES = {"intake.deliver_many"}
# The language is a choice of two: whatever else is said means Dutch.
HARMLESS = {"pages.set_language"}


def _doors(whole: Whole) -> list[tuple[Route, Access]]:
    return [
        (route, route.declared)
        for route in whole.routes()
        if route.method in ("POST", "PUT") and route.declared is not None
    ]


def _forms(whole: Whole) -> list[tuple[Route, Access]]:
    """Pages, and what takes forms by its standard: log-in, log-out, tokens."""
    return [(r, d) for r, d in _doors(whole) if d.page or (d.public and "/v1/" not in r.path)]


@pytest.fixture(scope="module")
def tokens(whole: Whole) -> Callable[[str, Access], str]:
    """A token of a role that may call, made once for each service and role."""
    return cache(lambda service, declared: _token(whole, service, declared))


def _token(whole: Whole, service: str, declared: Access) -> str:
    return whole.token(service, sorted(declared.roles)[0]) if declared.roles else ""


Send = Callable[[Route, Access, Hostile], TestResponse]


@pytest.fixture
def send(whole: Whole, tokens: Callable[[str, Access], str]) -> Send:
    def sending(route: Route, declared: Access, hostile: Hostile) -> TestResponse:
        return _send(whole, route, tokens(route.service, declared), hostile)

    return sending


def _send(whole: Whole, route: Route, token: str, hostile: Hostile) -> TestResponse:
    headers = {**hostile.headers, "If-Match": '"1"', "Accept": "application/json"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    client = Client(mounted(whole.apps[route.service], route.service), Response)
    return client.open(
        f"/{route.service}{route.path}",
        method=route.method,
        headers=headers,
        data=hostile.body,
        content_type=hostile.content_type or None,
        base_url=whole.settings.base_url,
    )


@pytest.mark.parametrize("hostile", DOCUMENTS, ids=lambda each: each.name)
def test_no_door_takes_a_hostile_document(whole: Whole, send: Send, hostile: Hostile) -> None:
    doors = [(r, d) for r, d in _doors(whole) if "/v1/" in r.path and r.endpoint not in LINES]
    assert len(doors) > 30
    for route, declared in doors:
        answer = send(route, declared, hostile)
        # What is not there is told before the body is looked at.
        absent = {404} if route.path.count("-") > 3 else set()
        assert answer.status_code in hostile.statuses | absent, f"{route}: {answer.status}"
        assert answer.mimetype == "application/problem+json", route
        assert answer.get_json()["detail"], route


@pytest.mark.parametrize("hostile", FORMS, ids=lambda each: each.name)
def test_no_page_takes_a_hostile_form(whole: Whole, send: Send, hostile: Hostile) -> None:
    doors = _forms(whole)
    assert len(doors) > 10
    for route, declared in doors:
        answer = send(route, declared, hostile)
        assert answer.status_code in hostile.statuses, f"{route}: {answer.status} {answer.text}"


@pytest.mark.parametrize("hostile", ODD_FORMS, ids=lambda each: each.name)
def test_an_odd_form_is_no_error(whole: Whole, send: Send, hostile: Hostile) -> None:
    for route, declared in _forms(whole):
        answer = send(route, declared, hostile)
        expected = (200, 303) if route.endpoint in HARMLESS else range(200, 500)
        assert answer.status_code in expected, f"{route}: {answer.status} {answer.text}"


@pytest.mark.parametrize("hostile", DOCUMENTS, ids=lambda each: each.name)
def test_a_hostile_line_is_refused_in_its_own_result(
    whole: Whole, send: Send, hostile: Hostile
) -> None:
    ((route, declared),) = [(r, d) for r, d in _doors(whole) if r.endpoint in LINES]
    if hostile.statuses == {415}:
        answer = send(route, declared, hostile)
        assert answer.status_code == 415
        return
    line = Hostile(hostile.name, hostile.body + b"\n", "application/x-ndjson")
    answer = send(route, declared, line)
    results = [each for each in answer.text.splitlines() if each]
    assert answer.status_code == 200
    assert results
    assert all('"status":4' in each for each in results), results


@pytest.mark.parametrize("query", ["a=%00", "%00=a", "show=%00&next=%00"])
def test_nul_in_an_address_is_refused(
    whole: Whole, tokens: Callable[[str, Access], str], query: str
) -> None:
    for route in whole.routes():
        if route.method != "GET" or route.declared is None:
            continue
        token = tokens(route.service, route.declared)
        answer = whole.call(route, token, path=f"{route.path}?{query}")
        assert answer.status_code == 400, f"{route}: {answer.status}"


def test_nul_in_a_path_is_as_if_nothing_were_there(
    whole: Whole, tokens: Callable[[str, Access], str]
) -> None:
    for route in whole.routes():
        if route.declared is None or "-" not in route.path.rsplit("/", 1)[-1]:
            continue
        token = tokens(route.service, route.declared)
        answer = whole.call(route, token, path=f"{route.path[:-3]}%00")
        assert answer.status_code in (404, 405), f"{route}: {answer.status}"
