"""The audit service: the one place where entries are written, and where they are read."""

from __future__ import annotations

from pathlib import Path

from flask import Flask

from services.audit.entries.api import entries_api
from services.audit.entries.recorder import Recorder
from services.audit.exports.api import state_api, tiles_surface
from services.audit.keys import book_of, signer_of, witnessing_of
from services.audit.log.guard import guard
from services.audit.log.reader import LogReader
from services.audit.log.sequencer import Sequencer
from services.audit.metrics import LogMetrics
from services.audit.review.api import review_api
from services.audit.review.seen import Recipients
from services.audit.review.seen_api import seen_api
from services.audit.review.service import Review
from services.audit.web.pages import review_pages
from services.audit.web.seen_pages import seen_pages
from shared.authentication.actor import Actor
from shared.authentication.wiring import install_login, wire
from shared.clients.decisions import DecisionClient
from shared.clients.persons import PersonFinder
from shared.clients.transport import PooledTransport, Transport
from shared.database import open_engine
from shared.http import create_service
from shared.problems import Unavailable
from shared.settings import Settings
from shared.web import install_pages

TITLE = "Bundel audit"
DESCRIPTION = (
    "The log of every access: entries with receipts, a Merkle tree in tiles (RFC 6962, C2SP "
    "tlog-tiles), signed checkpoints, and the privacy officer's reading. The tiles and the "
    "checkpoint are public under /v1/log."
)

_WAIT_FOR_WITNESS = 20.0  # seconds


def create_app(settings: Settings, transport: Transport | None = None) -> Flask:
    """The app, its sequencer running. Its database must be migrated.

    Raises LogBusy when another process writes to this log, LogDamaged when what is stored
    contradicts itself or what the witness saw, NoWitness when the witness does not answer: a log
    that may be wrong does not start.
    """
    transport = transport or PooledTransport(settings.neighbour_timeout)
    engine = open_engine(settings.databases["audit"])
    guard(engine)
    recorder_of: list[Recorder] = []

    def record_denial(actor: Actor, endpoint: str) -> None:
        recorder_of[0].denial(actor, endpoint)

    wiring, tokens = wire("audit", settings, transport, record_denial)
    book, signer = book_of(settings), signer_of(settings)
    try:
        sequencer = Sequencer(
            engine, signer, book, LogMetrics(wiring.metrics), settings.log_free_bytes
        )
    except BaseException:
        engine.dispose()
        raise
    witnessing = witnessing_of(settings, engine, transport, sequencer.stop)
    if witnessing is not None:
        try:
            witnessing.confirm_start(_WAIT_FOR_WITNESS)
        except BaseException:
            sequencer.close()
            engine.dispose()
            raise
    recorder = Recorder(sequencer)
    recorder_of.append(recorder)
    reader = LogReader(engine, signer.verifier, sequencer.stop)
    decisions = DecisionClient(settings, transport, tokens)
    review = Review(engine, book.tokens, recorder, decisions, reader)
    recipients = Recipients(engine, recorder, decisions)

    def log_is_open() -> None:
        if sequencer.damage:
            raise Unavailable("The log is damaged; nothing is added to it.")

    wiring.ready = {"log": log_is_open}
    app, api = create_service(wiring, title=TITLE, description=DESCRIPTION)
    api.register_blueprint(entries_api(recorder, reader, settings.max_bulk_bytes))
    api.register_blueprint(review_api(review))
    api.register_blueprint(seen_api(recipients))
    api.register_blueprint(state_api(reader))
    app.register_blueprint(tiles_surface(reader, signer.verifier))
    install_login(app)
    persons = PersonFinder(settings, transport, tokens)
    app.register_blueprint(review_pages(settings, review, reader, persons))
    app.register_blueprint(seen_pages(recipients))
    install_pages(app, Path(__file__).parent / "web" / "english.json")

    def close() -> None:
        sequencer.close()
        engine.dispose()

    app.extensions["bundel_workers"] = {"log-check": reader} | (
        {} if witnessing is None else {"witness": witnessing}
    )
    app.extensions["bundel_close"] = close
    app.extensions["bundel_sequencer"] = sequencer
    return app
