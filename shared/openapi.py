"""The description of a service as it is published: what every operation has in common, added once.

NL API Design Rules 2.2: the major version stands in the server's address, every answer tells
API-Version, every failure is problem+json. Paths outside /v1 belong to other standards (AuthZEN)
and get a document of their own, which keeps that standard's form.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from flask import Flask

from shared.authentication.access import Access, declared_access

Document = dict[str, Any]
VERSION = "/v1"
METHODS = ("get", "post", "put", "patch", "delete")
_PROBLEM = "application/problem+json"
PARTIAL_DATE = "edtf"  # 2014, 2014-05 or 2014-05-17: level 0 of ISO 8601-2
_FLASK_PARAMETER = re.compile(r"<(?:[^:<>]+:)?([^<>]+)>")
_MEANINGS = {
    "400": "The request has faults; `errors` names each with a JSON pointer.",
    "401": "No valid access token for this service.",
    "404": "Not there, or not for you to know: one answer for both.",
    "409": "What is asked does not fit what is stored; `detail` says what does.",
    "413": "The body is too large.",
    "415": "Another content type or character set, or a compressed body.",
    "503": "Storage or a neighbour that must answer first does not: nothing is shown or changed. "
    "Send it again after Retry-After seconds.",
}
_TEXT = {"type": "string"}
PROBLEM: Document = {
    "type": "object",
    "description": "RFC 9457.",
    "required": ["type", "title", "status", "detail", "code"],
    "properties": {
        "type": _TEXT,
        "title": _TEXT,
        "status": {"type": "integer"},
        "detail": {**_TEXT, "description": "What to do."},
        "code": _TEXT,
        "traceId": _TEXT,
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "code", "detail"],
                "properties": {
                    "pointer": {**_TEXT, "description": "JSON pointer (RFC 6901) into the body"},
                    "code": _TEXT,
                    "detail": _TEXT,
                },
            },
        },
    },
}
_VERSION_HEADER = {
    "API-Version": {
        "description": "The whole version of this API",
        "schema": {"type": "string", "examples": ["1.0.0"]},
    }
}
_RETRY_HEADER = {
    "Retry-After": {"description": "Seconds to wait", "schema": {"type": "integer"}},
}


@dataclass(frozen=True)
class Surface:
    """What another standard lays down, below paths of its own; described at `at`."""

    name: str  # of the standard, as its document's title
    at: str
    starts: tuple[str, ...]  # of its paths


def own_document(app: Flask, described: Mapping[str, Any]) -> Document:
    """Our own API: everything below /v1, whose address then holds the version."""
    document = _completed(app, described, lambda path: path.startswith(f"{VERSION}/"))
    document["paths"] = {
        path.removeprefix(VERSION): item for path, item in document["paths"].items()
    }
    for server in document["servers"]:
        server["url"] += VERSION
    return document


def surface_document(app: Flask, described: Mapping[str, Any], surface: Surface) -> Document:
    """The document of another standard's paths, under the names that standard gives."""
    document = _completed(app, described, lambda path: path.startswith(surface.starts))
    document["info"]["title"] = surface.name
    document["info"]["description"] = f"The form of these paths is that of {surface.name}."
    return document


def _completed(app: Flask, described: Mapping[str, Any], takes: Callable[[str], bool]) -> Document:
    document: Document = deepcopy(dict(described))
    declared = _declarations(app)
    components = document.setdefault("components", {})
    shared_answers = components.pop("responses", {})
    components.setdefault("schemas", {})["Problem"] = deepcopy(PROBLEM)
    paths = {path: item for path, item in document["paths"].items() if takes(path)}
    document["paths"] = paths
    for path, item in paths.items():
        for method in METHODS:
            if method in item:
                name, access = declared[path, method]
                told = _Told(name, access, changes=_changes(path, method))
                _complete(item[method], item.get("parameters", []), told, shared_answers)
    _mend_schemas(document)
    _drop_unused(document)
    return document


def _declarations(app: Flask) -> dict[tuple[str, str], tuple[str, Access | None]]:
    """(path as OpenAPI writes it, method) -> (name of the view, what it declares)."""
    found = {}
    for rule in app.url_map.iter_rules():
        path = _FLASK_PARAMETER.sub(r"{\1}", rule.rule)
        access = declared_access(app.view_functions[rule.endpoint])
        for method in rule.methods or ():
            found[path, method.lower()] = (rule.endpoint.rpartition(".")[2], access)
    return found


@dataclass(frozen=True)
class _Told:
    """What the code says of an operation."""

    name: str
    access: Access | None
    changes: bool

    @property
    def public(self) -> bool:
        return self.access is None or self.access.public


def _changes(path: str, method: str) -> bool:
    """Whether it makes or changes something, and so can meet another state than was thought."""
    return method != "get" and not path.rpartition("/")[2].startswith("_")


def _complete(
    operation: Document,
    parameters: list[Any],
    told: _Told,
    shared_answers: Mapping[str, Any],
) -> None:
    first, *rest = told.name.split("_")
    operation.setdefault("operationId", first + "".join(word.capitalize() for word in rest))
    answers: Document = operation.setdefault("responses", {})
    answers.pop("default", None)
    wanted = ["409"] if told.changes and not told.public else []
    if told.public:
        operation["security"] = []
    else:
        wanted += ["401", "404", "503"]
    if "requestBody" in operation:
        operation["requestBody"].setdefault("required", True)
        wanted += ["400", "413", "415"]
    elif parameters or operation.get("parameters"):
        wanted += ["400"]
    for status in wanted:
        answers.setdefault(status, {"description": _MEANINGS[status]})
    for status, given in list(answers.items()):
        answer = given
        if "$ref" in given:
            answer = deepcopy(shared_answers[given["$ref"].rpartition("/")[2]])
            answer["description"] = _MEANINGS.get(status, answer["description"])
            answers[status] = answer
        if status[0] in "45":
            _tell_problem(status, answer)
        else:
            answer["headers"] = {**answer.get("headers", {}), **deepcopy(_VERSION_HEADER)}
    operation["responses"] = dict(sorted(answers.items()))


def _tell_problem(status: str, answer: Document) -> None:
    schema = answer.get("content", {}).get(_PROBLEM, {}).get("schema", {})
    if "$ref" not in schema:
        schema = {"$ref": "#/components/schemas/Problem"}
    answer["content"] = {_PROBLEM: {"schema": schema}}
    if status == "503":
        answer["headers"] = deepcopy(_RETRY_HEADER)


def _mend_schemas(node: Any) -> None:
    """Python's patterns as ECMA-262, which JSON Schema asks for: anchored, and $ instead of \\Z.
    Dates that have no form yet are those that may be partial."""
    if isinstance(node, dict):
        pattern = node.get("pattern")
        if isinstance(pattern, str) and not (pattern.startswith("^") and pattern.endswith("$")):
            bare = pattern.removeprefix("^").removesuffix("\\Z").removesuffix("$")
            ended = pattern.endswith(("\\Z", "$"))
            node["pattern"] = f"^(?:{bare}){'$' if ended else ''}"
        for name, value in node.items():
            if name not in ("example", "examples"):
                _mend_schemas(value)
        for name, value in node.get("properties", {}).items():
            if name.endswith("Date") and isinstance(value, dict) and "format" not in value:
                value["format"] = PARTIAL_DATE
    elif isinstance(node, list):
        for value in node:
            _mend_schemas(value)


def _drop_unused(document: Document) -> None:
    """Leaves out the schemas that no path leads to (flask-smorest adds two of its own)."""
    schemas = document["components"]["schemas"]
    reached: set[str] = set()
    waiting = list(_named(document["paths"]))
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting.extend(_named(schemas[name]))
    document["components"]["schemas"] = {
        name: schema for name, schema in schemas.items() if name in reached
    }


def _named(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        reference = node.get("$ref")
        if isinstance(reference, str) and reference.startswith("#/components/schemas/"):
            yield reference.rpartition("/")[2]
        for value in node.values():
            yield from _named(value)
    elif isinstance(node, list):
        for value in node:
            yield from _named(value)
