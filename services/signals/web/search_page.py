"""What the search page shows: the form as it was filled in, and what was found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from services.signals.search.model import Facet, Hit, SearchQuery, SearchResult
from services.signals.web import opened
from shared.problems import Fault
from shared.vocabulary import Agency, Category
from shared.web.labels import label
from shared.web.translation import _

# Agencies that push signals; the others only look.
SOURCES = (Agency.POLICE, Agency.VEILIG_THUIS, Agency.YOUTH_CARE)
FIRST_PAGE, LAST_PAGE = 1, 10_000


@dataclass(frozen=True)
class Option:
    """A choice of a narrowing; `count` is None before anything was searched."""

    code: str
    text: str
    count: int | None


@dataclass(frozen=True)
class Found:
    hit: Hit
    opened: bool  # this case is open for a purpose already: the link leads to the signal itself


def query_of(form: Mapping[str, str], purpose: str) -> SearchQuery:
    """The question as the form asks it. Words and dates are checked by the search itself."""
    page = form.get("page", "")
    number = int(page) if page.isascii() and page.isdigit() and len(page) < 6 else FIRST_PAGE
    return SearchQuery(
        purpose=purpose,
        text=form.get("text", "").strip(),
        agency=_known(form.get("agency", ""), SOURCES),
        category=_known(form.get("category", ""), Category),
        since=form.get("since", ""),
        until=form.get("until", ""),
        page=min(max(number, FIRST_PAGE), LAST_PAGE),
    )


def search_page(
    query: SearchQuery, result: SearchResult | None, faults: tuple[Fault, ...] = ()
) -> dict[str, object]:
    """The values of search.html, before (`result` None) and after a search."""
    facets = result.facets if result else None
    return {
        "query": query,
        "result": result,
        "found": [Found(hit, bool(opened.purpose_of(hit.case_id))) for hit in result.hits]
        if result
        else [],
        "agencies": _options("agency", [str(code) for code in SOURCES], facets),
        "categories": _options("category", [str(code) for code in Category], facets),
        "years": [f for f in facets if f.kind == "year"] if facets else [],
        "faults": {fault.pointer.strip("/"): _in_words(fault) for fault in faults},
    }


def _known(code: str, codes: object) -> str:
    return code if code in {str(known) for known in codes} else ""  # type: ignore[attr-defined]


def _options(kind: str, codes: list[str], facets: tuple[Facet, ...] | None) -> list[Option]:
    if facets is None:
        return [Option(code, label(kind, code), None) for code in codes]
    counts = {facet.code: facet.count for facet in facets if facet.kind == kind}
    return [Option(code, label(kind, code), counts.get(code, 0)) for code in codes]


def _in_words(fault: Fault) -> str:
    words = {
        "no-words": _("Geef minstens één woord dat iets zegt, zoals een naam of een plaats."),
        "too-many-words": _("Geef minder woorden: ten hoogste twaalf."),
    }
    return words.get(fault.code) or _("Vul een datum in als 2026-03-31.")
