"""Tokens a service needs to call its neighbours: its own, and one for the person it acts for."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from dataclasses import dataclass

from shared import clock
from shared.authentication.actor import Actor
from shared.clients.token_endpoint import Granted, TokenEndpoint, TokenRefused
from shared.clients.transport import Transport
from shared.problems import NotAuthenticated, Unavailable
from shared.settings import Settings

TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"  # noqa: S105 - RFC 8693
ACCESS_TOKEN_TYPE = "urn:ietf:params:oauth:token-type:access_token"  # noqa: S105 - RFC 8693
RENEW_BEFORE = 30.0  # seconds before expiry a cached token is no longer used
CACHE_SIZE = 4096


@dataclass(frozen=True)
class _Kept:
    """`since`: seconds since 1970 (UTC), by this machine's clock."""

    granted: Granted
    since: float


class TokenSource:
    """Gets and keeps tokens for `client_id`, e.g. "bundel-signals"; safe for many threads.

    `audience` is the neighbour's name in tokens: "bundel-signals", "bundel-consent" or
    "bundel-audit".
    """

    def __init__(self, settings: Settings, transport: Transport, client_id: str) -> None:
        self.client_id = client_id
        self._endpoint = TokenEndpoint(settings, transport, client_id)
        self._kept: OrderedDict[tuple[str, str], _Kept] = OrderedDict()
        self._lock = threading.Lock()
        self._own_lock = threading.Lock()
        self._failed_at = 0.0

    def own(self, audience: str) -> str:
        """A token in which the service speaks for itself. Raises Unavailable."""
        key = ("", audience)
        began = clock.monotonic()
        with self._own_lock:  # one request for a new token at a time, not one per thread
            kept = self._find(key)
            if kept is None:
                if self._failed_at > began:
                    raise Unavailable  # it failed while this thread waited: do not queue up
                try:
                    kept = self._endpoint.ask(
                        {
                            "grant_type": "client_credentials",
                            "audience": audience,
                            "scope": f"aud-{audience}",
                        }
                    )
                except TokenRefused as error:
                    raise Unavailable(
                        "The identity provider does not accept this service's key."
                    ) from error
                except Unavailable:
                    self._failed_at = clock.monotonic()
                    raise
                self._keep(key, kept)
        return kept.access_token

    def for_actor(self, actor: Actor, audience: str) -> str:
        """A token for a neighbour in the name of the caller (RFC 8693 token exchange).

        Raises NotAuthenticated when the caller's own token no longer serves, Unavailable when the
        provider does not answer.
        """
        if not actor.token:
            raise NotAuthenticated("Log in again.")
        # Only a digest of the caller's token is kept as a name.
        key = (hashlib.sha256(actor.token.encode()).hexdigest(), audience)
        kept = self._find(key)
        if kept is None:
            try:
                kept = self._endpoint.ask(
                    {
                        "grant_type": TOKEN_EXCHANGE,
                        "subject_token": actor.token,
                        "subject_token_type": ACCESS_TOKEN_TYPE,
                        "requested_token_type": ACCESS_TOKEN_TYPE,
                        "audience": audience,
                        "scope": f"aud-{audience}",
                    }
                )
            except TokenRefused as error:
                if error.error == "invalid_client":
                    raise Unavailable(
                        "The identity provider does not accept this service's key."
                    ) from error
                raise NotAuthenticated("Your log-in has ended. Log in again.") from error
            self._keep(key, kept)
        return kept.access_token

    def forget(self, token: str) -> None:
        """A neighbour refused it: it is not given out again."""
        with self._lock:
            for key in [k for k, kept in self._kept.items() if kept.granted.access_token == token]:
                del self._kept[key]

    def _find(self, key: tuple[str, str]) -> Granted | None:
        with self._lock:
            kept = self._kept.get(key)
            if kept is None:
                return None
            now = clock.now().timestamp()
            # From the future: the clock was set back, so its expiry says nothing and neighbours
            # refuse it.
            if kept.granted.expires_at - RENEW_BEFORE <= now or kept.since > now:
                del self._kept[key]
                return None
            self._kept.move_to_end(key)
            return kept.granted

    def _keep(self, key: tuple[str, str], granted: Granted) -> None:
        with self._lock:
            self._kept[key] = _Kept(granted, clock.now().timestamp())
            while len(self._kept) > CACHE_SIZE:
                self._kept.popitem(last=False)
