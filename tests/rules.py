"""What `make check` asks beyond format, lint and types: policy, API rules, migrations.

Run as a module: prints every breach and exits 1 when there is one.
"""

from __future__ import annotations

import importlib
import re
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from openapi_spec_validator import validate
from openapi_spec_validator.validation.exceptions import OpenAPIValidationError

from shared.database import migrate, migration_config, open_engine
from shared.settings import Settings, load_settings

SERVICES = ("signals", "consent", "audit")
# Surfaces of other standards keep their own forms (AuthZEN 1.0, OpenID Connect, C2SP tlog-tiles).
OTHER_STANDARDS = ("/access/v1/", "/.well-known/", "/v1/log/tile/", "/v1/log/checkpoint")
KEBAB = re.compile(r"^(_[a-z]+(-[a-z]+)*|[a-z0-9]+(-[a-z0-9]+)*|\{[A-Za-z_]+\}|openapi\.json)$")
CAMEL = re.compile(r"^[a-z][a-zA-Z0-9]*$")


def api_breaches(service: str, document: dict[str, Any]) -> Iterator[str]:
    """Breaches of the NL API Design Rules 2.2 (Logius), as its published linter checks them."""
    try:
        validate(document)
    except OpenAPIValidationError as error:
        yield f"{service}: not valid OpenAPI: {error.message}"
    info = document["info"]
    if not {"name", "email", "url"} <= set(info.get("contact", {})):
        yield f"{service}: info.contact needs name, email and url"
    if not re.fullmatch(r"\d+\.\d+\.\d+", info["version"]):
        yield f"{service}: the version is not semantic"
    for path, item in document["paths"].items():
        if path.startswith(OTHER_STANDARDS):
            continue
        where = f"{service} {path}"
        if path.endswith("/"):
            yield f"{where}: ends with a slash"
        if not path.startswith("/v1/"):
            yield f"{where}: the major version is not in the path"
        for segment in path.strip("/").split("/"):
            if not KEBAB.match(segment):
                yield f"{where}: {segment} is not kebab-case"
        for method, operation in item.items():
            if method == "parameters":
                continue
            yield from _operation_breaches(f"{where} {method}", method, operation)


def _operation_breaches(where: str, method: str, operation: dict[str, Any]) -> Iterator[str]:
    answers = operation.get("responses", {})
    if method not in {"get", "post", "put", "patch", "delete"}:
        yield f"{where}: this method is not allowed"
    for parameter in operation.get("parameters", []):
        if parameter.get("in") == "query" and not CAMEL.match(parameter["name"]):
            yield f"{where}: query parameter {parameter['name']} is not camelCase"
    if (method in {"post", "put", "patch"} or operation.get("parameters")) and "400" not in answers:
        yield f"{where}: 400 is not described"
    if "422" in answers:
        yield f"{where}: describes 422; the rules ask for 400"


def migration_breaches(service: str) -> Iterator[str]:
    """Every migration goes up and down, and together they make just what the code declares."""
    metadata = importlib.import_module(f"services.{service}.database").metadata
    for found in (Path(__file__).parent.parent / "services" / service).glob("**/tables.py"):
        parts = found.relative_to(Path(__file__).parent.parent).with_suffix("").parts
        importlib.import_module(".".join(parts))
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/{service}.sqlite"
        migrate(service, url)
        engine = open_engine(url)
        with engine.connect() as connection:
            context = MigrationContext.configure(
                connection,
                opts={
                    "include_name": lambda name, kind, _p: (
                        kind != "table" or name in metadata.tables
                    )
                },
            )
            for difference in compare_metadata(context, metadata):
                yield f"{service}: migrations and tables differ: {difference}"
        engine.dispose()
        command.downgrade(migration_config(service, url), "base")
        migrate(service, url)


def policy_breaches() -> Iterator[str]:
    """What the policy lint of the consent service finds."""
    lint = importlib.import_module("services.consent.policy.lint")
    yield from (f"policy: {breach}" for breach in lint.breaches())


def documents(settings: Settings) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each service's OpenAPI document as it serves it."""
    from bundel.commands.migrate import migrate_all

    migrate_all(settings)
    for service in SERVICES:
        app = importlib.import_module(f"services.{service}.app").create_app(settings)
        yield service, app.test_client().get("/v1/openapi.json").get_json()
        close = app.extensions.get("bundel_close")
        if close is not None:
            close()


def main() -> int:
    breaches: list[str] = []
    for service in (*SERVICES, "identity"):
        breaches.extend(migration_breaches(service))
    breaches.extend(policy_breaches())
    with tempfile.TemporaryDirectory() as home:
        settings = load_settings({"BUNDEL_HOME": home, "BUNDEL_BASE_URL": "https://bundel.test"})
        for service, document in documents(settings):
            breaches.extend(api_breaches(service, document))
    for breach in breaches:
        print(breach)  # noqa: T201 - this is the command's output
    return 1 if breaches else 0


if __name__ == "__main__":
    sys.exit(main())
