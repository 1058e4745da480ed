"""What the identity provider says of itself: its discovery document, fetched once and kept.

OpenID Connect Discovery 1.0. Bundel knows no path of any provider: addresses come from here.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from shared import clock
from shared.clients.transport import Transport
from shared.logging import get_logger
from shared.problems import Unavailable
from shared.settings import Settings

WELL_KNOWN = "/.well-known/openid-configuration"
OLD_AFTER = 3600.0  # seconds a document serves before it is asked for again
ASK_AGAIN_AFTER = 10.0  # seconds between two attempts to refresh an old one
UNREACHABLE = "The identity provider is not reachable."


@dataclass(frozen=True)
class ProviderAddresses:
    """`authorization` and `logout` are for browsers; `token` and `keys` are where a service
    reaches them from inside, `revocation` (RFC 7009) too. What there is not, is empty."""

    authorization: str
    logout: str
    token: str
    keys: str
    revocation: str = ""


class ProviderDocument:
    """The document of `settings.issuer`, read at `settings.identity_url`; safe for threads."""

    def __init__(self, settings: Settings, transport: Transport) -> None:
        self._issuer = settings.issuer
        self._inside = settings.identity_url
        self._transport = transport
        self._found: ProviderAddresses | None = None
        self._fetched_at = self._asked_at = -OLD_AFTER
        self._failed_at = -OLD_AFTER
        self._lock = threading.Lock()

    def addresses(self) -> ProviderAddresses:
        """Raises Unavailable as long as no usable document was ever read."""
        moment = clock.monotonic()
        found = self._found
        if found is not None and moment - self._fetched_at <= OLD_AFTER:
            return found
        with self._lock:
            if self._found is None and self._failed_at > moment:
                raise Unavailable(UNREACHABLE)  # it failed while this caller waited
            fresh = self._fetched_at >= moment - OLD_AFTER and self._found is not None
            if not fresh and (self._found is None or moment - self._asked_at >= ASK_AGAIN_AFTER):
                self._fetch(moment)
            if self._found is None:  # pragma: no cover - _fetch raised already
                raise Unavailable(UNREACHABLE)
            return self._found

    def _fetch(self, moment: float) -> None:
        self._asked_at = moment
        try:
            answer = self._transport.send(
                "GET", f"{self._inside}{WELL_KNOWN}", {"Accept": "application/json"}
            )
            if answer.status != 200:
                raise Unavailable(UNREACHABLE)
            self._found = self._read(answer.json())
        except (Unavailable, KeyError, TypeError, ValueError) as error:
            if self._found is None:
                self._failed_at = clock.monotonic()
                raise Unavailable(UNREACHABLE) from error
            get_logger().warning("provider not refreshed", exception_type=type(error).__name__)
            return
        self._fetched_at = moment

    def _read(self, document: Any) -> ProviderAddresses:
        if document["issuer"] != self._issuer:  # Discovery 1.0 section 4.3
            raise ValueError("The document is of another issuer.")
        logout = document.get("end_session_endpoint", "")
        revocation = document.get("revocation_endpoint", "")
        return ProviderAddresses(
            authorization=_safe(str(document["authorization_endpoint"]), self._issuer),
            logout=_safe(str(logout), self._issuer) if logout else "",
            token=self._from_inside(str(document["token_endpoint"])),
            keys=self._from_inside(str(document["jwks_uri"])),
            revocation=self._from_inside(str(revocation)) if revocation else "",
        )

    def _from_inside(self, address: str) -> str:
        # A provider behind the gateway names its outside address; services go by the inside.
        if address.startswith(f"{self._issuer}/"):
            address = self._inside + address.removeprefix(self._issuer)
        return _safe(address, self._inside)


def _safe(address: str, like: str) -> str:
    """`address` when it is as well protected as the one it was learned from."""
    parts = urlsplit(address)
    allowed = ("https", urlsplit(like).scheme)
    if parts.scheme not in allowed or not parts.netloc:
        raise ValueError("The document names an address that is not https.")
    return address
