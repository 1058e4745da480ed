"""All breaches of the API rules, for `make check`."""

from __future__ import annotations

from collections.abc import Iterator

from openapi_spec_validator import validate
from openapi_spec_validator.validation.exceptions import OpenAPIValidationError

from tests.api_rules.documents import OTHER_STANDARDS, described
from tests.api_rules.spectral import NoSpectral, lint, must_be_there

# The description itself, as JSON and as a page; the log's public key is plain text.
UNDESCRIBED = frozenset({"/v1/openapi.json", "/v1/docs", "/v1/log/key"})


def api_breaches() -> Iterator[str]:
    """Breaches of the NL API Design Rules 2.2, and of what OpenAPI itself demands."""
    found = described()
    for name, document in {**found.own, **found.others}.items():
        try:
            validate(document)
        except OpenAPIValidationError as error:
            yield f"{name}: not valid OpenAPI: {error.message}"
    for service in found.own:
        yield from _undescribed(service)
    try:
        yield from lint(found.own)
    except NoSpectral as error:
        if must_be_there():
            yield f"the API rules were not checked: {error}"
        else:
            print(f"skipped: Spectral, {error}")  # noqa: T201 - this is the command's output


def _undescribed(service: str) -> Iterator[str]:
    """Paths below /v1 that no document describes and no other standard owns."""
    found = described()
    documents = [found.own[service], *(d for n, d in found.others.items() if n.startswith(service))]
    known: set[str] = set()
    for document in documents:
        before = "/v1" if document is found.own[service] else ""
        known.update(before + path for path in document["paths"])
    for rule in sorted(found.raw_paths[service]):
        if rule.startswith("/v1/") and rule not in UNDESCRIBED:
            own = any(_same(rule, each) for each in known)
            other = any(rule.startswith(start) for start in OTHER_STANDARDS[service])
            if not own and not other:
                yield f"{service} {rule}: no document describes it"


def _same(rule: str, path: str) -> bool:
    ours, theirs = rule.split("/"), path.split("/")
    return len(ours) == len(theirs) and all(
        a == b or (a.startswith("<") and b.startswith("{"))
        for a, b in zip(ours, theirs, strict=True)
    )
