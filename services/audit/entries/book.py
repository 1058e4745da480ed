"""What the sequencer asks of the room that knows entries: leaves, search columns, incidents."""

from __future__ import annotations

import base64
import hmac
from collections.abc import Sequence

from sqlalchemy import Connection

from services.audit.entries.leaf import NONCE_BYTES, canonical, make_leaf, read_leaf
from services.audit.entries.projection import project
from services.audit.entries.subjects import SubjectTokens
from shared import clock, ids
from shared.clients.audit import DENY, Entry


class EntryBook:
    """Turns entries into leaves. `token_key` and `content_key` are 32-byte settings."""

    def __init__(self, token_key: bytes, content_key: bytes) -> None:
        self.tokens = SubjectTokens(token_key)
        self._content_key = content_key

    def content_mac(self, entry: Entry) -> bytes:
        """Tells an entry sent again from one that reuses an id, without keeping what it says."""
        return hmac.digest(
            self._content_key, b"bundel entry content\x00" + canonical(entry.to_json()), "sha256"
        )

    def leaves(self, connection: Connection, first: int, entries: Sequence[Entry]) -> list[bytes]:
        """The leaves of `entries` at positions first, first + 1, ...; new subjects get keys."""
        subjects = [subject for entry in entries for subject in entry.subjects]
        tokens = self.tokens.make(connection, subjects) if subjects else {}
        recorded_at = clock.timestamp(clock.now())
        return [
            make_leaf(
                entry,
                index,
                list(dict.fromkeys(tokens[subject] for subject in entry.subjects)),
                base64.urlsafe_b64encode(ids.random_bytes(NONCE_BYTES)).rstrip(b"=").decode(),
                recorded_at,
            )
            for index, entry in enumerate(entries, first)
        ]

    def project(self, connection: Connection, first: int, leaves: Sequence[bytes]) -> None:
        """Adds the search columns of new leaves."""
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
