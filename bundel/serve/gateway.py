"""The one address: sends each path to its service, answers a clear 503 while one is restarting.

For the embedded default only; a region puts its own TLS gateway there (infra/).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from http.client import HTTPException
from typing import Any

from werkzeug.middleware.http_proxy import ProxyMiddleware
from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

from shared.settings import Settings

_TIMEOUT_SECONDS = 60


_not_found = Response("Not found\n", status=404, mimetype="text/plain")


def gateway_application(settings: Settings) -> Callable[..., Any]:
    """WSGI application that forwards /signals, /consent, /audit and /identity."""
    targets: dict[str, dict[str, Any]] = {}
    inside = {**settings.neighbours, "identity": settings.identity_url}
    if settings.witness_url.endswith("/witness"):  # the one that the supervisor runs
        inside["witness"] = settings.witness_url
    for name, url in inside.items():
        targets[f"/{name}"] = {
            "target": url.removesuffix(f"/{name}"),
            "remove_prefix": False,
            "host": None,  # services see the address that people use
        }
    proxy = ProxyMiddleware(_front_door, targets, timeout=_TIMEOUT_SECONDS)
    return _without_metrics(_clear_failures(proxy))


def _without_metrics(proxy: Callable[..., Iterable[bytes]]) -> Callable[..., Iterable[bytes]]:
    """Metrics are for whoever runs the services, at their inside addresses. From outside, a count
    of decisions before and after a look would tell how much the answer left out (I4)."""

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        steps = environ.get("PATH_INFO", "").lower().split("/")
        if "metrics" in steps:
            return _not_found(environ, start_response)
        return proxy(environ, start_response)

    return answer


@Request.application
def _front_door(request: Request) -> Response:
    if request.path == "/":
        return redirect("/signals/", code=303)
    if request.path in ("/signals", "/consent", "/audit"):
        return redirect(f"{request.path}/", code=303)
    if request.path == "/healthz":
        return Response('{"status":"ok"}', mimetype="application/json")
    return _not_found


def _clear_failures(proxy: Callable[..., Iterable[bytes]]) -> Callable[..., Iterable[bytes]]:
    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        failed = False

        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            nonlocal failed
            if status.startswith("502"):
                failed = True
                return lambda _data: None
            return start_response(status, headers, exc_info)

        environ.setdefault("HTTP_HOST", "localhost")
        try:
            body = proxy(environ, start)
        except HTTPException:  # a service that died while it answered
            failed, body = True, []
        if not failed:
            return body
        problem = {
            "type": "urn:bundel:problem:unavailable",
            "title": "A service is restarting",
            "status": 503,
            "detail": "Nothing is lost. Try again in a few seconds.",
            "code": "unavailable",
        }
        start_response(
            "503 Service Unavailable",
            [
                ("Content-Type", "application/problem+json"),
                ("Retry-After", "3"),
                ("Cache-Control", "no-store"),
            ],
        )
        return [json.dumps(problem).encode()]

    return answer
