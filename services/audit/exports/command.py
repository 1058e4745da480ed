"""The export as an operator asks for it: first its entry, then the files (I1).

While the service runs, it alone may write: the entry goes to it over HTTP, with the log's own
client key. While it does not run, this process takes the writer's seat and adds the entry itself.
When neither is possible nothing is exported.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Engine

from services.audit.exports.writer import Exported, write_export
from services.audit.keys import book_of, signer_of, witnessing_of
from services.audit.log import store
from services.audit.log.lock import LogBusy
from services.audit.log.sequencer import Sequencer
from shared import clock
from shared.authentication.actor import Actor
from shared.clients.audit import AuditClient, Entry, Receipt, entry_for
from shared.clients.tokens import TokenSource
from shared.clients.transport import PooledTransport, Transport
from shared.database import open_engine
from shared.settings import Settings
from shared.vocabulary import Agency, LegalContext, Purpose, Role

CLIENT = "bundel-audit"
_WITNESS_SECONDS = 5.0
# The operator at the machine has no account in Bundel: the entry says that it was the command.
OPERATOR = Actor(
    subject="operator",
    client="bundel-log-export",
    role=Role.ADMINISTRATOR,
    organisation="bundel",
    agency=Agency.BUNDEL,
    region="",
    legal_context=LegalContext.NONE,
)


def export_log(settings: Settings, folder: Path, transport: Transport | None = None) -> Exported:
    """Records and writes the export. Raises Unavailable, ExportRefused, LogDamaged."""
    engine = open_engine(settings.databases["audit"])
    try:
        entry = entry_for(
            OPERATOR, "log.exported", service="audit", purpose=Purpose.OVERSIGHT, ground="R27"
        )
        transport = transport or PooledTransport()
        try:
            sequencer = Sequencer(engine, signer_of(settings), book_of(settings))
        except LogBusy:
            receipt = _record_over_http(settings, entry, transport)
            _wait_for_witness(engine, receipt.index + 1)
        else:
            try:
                (receipt,) = sequencer.append([entry])
            finally:
                sequencer.close()
            witnessing = witnessing_of(settings, engine, transport, lambda reason: None)
            if witnessing is not None:
                witnessing.advance()
        return write_export(engine, folder, signer_of(settings).verifier, receipt.index + 1)
    finally:
        engine.dispose()


def _record_over_http(settings: Settings, entry: Entry, transport: Transport) -> Receipt:
    tokens = TokenSource(settings, transport, CLIENT)
    return AuditClient(settings, transport, tokens).record([entry])[0]


def _wait_for_witness(engine: Engine, size: int) -> None:
    """The running service has its checkpoints cosigned a moment later; no witness, no wait."""
    end = clock.monotonic() + _WITNESS_SECONDS
    while clock.monotonic() < end:
        with store.snapshot(engine) as connection:
            seen = store.last_witnessed(connection)
        if seen is None or seen.size >= size:
            return
        clock.pause(0.2)
