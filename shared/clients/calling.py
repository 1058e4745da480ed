"""Calls a neighbour with an access token; one that the neighbour refuses is replaced once.

Clocks differ and are set: a token that seems fresh here may be over there, or not begun.
"""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Protocol

from shared.clients.transport import Answer


class Forgetting(Protocol):
    """The part of shared.clients.tokens.TokenSource that is needed here."""

    def forget(self, token: str) -> None: ...


def call(tokens: Forgetting, get_token: Callable[[], str], send: Callable[[str], Answer]) -> Answer:
    """The answer to `send(authorization header)`; after a 401 that to one more try with a token
    that is asked anew. Raises what `get_token` and `send` raise."""
    token = get_token()
    answer = send(f"Bearer {token}")
    if answer.status != HTTPStatus.UNAUTHORIZED:
        return answer
    tokens.forget(token)
    return send(f"Bearer {get_token()}")
