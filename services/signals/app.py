"""The signals service: its rooms made and wired, in the order in which a signal walks through."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from flask import Flask, g
from flask_smorest import Api
from sqlalchemy import Engine, text

from services.signals.cases.resources import case_resources, ground_resources
from services.signals.cases.service import CaseService
from services.signals.cases.transfer_resources import transfer_resources
from services.signals.cases.transferring import TransferService
from services.signals.delivery.http import delivery_routes
from services.signals.delivery.relay import Handler, OnReceipt, Relay, audit_handler
from services.signals.desk.case_persons import CasePeople
from services.signals.desk.deciding import Decider
from services.signals.desk.doubting import Doubting
from services.signals.desk.doubting_resources import doubting_resources
from services.signals.desk.judging import Judging
from services.signals.desk.narrative_resources import narrative_resources
from services.signals.desk.narratives import Narratives
from services.signals.desk.quarantine import Quarantine
from services.signals.desk.quarantine_resources import quarantine_resources
from services.signals.desk.queue import DeskService
from services.signals.desk.resources import DeskDoors, desk_resources
from services.signals.desk.staff import Staff
from services.signals.desk.undoing import Undoing
from services.signals.desk.viewers import Viewers
from services.signals.desk.viewers_resources import viewers_resources
from services.signals.flow import Flow, Following, consent_revision
from services.signals.intake.gauges import watch
from services.signals.intake.http import intake_routes
from services.signals.intake.mending import Mending
from services.signals.intake.preparing import Preparer
from services.signals.intake.redacting import Redacting
from services.signals.intake.service import Intake
from services.signals.linking import doubts
from services.signals.linking.rekeying import demand_used
from services.signals.linking.service import Linker
from services.signals.picture.emergency import EmergencyPictures
from services.signals.picture.emergency_resources import emergency_resources
from services.signals.picture.emergency_scope import EmergencyScope
from services.signals.picture.resolving import PersonResolver
from services.signals.picture.resources import picture_resources
from services.signals.picture.service import PictureService
from services.signals.protection.addresses import AddressKeyer
from services.signals.protection.matchkeys import MatchKeyer, keyer_of
from services.signals.protection.vault import Vault
from services.signals.search.choosing import choose, tokeniser_of
from services.signals.search.resources import search_resources
from services.signals.search.service import SearchService
from services.signals.web import install
from services.signals.web.desk_doors import Desk
from services.signals.web.transfer_pages import Casework, install_casework
from shared.authentication.actor import Actor
from shared.authentication.wiring import install_login, wire
from shared.clients.audit import AuditClient
from shared.clients.decisions import DecisionClient
from shared.clients.emergencies import EmergencyGrants
from shared.clients.recipients import RecipientFinder
from shared.clients.tokens import TokenSource
from shared.clients.transport import PooledTransport, Transport
from shared.database import open_engine
from shared.http import create_service
from shared.room import Room
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
    recipients: RecipientFinder
    grants: EmergencyGrants
    handlers: dict[str, Handler] = field(default_factory=dict)  # outbox kind -> sender
    on_receipt: dict[str, OnReceipt] = field(default_factory=dict)
    workers: dict[str, Worker] = field(default_factory=dict)
    closing: list[Callable[[], None]] = field(default_factory=list)
    doors: Doors | None = None  # what the pages ask


@dataclass(frozen=True)
class Doors:
    """The services behind the API, for the pages."""

    cases: CaseService
    desk: DeskDoors
    pictures: PictureService
    searches: SearchService
    transfers: TransferService
    emergencies: EmergencyPictures


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
    rooms.vault.demand_known()
    with engine.connect() as connection:
        demand_used(connection, rooms.keyer.generation)
    # The order in which a signal walks; a room knows those above it only.
    intake = _open_intake(rooms)
    _open_casework(rooms, intake)
    _open_pages(rooms)
    rooms.workers["outbox"] = Relay(engine, rooms.handlers, rooms.on_receipt)
    app.extensions["bundel_workers"] = rooms.workers
    app.extensions["bundel_close"] = _closing(*rooms.closing, engine.dispose, keys_engine.dispose)
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
        keyer=keyer_of(settings),
        audit=audit,
        decisions=DecisionClient(settings, transport, tokens),
        recipients=RecipientFinder(settings, transport, tokens),
        grants=EmergencyGrants(settings, transport, tokens),
        handlers={"audit": audit_handler(audit)},
    )


def _open_intake(rooms: Rooms) -> Intake:
    settings = rooms.settings
    preparer = Preparer(
        rooms.vault, AddressKeyer(settings.key("ADDRESS_KEY")), settings.key("IDEMPOTENCY_KEY")
    )
    room = Room(rooms.engine, settings.signals_free_bytes, "BUNDEL_SIGNALS_FREE_MB")
    intake = Intake(rooms.engine, preparer, room)
    rooms.api.register_blueprint(intake_routes(intake, settings))
    rooms.api.register_blueprint(delivery_routes(rooms.engine, rooms.audit.record))
    return intake


def _open_casework(rooms: Rooms, intake: Intake) -> None:
    """Linking, cases, picture and search, and the flow that drives a signal through them."""
    engine, vault, audit, decisions = rooms.engine, rooms.vault, rooms.audit, rooms.decisions
    chosen = choose(rooms.settings, engine, vault, tokeniser_of(rooms.settings))
    following = Following(chosen.indexer)
    linker = Linker(engine, vault, rooms.keyer, decisions)
    cases = CaseService(engine, decisions, audit)
    pictures = PictureService(engine, vault, decisions, audit, rooms.grants)
    emergencies = EmergencyPictures(engine, vault, decisions, audit, rooms.grants)
    decider = Decider(engine, decisions, audit)
    staff = Staff(engine)
    rooms.app.before_request(_noting(staff))
    rooms.app.extensions["bundel_staff"] = staff
    desk = DeskDoors(
        queue=DeskService(decider, vault),
        judging=Judging(decider, vault, following.follow),
        people=CasePeople(decider, vault),
        undoing=Undoing(decider, vault, following.follow, doubts.doubter(decisions)),
        viewers=Viewers(decider, rooms.recipients, staff),
        staff=staff,
        quarantine=Quarantine(decider, Mending(intake)),
        narratives=Narratives(decider, Redacting(vault, intake.preparer.keyer), following.follow),
        doubting=Doubting(engine, pictures, audit),
    )
    resolver = PersonResolver(engine, vault, rooms.keyer, decisions, audit)
    searches = SearchService(engine, vault, decisions, audit, chosen.index)
    transfers = TransferService(engine, vault, decisions, audit)
    rooms.api.register_blueprint(case_resources(cases))
    rooms.api.register_blueprint(transfer_resources(transfers))
    rooms.api.register_blueprint(ground_resources(linker.relink))
    rooms.api.register_blueprint(picture_resources(pictures, resolver))
    rooms.api.register_blueprint(
        emergency_resources(EmergencyScope(engine, resolver, audit), emergencies)
    )
    rooms.api.register_blueprint(search_resources(searches))
    rooms.api.register_blueprint(desk_resources(desk))
    rooms.api.register_blueprint(viewers_resources(desk.viewers))
    rooms.api.register_blueprint(quarantine_resources(desk.quarantine))
    rooms.api.register_blueprint(narrative_resources(desk.narratives))
    rooms.api.register_blueprint(doubting_resources(desk.doubting))
    rooms.doors = Doors(
        cases=cases,
        desk=desk,
        pictures=pictures,
        searches=searches,
        transfers=transfers,
        emergencies=emergencies,
    )
    rooms.on_receipt["audit"] = following.on_receipt
    rooms.handlers.update(chosen.handlers)
    rooms.workers["index"] = chosen.keeper
    rooms.closing.append(chosen.close)
    rooms.handlers[doubts.KIND] = doubts.doubt_handler(decisions)
    rooms.workers["flow"] = Flow(engine, linker, following, consent_revision(decisions))


def _open_pages(rooms: Rooms) -> None:
    doors = rooms.doors
    if doors is None:
        raise RuntimeError("The pages ask casework: open it first.")
    install_casework(rooms.app, Casework(doors.transfers, doors.emergencies, doors.desk.staff))
    install(
        rooms.app,
        pictures=doors.pictures,
        searches=doors.searches,
        desk=Desk(
            queue=doors.desk.queue,
            judging=doors.desk.judging,
            people=doors.desk.people,
            undoing=doors.desk.undoing,
            cases=doors.cases,
            viewers=doors.desk.viewers,
            staff=doors.desk.staff,
            quarantine=doors.desk.quarantine,
            narratives=doors.desk.narratives,
            doubting=doors.desk.doubting,
        ),
    )


def _noting(staff: Staff) -> Callable[[], None]:
    """Before each request, after its caller is known: a coordinator becomes one to choose from."""

    def note() -> None:
        actor = g.get("actor")
        if isinstance(actor, Actor):
            staff.note(actor)

    return note


def _answers(engine: Engine) -> Callable[[], None]:
    def check() -> None:
        with engine.connect() as connection:
            connection.execute(text("SELECT 1"))

    return check


def _closing(*ends: Callable[[], None]) -> Callable[[], None]:
    def close() -> None:
        for end in ends:
            end()

    return close
