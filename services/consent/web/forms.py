"""Forms of the consent pages: from fields to the same body the API takes, faults at their field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from marshmallow import ValidationError
from werkzeug.datastructures import MultiDict

from services.consent.consents.model import Terms
from services.consent.office.reading import read_terms
from services.consent.office.schemas import ConsentBody
from services.consent.web import words
from shared.problems import Fault, InvalidInput
from shared.requests import faults_of

_SCHEMA = ConsentBody()
_TEXTS = (
    "mentionId", "purpose", "recipientLegalContext", "recipientOrganisation", "givenBy",
    "subjectBirthDate", "ageBand", "reasonCode", "evidence", "validFrom", "validUntil",
)  # fmt: skip


@dataclass(frozen=True)
class ConsentForm:
    """What was filled in, and the fault of each field by its name."""

    values: Mapping[str, str]
    categories: tuple[str, ...] = ()
    incapable: bool = False
    faults: Mapping[str, str] = field(default_factory=dict)


def empty_form(mention_id: str = "") -> ConsentForm:
    return ConsentForm({**dict.fromkeys(_TEXTS, ""), "mentionId": mention_id})


def read_form(form: MultiDict[str, str], region: str) -> tuple[ConsentForm, Terms | None]:
    """The form as filled in, and the terms when nothing is wrong with it."""
    values = {name: form.get(name, "").strip() for name in _TEXTS}
    categories = tuple(form.getlist("categories"))
    incapable = form.get("incapable") == "yes"
    body: dict[str, Any] = {name: value for name, value in values.items() if value}
    body |= {"categories": list(categories), "incapable": incapable}
    try:
        loaded = _SCHEMA.load(body)
        terms = read_terms({**loaded, "mentionId": str(loaded["mentionId"])}, region)
    except ValidationError as error:
        return ConsentForm(
            values, categories, incapable, _by_field(faults_of(error.messages))
        ), None
    except InvalidInput as problem:
        return ConsentForm(values, categories, incapable, _by_field(problem.faults)), None
    return ConsentForm(values, categories, incapable), terms


def _by_field(faults: Any) -> dict[str, str]:
    found: dict[str, str] = {}
    for one in faults:
        name = one.pointer.split("/")[1] if "/" in one.pointer else ""
        found.setdefault(name, words.fault(Fault(one.pointer, one.code, one.detail)))
    return found
