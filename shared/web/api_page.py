"""The OpenAPI document as a page to read: prepared here, so that the template only prints."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flask import current_app

METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True)
class Member:
    """A parameter, or one member of a body."""

    name: str
    kind: str
    place: str  # path, query, header or body
    required: bool
    text: str


@dataclass(frozen=True)
class Operation:
    anchor: str
    method: str
    path: str
    title: str
    text: str
    members: tuple[Member, ...]
    examples: tuple[tuple[str, str], ...]  # (name, JSON)
    answers: tuple[tuple[str, str], ...]  # (status, meaning)


@dataclass(frozen=True)
class Document:
    title: str
    version: str
    text: str
    server: str
    groups: tuple[tuple[str, tuple[Operation, ...]], ...]


def api_document() -> Document:
    """This service's document, grouped by tag, exactly as /v1/openapi.json serves it."""
    spec: dict[str, Any] = current_app.view_functions["openapi"]().get_json()  # type: ignore[union-attr]
    groups: dict[str, list[Operation]] = {}
    for path, item in sorted(spec.get("paths", {}).items()):
        for method in METHODS:
            if method in item:
                operation = item[method]
                tag = (operation.get("tags") or ["API"])[0]
                shared = item.get("parameters", [])
                groups.setdefault(tag, []).append(_operation(spec, path, method, operation, shared))
    servers = spec.get("servers") or [{"url": ""}]
    info = spec["info"]
    return Document(
        title=info["title"],
        version=info["version"],
        text=info.get("description", ""),
        server=servers[0]["url"],
        groups=tuple((tag, tuple(found)) for tag, found in sorted(groups.items())),
    )


def _operation(
    spec: Mapping[str, Any],
    path: str,
    method: str,
    operation: Mapping[str, Any],
    shared: list[Mapping[str, Any]],
) -> Operation:
    parameters = [_resolve(spec, p) for p in (*shared, *operation.get("parameters", []))]
    members = [
        Member(
            p["name"],
            _kind(spec, p.get("schema", {})),
            p["in"],
            bool(p.get("required")),
            p.get("description", ""),
        )
        for p in parameters
    ]
    examples: list[tuple[str, str]] = []
    body = _resolve(spec, operation.get("requestBody", {}))
    for kind, media in body.get("content", {}).items():
        members.extend(_body_members(spec, media.get("schema", {})))
        examples.extend(_examples(spec, kind, media))
    answers = []
    for status, found in sorted(operation.get("responses", {}).items()):
        answer = _resolve(spec, found)
        answers.append((str(status), answer.get("description", "")))
        for kind, media in answer.get("content", {}).items():
            examples.extend(_examples(spec, f"{status} {kind}", media))
    return Operation(
        anchor=f"{method}-{path.strip('/').replace('/', '-').replace('{', '').replace('}', '')}",
        method=method.upper(),
        path=path,
        title=operation.get("summary", ""),
        text=operation.get("description", ""),
        members=tuple(members),
        examples=tuple(examples),
        answers=tuple(answers),
    )


def _resolve(spec: Mapping[str, Any], node: Mapping[str, Any]) -> Mapping[str, Any]:
    reference = node.get("$ref")
    if reference is None:
        return node
    found: Any = spec
    for step in str(reference).removeprefix("#/").split("/"):
        found = found[step]
    return _resolve(spec, found)


def _kind(spec: Mapping[str, Any], schema: Mapping[str, Any]) -> str:
    """A schema in a few words: "string (date)", "one of a, b", "array of string"."""
    schema = _resolve(spec, schema)
    if "enum" in schema:
        return "one of " + ", ".join(str(code) for code in schema["enum"] if code is not None)
    kinds = schema.get("type", "object" if "properties" in schema else "any")
    text = " or ".join(kinds) if isinstance(kinds, list) else str(kinds)
    if "items" in schema:
        return f"{text} of {_kind(spec, schema['items'])}"
    return f"{text} ({schema['format']})" if "format" in schema else text


def _body_members(spec: Mapping[str, Any], schema: Mapping[str, Any]) -> Iterator[Member]:
    schema = _resolve(spec, schema)
    required = schema.get("required", [])
    for name, part in schema.get("properties", {}).items():
        whole = _resolve(spec, part)
        yield Member(name, _kind(spec, part), "body", name in required, _text(whole))


def _text(schema: Mapping[str, Any]) -> str:
    described = schema.get("description") or schema.get("metadata", {}).get("description", "")
    return str(described)


def _examples(
    spec: Mapping[str, Any], kind: str, media: Mapping[str, Any]
) -> Iterator[tuple[str, str]]:
    if "example" in media:
        yield kind, _pretty(media["example"])
    for name, example in media.get("examples", {}).items():
        yield f"{kind}: {name}", _pretty(_resolve(spec, example).get("value"))
    schema = _resolve(spec, media.get("schema", {}))
    for example in [schema["example"]] if "example" in schema else schema.get("examples", []):
        yield kind, _pretty(example)


def _pretty(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, indent=2, ensure_ascii=False)
