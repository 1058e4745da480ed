"""What the one address lets through, and what stays inside."""

from __future__ import annotations

from typing import Any

import pytest
from werkzeug.test import Client

from bundel.serve import gateway
from shared.settings import load_settings


@pytest.fixture
def front(monkeypatch: pytest.MonkeyPatch) -> Client:
    """The gateway before services that answer every path."""

    def behind(_app: Any, _targets: Any, **_options: Any) -> Any:
        def answer(environ: dict[str, Any], start_response: Any) -> list[bytes]:
            start_response("200 OK", [("Content-Type", "text/plain")])
            return [str(environ["PATH_INFO"]).encode()]

        return answer

    monkeypatch.setattr(gateway, "ProxyMiddleware", behind)
    return Client(gateway.gateway_application(load_settings({})))


@pytest.mark.parametrize(
    "path",
    [
        "/signals/metrics",
        "/consent/metrics",
        "/audit/metrics",
        "/identity/metrics",
        "/consent//metrics",
        "//consent/metrics",
        "/consent/metrics/",
        "/consent/./metrics",
        "/consent/x/../metrics",
        "/consent/%6detrics",
        "/consent/Metrics",
    ],
)
def test_no_metric_leaves_the_installation(front: Client, path: str) -> None:
    # Counts of decisions by outcome tell a coordinator how many signals stay hidden (I4).
    answer = front.get(path)
    assert answer.status_code == 404
    assert answer.data == b"Not found\n"


@pytest.mark.parametrize("path", ["/signals/", "/consent/v1/rules", "/audit/healthz"])
def test_all_else_goes_to_its_service(front: Client, path: str) -> None:
    answer = front.get(path)
    assert answer.status_code == 200
    assert answer.data == path.encode()
