"""One looker per person for all stories."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.stories.looking import Looker
from tests.town import InTown


@pytest.fixture(scope="session")
def looker(town: InTown) -> Callable[[str], Looker]:
    """`looker("m.dejong")`: the same looker each time."""
    known: dict[str, Looker] = {}

    def of(user: str) -> Looker:
        if user not in known:
            known[user] = Looker(town, user)
        return known[user]

    return of
