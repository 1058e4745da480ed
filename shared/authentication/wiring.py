"""One call gives a service its authentication: who calls, how denials are recorded, own tokens."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, Flask, Response, request

from shared.authentication.access import public
from shared.authentication.actor import Actor
from shared.authentication.login import SignIn
from shared.authentication.sessions import csrf_token
from shared.clients.audit import AuditClient, entry_for
from shared.clients.tokens import TokenSource
from shared.clients.transport import PooledTransport, Transport
from shared.http import RecordDenial, Wiring
from shared.settings import Settings


@dataclass(kw_only=True)
class WiredService(Wiring):
    """Wiring that also knows the service's log-in, for install_login."""

    sign_in: SignIn


def wire(
    service: str,
    settings: Settings,
    transport: Transport | None = None,
    record_denial: RecordDenial | None = None,
) -> tuple[WiredService, TokenSource]:
    """Wiring for create_service, and the source of tokens for neighbours.

    Callers of `service` ("signals", "consent", "audit") show a bearer token of its audience or, on
    pages, a session. Without `record_denial` a refused call becomes an entry in the audit service.
    """
    transport = transport or PooledTransport(settings.neighbour_timeout)
    tokens = TokenSource(settings, transport, f"bundel-{service}")
    sign_in = SignIn(service, settings, transport)
    wiring = WiredService(
        service=service,
        settings=settings,
        authenticate=sign_in.authenticate,
        record_denial=record_denial or _denials_to_audit(settings, transport, tokens),
        to_login=sign_in.to_login,
        sign_in=sign_in,
    )
    return wiring, tokens


def install_login(app: Flask) -> None:
    """Adds /login, /callback and /logout to an app that was made with wire(), keeps the session's
    cookie up to date, and gives templates `csrf_token()`."""
    wiring = app.extensions["bundel"]
    if not isinstance(wiring, WiredService):
        raise TypeError("install_login works on an app that was made with wire().")
    sign_in = wiring.sign_in
    blueprint = Blueprint("sign_in", __name__, template_folder="templates")

    @blueprint.get("/login")
    @public("begins a log-in at the identity provider")
    def login() -> Response:
        return sign_in.begin(request.args.get("next", ""))

    @blueprint.get("/callback")
    @public("the identity provider sends the browser back here")
    def callback() -> Response:
        return sign_in.finish()

    @blueprint.post("/logout")
    @public("ends the session of whoever holds its cookie; the form's own token is checked")
    def logout() -> Response:
        return sign_in.log_out()

    app.register_blueprint(blueprint)
    app.after_request(sign_in.save)
    app.jinja_env.globals["csrf_token"] = csrf_token


def _denials_to_audit(
    settings: Settings, transport: Transport, tokens: TokenSource
) -> RecordDenial:
    audit = AuditClient(settings, transport, tokens)

    def record(actor: Actor, endpoint: str) -> None:
        audit.record([entry_for(actor, "access.denied", reason=endpoint)])

    return record
