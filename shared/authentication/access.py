"""Who may call a route, declared beside it: without a declaration it answers nothing (I2)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import g

from shared.authentication.actor import Actor
from shared.vocabulary import Role

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True)
class Access:
    """`roles` empty means public, which needs a reason. `decision` names what is asked of policy,
    or says why the role alone decides."""

    roles: frozenset[Role]
    decision: str
    page: bool = False  # a browser page: session cookie and log-in instead of a bearer token
    reason: str = ""

    @property
    def public(self) -> bool:
        return not self.roles


def access(*roles: Role, decision: str, page: bool = False) -> Callable[[View], View]:
    """Declares who may call a route and which decision is asked before it answers."""
    if not roles or not decision:
        raise ValueError("A route names its roles and its decision; use public() for the rest.")

    def declare(view: View) -> View:
        view.__access__ = Access(frozenset(roles), decision, page)  # type: ignore[attr-defined]
        return view

    return declare


def public(reason: str) -> Callable[[View], View]:
    """Declares a route that anyone may call. The reason is read by reviewers and by a test."""

    def declare(view: View) -> View:
        view.__access__ = Access(frozenset(), "none", reason=reason)  # type: ignore[attr-defined]
        return view

    return declare


def declared_access(view: Callable[..., Any] | None) -> Access | None:
    """The declaration of a view function, or None when it has none."""
    found = getattr(view, "__access__", None)
    return found if isinstance(found, Access) else None


def current_actor() -> Actor:
    """The authenticated caller of this request. Raises RuntimeError on a public route."""
    actor = g.get("actor")
    if not isinstance(actor, Actor):
        raise RuntimeError("This route is public: it has no actor.")
    return actor
