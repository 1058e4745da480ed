"""The worker that ends grants when their time is over, also when the clock was set back."""

from __future__ import annotations

from dataclasses import dataclass, field

from services.consent.emergencies.service import EmergencyOffice
from shared import clock
from shared.authentication.actor import Actor
from shared.vocabulary import Agency, LegalContext, Role

_SECONDS = 1.0
_SELF = Actor(
    subject="bundel-consent",
    client="bundel-consent",
    role=Role.SERVICE,
    organisation="bundel",
    agency=Agency.BUNDEL,
    region="none",
    legal_context=LegalContext.NONE,
)


@dataclass
class Closing:
    """Looks once a second: every grant that nobody confirmed in time, or whose day is over."""

    office: EmergencyOffice
    _looked: float = field(default=0.0, init=False)

    def run_once(self) -> int:
        """How many were ended."""
        now = clock.monotonic()
        if now - self._looked < _SECONDS:
            return 0
        self._looked = now
        return self.office.close_over(_SELF)
