"""The ruleset finds what it is there to find, and nothing in our own documents."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from tests.api_rules import spectral
from tests.api_rules.checking import api_breaches
from tests.api_rules.documents import OTHER_STANDARDS, described

pytestmark = pytest.mark.slow

GOOD: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {
        "title": "x",
        "version": "1.0.0",
        "contact": {"name": "x", "email": "x@example.nl", "url": "https://example.nl"},
    },
    "servers": [{"url": "https://example.nl/api/v1"}],
    "paths": {
        "/reports/{id}": {
            "get": {
                "operationId": "read",
                "summary": "Read",
                "parameters": [
                    {"in": "path", "name": "id", "required": True, "schema": {"type": "string"}},
                    {"in": "query", "name": "pageSize", "schema": {"type": "integer"}},
                ],
                "responses": {
                    "200": {
                        "description": "x",
                        "headers": {"API-Version": {"schema": {"type": "string"}}},
                        "content": {
                            "application/json": {"schema": {"$ref": "#/components/schemas/Report"}}
                        },
                    },
                    "400": {
                        "description": "x",
                        "content": {
                            "application/problem+json": {
                                "schema": {"$ref": "#/components/schemas/Problem"}
                            }
                        },
                    },
                },
            }
        }
    },
    "components": {
        "schemas": {
            "Report": {
                "type": "object",
                "properties": {"birthDate": {"type": "string", "format": "date"}},
            },
            "Problem": {
                "type": "object",
                "properties": {
                    "status": {"type": "integer"},
                    "title": {"type": "string"},
                    "detail": {"type": "string"},
                },
            },
        }
    },
}


def _operation(document: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = document["paths"]["/reports/{id}"]["get"]
    return found


def _renamed(document: dict[str, Any], path: str) -> None:
    document["paths"][path] = document["paths"].pop("/reports/{id}")


def _date(document: dict[str, Any], schema: dict[str, Any]) -> None:
    document["components"]["schemas"]["Report"]["properties"] = schema


# rule -> what must be done to a good document for it to speak
BROKEN: dict[str, Callable[[dict[str, Any]], Any]] = {
    "adr-openapi-3": lambda d: d.update(openapi="2.0"),
    "adr-contact": lambda d: d["info"]["contact"].pop("email"),
    "info-contact": lambda d: d["info"].pop("contact"),
    "adr-semver": lambda d: d["info"].update(version="1.0"),
    "adr-major-version-in-server": lambda d: d["servers"][0].update(url="https://example.nl/api"),
    "adr-https": lambda d: d["servers"][0].update(url="http://example.nl/api/v1"),
    "oas3-api-servers": lambda d: d.pop("servers"),
    "adr-version-header": lambda d: _operation(d)["responses"]["200"].pop("headers"),
    "adr-methods": lambda d: d["paths"]["/reports/{id}"].update(
        trace=deepcopy(_operation(d)) | {"operationId": "other"}
    ),
    "path-keys-no-trailing-slash": lambda d: _renamed(d, "/reports/{id}/"),
    "adr-kebab-case": lambda d: _renamed(d, "/allReports/{id}"),
    "adr-query-camel-case": lambda d: _operation(d)["parameters"][1].update(name="page_size"),
    "adr-schema-names": lambda d: d["components"]["schemas"].update(other={"type": "string"}),
    "adr-problem-type": lambda d: _operation(d)["responses"]["400"].update(
        content={"application/json": {"schema": {"type": "object"}}}
    ),
    "adr-problem-members": lambda d: d["components"]["schemas"]["Problem"]["properties"].pop(
        "detail"
    ),
    "adr-invalid-input-of-parameters": lambda d: _operation(d)["responses"].pop("400"),
    "adr-invalid-input-of-bodies": lambda d: d["paths"]["/reports/{id}"].update(
        put={
            **deepcopy(_operation(d)),
            "operationId": "other",
            "responses": {"200": _operation(d)["responses"]["200"]},
        }
    ),
    "adr-no-422": lambda d: _operation(d)["responses"].update(
        {"422": _operation(d)["responses"]["400"]}
    ),
    "adr-property-names": lambda d: _date(d, {"the_date": {"type": "string"}}),
    "adr-moments-have-a-zone": lambda d: _date(d, {"at": {"type": "string", "format": "time"}}),
    "adr-dates-have-a-format": lambda d: _date(d, {"birthDate": {"type": "string"}}),
    "adr-summary": lambda d: _operation(d).pop("summary"),
    "adr-operation-id": lambda d: _operation(d).pop("operationId"),
    "oas3-schema": lambda d: d.pop("info"),
    "path-params": lambda d: _operation(d)["parameters"].pop(0),
}


@pytest.fixture(scope="module")
def linted() -> dict[str, set[str]]:
    """Rule that must speak -> rules that spoke, for each broken document, in one run."""
    if not spectral.must_be_there():
        try:
            spectral.find_spectral()
        except spectral.NoSpectral as error:
            pytest.skip(str(error))
    documents = {"good": GOOD}
    for rule, breaking in BROKEN.items():
        documents[rule] = deepcopy(GOOD)
        breaking(documents[rule])
    spoke: dict[str, set[str]] = {name: set() for name in documents}
    for line in spectral.lint(documents):
        spoke[line.split()[0]].add(line)
    return spoke


def test_a_good_document_is_left_in_peace(linted: dict[str, set[str]]) -> None:
    assert linted["good"] == set()


@pytest.mark.parametrize("rule", BROKEN)
def test_a_document_that_breaks_a_rule_is_found(linted: dict[str, set[str]], rule: str) -> None:
    assert any(f" {rule}: " in line for line in linted[rule]), linted[rule]


def test_every_document_of_every_service_satisfies_the_rules(linted: dict[str, set[str]]) -> None:
    assert list(api_breaches()) == []


def test_only_paths_of_other_standards_stand_outside_our_own_documents() -> None:
    found = described()
    for name, document in found.others.items():
        service = name.split()[0]
        for path in document["paths"]:
            assert path.startswith(tuple(OTHER_STANDARDS[service])), f"{name} {path}"


def test_no_example_and_no_description_names_a_path_of_before(linted: dict[str, set[str]]) -> None:
    for document in described().own.values():
        assert not any(path.startswith("/v1/") for path in document["paths"])
        assert json.dumps(document["servers"]).count("/v1") == 1
