"""Recording entries: for neighbours who send them, and for what this service itself does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Protocol

from shared.authentication.actor import Actor
from shared.clients.audit import Entry, Receipt, entry_for
from shared.problems import Fault, InvalidInput

SERVICE = "audit"
_CLIENT_PREFIX = "bundel-"


class Log(Protocol):
    """The sequencer, as far as it is needed here."""

    def append(self, entries: Sequence[Entry], timeout: float = 10.0) -> list[Receipt]: ...

    def make_searchable(self, timeout: float = 10.0) -> None: ...


class Recorder:
    """Every entry goes through here; each answers only after the commit."""

    def __init__(self, log: Log) -> None:
        self._log = log

    def record(self, caller: Actor, entries: Sequence[Entry]) -> list[Receipt]:
        """Entries of the service `caller`. An entry speaks only for the service that sends it.

        Raises InvalidInput, Conflict, Unavailable.
        """
        own = caller.subject.removeprefix(_CLIENT_PREFIX)
        faults = [
            Fault(f"/entries/{place}/service", "not-yours", f"Your service is {own}.")
            for place, entry in enumerate(entries)
            if entry.service not in ("", own)
        ]
        if faults:
            raise InvalidInput("Send entries of your own service only.", faults=faults)
        return self._log.append([replace(entry, service=own) for entry in entries])

    def own(self, actor: Actor, event: str, **fields: Any) -> Receipt:
        """An entry of what this service does for `actor`; before its answer leaves (I1)."""
        entry = entry_for(actor, event, service=SERVICE, **fields)
        return self._log.append([entry])[0]

    def denial(self, actor: Actor, endpoint: str) -> None:
        """The entry of a call that the actor's role does not allow."""
        self.own(actor, "access.denied", reason=endpoint)

    def catch_up(self) -> None:
        """Search columns follow entries a moment later: call this before a search, so that it finds
        all that was recorded before it. Raises Unavailable."""
        self._log.make_searchable()
