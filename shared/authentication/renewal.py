"""Keeps a session's access token fresh with its refresh token, which serves only once."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from dataclasses import replace

from shared import clock
from shared.authentication.sessions import Session
from shared.clients.token_endpoint import Granted, TokenEndpoint

REFRESH_BEFORE = 60.0  # seconds before the access token expires
RENEWALS_KEPT = 1000
LOCKS = 64


class SessionRenewal:
    """Two requests of one browser at once come with one refresh token: the second gets what the
    first got. Asking twice would look like theft to the provider and end the session."""

    def __init__(self, endpoint: TokenEndpoint) -> None:
        self._endpoint = endpoint
        self._renewed: OrderedDict[str, Granted] = OrderedDict()
        # Several locks: one person's slow renewal does not hold up everybody.
        self._locks = tuple(threading.Lock() for _ in range(LOCKS))

    def fresh(self, session: Session) -> Session:
        """The session with an access token that still lives a while. Raises TokenRefused when the
        provider ended the session, Unavailable when it does not answer."""
        if session.access_expires_at - REFRESH_BEFORE > clock.now().timestamp():
            return session
        name = hashlib.sha256(session.refresh_token.encode()).hexdigest()
        with self._locks[int(name[:8], 16) % LOCKS]:
            granted = self._renewed.get(name)
            if granted is None:
                granted = self._endpoint.ask(
                    {"grant_type": "refresh_token", "refresh_token": session.refresh_token}
                )
                self._renewed[name] = granted
                if len(self._renewed) > RENEWALS_KEPT:
                    self._renewed.popitem(last=False)
        return replace(
            session,
            access_token=granted.access_token,
            access_expires_at=granted.expires_at,
            refresh_token=granted.refresh_token or session.refresh_token,
            id_token=granted.id_token or session.id_token,
        )
