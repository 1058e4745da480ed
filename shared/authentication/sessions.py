"""A person's session in the browser: one cookie, encrypted and authenticated with SESSION_KEY.

It lives 8 hours at most and ends after 60 minutes without a request. Nothing is kept on the server.
"""

from __future__ import annotations

import base64
import json
import zlib
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from flask import g

from shared import clock, ids
from shared.authentication.claims import CLOCK_DIFFERENCE

ABSOLUTE_SECONDS = 8 * 3600
IDLE_SECONDS = 3600
TOUCH_SECONDS = 60  # the cookie is written again at most this often only to show activity
LARGEST_COOKIE = 4000  # characters; browsers keep 4096 with name and attributes
MOST_NOTES = 12
_NONCE_BYTES = 12


@dataclass(frozen=True)
class Session:
    """Times in seconds since 1970 (UTC). `notes` is what pages remember, e.g. the purpose per case:
    codes and ids only, the oldest is dropped first."""

    access_token: str = field(repr=False)
    access_expires_at: float
    refresh_token: str = field(repr=False)
    id_token: str = field(repr=False)
    csrf: str = field(repr=False)
    began_at: float
    seen_at: float
    notes: dict[str, str] = field(default_factory=dict)

    @property
    def alive(self) -> bool:
        now = clock.now().timestamp()
        if max(self.began_at, self.seen_at) > now + CLOCK_DIFFERENCE:
            return False  # the clock was set back: its age cannot be told, so it may be too old
        return now < self.began_at + ABSOLUTE_SECONDS and now < self.seen_at + IDLE_SECONDS


class CookieSeal:
    """AES-256-GCM. `use` binds a value to one service and one kind of cookie."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def seal(self, use: str, values: dict[str, Any]) -> str:
        nonce = ids.random_bytes(_NONCE_BYTES)
        # Three tokens of a provider like Keycloak are larger than a cookie may be.
        plain = zlib.compress(json.dumps(values, separators=(",", ":")).encode(), level=9)
        sealed = nonce + self._cipher.encrypt(nonce, plain, use.encode())
        return base64.urlsafe_b64encode(sealed).rstrip(b"=").decode()

    def open(self, use: str, text: str) -> dict[str, Any] | None:
        """The values, or None when this installation did not seal them for this use."""
        try:
            sealed = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
            nonce, rest = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
            values = json.loads(zlib.decompress(self._cipher.decrypt(nonce, rest, use.encode())))
        except (ValueError, InvalidTag, zlib.error):
            return None
        return values if isinstance(values, dict) else None


class SessionCookies:
    """Sessions of one service to and from cookie text."""

    def __init__(self, service: str, key: bytes) -> None:
        self._use = f"session {service}"
        self._seal = CookieSeal(key)

    def read(self, text: str) -> Session | None:
        """The session, or None when it is forged, of another service, or over."""
        values = self._seal.open(self._use, text)
        if values is None:
            return None
        try:
            session = Session(**values)
        except TypeError:
            return None
        return session if session.alive else None

    def write(self, session: Session) -> str:
        """Cookie text of at most LARGEST_COOKIE characters: old notes go first, then the id token
        (without it the provider asks for a word at log-out)."""
        text = self._seal.seal(self._use, asdict(session))
        while len(text) > LARGEST_COOKIE and session.notes:
            notes = dict(list(session.notes.items())[1:])
            session = replace(session, notes=notes)
            text = self._seal.seal(self._use, asdict(session))
        if len(text) > LARGEST_COOKIE:
            text = self._seal.seal(self._use, asdict(replace(session, id_token="")))
        return text


# Set by "Snel weg": until the next log-in no service opens without a password.
LEFT_COOKIE = "bundel_left"


def current_session() -> Session | None:
    """The session this request came with, or None (bearer token, public route)."""
    found = g.get("bundel_session")
    return found if isinstance(found, Session) else None


def note(name: str, value: str) -> None:
    """Remembers a code or an id in the session, for later requests of this person.

    Raises RuntimeError when the request has no session. At most MOST_NOTES are kept.
    """
    session = current_session()
    if session is None:
        raise RuntimeError("Only a request with a session can remember something.")
    kept = {key: text for key, text in session.notes.items() if key != name}
    kept[name] = value
    while len(kept) > MOST_NOTES:
        del kept[next(iter(kept))]
    g.bundel_session = replace(session, notes=kept)


def noted(name: str) -> str:
    """What was remembered under this name, or ""."""
    session = current_session()
    return session.notes.get(name, "") if session else ""


def csrf_token() -> str:
    """For a hidden field `csrf_token` in every form that posts (empty without a session)."""
    session = current_session()
    return session.csrf if session else ""
