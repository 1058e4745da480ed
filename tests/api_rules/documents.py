"""The OpenAPI documents of every service, as they are served."""

from __future__ import annotations

import importlib
import tempfile
from dataclasses import dataclass
from functools import cache
from typing import Any

from bundel.commands.migrate import migrate_all
from shared.settings import load_settings

SERVICES = ("signals", "consent", "audit")
# Paths that keep another standard's form. They stand in no document of our own, or in one with
# that standard's name.
OTHER_STANDARDS = {
    "signals": {},
    "consent": {"/access/v1/": "OpenID AuthZEN 1.0", "/.well-known/": "OpenID AuthZEN 1.0"},
    "audit": {"/v1/log/tile/": "C2SP tlog-tiles", "/v1/log/checkpoint": "C2SP tlog-tiles"},
}


@dataclass(frozen=True)
class Described:
    """`own` by service name; `others` by "service standard". `raw_paths`: all that was declared."""

    own: dict[str, dict[str, Any]]
    others: dict[str, dict[str, Any]]
    raw_paths: dict[str, frozenset[str]]


@cache
def described() -> Described:
    """Makes each app once on a fresh home and asks it for its documents."""
    own, others, raw = {}, {}, {}
    with tempfile.TemporaryDirectory() as home:
        settings = load_settings({"BUNDEL_HOME": home, "BUNDEL_BASE_URL": "https://bundel.test"})
        migrate_all(settings)
        for service in SERVICES:
            app = importlib.import_module(f"services.{service}.app").create_app(settings)
            client = app.test_client()
            own[service] = client.get("/v1/openapi.json").get_json()
            for rule in app.url_map.iter_rules():
                if rule.rule.endswith("/openapi.json") and rule.rule != "/v1/openapi.json":
                    document = client.get(rule.rule).get_json()
                    others[f"{service} {document['info']['title']}"] = document
            raw[service] = frozenset(rule.rule for rule in app.url_map.iter_rules())
            app.extensions["bundel_close"]()
    return Described(own, others, raw)
