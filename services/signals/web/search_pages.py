"""The coordinator's search page. Words go by POST only: they never stand in an address (I11)."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from services.signals.search.model import Hit, SearchQuery, SearchResult
from services.signals.web.doors import SearchDoor
from services.signals.web.purposes import choices, chosen, usual
from services.signals.web.search_page import query_of, search_page
from shared.authentication import access, current_actor
from shared.problems import InvalidInput, NotFound
from shared.vocabulary import Role
from shared.web.icons import SEVERITY_SHAPES


def add_search(blueprint: Blueprint, searches: SearchDoor) -> None:
    """Adds /search to the coordinator's pages."""

    @blueprint.get("/search")
    @access(Role.COORDINATOR, decision="none: an empty form", page=True)
    def search() -> str:
        return _page(SearchQuery(purpose=_usual(), text=""), None)

    @blueprint.post("/search")
    @access(Role.COORDINATOR, decision="search on signals, view on every hit", page=True)
    def search_found() -> str | tuple[str, int]:
        actor = current_actor()
        purpose = chosen(actor.legal_context, request.form.get("purpose", ""))
        query = query_of(request.form, purpose.value if purpose else _usual())
        try:
            return _page(query, searches.search(actor, query))
        except InvalidInput as problem:
            return _page(query, None, problem), 400


def _usual() -> str:
    purpose = usual(current_actor().legal_context)
    if purpose is None:
        raise NotFound
    return purpose.value


def _page(
    query: SearchQuery, result: SearchResult | None, problem: InvalidInput | None = None
) -> str:
    return render_template(
        "search.html",
        choices=choices(current_actor().legal_context),
        shape=_shape,
        **search_page(query, result, problem.faults if problem else ()),
    )


def _shape(hit: Hit) -> str:
    return SEVERITY_SHAPES.get(hit.severity, "incident")
