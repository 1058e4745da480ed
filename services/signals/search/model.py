"""The values of searching."""

from __future__ import annotations

from dataclasses import dataclass, field

PAGE = 20


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """What is looked for. All words must occur; order and ending do not matter. `since`, `until`:
    dates (2026-03-03), both included; "" leaves a limit out. `page` counts from 1."""

    purpose: str
    text: str = field(repr=False)  # never logged
    agency: str = ""
    category: str = ""
    since: str = ""
    until: str = ""
    page: int = 1


@dataclass(frozen=True, slots=True)
class Hit:
    """A found signal that its reader may view. `excerpt`: a piece of its text, or ""."""

    case_id: str
    household_id: str
    name: str
    signal_id: str
    agency: str
    organisation: str
    occurred_from: str
    reported_at: str
    severity: str
    category: str
    excerpt: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Facet:
    """How many signals of one agency, category or year were found, before narrowing to one."""

    kind: str  # agency | category | year
    code: str
    count: int


@dataclass(frozen=True, slots=True)
class SearchResult:
    """One page of hits, newest first. `count` is of all pages."""

    count: int
    page: int
    pages: int
    hits: tuple[Hit, ...]
    facets: tuple[Facet, ...]
