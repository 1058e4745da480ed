"""Taking a protected address out of a text before anybody reads it (I8).

The desk only leaves out: what it releases is the source's own text with parts replaced by a mark.
The original stays, sealed, as it came (I6).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from sqlalchemy import Connection, select

from services.signals.intake import queue
from services.signals.intake.flagging import set_narrative_state
from services.signals.intake.reading import REDACTED
from services.signals.intake.records import SignalContent, SignalRecord
from services.signals.intake.sealing import content_bytes, signal_aad, signal_content
from services.signals.intake.tables import redactions
from services.signals.protection.addresses import AddressKeyer, protected_among
from services.signals.protection.vault import Sealed, Vault
from shared import clock, ids
from shared.problems import Conflict, Fault, InvalidInput

MARK = "[…]"


@dataclass(frozen=True)
class TextPart:
    """One text of a signal. `place`: "statements/0"; `holds`: a protected address stands in it."""

    place: str
    text: str = field(repr=False)
    holds: bool


class Redacting:
    """Opens withheld texts and keeps redactions. The caller has asked whether it may."""

    def __init__(self, vault: Vault, keyer: AddressKeyer) -> None:
        self._vault = vault
        self._keyer = keyer

    def parts(self, connection: Connection, record: SignalRecord) -> list[TextPart]:
        """The texts of a signal as they stand now, those that hold a protected address marked."""
        return self._marked(connection, texts_of(self._content(connection, record)))

    def redact(
        self, connection: Connection, record: SignalRecord, texts: Mapping[str, str]
    ) -> Sealed:
        """The content with these texts in place of its own, sealed.

        Raises InvalidInput, with every fault: for a text that does more than leave something out,
        and while a protected address still stands anywhere in it.
        """
        content = self._content(connection, record)
        own = texts_of(content)
        faults = [
            Fault(f"/texts/{place}", "only-leave-out", f"Replace parts by {MARK}, no more.")
            for place, text in texts.items()
            if place not in own or not only_leaves_out(own[place], text)
        ]
        if faults:
            raise InvalidInput("Mend every fault named in errors.", faults=faults)
        changed = with_texts(content, {place: _plain(text) for place, text in texts.items()})
        left = [part for part in self._marked(connection, texts_of(changed)) if part.holds]
        faults = [
            Fault(f"/texts/{part.place}", "still-there", "A protected address still stands here.")
            for part in left
        ]
        if record.origin_incident and self._holds(connection, record.origin_incident):
            faults.append(
                Fault(
                    "/originIncident", "ask-source", "It stands in the reference: ask the source."
                )
            )
        if faults:
            raise InvalidInput("Mend every fault named in errors.", faults=faults)
        aad = signal_aad(record.id, record.version)
        return self._vault.seal(content_bytes(changed), aad)

    def keep(self, connection: Connection, record: SignalRecord, sealed: Sealed, by: str) -> None:
        """Releases the redacted text. Raises Conflict when the signal changed meanwhile."""
        if not record.withheld:
            raise Conflict("The text is not withheld any more. Look again.")
        connection.execute(
            redactions.insert().values(
                id=ids.new_id(),
                signal_id=record.id,
                version=record.version,
                key_id=sealed.key_id,
                blob=sealed.blob,
                made_by=by,
                made_at=clock.timestamp(clock.now()),
            )
        )
        set_narrative_state(connection, record.id, REDACTED, "redacted", by)
        queue.ask_again(connection, {record.id})

    def _content(self, connection: Connection, record: SignalRecord) -> SignalContent:
        """What stands now: the last redaction of this version, else what came."""
        row = connection.execute(
            select(redactions)
            .where(redactions.c.signal_id == record.id, redactions.c.version == record.version)
            .order_by(redactions.c.made_at.desc(), redactions.c.id)
            .limit(1)
        ).one_or_none()
        sealed = Sealed(row.key_id, row.blob) if row is not None else record.sealed
        if sealed is None:
            raise Conflict("The signal was withdrawn.")
        aad = signal_aad(record.id, record.version)
        return signal_content(self._vault.open_many([(sealed, aad)])[0])

    def _marked(self, connection: Connection, texts: Mapping[str, str]) -> list[TextPart]:
        return [
            TextPart(place, text, self._holds(connection, text)) for place, text in texts.items()
        ]

    def _holds(self, connection: Connection, text: str) -> bool:
        return bool(protected_among(connection, self._keyer.tokens_in(text)))


def texts_of(content: SignalContent) -> dict[str, str]:
    """Everything people wrote in it, by its place."""
    found = {f"statements/{n}": one.text for n, one in enumerate(content.statements)}
    found |= {f"requests/{n}": one.answer for n, one in enumerate(content.requests)}
    found |= {f"evidence/{n}": one.reference for n, one in enumerate(content.evidence)}
    if content.informed_reason:
        found["informed"] = content.informed_reason
    for name in ("name", "profession", "safety_reason"):
        if text := getattr(content.reporter, name):
            found[f"reporter/{name}"] = text
    return found


def with_texts(content: SignalContent, texts: Mapping[str, str]) -> SignalContent:
    """The content with these texts; the other places as they are."""
    reporter = replace(
        content.reporter,
        name=texts.get("reporter/name", content.reporter.name),
        profession=texts.get("reporter/profession", content.reporter.profession),
        safety_reason=texts.get("reporter/safety_reason", content.reporter.safety_reason),
    )
    return replace(
        content,
        statements=tuple(
            replace(one, text=texts.get(f"statements/{n}", one.text))
            for n, one in enumerate(content.statements)
        ),
        requests=tuple(
            replace(one, answer=texts.get(f"requests/{n}", one.answer))
            for n, one in enumerate(content.requests)
        ),
        evidence=tuple(
            replace(one, reference=texts.get(f"evidence/{n}", one.reference))
            for n, one in enumerate(content.evidence)
        ),
        reporter=reporter,
        informed_reason=texts.get("informed", content.informed_reason),
    )


def only_leaves_out(original: str, text: str) -> bool:
    """`text` is `original` with some parts replaced by MARK, and nothing else."""
    original, text = _plain(original), _plain(text)
    if text == original:
        return True
    first, *rest = text.split(MARK)
    if not rest or not original.startswith(first) or not original.endswith(rest[-1]):
        return False
    at, end = len(first), len(original) - len(rest[-1])
    for piece in rest[:-1]:
        found = original.find(piece, at, end)
        if found < 0:
            return False
        at = found + len(piece)
    return at <= end


def _plain(text: str) -> str:
    """Browsers send line ends as CRLF."""
    return text.replace("\r\n", "\n").strip()
