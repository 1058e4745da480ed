"""What an index of ours looks like. Strict: a field that is not named here is refused.

Documents hold keyed tokens and no text. The source of a document is not kept at all: an index is
made anew from the database, never from itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from services.signals.search.index import PERSONS, STATEMENTS, Document, Key
from services.signals.search.tokens import Tokeniser

ACCESS, DAY, SIGNAL, HOUSEHOLD = "access", "day", "signal", "household"
_MOST_TERMS = 65_536


def template(alias: str) -> dict[str, Any]:
    """The index template for all indexes of this alias."""
    tokens = {
        "type": "text",
        "analyzer": "whitespace",
        "index_options": "docs",  # no positions, no frequencies: no phrase, nothing to rank by
        "norms": False,
    }
    sortable = {"type": "keyword", "index": False}
    return {
        "index_patterns": [f"{alias}-*"],
        "template": {
            "settings": {
                "number_of_shards": 1,
                "auto_expand_replicas": "0-1",
                "max_terms_count": _MOST_TERMS,
            },
            "mappings": {
                "dynamic": "strict",
                "_source": {"enabled": False},
                "properties": {
                    ACCESS: {"type": "keyword", "doc_values": False},
                    STATEMENTS: tokens,
                    PERSONS: tokens,
                    DAY: sortable,
                    SIGNAL: sortable,
                    HOUSEHOLD: sortable,
                },
            },
        },
    }


def id_of(key: Key) -> str:
    return f"{key.signal_id}:{key.household_id}"


def key_of(document_id: str) -> Key:
    """Raises ValueError for an id that is not ours."""
    signal_id, household_id = document_id.split(":")
    return Key(signal_id, household_id)


def body_of(document: Document, tokeniser: Tokeniser) -> dict[str, str]:
    """A document as the index holds it."""
    key = document.key
    return {
        ACCESS: tokeniser.access(key.household_id, document.kind).hex(),
        STATEMENTS: text_of(document.statements),
        PERSONS: text_of(document.persons),
        DAY: document.day,
        SIGNAL: key.signal_id,
        HOUSEHOLD: key.household_id,
    }


def tombstone(key: Key) -> dict[str, str]:
    """What stays of a document that was taken out: it can be found by nothing, and holds back a
    late write, which a deletion would let through once `index.gc_deletes` (60 s) is over."""
    return {DAY: "", SIGNAL: key.signal_id, HOUSEHOLD: key.household_id}


def text_of(tokens: Iterable[bytes]) -> str:
    """Tokens as text for the whitespace analyser; sorted: the order of words is not kept."""
    return " ".join(sorted(token.hex() for token in tokens))
