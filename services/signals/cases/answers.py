"""What every operation of these rooms documents beside its own answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flask import request
from flask_smorest import Blueprint

from shared.requests import demand_json

View = TypeVar("View", bound=Callable[..., Any])

_FAULTS = {
    400: "The request has faults; `errors` names each with a JSON pointer.",
    401: "No valid access token for this service.",
    404: "Not there, or not for you to know: one answer for both.",
    503: "Consent or the log does not answer: nothing is shown or changed. See Retry-After.",
}


def room(name: str, description: str) -> Blueprint:
    """A blueprint whose POSTs take application/json only (415)."""
    blueprint = Blueprint(name, name, description=description)

    @blueprint.before_request
    def json_only() -> None:
        if request.method == "POST":
            demand_json()

    return blueprint


def explained(blueprint: Blueprint) -> Callable[[View], View]:
    """Documents the refusals that every operation here can answer with."""

    def describe(view: View) -> View:
        for status, description in _FAULTS.items():
            view = blueprint.alt_response(status, description=description)(view)
        return view

    return describe
