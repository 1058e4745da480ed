"""Pages' log-in: OpenID Connect code flow with PKCE, and the session that follows.

The provider's addresses come from its discovery document; requests to it go over the service's
transport.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import replace
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode, urlsplit

from flask import Response, g, make_response, redirect, render_template, request

from shared import clock, ids
from shared.authentication.actor import Actor
from shared.authentication.claims import CLOCK_DIFFERENCE
from shared.authentication.provider import ProviderDocument
from shared.authentication.renewal import SessionRenewal
from shared.authentication.sessions import (
    LEFT_COOKIE,
    TOUCH_SECONDS,
    CookieSeal,
    Session,
    SessionCookies,
    current_session,
)
from shared.authentication.verifier import TokenVerifier
from shared.clients.token_endpoint import TokenEndpoint, TokenRefused
from shared.clients.transport import Transport
from shared.logging import get_logger
from shared.problems import Fault, InvalidInput, NotAuthenticated
from shared.settings import SERVICES, Settings

LOGIN_SECONDS = 600  # a log-in that was begun is finished within this time
LONGEST_NEXT = 500  # characters
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class SignIn:
    """Who is calling a service: by bearer token, else by session. Safe for many threads."""

    def __init__(self, service: str, settings: Settings, transport: Transport) -> None:
        self.service = service
        self._provider = ProviderDocument(settings, transport)
        self.verifier = TokenVerifier(settings, transport, f"bundel-{service}", self._provider)
        self.cookie = f"bundel_{service}"
        self.prefix = f"{urlsplit(settings.base_url).path}/{service}"
        self._settings = settings
        self._secure = settings.base_url.startswith("https://")
        self._endpoint = TokenEndpoint(settings, transport, f"bundel-{service}", self._provider)
        self._sessions = SessionCookies(service, settings.key("SESSION_KEY"))
        self._seal = CookieSeal(settings.key("SESSION_KEY"))
        self._started_use = f"login {service}"
        self._redirect_uri = f"{settings.base_url}/{service}/callback"
        self._renewal = SessionRenewal(self._endpoint)

    def authenticate(self) -> Actor | None:
        """The caller, or None. Raises NotAuthenticated for a bad token, InvalidInput for a form
        without its CSRF token, Unavailable without a provider."""
        header = request.headers.get("Authorization", "")
        if header:
            kind, _, token = header.partition(" ")
            if kind.lower() != "bearer" or not token:
                raise NotAuthenticated("Send the access token as: Authorization: Bearer TOKEN.")
            return self.verifier.verify(token.strip())
        return self._by_session()

    def _by_session(self) -> Actor | None:
        if LEFT_COOKIE in request.cookies:
            return None  # left in a hurry: whatever cookie came back since is no session
        session = self._sessions.read(request.cookies.get(self.cookie, ""))
        if session is None:
            return None
        try:
            session = self._renewal.fresh(session)
            actor = self.verifier.verify(session.access_token)
        except (TokenRefused, NotAuthenticated):
            return None
        g.bundel_session = session
        if request.method not in _SAFE_METHODS:
            self.demand_csrf(session)
        return actor

    def demand_csrf(self, session: Session) -> None:
        """Raises InvalidInput when a form came from elsewhere or is too old: nothing is done."""
        sent = request.headers.get("X-CSRF-Token") or request.form.get("csrf_token", "")
        if not hmac.compare_digest(sent.encode("utf-8", "replace"), session.csrf.encode()):
            raise InvalidInput(
                "This form is too old or came from another site. Nothing was changed. "
                "Open the page again and send it once more.",
                faults=[Fault("/csrf_token", "csrf", "The form's token does not fit the session.")],
            )

    def to_login(self) -> Response:
        """For a page without a session: to the provider and back to this page. What a form posted
        cannot be carried over, and the person is told so."""
        if request.method in _SAFE_METHODS:
            return self.begin(f"{self.prefix}{request.full_path.rstrip('?')}")
        return self.start_again(ended=True)

    def begin(self, following: str) -> Response:
        """Sends the browser to the provider; afterwards it goes to `following` when that is a page
        of this service, else to its first page."""
        state, nonce, verifier = (ids.random_text(), ids.random_text(), ids.random_text(48))
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest())
        query = {
            "response_type": "code",
            "client_id": f"bundel-{self.service}",
            "redirect_uri": self._redirect_uri,
            # Some providers name the audience in a scope.
            "scope": f"openid profile aud-bundel-{self.service}",
            "state": state,
            "nonce": nonce,
            "code_challenge": challenge.rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        if LEFT_COOKIE in request.cookies:
            query["prompt"] = "login"  # whoever left in a hurry is not let in by itself
        address = self._provider.addresses().authorization
        response = _see_other(f"{address}?{urlencode(query)}")
        started = {
            "state": state,
            "nonce": nonce,
            "verifier": verifier,
            "next": self.safe_next(following),
            "at": clock.now().timestamp(),
        }
        self._set(
            response,
            self._started_cookie(state),
            self._seal.seal(self._started_use, started),
            LOGIN_SECONDS,
        )
        return response

    def finish(self) -> Response:
        """The provider sent the browser back: checks everything, starts the session."""
        state = request.args.get("state", "")
        started = self._started(state)
        code = request.args.get("code", "")
        foreign = request.args.get("iss", self._settings.issuer) != self._settings.issuer
        if started is None or not code or foreign:
            return self.start_again(ended=False)
        try:
            granted = self._endpoint.ask(
                {
                    "grant_type": "authorization_code",
                    "code": code,
                    "code_verifier": str(started["verifier"]),
                    "redirect_uri": self._redirect_uri,
                }
            )
            told = self.verifier.verify_id_token(
                granted.id_token, f"bundel-{self.service}", str(started["nonce"])
            )
            actor = self.verifier.verify(granted.access_token)
        except (TokenRefused, NotAuthenticated):
            return self.start_again(ended=False)
        if told.get("sub") != actor.subject:
            return self.start_again(ended=False)
        now = clock.now().timestamp()
        g.bundel_session = Session(
            access_token=granted.access_token,
            access_expires_at=granted.expires_at,
            refresh_token=granted.refresh_token,
            id_token=granted.id_token,
            csrf=ids.random_text(),
            began_at=now,
            seen_at=now,
        )
        g.bundel_session_new = True
        response = _see_other(str(started["next"]))
        self._delete(response, self._started_cookie(state))
        if LEFT_COOKIE in request.cookies:
            response.delete_cookie(LEFT_COOKIE, path="/")
            self._end_sessions(response, but=self.service)
        return response

    def log_out(self) -> Response:
        """Ends this session, then the provider's. The form carries the session's CSRF token."""
        session = self._sessions.read(request.cookies.get(self.cookie, ""))
        home = f"{self._settings.base_url}/{self.service}/"
        if session is None:
            return _see_other(home)
        self.demand_csrf(session)
        query = {
            "client_id": f"bundel-{self.service}",
            "post_logout_redirect_uri": home,
        }
        if session.id_token:
            query["id_token_hint"] = session.id_token
        address = self._provider.addresses().logout
        response = _see_other(f"{address}?{urlencode(query)}" if address else home)
        self._end_sessions(response)
        return response

    def leave(self, response: Response) -> None:
        """ "Snel weg": ends the sessions of all services in this browser, and at the provider, so
        that a copy of a cookie is not renewed either. Never fails and never waits long."""
        session = self._sessions.read(request.cookies.get(self.cookie, ""))
        g.pop("bundel_session", None)
        self._end_sessions(response)
        response.set_cookie(
            LEFT_COOKIE, "1", path="/", secure=self._secure, httponly=True, samesite="Lax"
        )
        if session is not None and not self._endpoint.revoke(session.refresh_token):
            get_logger().warning("log-in not ended at the provider", code="quick-exit")

    def _end_sessions(self, response: Response, but: str = "") -> None:
        base = urlsplit(self._settings.base_url).path
        for service in SERVICES:
            if service != but:
                response.delete_cookie(f"bundel_{service}", path=f"{base}/{service}/")

    def start_again(self, *, ended: bool) -> Response:
        """A page that says that the session has ended (or the log-in failed) and what to do."""
        page = render_template(
            "bundel_sign_in_again.html",
            ended=ended,
            login=f"{self.prefix}/login",
            stylesheet=f"{self.prefix}/static/bundel.css",
            icon=f"{self.prefix}/static/bundel.svg",
        )
        status = HTTPStatus.UNAUTHORIZED if ended else HTTPStatus.BAD_REQUEST
        return make_response(page, status)

    def safe_next(self, wanted: str) -> str:
        """`wanted` when it is a path of this service, else the service's first page."""
        plain = wanted.isascii() and wanted.isprintable() and "\\" not in wanted
        inside = wanted.startswith(f"{self.prefix}/") and "//" not in wanted.partition("?")[0]
        back = wanted.startswith((f"{self.prefix}/login", f"{self.prefix}/callback"))
        if plain and inside and not back and ".." not in wanted and len(wanted) <= LONGEST_NEXT:
            return wanted
        return f"{self.prefix}/"

    def save(self, response: Response) -> Response:
        """Writes the session's cookie when something in it changed."""
        session = current_session()
        if session is None:
            return response
        now = clock.now().timestamp()
        before = self._sessions.read(request.cookies.get(self.cookie, ""))
        same = before is not None and replace(before, seen_at=session.seen_at) == session
        if same and now - session.seen_at < TOUCH_SECONDS and not g.get("bundel_session_new"):
            return response
        self._set(response, self.cookie, self._sessions.write(replace(session, seen_at=now)), None)
        return response

    def _started_cookie(self, state: str) -> str:
        # One cookie per begun log-in, so that two tabs do not disturb each other.
        return f"{self.cookie}_{hashlib.sha256(state.encode()).hexdigest()[:12]}"

    def _started(self, state: str) -> dict[str, Any] | None:
        text = request.cookies.get(self._started_cookie(state), "")
        started = self._seal.open(self._started_use, text)
        if started is None or not state or started.get("state") != state:
            return None
        age = clock.now().timestamp() - started["at"]
        return started if -CLOCK_DIFFERENCE <= age < LOGIN_SECONDS else None

    def _set(self, response: Response, name: str, value: str, seconds: int | None) -> None:
        response.set_cookie(
            name,
            value,
            max_age=seconds,
            path=f"{self.prefix}/",
            secure=self._secure,
            httponly=True,
            samesite="Lax",
        )

    def _delete(self, response: Response, name: str) -> None:
        response.delete_cookie(name, path=f"{self.prefix}/")


def _see_other(target: str) -> Response:
    response: Response = redirect(target, HTTPStatus.SEE_OTHER)  # type: ignore[assignment]
    return response
