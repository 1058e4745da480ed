"""From a request body to terms: age on the day itself, defaults, every fault at once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from services.consent.consents.authority import faults_of
from services.consent.consents.model import Evidence, GivenBy, Reason, Terms
from shared import clock
from shared.clients.facts import band_of
from shared.problems import Fault, InvalidInput

_OLDEST = 130


def age_on(birth: date, today: date) -> int:
    """Whole years; a birthday counts from its morning, 29 February on 1 March."""
    return today.year - birth.year - ((today.month, today.day) < (birth.month, birth.day))


def read_terms(body: Mapping[str, Any], region: str) -> Terms:
    """`body` passed the schema. Raises InvalidInput with what the law does not allow."""
    today = clock.today()
    faults: list[Fault] = []
    band = _band(body, today, faults)
    valid_from = body.get("validFrom") or today
    valid_until = body.get("validUntil") or _a_year_after(valid_from)
    if valid_until < today:
        faults.append(Fault("/validUntil", "past", "The last day is over."))
    terms = Terms(
        mention_id=body["mentionId"].lower(),
        region=region,
        purpose=body["purpose"],
        recipient_context=body.get("recipientLegalContext") or "",
        recipient_organisation=body.get("recipientOrganisation") or "",
        categories=frozenset(body["categories"]),
        given_by=GivenBy(body["givenBy"]),
        incapable=bool(body.get("incapable")),
        band=band,
        reason=Reason(body.get("reasonCode") or ""),
        evidence=Evidence(body["evidence"]),
        valid_from=valid_from,
        valid_until=valid_until,
    )
    faults.extend(faults_of(terms))
    if faults:
        raise InvalidInput("Mend every fault named in errors and record it again.", faults=faults)
    return terms


def _band(body: Mapping[str, Any], today: date, faults: list[Fault]) -> str:
    birth, band = body.get("subjectBirthDate"), body.get("ageBand")
    if birth is None and not band:
        faults.append(
            Fault("/ageBand", "required", "Give the birth date or the age band of the person.")
        )
        return "unknown"
    if birth is None:
        return str(band)
    age = age_on(birth, today)
    if not 0 <= age <= _OLDEST:
        faults.append(Fault("/subjectBirthDate", "impossible", "This birth date cannot be right."))
        return "unknown"
    if band and band != band_of(age):
        faults.append(Fault("/ageBand", "contradiction", "The birth date gives another band."))
    return band_of(age)


def _a_year_after(day: date) -> date:
    try:
        return day.replace(year=day.year + 1)
    except ValueError:  # 29 February
        return day.replace(year=day.year + 1, day=28)
