"""From the closed question to a query. Nothing else ever reaches the engine: no text, no script, no
score, no suggestion, highlight, explanation or profile, and never a query without the allow-list.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, TypeAlias

from services.signals.search.index import Key, Kind
from services.signals.search.opensearch import shape
from services.signals.search.tokens import Tokeniser

Way: TypeAlias = tuple[str, Kind]  # into documents of one household
PAGE = 2000  # hits an answer; the next page goes on after the last
WAYS_A_QUERY = 20_000


def query_of(
    tokeniser: Tokeniser,
    ways: Sequence[Way],
    words: Iterable[str],
    fields: Iterable[str],
) -> dict[str, Any]:
    """The query for documents under one of `ways` that hold all words in one of the fields. At
    most WAYS_A_QUERY ways."""
    households = sorted({household for household, _kind in ways})
    allowed = sorted(tokeniser.access(household, kind).hex() for household, kind in ways)
    parts: list[dict[str, Any]] = [{"terms": {shape.ACCESS: allowed}}]
    for word in sorted(words):
        tokens = [tokeniser.word(household, word).hex() for household in households]
        places = [{"terms": {field: tokens}} for field in sorted(fields)]
        parts.append({"bool": {"should": places, "minimum_should_match": 1}})
    return {"bool": {"filter": parts}}


def body_of(query: dict[str, Any], after: Sequence[str] | None = None) -> dict[str, Any]:
    """The request: by date, then id; the versions of the hits, and nothing of their content."""
    body: dict[str, Any] = {
        "query": query,
        "size": PAGE,
        "track_total_hits": True,
        "track_scores": False,
        "_source": False,
        "version": True,
        "sort": [{shape.DAY: "desc"}, {shape.SIGNAL: "asc"}, {shape.HOUSEHOLD: "asc"}],
    }
    if after is not None:
        body["search_after"] = list(after)
    return body


def parts_of(ways: Iterable[Way]) -> list[list[Way]]:
    """The ways in parts that one query can take, each household within one part."""
    parts: list[list[Way]] = []
    ordered = sorted(ways)
    while ordered:
        end = min(WAYS_A_QUERY, len(ordered))
        while end < len(ordered) and end > 1 and ordered[end][0] == ordered[end - 1][0]:
            end -= 1
        parts.append(ordered[:end])
        ordered = ordered[end:]
    return parts


def hits_of(answer: Any) -> list[tuple[Key, int, list[str]]]:
    """(key, version, place in the order) of each hit."""
    return [
        (shape.key_of(hit["_id"]), int(hit["_version"]), list(hit["sort"]))
        for hit in answer["hits"]["hits"]
    ]
