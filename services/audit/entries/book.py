"""What the sequencer asks of the room that knows entries: leaves, search columns, incidents."""

from __future__ import annotations

import base64
from collections.abc import Sequence

from sqlalchemy import Connection

from services.audit.entries.draft import Draft, make_draft
from services.audit.entries.leaf import NONCE_BYTES, read_leaf
from services.audit.entries.macs import KeyedMac
from services.audit.entries.projection import project
from services.audit.entries.subjects import SubjectTokens
from shared import clock, ids
from shared.clients.audit import DENY, Entry, EntryActor


class EntryBook:
    """Turns entries into leaves. `token_key` and `content_key` are 32-byte settings."""

    def __init__(self, token_key: bytes, content_key: bytes) -> None:
        self.tokens = SubjectTokens(token_key)
        self._content_mac = KeyedMac(content_key, b"bundel entry content\x00")

    def draft(self, entry: Entry) -> Draft:
        """The entry written out, in the thread that hands it in. Raises ValueError."""
        return make_draft(entry, self._content_mac, self.tokens.lookup)

    def leaves(
        self, connection: Connection, first: int, drafts: Sequence[Draft], recorded_at: str
    ) -> list[bytes]:
        """The leaves at positions first, first + 1, ...; new subjects get keys."""
        subjects = {
            lookup: subject
            for draft in drafts
            for lookup, subject in zip(draft.lookups, draft.subjects, strict=True)
        }
        tokens = self.tokens.make(connection, subjects) if subjects else {}
        nonces = ids.random_bytes(NONCE_BYTES * len(drafts))
        return [
            draft.pieces.leaf(
                first + at,
                _nonce(nonces[at * NONCE_BYTES : (at + 1) * NONCE_BYTES]),
                recorded_at,
                list(dict.fromkeys(tokens[lookup] for lookup in draft.lookups)),
            )
            for at, draft in enumerate(drafts)
        ]

    def project(self, connection: Connection, first: int, leaves: Sequence[bytes]) -> None:
        """Adds the search columns of leaves first, first + 1, ... that are in the tree."""
        project(connection, first, [read_leaf(leaf) for leaf in leaves])

    def conflict(self, entry: Entry) -> Entry:
        """The incident entry of one that came with the id of another."""
        return Entry(
            entry_id=ids.new_id(),
            occurred_at=clock.timestamp(clock.now()),
            event="log.conflict",
            actor=entry.actor,
            service="audit",
            decision=DENY,
            reason="entry-id-reused",
            refers_to=entry.entry_id,
            region=entry.region,
            trace_id=entry.trace_id,
            span_id=entry.span_id,
        )

    def clock_set_back(self, before: str, now: str) -> Entry:
        """The incident entry before the first one whose time lies before that of its elders."""
        return Entry(
            entry_id=ids.new_id(),
            occurred_at=now,
            event="log.clock-set-back",
            actor=_LOG,
            service="audit",
            reason=f"from:{before}",
        )


_LOG = EntryActor("bundel-audit", "bundel-audit", "service", "bundel", "bundel", "")


def _nonce(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw)[:22].decode()
