"""Tells signals that a ground changed, so that it looks at its links again.

Best effort: no access depends on it, since every answer asks the consents anew; signals also
polls the revision.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field

from shared.clients.audit import OwnTokens
from shared.clients.calling import call
from shared.clients.transport import Transport
from shared.logging import get_logger
from shared.problems import Problem
from shared.settings import Settings

AUDIENCE = "bundel-signals"


@dataclass(frozen=True)
class GroundChanges:
    settings: Settings
    transport: Transport
    tokens: OwnTokens = field(repr=False)

    def tell(self, mention_ids: Sequence[str]) -> bool:
        """False when signals did not hear it."""
        try:
            answer = call(
                self.tokens,
                lambda: self.tokens.own(AUDIENCE),
                lambda authorization: self.transport.send(
                    "POST",
                    f"{self.settings.neighbours['signals']}/v1/ground-changes",
                    {
                        "Authorization": authorization,
                        "Content-Type": "application/json",
                        "Accept": "application/json",
                    },
                    json.dumps({"mentionIds": sorted(set(mention_ids))}).encode(),
                ),
            )
        except Problem as problem:
            get_logger().warning("ground change not delivered", code=problem.code)
            return False
        if answer.status >= 300:
            get_logger().warning("ground change not taken", status=answer.status)
            return False
        return True
