"""Keeping the index in step with the links: what is joined visibly is indexed, what is split off,
corrected or withdrawn is taken out. Only hygiene: every answer is checked again anyway (I5)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable

from sqlalchemy import Connection

from services.signals.cases.model import FIRST_GROUND
from services.signals.intake.reading import (
    load_mentions,
    load_signals,
    open_contents,
    open_mentions,
)
from services.signals.intake.records import MentionContent, Name, SignalContent, SignalRecord
from services.signals.linking.reading import (
    household_items,
    households_of_signals,
    surviving_households,
)
from services.signals.protection.vault import Vault
from services.signals.search import documents
from services.signals.search.index import Document, Key, SearchIndex
from services.signals.search.tokens import Tokeniser


class Indexer:
    """Writes documents in the caller's transaction; safe to run again."""

    def __init__(self, vault: Vault, tokeniser: Tokeniser, index: SearchIndex) -> None:
        self._vault = vault
        self._tokeniser = tokeniser
        self._index = index

    def refresh(
        self,
        connection: Connection,
        signal_ids: Collection[str],
        household_ids: Collection[str] = (),
    ) -> int:
        """Indexes these signals anew wherever they lie now, and takes out what no longer lies
        there. With `household_ids` the whole of those households too. How many documents changed.
        """
        lying = households_of_signals(connection, signal_ids)
        touched = {h for found in lying.values() for h in found} | set(household_ids)
        survivors = surviving_households(connection, touched)
        households = set(survivors.values())
        before = documents.indexed(connection, household_ids, signal_ids)
        placed = self._placed(connection, households)
        wanted = {
            key: mentions
            for key, mentions in placed.items()
            if key.signal_id in signal_ids or household_ids
        }
        made = list(self._documents(connection, wanted))
        self._index.remove(connection, before)
        for document in made:
            self._index.index(connection, document)
        return len(before | {document.key for document in made})

    def _placed(
        self, connection: Connection, household_ids: Collection[str]
    ) -> dict[Key, set[str]]:
        """Mentions by document, over all contexts: which one may use them is decided on asking."""
        placed: dict[Key, set[str]] = defaultdict(set)
        for context in FIRST_GROUND.values():
            for item in household_items(connection, household_ids, context):
                placed[Key(item.signal_id, item.household_id)].add(item.mention_id)
        return placed

    def _documents(self, connection: Connection, wanted: dict[Key, set[str]]) -> Iterable[Document]:
        signals = load_signals(connection, {key.signal_id for key in wanted})
        live = {signal_id: signal for signal_id, signal in signals.items() if not signal.withdrawn}
        contents = open_contents(self._vault, [s for s in live.values() if not s.withheld])
        mentions = open_mentions(self._vault, load_mentions(connection, live))
        for key, linked in sorted(wanted.items()):
            signal = live.get(key.signal_id)
            if signal is not None:
                named = [mentions[mention] for mention in sorted(linked) if mention in mentions]
                yield self._document(key, signal, contents.get(key.signal_id), named)

    def _document(
        self,
        key: Key,
        signal: SignalRecord,
        content: SignalContent | None,
        persons: Iterable[MentionContent],
    ) -> Document:
        statements = content.statements if content else ()
        return Document(
            key=key,
            version=signal.version,
            agency=signal.source_agency,
            category=signal.category,
            access=self._tokeniser.access(key.household_id, signal.source_agency, signal.category),
            statements=self._tokeniser.words(*(statement.text for statement in statements)),
            persons=self._tokeniser.words(*name_words(persons)),
        )


def name_words(persons: Iterable[MentionContent]) -> list[str]:
    """All names of people that can be searched; no address, telephone or number ever (I8)."""
    found = []
    for person in persons:
        for name in (person.name, *person.aliases):
            if name is not None:
                found.append(_name_text(name))
    return found


def _name_text(name: Name) -> str:
    parts = (
        name.given,
        name.particle,
        name.surname,
        name.partner_particle,
        name.partner_surname,
    )
    return " ".join(part for part in parts if part)
