"""Keeping the index in step with the links: what is joined visibly is indexed, what is split off,
corrected or withdrawn is taken out. Only hygiene: every answer is checked again anyway (I5)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable

from sqlalchemy import Connection

from services.signals.intake.reading import (
    load_mentions,
    load_signals,
    open_contents,
    open_mentions,
)
from services.signals.intake.records import MentionContent, Name, SignalContent, SignalRecord
from services.signals.linking.reading import (
    absorbed_households,
    household_items,
    households_of_signals,
    surviving_households,
)
from services.signals.protection.vault import Vault
from services.signals.search import documents
from services.signals.search.index import Document, Key, Kind, SearchIndex, reserved_for
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
        signals = set(signal_ids)
        lying = households_of_signals(connection, signals)
        touched = {household for found in lying.values() for household in found}
        whole = set(household_ids)
        before = documents.indexed(
            connection,
            whole | (absorbed_households(connection, whole) if whole else set()),
            signals,
        )
        placed = _placed(connection, touched, signals)
        if whole:
            for key, mentions in _placed(connection, whole, None).items():
                placed.setdefault(key, set()).update(mentions)
        made = self._made(connection, placed, tokens=self._index.holds_tokens)
        kept = {document.key for document in made}
        self._index.remove(connection, before - kept)
        self._index.write(connection, made)
        return len(before | kept)

    def documents(self, connection: Connection, keys: Collection[Key]) -> list[Document]:
        """These documents with their tokens, as they should be now; what no longer lies in its
        household, or was withdrawn, is absent."""
        placed = _placed(
            connection, {key.household_id for key in keys}, {key.signal_id for key in keys}
        )
        wanted = {key: placed[key] for key in keys if key in placed}
        return self._made(connection, wanted, tokens=True)

    def off(self, connection: Connection, signal_ids: Collection[str]) -> list[str]:
        """Which of these signals have documents they should not have, or lack some."""
        signals = set(signal_ids)
        touched = {
            h for found in households_of_signals(connection, signals).values() for h in found
        }
        placed = _placed(connection, touched, signals)
        live = {one.id for one in load_signals(connection, signals).values() if not one.withdrawn}
        wanted = {key for key in placed if key.signal_id in live}
        return sorted({k.signal_id for k in wanted ^ documents.indexed(connection, (), signals)})

    def renew(self, connection: Connection, keys: Collection[Key]) -> None:
        """Indexes these documents again, as when the analyser or the key has changed."""
        made = self.documents(connection, keys)
        self._index.remove(connection, set(keys) - {document.key for document in made})
        self._index.write(connection, made)

    def _made(
        self, connection: Connection, placed: dict[Key, set[str]], *, tokens: bool
    ) -> list[Document]:
        signals = load_signals(connection, {key.signal_id for key in placed})
        live = {signal_id: signal for signal_id, signal in signals.items() if not signal.withdrawn}
        told: dict[str, SignalContent] = {}
        mentions: dict[str, MentionContent] = {}
        if tokens:
            told = open_contents(self._vault, [s for s in live.values() if not s.withheld])
            mentions = open_mentions(self._vault, load_mentions(connection, live))
        made = []
        for key, linked in sorted(placed.items()):
            signal = live.get(key.signal_id)
            if signal is not None:
                named = [mentions[mention] for mention in sorted(linked) if mention in mentions]
                made.append(self._document(key, signal, told.get(key.signal_id), named))
        return made

    def _document(
        self,
        key: Key,
        signal: SignalRecord,
        content: SignalContent | None,
        persons: Iterable[MentionContent],
    ) -> Document:
        statements = content.statements if content else ()
        household = key.household_id
        return Document(
            key=key,
            version=signal.version,
            kind=Kind(
                signal.source_agency,
                signal.category,
                reserved_for(signal.compartment, signal.conditions),
            ),
            day=signal.occurred_from[:10],
            statements=self._tokeniser.words(household, *(one.text for one in statements)),
            persons=self._tokeniser.words(household, *name_words(persons)),
        )


def _placed(
    connection: Connection, household_ids: Collection[str], signal_ids: Collection[str] | None
) -> dict[Key, set[str]]:
    """Mentions by document, over all contexts: which one may use them is decided on asking."""
    survivors = set(surviving_households(connection, household_ids).values())
    placed: dict[Key, set[str]] = defaultdict(set)
    for item in household_items(connection, survivors, None, signal_ids):
        placed[Key(item.signal_id, item.household_id)].add(item.mention_id)
    return placed


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
