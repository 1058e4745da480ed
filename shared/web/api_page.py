"""The OpenAPI document as a page to read: prepared here, so that the template only prints."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from flask import current_app

METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True)
class Member:
    """A parameter, or one member of a body. `name` of a nested member is its whole path:
    persons[].name.surname."""

    name: str
    kind: str
    place: str  # path, query, header or body
    required: bool
    text: str


@dataclass(frozen=True)
class Answer:
    status: str
    meaning: str
    members: tuple[Member, ...]  # of what succeeds; failures are all alike


@dataclass(frozen=True)
class Operation:
    anchor: str
    method: str
    path: str
    title: str
    text: str
    body: str  # what the request body is, in words
    members: tuple[Member, ...]
    examples: tuple[tuple[str, str], ...]  # (name, JSON)
    answers: tuple[Answer, ...]


@dataclass(frozen=True)
class Document:
    title: str
    version: str
    text: str
    server: str
    token_url: str
    audience: str
    problem: tuple[Member, ...]  # of every failure
    groups: tuple[tuple[str, tuple[Operation, ...]], ...]


def api_document() -> Document:
    """This service's document, grouped by tag, exactly as /v1/openapi.json serves it, and after it
    those of other standards' paths.

    Groups and operations stand in the order in which the service declares them.
    """
    spec: dict[str, Any] = current_app.view_functions["openapi"]().get_json()  # type: ignore[union-attr]
    groups: dict[str, list[Operation]] = {}
    surfaces = current_app.extensions.get("bundel_surfaces", {}).values()
    for document in (spec, *(described().get_json() for described in surfaces)):
        for path, item in document.get("paths", {}).items():
            for method in METHODS:
                if method in item:
                    operation = item[method]
                    tag = (operation.get("tags") or ["API"])[0]
                    shared = item.get("parameters", [])
                    told = _operation(document, path, method, operation, shared)
                    groups.setdefault(tag, []).append(told)
    servers = spec.get("servers") or [{"url": ""}]
    info = spec["info"]
    wiring = current_app.extensions["bundel"]
    return Document(
        title=info["title"],
        version=info["version"],
        text=info.get("description", ""),
        server=servers[0]["url"],
        token_url=f"{wiring.settings.issuer}/token",
        audience=f"bundel-{wiring.service}",
        problem=_problem_members(spec),
        groups=tuple((tag, tuple(found)) for tag, found in groups.items()),
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
        succeeds = str(status).startswith("2")
        schemas = [media.get("schema", {}) for media in answer.get("content", {}).values()]
        told = [
            replace(member, place="answer")
            for schema in (schemas if succeeds else [])
            for member in _body_members(spec, schema)
        ]
        answers.append(Answer(str(status), _meaning(str(status), answer), tuple(told)))
        for kind, media in answer.get("content", {}).items():
            examples.extend(_examples(spec, f"{status} {kind}", media))
    return Operation(
        anchor=f"{method}-{path.strip('/').replace('/', '-').replace('{', '').replace('}', '')}",
        method=method.upper(),
        path=path,
        title=operation.get("summary", ""),
        text=operation.get("description", ""),
        body=body.get("description", ""),
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
    kind = _plain_kind(spec, schema)
    limits = _limits(schema)
    return f"{kind}; {limits}" if limits else kind


def _plain_kind(spec: Mapping[str, Any], schema: Mapping[str, Any]) -> str:
    kinds = schema.get("type", "object" if "properties" in schema else "any")
    text = " or ".join(kinds) if isinstance(kinds, list) else str(kinds)
    if "items" in schema:
        return f"{text} of {_kind(spec, schema['items'])}"
    return f"{text} ({schema['format']})" if "format" in schema else text


def _limits(schema: Mapping[str, Any]) -> str:
    """ "1 to 200 characters", "at most 50 items", "default unknown", "e.g. 2014"."""
    told = []
    for least, most, unit in (
        ("minLength", "maxLength", " characters"),
        ("minItems", "maxItems", " items"),
        ("minimum", "maximum", ""),
    ):
        if least in schema and most in schema:
            told.append(f"{schema[least]} to {schema[most]}{unit}")
        elif most in schema:
            told.append(f"at most {schema[most]}{unit}")
        elif least in schema:
            told.append(f"at least {schema[least]}{unit}")
    if "default" in schema:
        told.append(f"default {json.dumps(schema['default'])}")
    if schema.get("type") == "string" and "example" in schema:
        told.append(f"e.g. {schema['example']}")
    if "pattern" in schema:
        told.append("form " + str(schema["pattern"]).removeprefix("^(?:").removesuffix(")$"))
    return "; ".join(told)


def _body_members(
    spec: Mapping[str, Any],
    schema: Mapping[str, Any],
    before: str = "",
    within: tuple[int, ...] = (),
) -> Iterator[Member]:
    """Members with those of the objects in them; `within`: schemas one is already inside of."""
    schema = _resolve(spec, schema)
    required = schema.get("required", [])
    for name, part in schema.get("properties", {}).items():
        whole = _resolve(spec, part)
        yield Member(before + name, _kind(spec, part), "body", name in required, _text(whole))
        path = before + name
        while "items" in whole:
            path, whole = path + "[]", _resolve(spec, whole["items"])
        if "properties" in whole and id(whole) not in within:
            yield from _body_members(spec, whole, path + ".", (*within, id(whole)))


def _problem_members(spec: Mapping[str, Any]) -> tuple[Member, ...]:
    schemas = spec.get("components", {}).get("schemas", {})
    found = schemas.get("ProblemAnswer") or schemas.get("Problem") or {}
    return tuple(_body_members(spec, found))


def _meaning(status: str, answer: Mapping[str, Any]) -> str:
    if status == "default":
        return "Any other failure, as problem+json: title, status, detail and code."
    return str(answer.get("description", ""))


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
