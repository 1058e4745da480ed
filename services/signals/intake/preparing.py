"""Everything of a signal made ready to write: ids chosen, contents sealed, addresses hashed.

Done before the transaction, so that the write lock is held for the writing only. The keys are
durable in their own database by then; a key whose row never comes seals nothing and harms nothing.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from services.signals.intake.reception import Understood
from services.signals.intake.records import Address, MentionContent, SignalContent
from services.signals.intake.rules import is_bsn
from services.signals.intake.sealing import content_bytes, mention_aad, signal_aad
from services.signals.intake.signal import GivenAddress, GivenTie, Person, Signal
from services.signals.protection.addresses import AddressKeyer, AddressTokens
from services.signals.protection.vault import Sealed, Vault
from shared import ids


@dataclass(frozen=True)
class PreparedMention:
    id: str
    person: Person = field(repr=False)
    bsn_state: str
    fingerprint: str  # HMAC of the person as delivered: the same person again keeps the mention
    sealed: Sealed | None = field(repr=False)  # None: the mention exists already
    tokens: frozenset[str]  # of its addresses: what names one of them


@dataclass(frozen=True)
class Prepared:
    """One version of one signal, ready to write."""

    signal_id: str
    version: int
    body_hmac: str
    understood: Understood
    sealed: Sealed = field(repr=False)
    mentions: tuple[PreparedMention, ...]
    protected: tuple[AddressTokens, ...]  # shelter and secret addresses it brings
    narrative_tokens: frozenset[str]

    @property
    def signal(self) -> Signal:
        return self.understood.signal

    @property
    def tokens(self) -> frozenset[str]:
        """Tokens of every address in it, open ones and those in its narrative."""
        return self.narrative_tokens.union(*(mention.tokens for mention in self.mentions))

    def refs(self) -> dict[str, str]:
        """The source's own ref of each person -> mention id."""
        return {mention.person.ref: mention.id for mention in self.mentions}

    def ties(self) -> list[tuple[str, str, GivenTie]]:
        """(from mention, to mention, tie)."""
        known = self.refs()
        return [(known[tie.from_ref], known[tie.to_ref], tie) for tie in self.signal.ties]


@dataclass(frozen=True)
class Wanted:
    """What is to be prepared. `kept`: fingerprint -> id of mentions that exist already;
    `withheld`: tokens of addresses that are known to be protected."""

    signal_id: str
    version: int
    raw: bytes = field(repr=False)
    understood: Understood
    kept: Mapping[str, str] = field(default_factory=dict)
    withheld: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Preparer:
    """`key` compares bodies (IDEMPOTENCY_KEY); `keyer` makes address tokens."""

    vault: Vault
    keyer: AddressKeyer
    key: bytes = field(repr=False)

    def body_hmac(self, raw: bytes) -> str:
        """Two deliveries hold the same bytes exactly when this is the same."""
        return hmac.new(self.key, raw, hashlib.sha256).hexdigest()

    def address_tokens(self, understood: Understood) -> frozenset[str]:
        """Tokens of all its addresses: to be held against the register beforehand."""
        return frozenset(
            token
            for person in understood.signal.persons
            for address in person.addresses
            for token in self.keyer.tokens(address.parts).all
        )

    def prepare(self, wanted: Sequence[Wanted]) -> list[Prepared]:
        """Seals all of them with one transaction for all their keys."""
        drafts = [self._draft(each) for each in wanted]
        items: list[tuple[bytes, bytes]] = []
        for draft in drafts:
            items.append((content_bytes(draft.content), signal_aad(draft.id, draft.version)))
            items.extend(
                (content_bytes(content), mention_aad(mention.id))
                for mention, content in draft.mentions
                if content is not None
            )
        sealed = iter(self.vault.seal_many(items))
        return [
            Prepared(
                signal_id=draft.id,
                version=draft.version,
                body_hmac=self.body_hmac(each.raw),
                understood=each.understood,
                sealed=next(sealed),
                mentions=tuple(
                    _with(mention, next(sealed)) if content is not None else mention
                    for mention, content in draft.mentions
                ),
                protected=draft.protected,
                narrative_tokens=draft.narrative_tokens,
            )
            for each, draft in zip(wanted, drafts, strict=True)
        ]

    def _draft(self, wanted: Wanted) -> _Draft:
        signal = wanted.understood.signal
        protected = tuple(
            self.keyer.tokens(address.parts)
            for person in signal.persons
            for address in person.addresses
            if address.protected
        )
        own = frozenset(token for tokens in protected for token in tokens.places)
        narrative = frozenset(
            token for text in signal.texts for token in self.keyer.tokens_in(text)
        )
        return _Draft(
            id=wanted.signal_id,
            version=wanted.version,
            content=SignalContent(
                statements=signal.statements,
                reporter=signal.reporter,
                evidence=signal.evidence,
                requests=signal.requests,
                informed_reason=signal.informed.reason if signal.informed else None,
            ),
            mentions=tuple(
                self._mention(
                    person,
                    wanted.understood.persons[person.ref],
                    wanted.kept,
                    wanted.withheld | own,
                )
                for person in signal.persons
            ),
            protected=protected,
            narrative_tokens=narrative,
        )

    def _mention(
        self,
        person: Person,
        delivered: Mapping[str, Any],
        kept: Mapping[str, str],
        withheld: frozenset[str],
    ) -> tuple[PreparedMention, MentionContent | None]:
        fingerprint = self.body_hmac(
            json.dumps(delivered, sort_keys=True, separators=(",", ":")).encode()
        )
        usable = [
            address
            for address in person.addresses
            if not address.protected and not self.keyer.tokens(address.parts).places & withheld
        ]
        known = kept.get(fingerprint)
        mention = PreparedMention(
            id=known or ids.new_id(),
            person=person,
            bsn_state=_bsn_state(person),
            fingerprint=fingerprint,
            sealed=None,
            # All of them: a later flag may name the address by its postcode or by its street.
            tokens=frozenset(t for a in usable for t in self.keyer.tokens(a.parts).places),
        )
        if known:
            return mention, None
        return mention, MentionContent(
            bsn=person.bsn,
            name=person.name,
            aliases=person.aliases,
            addresses=tuple(_address(address) for address in usable),
            phones=person.phones,
            emails=person.emails,
            protected_address=len(usable) < len(person.addresses),
            told_protected=any(address.protected for address in person.addresses),
        )


@dataclass(frozen=True)
class _Draft:
    id: str
    version: int
    content: SignalContent = field(repr=False)
    mentions: tuple[tuple[PreparedMention, MentionContent | None], ...]
    protected: tuple[AddressTokens, ...]
    narrative_tokens: frozenset[str]


def _with(mention: PreparedMention, sealed: Sealed) -> PreparedMention:
    return PreparedMention(
        mention.id, mention.person, mention.bsn_state, mention.fingerprint, sealed, mention.tokens
    )


def _bsn_state(person: Person) -> str:
    if person.bsn is None:
        return "none"
    if not is_bsn(person.bsn):
        return "invalid"
    return "disputed" if person.bsn_disputed else "ok"


def _address(given: GivenAddress) -> Address:
    return Address(
        given.kind,
        given.street,
        given.house_number,
        given.house_number_suffix,
        given.postcode,
        given.city,
    )
