"""Every route of every service says who may call it and why, and holds to it (I2).

New routes are found by themselves. A service whose app cannot be made fails all of this.
"""

from __future__ import annotations

from typing import Any

import pytest
from werkzeug.test import TestResponse

from shared import ids
from shared.vocabulary import Role
from tests.whole import Whole

pytestmark = pytest.mark.slow
# What a declaration may say without asking for a decision: it must give its reason.
SHORTEST_REASON = 10


def test_every_service_has_routes(whole: Whole) -> None:
    served = {route.service for route, _declared in whole.guarded()}
    assert served == {"signals", "consent", "audit"}


def test_every_route_declares_who_may_call_it_and_why(whole: Whole) -> None:
    for route in whole.routes():
        assert route.declared is not None, f"{route} declares nothing"
        words = route.declared.reason if route.declared.public else route.declared.decision
        assert len(words) >= SHORTEST_REASON or not route.declared.public, f"{route}: why?"
        assert words, f"{route} names no decision"


def test_a_route_that_declares_nothing_answers_nothing(whole: Whole) -> None:
    from shared.http import Wiring, create_service

    app, _api = create_service(
        Wiring("bare", whole.settings, lambda: None, lambda _a, _e: None),
        title="x",
        description="x",
    )
    app.add_url_rule("/open", "open", lambda: "secret")
    answer = app.test_client().get("/open")
    assert answer.status_code == 404
    assert "secret" not in answer.text


def test_without_a_token_nothing_is_answered(whole: Whole) -> None:
    authorize = f"{whole.settings.issuer}/authorize?"
    for route, declared in whole.guarded():
        answer = whole.call(route)
        if declared.page and route.method == "GET":
            assert answer.status_code == 303, route
            assert answer.headers["Location"].startswith(authorize), route
        else:
            assert answer.status_code == 401, route
        if not declared.page:
            assert answer.mimetype == "application/problem+json", route
            assert answer.headers["WWW-Authenticate"].startswith("Bearer"), route


def test_no_bad_token_is_believed_anywhere(whole: Whole) -> None:
    bad = {s: whole.forge.worst(f"bundel-{s}") for s in ("signals", "consent", "audit")}
    for route, _declared in whole.guarded():
        for name, token in bad[route.service].items():
            answer = whole.call(route, token)
            assert answer.status_code == 401, f"{route} with {name}: {answer.status_code}"
            assert token not in answer.text


def test_a_role_that_is_not_named_gets_the_answer_for_nothing_there_and_an_entry(
    whole: Whole,
) -> None:
    absent: dict[tuple[str, str, Role], Any] = {}
    for route, declared in whole.guarded():
        for role in sorted(set(Role) - declared.roles):
            whole.denials.clear()
            token = whole.token(route.service, role)
            denied = whole.call(route, token)
            kind = (route.service, route.method, role)
            if kind not in absent:
                absent[kind] = _comparable(whole.call(route, token, path=f"/v1/{ids.new_id()}"))
            assert denied.status_code == 404, f"{route} as {role}"
            assert _comparable(denied) == absent[kind], f"{route} as {role}"
            assert whole.denials == [(route.service, role.value, route.endpoint)], route


def test_without_the_log_a_denial_is_not_answered_as_if_it_were_recorded(whole: Whole) -> None:
    route, declared = next(
        (route, declared) for route, declared in whole.guarded() if route.service == "signals"
    )
    role = sorted(set(Role) - declared.roles)[0]
    whole.transport.down.add("audit")
    try:
        answer = whole.call(route, whole.token("signals", role))
    finally:
        whole.transport.down.clear()
    assert answer.status_code == 503
    assert "Retry-After" in answer.headers


def _comparable(answer: TestResponse) -> Any:
    if answer.mimetype == "application/problem+json":
        return {**answer.get_json(), "traceId": ""}
    return answer.text
