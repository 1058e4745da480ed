"""The signals service: its rooms made and wired, in the order in which a signal walks through."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from flask import Flask
from flask_smorest import Api
from sqlalchemy import Engine, text

from services.signals.delivery.relay import Handler, OnReceipt, Relay, audit_handler
from services.signals.intake.gauges import watch
from services.signals.intake.http import intake_routes
from services.signals.intake.preparing import Preparer
from services.signals.intake.service import Intake
from services.signals.protection.addresses import AddressKeyer
from services.signals.protection.matchkeys import MatchKeyer
from services.signals.protection.vault import Vault
from shared.authentication.wiring import install_login, wire
from shared.clients.audit import AuditClient
from shared.clients.decisions import DecisionClient
from shared.clients.tokens import TokenSource
from shared.clients.transport import PooledTransport, Transport
from shared.database import open_engine
from shared.http import create_service
from shared.settings import Settings

DESCRIPTION = """Source systems deliver signals of domestic violence and child abuse; coordinators
see what law, purpose and consent let them see; every look is an entry in the log."""


class Worker(Protocol):
    def run_once(self) -> int:
        """Does what is due; how much it did."""


@dataclass
class Rooms:
    """What the rooms share. Each `_open_...` below adds what later rooms need."""

    settings: Settings
    app: Flask
    api: Api
    engine: Engine
    vault: Vault
    keyer: MatchKeyer
    audit: AuditClient
    decisions: DecisionClient
    handlers: dict[str, Handler] = field(default_factory=dict)  # outbox kind -> sender
    on_receipt: dict[str, OnReceipt] = field(default_factory=dict)
    workers: dict[str, Worker] = field(default_factory=dict)


def create_app(settings: Settings, transport: Transport | None = None) -> Flask:
    """The service's app, to be served under /signals. Its databases must be migrated."""
    transport = transport or PooledTransport(settings.neighbour_timeout)
    wiring, tokens = wire("signals", settings, transport)
    engine = open_engine(settings.databases["signals"])
    keys_engine = open_engine(settings.databases["keys"])
    wiring.ready = {"database": _answers(engine), "keys": _answers(keys_engine)}
    app, api = create_service(wiring, title="Bundel signals", description=DESCRIPTION)
    install_login(app)
    watch(wiring.metrics, engine)
    rooms = _rooms(settings, transport, tokens, app, api, engine, keys_engine)
    # The order in which a signal walks; a room knows those above it only.
    _open_intake(rooms)
    rooms.workers["outbox"] = Relay(engine, rooms.handlers, rooms.on_receipt)
    app.extensions["bundel_workers"] = rooms.workers
    app.extensions["bundel_close"] = _closing(engine, keys_engine)
    return app


def _rooms(
    settings: Settings,
    transport: Transport,
    tokens: TokenSource,
    app: Flask,
    api: Api,
    engine: Engine,
    keys_engine: Engine,
) -> Rooms:
    audit = AuditClient(settings, transport, tokens)
    return Rooms(
        settings=settings,
        app=app,
        api=api,
        engine=engine,
        vault=Vault(settings, keys_engine),
        keyer=MatchKeyer(settings.key("MATCH_KEY")),
        audit=audit,
        decisions=DecisionClient(settings, transport, tokens),
        handlers={"audit": audit_handler(audit)},
    )


def _open_intake(rooms: Rooms) -> None:
    settings = rooms.settings
    preparer = Preparer(
        rooms.vault, AddressKeyer(settings.key("MATCH_KEY")), settings.key("IDEMPOTENCY_KEY")
    )
    intake = Intake(rooms.engine, preparer)
    rooms.api.register_blueprint(intake_routes(intake, settings, rooms.audit.record))


def _answers(engine: Engine) -> Callable[[], None]:
    def check() -> None:
        with engine.connect() as connection:
            connection.execute(text("SELECT 1"))

    return check


def _closing(*engines: Engine) -> Callable[[], None]:
    def close() -> None:
        for engine in engines:
            engine.dispose()

    return close
