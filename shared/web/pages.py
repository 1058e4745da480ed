"""Makes a service's app serve pages: templates, words, style, error pages, the API's page."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import cast
from urllib.parse import urlsplit

from flask import (
    Blueprint,
    Flask,
    Response,
    current_app,
    g,
    make_response,
    redirect,
    render_template,
    request,
)
from jinja2 import ChoiceLoader, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape
from werkzeug.wrappers import Response as BaseResponse

from shared import clock
from shared.authentication.access import public
from shared.authentication.login import SignIn
from shared.authentication.sessions import current_session, note
from shared.web import assets, dates, labels
from shared.web.api_page import api_document
from shared.web.icons import icon, placed
from shared.web.messages import told
from shared.web.navigation import home, navigation
from shared.web.problem_page import problem_page
from shared.web.translation import LANGUAGE_COOKIE, _, language, load_english, ngettext

TEMPLATES = Path(__file__).parent / "templates"
OPENED = "opened"  # the session's note of which file is open for which purpose
_YEAR_IN_SECONDS = 31_536_000

blueprint = Blueprint("pages", __name__)


def install_pages(app: Flask, english: Path) -> None:
    """Adds pages to a service. `english` is its English texts; templates lie beside it.

    Templates get `_`, `ngettext`, `label`, `when` and the other words below, and extend
    `layout.html` (blocks: title, seen, main). Call it after the service's own blueprints.
    """
    app.jinja_options = {
        "undefined": StrictUndefined,
        "trim_blocks": True,
        "lstrip_blocks": True,
    }
    app.jinja_loader = ChoiceLoader(
        [FileSystemLoader(english.parent / "templates"), FileSystemLoader(TEMPLATES)]
    )
    load_english(app, Path(__file__).parent / "english.json", english)
    app.jinja_env.globals.update(
        _=_,
        ngettext=ngettext,
        language=language,
        label=labels.label,
        labels=labels.labels,
        when=dates.when,
        when_exactly=dates.when_exactly,
        month_year=dates.month_year,
        time_of_day=dates.time_of_day,
        long_day=dates.long_day,
        begun=begun,
        ago=dates.ago,
        now=clock.now,
        icon=icon,
        placed=placed,
        asset=assets.asset,
        navigation=navigation,
        home=home,
        csrf_field=_csrf_field,
        reader=lambda: g.get("actor"),
        told=told,
        here=_here,
        logout_path=lambda: _logout_path(app),
        login_path=lambda: f"{request.script_root}/login",
    )
    app.register_blueprint(blueprint)
    app.extensions["bundel_problem_page"] = problem_page


def begun(text: str) -> str:
    """The text as a sentence begins; the rest keeps its capitals (November)."""
    return text[:1].upper() + text[1:]


def _csrf_field() -> Markup:
    """The hidden field every form needs; empty where nobody is logged in."""
    make = cast("Callable[[], str] | None", current_app.jinja_env.globals.get("csrf_token"))
    if make is None:
        return Markup("")
    return Markup('<input type="hidden" name="csrf_token" value="{}">').format(escape(make()))


def _logout_path(app: Flask) -> str:
    known = {rule.rule for rule in app.url_map.iter_rules()}
    return f"{request.script_root}/logout" if "/logout" in known else ""


def _here() -> str:
    """The path of this page inside the service, to come back to after a switch of language."""
    return request.path if request.method == "GET" else "/"


@blueprint.get("/static/<name>")
@public("style and pictures of the pages; the same for everyone")
def static_asset(name: str) -> Response:
    return assets.answer_asset(name)


@blueprint.post("/language")
@public("sets a cookie with the reader's language; shows nothing")
def set_language() -> BaseResponse:
    chosen = "en" if request.form.get("language") == "en" else "nl"
    response = redirect(request.script_root + local_path(request.form.get("back", "/")), 303)
    response.set_cookie(
        LANGUAGE_COOKIE,
        chosen,
        max_age=_YEAR_IN_SECONDS,
        path="/",  # one choice for all three services
        secure=current_app.extensions["bundel"].settings.base_url.startswith("https://"),
        httponly=True,
        samesite="Lax",
    )
    return response


def local_path(text: str) -> str:
    """`text` when it is a path inside this service, else "/": never a way to another site."""
    parts = urlsplit(text)
    safe = not (parts.scheme or parts.netloc or parts.query or parts.fragment)
    plain = text.startswith("/") and not text.startswith("//") and "\\" not in text
    return text if safe and plain and text.isprintable() else "/"


@blueprint.get("/leave")
@public("forgets what this browser had opened and shows a neutral page: must work without log-in")
def leave() -> Response:
    # A GET without a check of role: the link always works, also when the log-in has run out.
    response = make_response(render_template("leave.html", today=clock.now()))
    response.headers["Clear-Site-Data"] = '"cache"'
    # All sessions end, and the next log-in asks for the password again: Back shows nothing.
    sign_in = getattr(current_app.extensions["bundel"], "sign_in", None)
    if isinstance(sign_in, SignIn):
        sign_in.leave(response)
    if current_session() is not None:
        note(OPENED, "")
    return response


@blueprint.get("/v1/docs")
@public("the API's description is public (NL API Design Rules, publish-openapi)")
def api_docs() -> str:
    return render_template("api.html", document=api_document())
