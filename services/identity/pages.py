"""The pages people see: log in, log out. Server-rendered, without script."""

from __future__ import annotations

import hashlib
import hmac
from http import HTTPStatus
from pathlib import Path
from typing import cast
from urllib.parse import urlsplit

from authlib.common.urls import add_params_to_uri
from authlib.oauth2 import OAuth2Error
from flask import Blueprint, Flask, Response, make_response, redirect, render_template, request
from flask.blueprints import BlueprintSetupState

from services.identity.attempts import Attempts
from services.identity.people import person_with
from services.identity.server import Provider
from services.identity.store import LOGIN_SECONDS, Login, Store
from shared import ids
from shared.authentication import public
from shared.problems import NotAuthenticated
from shared.settings import Settings
from shared.web.assets import answer_asset
from shared.web.translation import _, language, later, load_english

LOGIN_COOKIE = "bundel_identity"
FORM_COOKIE = "bundel_identity_form"
WRONG = later("De gebruikersnaam of het wachtwoord klopt niet.")
BLOCKED = later(
    "Er is te vaak een verkeerd wachtwoord ingevuld. Probeer het over 30 seconden opnieuw."
)
STALE = later("Het formulier was verlopen. Vul het opnieuw in.")
_APPLICATIONS = {
    "bundel-signals": later("Bundel, signalen en casussen"),
    "bundel-consent": later("Bundel, toestemmingen en afspraken"),
    "bundel-audit": later("Bundel, verantwoording"),
}


class _Pages:
    """Cookies and forms of this provider, kept to its own path."""

    def __init__(self, settings: Settings, provider: Provider, attempts: Attempts) -> None:
        self.provider = provider
        self.attempts = attempts
        self.store: Store = provider.store
        self._path = urlsplit(settings.issuer).path or "/"
        self._secure = settings.issuer.startswith("https://")
        self._key = settings.key("SESSION_KEY")
        self._stylesheet = f"{settings.issuer}/static/identity.css"
        self._icon = f"{settings.issuer}/static/bundel.svg"

    def login(self) -> Login | None:
        cookie = request.cookies.get(LOGIN_COOKIE, "")
        return self.store.find_login(cookie) if cookie else None

    def page(self, template: str, status: int = 200, **values: object) -> Response:
        """A page; its form carries a token that fits a cookie, so no other site can send it."""
        secret = request.cookies.get(FORM_COOKIE, "") or ids.random_text()
        values |= {"form_token": self._form_token(secret), "stylesheet": self._stylesheet}
        values |= {"icon": self._icon, "_": _, "language": language}
        response = make_response(render_template(template, **values), status)
        self._set_cookie(response, FORM_COOKIE, secret, 3600)
        return response

    def form_is_ours(self) -> bool:
        secret = request.cookies.get(FORM_COOKIE, "")
        sent = request.form.get("form_token", "")
        return bool(secret) and hmac.compare_digest(
            sent.encode("utf-8", "replace"), self._form_token(secret).encode()
        )

    def remember(self, response: Response, cookie: str) -> None:
        self._set_cookie(response, LOGIN_COOKIE, cookie, LOGIN_SECONDS)

    def forget(self, response: Response) -> None:
        response.delete_cookie(LOGIN_COOKIE, path=self._path)

    def _set_cookie(self, response: Response, name: str, value: str, seconds: int) -> None:
        response.set_cookie(
            name,
            value,
            max_age=seconds,
            path=self._path,
            secure=self._secure,
            httponly=True,
            samesite="Lax",
        )

    def _form_token(self, secret: str) -> str:
        return hmac.new(self._key, b"identity form " + secret.encode(), hashlib.sha256).hexdigest()


def people_pages(settings: Settings, provider: Provider, attempts: Attempts) -> Blueprint:
    """/authorize and /logout."""
    blueprint = Blueprint("people", __name__, template_folder="templates")
    pages = _Pages(settings, provider, attempts)
    style = (Path(__file__).parent / "static" / "identity.css").read_text()

    @blueprint.get("/static/identity.css")
    @public("style of the log-in page")
    def stylesheet() -> Response:
        response = Response(style, mimetype="text/css")
        response.headers["Cache-Control"] = "public, max-age=3600"
        return response

    @blueprint.record_once
    def speak_english_too(state: BlueprintSetupState) -> None:
        load_english(cast("Flask", state.app), Path(__file__).parent / "english.json")

    @blueprint.get("/static/bundel.svg")
    @public("the mark of Bundel; the same for everyone")
    def icon() -> Response:
        return answer_asset("bundel.svg")

    @blueprint.get("/authorize")
    @public("here people log in")
    def authorize() -> Response:
        login = pages.login()
        try:
            grant = provider.get_consent_grant(end_user=login)
            _demand_one_nonce()
        except OAuth2Error as error:
            return _refuse(pages, error)
        prompt = request.args.get("prompt", "")
        if login is not None and prompt != "login":
            return _answer(pages, grant, login)
        if prompt == "none":
            grant.request.client = None
            return _refuse(
                pages, OAuth2Error(error="login_required", redirect_uri=grant.redirect_uri)
            )
        return _login_page(pages, grant.request.client.client_id)

    @blueprint.post("/authorize")
    @public("here people log in")
    def log_in() -> Response:
        try:
            grant = provider.get_consent_grant(end_user=None)
        except OAuth2Error as error:
            return _refuse(pages, error)
        client_id = grant.request.client.client_id
        if not pages.form_is_ours():
            return _login_page(pages, client_id, STALE, HTTPStatus.BAD_REQUEST)
        user = request.form.get("user", "").strip().lower()[:100]
        if pages.attempts.is_blocked(user):
            return _login_page(pages, client_id, BLOCKED, HTTPStatus.TOO_MANY_REQUESTS)
        person = person_with(user, request.form.get("password", "")[:200])
        if person is None:
            pages.attempts.note_failure(user)
            return _login_page(pages, client_id, WRONG, HTTPStatus.UNAUTHORIZED)
        pages.attempts.note_success(user)
        cookie, login = pages.store.begin_login(person.subject)
        response = _answer(pages, grant, login)
        pages.remember(response, cookie)
        return response

    @blueprint.get("/logout")
    @public("ends the log-in of whoever holds its cookie")
    def logout() -> Response:
        login = pages.login()
        hint = _hinted(provider)
        if login is not None and (hint is None or hint[0] != login.subject):
            return pages.page("logout.html", ended=False)
        return _end(pages, login, hint)

    @blueprint.post("/logout")
    @public("ends the log-in of whoever holds its cookie")
    def confirm_logout() -> Response:
        if not pages.form_is_ours():
            return pages.page("logout.html", HTTPStatus.BAD_REQUEST, ended=False)
        return _end(pages, pages.login(), _hinted(provider))

    return blueprint


def _demand_one_nonce() -> None:
    for name in ("nonce", "code_challenge", "prompt"):
        if len(request.args.getlist(name)) > 1:
            raise OAuth2Error(error="invalid_request", description=f"Send {name} once.")


def _login_page(pages: _Pages, client_id: str, fault: str = "", status: int = 200) -> Response:
    return pages.page(
        "login.html", status, application=_APPLICATIONS.get(client_id, client_id), fault=fault
    )


def _answer(pages: _Pages, grant: object, login: Login) -> Response:
    response: Response = pages.provider.create_authorization_response(grant=grant, grant_user=login)
    if response.status_code == HTTPStatus.FOUND:
        response.status_code = HTTPStatus.SEE_OTHER  # a form was posted: go on with GET
    return response


def _refuse(pages: _Pages, error: OAuth2Error) -> Response:
    if error.redirect_uri:
        error.state = request.values.get("state")
        response: Response = pages.provider.handle_error_response(None, error)
        return response
    # Never redirect to an address that the client did not register.
    return pages.page(
        "refused.html", HTTPStatus.BAD_REQUEST, code=error.error, reason=error.description or ""
    )


def _hinted(provider: Provider) -> tuple[str, str] | None:
    """Subject and client of a valid `id_token_hint`, expired or not."""
    hint = request.values.get("id_token_hint", "")
    try:
        claims = provider.any_verifier.verify_hint(hint) if hint else {}
    except NotAuthenticated:
        return None
    if not isinstance(claims.get("sub"), str) or not isinstance(claims.get("aud"), str):
        return None
    return claims["sub"], claims["aud"]


def _end(pages: _Pages, login: Login | None, hint: tuple[str, str] | None) -> Response:
    if login is not None:
        pages.store.end_login(login.cookie_digest)
    wanted = request.values.get("post_logout_redirect_uri", "")
    client = pages.provider.query_client(hint[1]) if hint else None
    if client is not None and wanted in client.logged_out_uris:
        state = request.values.get("state", "")
        target = add_params_to_uri(wanted, [("state", state)]) if state else wanted
        response: Response = redirect(target, HTTPStatus.SEE_OTHER)  # type: ignore[assignment]
    else:
        response = pages.page("logout.html", ended=True)
    pages.forget(response)
    return response
