"""The consent service: its rooms put together."""

from __future__ import annotations

from flask import Flask

from services.consent.decisions.metrics import DecisionMetrics
from services.consent.decisions.resources import decision_blueprint
from services.consent.decisions.service import DecisionService
from services.consent.decisions.sieve_resources import sieve_blueprint
from services.consent.emergencies.asking import EmergencyAsking
from services.consent.emergencies.closing import Closing
from services.consent.emergencies.resources import emergency_blueprint
from services.consent.emergencies.scope import ScopeFinder
from services.consent.emergencies.sealing import Sealer
from services.consent.emergencies.service import EmergencyOffice
from services.consent.emergencies.steady import SteadyTime
from services.consent.office.notices import GroundChanges
from services.consent.office.recording import ConsentOffice
from services.consent.office.resources import consent_blueprint
from services.consent.office.restricting import RestrictionOffice
from services.consent.office.restriction_resources import restriction_blueprint
from services.consent.policy.authority import Authority
from services.consent.policy.compiled import Engine
from services.consent.policy.rules import Bundle, load_bundle
from services.consent.policy.selfcheck import check_against_cedar
from services.consent.web import install
from shared.authentication.wiring import install_login, wire
from shared.clients.audit import AuditClient
from shared.clients.persons import PersonFinder
from shared.clients.transport import PooledTransport, Transport
from shared.database import open_engine
from shared.http import create_service, describe_surface
from shared.openapi import Surface
from shared.settings import Settings

# A picture of a large household: 1,000 questions of about 2 kB.
MOST_BYTES = 8_000_000
DESCRIPTION = """Decides for all of Bundel what may be known, viewed, linked and opened, under law,
purpose and consent, and keeps the consents. The decision interface is AuthZEN 1.0
(/access/v1/..., /.well-known/authzen-configuration) with one extension that returns a filter."""
AUTHZEN = Surface(
    "OpenID AuthZEN Authorization API 1.0",
    at="/access/v1/openapi.json",
    starts=("/access/v1/", "/.well-known/"),
)


def create_app(
    settings: Settings, transport: Transport | None = None, bundle: Bundle | None = None
) -> Flask:
    """The WSGI app of the migrated service. Raises PolicyError when the rules cannot be used."""
    engine = Engine(bundle or load_bundle())
    authority = Authority(engine.bundle)
    check_against_cedar(engine, authority)
    transport = transport or PooledTransport(settings.neighbour_timeout)
    wiring, tokens = wire("consent", settings, transport)
    database = open_engine(settings.databases["consent"])
    decisions = DecisionService(database, engine, authority, DecisionMetrics(wiring.metrics))
    decisions.keep_policy()
    audit = AuditClient(settings, transport, tokens)
    office = ConsentOffice(database, decisions, audit, GroundChanges(settings, transport, tokens))
    restrictions = RestrictionOffice(database, office, office.notices)
    emergencies = EmergencyOffice(
        database,
        EmergencyAsking(decisions, audit),
        ScopeFinder(settings, transport, tokens),
        Sealer(settings.key("GRANT_KEY")),
        SteadyTime(database),
    )
    wiring.ready = {"database": lambda: _ask(decisions), "policy": decisions.check_ready}
    app, api = create_service(wiring, title="Bundel consent", description=DESCRIPTION)
    app.config["MAX_CONTENT_LENGTH"] = MOST_BYTES
    api.register_blueprint(decision_blueprint(decisions, settings))
    api.register_blueprint(sieve_blueprint(decisions))
    api.register_blueprint(consent_blueprint(office, decisions))
    api.register_blueprint(restriction_blueprint(restrictions))
    api.register_blueprint(emergency_blueprint(emergencies))
    describe_surface(app, api, AUTHZEN)
    install_login(app)
    persons = PersonFinder(settings, transport, tokens)
    install(app, office, persons, decisions, restrictions, emergencies)
    app.extensions["bundel_workers"] = {"emergencies": Closing(emergencies)}
    app.extensions["bundel_decisions"] = decisions
    app.extensions["bundel_close"] = database.dispose
    return app


def _ask(decisions: DecisionService) -> None:
    decisions.revision()
