"""What every service's HTTP side shares: app factory, problem+json, headers, health, metrics.

The NL API Design Rules 2.2 are met here once: 400 with every fault, problem+json, API-Version,
`/v1/openapi.json` without log-in, security headers.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import Flask, Response, current_app, g, jsonify, request
from flask_smorest import Api
from flask_smorest.arguments import ArgumentsMixin
from prometheus_client import CollectorRegistry, Histogram, generate_latest
from werkzeug.exceptions import HTTPException
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from shared import clock
from shared.authentication.access import declared_access, public
from shared.authentication.actor import Actor
from shared.failures import http_error_response, problem_response, unexpected_response
from shared.logging import get_logger
from shared.openapi import Surface, own_document, surface_document
from shared.problems import (
    NotAuthenticated,
    NotFound,
    Problem,
)
from shared.requests import RequestParser, demand_readable
from shared.settings import Settings

API_VERSION = "1.0.0"
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; "
    "form-action {form_action}; base-uri 'none'; frame-ancestors 'none'"
)

Authenticate = Callable[[], Actor | None]
RecordDenial = Callable[[Actor, str], None]
ReadyCheck = Callable[[], None]


@dataclass
class Wiring:
    """What a service plugs into its app: who is calling, how a denial is recorded, readiness."""

    service: str
    settings: Settings
    authenticate: Authenticate  # reads bearer token or session; None when there is none
    record_denial: RecordDenial  # writes the entry of a refused call (I1), may raise Unavailable
    ready: Mapping[str, ReadyCheck] = field(default_factory=dict)
    metrics: CollectorRegistry = field(default_factory=CollectorRegistry)
    to_login: Callable[[], Any] | None = None  # pages: where to send someone without a session


# flask-smorest's own parser answers 422 in a form of its own.
ArgumentsMixin.ARGUMENTS_PARSER = RequestParser()


def create_service(wiring: Wiring, *, title: str, description: str) -> tuple[Flask, Api]:
    """A Flask app with everything but the service's own blueprints.

    Register blueprints on the returned Api (documented, JSON) or on the app (pages).
    """
    app = Flask(wiring.service, static_folder=None)
    settings = wiring.settings
    app.config.update(
        MAX_CONTENT_LENGTH=settings.max_body_bytes,
        API_TITLE=title,
        API_VERSION=API_VERSION,
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX=None,
        PROPAGATE_EXCEPTIONS=False,
        API_SPEC_OPTIONS={
            "info": {
                "description": description,
                "contact": {
                    "name": "Bundel",
                    "email": "beheer@bundel.invalid",
                    "url": "https://bundel.invalid",
                },
                "license": {"name": "EUPL-1.2", "identifier": "EUPL-1.2"},
            },
            "servers": [{"url": f"{settings.base_url}/{wiring.service}"}],
            "security": [{"bearer": []}],
        },
    )
    app.json.sort_keys = False  # type: ignore[attr-defined]
    api = Api(app)
    api.spec.components.security_scheme(
        "bearer", {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
    )
    app.extensions["bundel"] = wiring
    _add_metrics(app, wiring)
    app.before_request(_open_request)
    app.before_request(_demand_readable)
    app.before_request(_demand_access)
    app.after_request(_add_headers)
    app.register_error_handler(Problem, problem_response)
    app.register_error_handler(HTTPException, http_error_response)
    app.register_error_handler(Exception, unexpected_response)
    _add_operations(app, api, wiring)
    return app, api


def mounted(app: Flask, service: str) -> Any:
    """The WSGI application that serves the app under `/<service>`, as behind the gateway."""
    return DispatcherMiddleware(_nothing_here, {f"/{service}": app})


def _nothing_here(_environ: Any, start_response: Any) -> list[bytes]:
    start_response("404 Not Found", [("Content-Type", "text/plain; charset=utf-8")])
    return [b"Not found\n"]


def _open_request() -> None:
    parts = request.headers.get("traceparent", "").split("-")
    valid = (
        len(parts) == 4 and len(parts[1]) == 32 and all(c in "0123456789abcdef" for c in parts[1])
    )
    g.trace_id = parts[1] if valid and set(parts[1]) != {"0"} else secrets.token_hex(16)
    g.span_id = secrets.token_hex(8)
    g.started = clock.monotonic()


def trace_parent() -> str:
    """The W3C traceparent header to send to neighbours in this request."""
    return (
        f"00-{g.get('trace_id', secrets.token_hex(16))}-{g.get('span_id', secrets.token_hex(8))}-01"
    )


def _demand_access() -> Any:
    if request.endpoint is None:
        return None  # Flask answers 404 or 405 itself
    view = current_app.view_functions[request.endpoint]
    declared = declared_access(view)
    wiring: Wiring = current_app.extensions["bundel"]
    if declared is None:
        get_logger().error("route without declared access", route=request.endpoint)
        raise NotFound
    if declared.public:
        return None
    actor = wiring.authenticate()
    if actor is None:
        if declared.page and wiring.to_login is not None:
            return wiring.to_login()
        raise NotAuthenticated("Send a valid access token for this service.")
    g.actor = actor
    if actor.role not in declared.roles:
        wiring.record_denial(actor, request.endpoint)
        raise NotFound
    return None


def _demand_readable() -> None:
    if request.endpoint is not None:
        demand_readable()


def _add_headers(response: Response) -> Response:
    wiring: Wiring = current_app.extensions["bundel"]
    provider = "/".join(wiring.settings.issuer.split("/")[:3])  # the log-out form ends up there
    form_action = " ".join(sorted({"'self'", wiring.settings.base_url, provider}))
    headers = response.headers
    headers["API-Version"] = API_VERSION
    headers.setdefault("Cache-Control", "no-store")
    headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY.format(form_action=form_action)
    headers["X-Content-Type-Options"] = "nosniff"
    headers["X-Frame-Options"] = "DENY"
    headers["Referrer-Policy"] = "no-referrer"
    headers["Strict-Transport-Security"] = "max-age=31536000"
    if request.path.endswith("/openapi.json"):
        headers["Access-Control-Allow-Origin"] = "*"
    wiring_metrics: Histogram = current_app.extensions["bundel_request_seconds"]
    route = request.url_rule.rule if request.url_rule else "none"
    wiring_metrics.labels(request.method, route, response.status_code).observe(
        clock.monotonic() - g.get("started", clock.monotonic())
    )
    return response


def _add_metrics(app: Flask, wiring: Wiring) -> None:
    app.extensions["bundel_request_seconds"] = Histogram(
        "bundel_request_seconds",
        "Time to answer, by route",
        ("method", "route", "status"),
        registry=wiring.metrics,
    )


def _add_operations(app: Flask, api: Api, wiring: Wiring) -> None:

    @app.get("/healthz")
    @public("says only that the process runs")
    def healthz() -> Response:
        return jsonify({"status": "ok"})

    @app.get("/readyz")
    @public("says only which part is ready")
    def readyz() -> tuple[Response, int]:
        parts: dict[str, str] = {}
        for name, check in wiring.ready.items():
            try:
                check()
                parts[name] = "ok"
            except Exception as error:
                parts[name] = type(error).__name__
        ready = all(state == "ok" for state in parts.values())
        return jsonify({"status": "ok" if ready else "not ready", "parts": parts}), (
            200 if ready else 503
        )

    @app.get("/metrics")
    @public("counts and durations only; the gateway keeps it inside")
    def metrics() -> Response:
        return Response(generate_latest(wiring.metrics), mimetype="text/plain; version=0.0.4")

    @app.get("/v1/openapi.json")
    @public("the API's description is public (NL API Design Rules, publish-openapi)")
    def openapi() -> Response:
        return jsonify(own_document(app, api.spec.to_dict()))


def describe_surface(app: Flask, api: Api, surface: Surface) -> None:
    """Publishes the description of another standard's paths at `surface.at`."""
    surfaces: dict[str, Callable[[], Response]] = app.extensions.setdefault("bundel_surfaces", {})

    @public("the API's description is public")
    def described() -> Response:
        return jsonify(surface_document(app, api.spec.to_dict(), surface))

    surfaces[surface.name] = described
    app.add_url_rule(surface.at, f"surface_{len(surfaces)}", described)
