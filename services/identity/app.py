"""The development OpenID provider: people and machines of the demonstration log in here.

Production has a provider of its own (Keycloak or any other); this one refuses to start there (I12).
"""

from __future__ import annotations

import logging

from flask import Flask

from services.identity.attempts import Attempts
from services.identity.clients import registered_clients
from services.identity.discovery import machine_endpoints
from services.identity.keys import SigningKeys
from services.identity.pages import people_pages
from services.identity.server import Provider
from services.identity.store import Store
from shared.authentication.actor import Actor
from shared.clients.transport import Transport
from shared.database import open_engine
from shared.http import Wiring, create_service
from shared.settings import Settings, SettingsError


def create_app(settings: Settings, transport: Transport | None = None) -> Flask:
    """The provider's app, to be served under /identity. Its database must be migrated.

    Makes the signing keys and the clients' keys at first start. Raises SettingsError outside
    development mode. `transport` is not used: this service calls nobody.
    """
    if not settings.development:
        raise SettingsError(
            "The built-in identity provider is for development only. "
            "Set BUNDEL_ISSUER and BUNDEL_IDENTITY_URL to your own OpenID provider."
        )
    # Authlib writes whole tokens to its debug log.
    logging.getLogger("authlib").setLevel(logging.WARNING)
    keys = SigningKeys(settings.home / "identity")
    clients = registered_clients(settings)
    engine = open_engine(settings.databases["identity"])
    store = Store(engine)
    wiring = Wiring(
        service="identity",
        settings=settings,
        authenticate=_nobody,
        record_denial=_nothing_denied,
        ready={"database": store.ready},
    )
    app, _api = create_service(
        wiring,
        title="Bundel identity",
        description="Development OpenID provider. Its interface is that of OpenID Connect.",
    )
    provider = Provider(app, settings, clients, keys, store)
    app.register_blueprint(machine_endpoints(settings, keys, provider))
    app.register_blueprint(people_pages(settings, provider, Attempts(engine)))
    app.extensions["bundel_identity_keys"] = keys
    app.extensions["bundel_close"] = engine.dispose
    return app


def _nobody() -> Actor | None:
    return None  # every route here is public, with its reason


def _nothing_denied(_actor: Actor, _endpoint: str) -> None:
    raise AssertionError("no route of this service has an actor")  # pragma: no cover
