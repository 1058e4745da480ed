"""Which purposes a person may choose before a household opens, and what each one means.

The choice is offered here; whether it holds is decided by consent's policy when the household is
opened. Texts are Dutch keys of english.json.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from shared.vocabulary import LegalContext, Purpose


@dataclass(frozen=True)
class Choice:
    """One purpose with what it is for and the ground it relies on."""

    purpose: Purpose
    explanation: str
    ground: str


_ACUTE = "Er is nu gevaar voor iemand en u moet iets doen. Uw keuze wordt altijd nagekeken."

CHOICES: Mapping[LegalContext, tuple[Choice, ...]] = {
    LegalContext.VT_TASK: (
        Choice(
            Purpose.SAFETY_ASSESSMENT,
            "U beoordeelt of er geweld is en of iedereen veilig is.",
            "Wmo 2015 art. 4.1.1 lid 2: taak van Veilig Thuis",
        ),
        Choice(
            Purpose.CASE_COORDINATION,
            "U stemt af wie wat doet in een zaak die al loopt.",
            "Wmo 2015 art. 4.1.1 lid 2: taak van Veilig Thuis",
        ),
        Choice(Purpose.ACUTE_PROTECTION, _ACUTE, "Wmo 2015 art. 4.1.1 en 5.2.6"),
    ),
    LegalContext.ZVH_WGS: (
        Choice(
            Purpose.CASE_COORDINATION,
            "U bereidt een casusoverleg voor of voert er de regie over.",
            "WGS art. 2.26: samenwerkingsverband Zorg- en Veiligheidshuis",
        ),
        Choice(
            Purpose.ACUTE_PROTECTION,
            _ACUTE,
            "WGS art. 2.26: samenwerkingsverband Zorg- en Veiligheidshuis",
        ),
    ),
    LegalContext.YOUTH_COUNCIL: (
        Choice(
            Purpose.CASE_COORDINATION,
            "U regelt jeugdhulp voor een minderjarige in dit gezin.",
            "Jeugdwet art. 2.3 en 2.4: jeugdtaak van de gemeente",
        ),
        Choice(
            Purpose.ACUTE_PROTECTION,
            _ACUTE,
            "Jeugdwet art. 2.3 en 2.4: jeugdtaak van de gemeente",
        ),
    ),
}


def choices(context: LegalContext) -> tuple[Choice, ...]:
    """The purposes of a legal context, the usual one first; empty where there are none."""
    return CHOICES.get(context, ())


def usual(context: LegalContext) -> Purpose | None:
    """The purpose that one click chooses."""
    found = choices(context)
    return found[0].purpose if found else None


def chosen(context: LegalContext, text: str) -> Purpose | None:
    """The purpose named `text` when this context offers it, else None."""
    return next((c.purpose for c in choices(context) if c.purpose.value == text), None)
