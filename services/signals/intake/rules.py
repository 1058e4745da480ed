"""What the members of a signal mean together, beyond the form.

The rules look at the document as it came and step over parts whose form is wrong: those are named
already, and every other fault must still be named in the same answer.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from stdnum.exceptions import ValidationError as NotABsn
from stdnum.nl import bsn as bsn_rules

from services.signals.intake.partial_dates import read_span
from services.signals.intake.records import ACUTE, Notice
from services.signals.intake.vocabulary import (
    WEIGHED_AS_REPORT,
    Kind,
    ReporterKind,
    ReporterVisibility,
    WpgArticle,
)
from shared.problems import Fault
from shared.vocabulary import Agency

# A fault of these kinds is a legal bar, not a slip: not even an acute signal is kept.
LEGAL_BARS = frozenset({"wpg-article", "advice-with-personal-data"})
CLOSED_ARTICLES = frozenset({WpgArticle.INVESTIGATION, WpgArticle.THEMATIC, WpgArticle.INFORMANTS})
_NAMES_SOMEONE = ("name", "bsn", "birthDate", "addresses", "phones", "emails", "aliases")
_TELLS_SOMETHING = ("statements", "requests", "evidence", "ties")


@dataclass
class Findings:
    """Everything found, to be told at once."""

    faults: list[Fault] = field(default_factory=list)
    warnings: list[Notice] = field(default_factory=list)

    def fault(self, pointer: str, code: str, detail: str) -> None:
        self.faults.append(Fault(pointer, code, detail))

    def warn(self, pointer: str, code: str, detail: str) -> None:
        self.warnings.append(Notice(pointer, code, detail))


def is_bsn(text: str) -> bool:
    """Nine digits that pass the 11-test (Logisch Ontwerp BSN)."""
    if len(text) != 9 or not (text.isascii() and text.isdigit()):
        return False
    try:
        bsn_rules.validate(text)
    except NotABsn:
        return False
    return True


def is_acute(document: dict[str, Any]) -> bool:
    """Acute, or spontaneous disclosure, which counts as acute."""
    severity = document.get("severity")
    return isinstance(severity, str) and severity in ACUTE


def check(document: dict[str, Any], agency: str) -> Findings:
    """All rules over one document of a source of `agency`."""
    found = Findings()
    _check_police(document, agency, found)
    if document.get("kind") == Kind.ADVICE:
        _check_advice(document, found)
    _check_period(document, found)
    _check_persons(document, found)
    _check_references(document, found)
    _check_reporter(document, found)
    informed = _object(document.get("informed"))
    if informed.get("informed") is False and "reason" not in informed:
        found.fault("/informed/reason", "missing", "Say why they were not informed.")
    return found


def _check_police(document: dict[str, Any], agency: str, found: Findings) -> None:
    police = document.get("police")
    if police is None and agency == Agency.POLICE:
        found.fault(
            "/police", "missing", "The police give the Wpg article and the first processing date."
        )
    article = _object(police).get("article")
    if isinstance(article, str) and article in CLOSED_ARTICLES:
        found.fault(
            "/police/article",
            "wpg-article",
            f"Data under Wpg article {article} may not be given to Bundel (Wpg 18, Bpg 4:2 and"
            " 4:3 name articles 8 and 13 only). Nothing was kept. Call the partner instead.",
        )


def _check_advice(document: dict[str, Any], found: Findings) -> None:
    detail = (
        "Advice holds no data about the persons concerned."
        " Leave it out, or enter a report knowingly."
    )
    for number, person in _objects(document.get("persons")):
        for member in _NAMES_SOMEONE:
            if member in person:
                found.fault(f"/persons/{number}/{member}", "advice-with-personal-data", detail)
    for member in _TELLS_SOMETHING:
        if document.get(member):
            found.fault(f"/{member}", "advice-with-personal-data", detail)
    if "reason" in _object(document.get("informed")):
        found.fault("/informed/reason", "advice-with-personal-data", detail)
    weighing = _object(document.get("reporter")).get("weighing")
    if isinstance(weighing, str) and weighing in WEIGHED_AS_REPORT:
        found.fault(
            "/kind",
            "must-be-report",
            "Help was refused or cannot be organised: the meldcode then asks for a report.",
        )


def _check_period(document: dict[str, Any], found: Findings) -> None:
    try:
        start = read_span(str(document.get("occurredFrom")))
        end = read_span(str(document["occurredTo"]))
    except (KeyError, ValueError, OverflowError):
        return
    if not start.may_precede(end):
        found.fault("/occurredTo", "before-start", "The end lies before occurredFrom.")


def _check_persons(document: dict[str, Any], found: Findings) -> None:
    seen: set[str] = set()
    acute = is_acute(document)
    for number, person in _objects(document.get("persons")):
        ref = person.get("ref")
        if isinstance(ref, str):
            if ref in seen:
                found.fault(
                    f"/persons/{number}/ref", "not-unique", "Give each person a ref of their own."
                )
            seen.add(ref)
        number_text = person.get("bsn")
        if not isinstance(number_text, str) or is_bsn(number_text):
            continue
        pointer = f"/persons/{number}/bsn"
        if acute:  # Wmo 2015 art. 5.2.9(8): urgency may set the BSN duties aside
            found.warn(
                pointer, "bsn", "This is no BSN. It is kept, and not used to recognise anyone."
            )
        else:
            found.fault(pointer, "bsn", "This is no BSN: nine digits that pass the 11-test.")


def _check_references(document: dict[str, Any], found: Findings) -> None:
    refs = {
        ref for _, p in _objects(document.get("persons")) if isinstance(ref := p.get("ref"), str)
    }
    wanted = [
        ("statements", number, "by", item) for number, item in _objects_at(document, "statements")
    ]
    for number, item in _objects_at(document, "ties"):
        wanted += [("ties", number, "from", item), ("ties", number, "to", item)]
        if isinstance(item.get("from"), str) and item.get("from") == item.get("to"):
            found.fault(f"/ties/{number}/to", "self-tie", "A tie binds two different persons.")
        since, until = item.get("since"), item.get("until")
        if isinstance(since, str) and isinstance(until, str) and _reversed(since, until):
            found.fault(f"/ties/{number}/until", "before-start", "The tie ends before it begins.")
    for part, number, member, item in wanted:
        ref = item.get(member)
        if isinstance(ref, str) and ref not in refs:
            found.fault(
                f"/{part}/{number}/{member}",
                "unknown-ref",
                "Refer to the ref of a person in persons.",
            )


def _reversed(since: str, until: str) -> bool:
    try:
        return not read_span(since).may_precede(read_span(until))
    except (ValueError, OverflowError):
        return False


def _check_reporter(document: dict[str, Any], found: Findings) -> None:
    reporter = _object(document.get("reporter"))
    if reporter.get("kind") != ReporterKind.PROFESSIONAL:
        return
    anonymous = reporter.get("visibility") == ReporterVisibility.ANONYMOUS
    if anonymous and "safetyReason" not in reporter:
        found.fault(
            "/reporter/safetyReason",
            "missing",
            "A professional is not anonymous, save with a recorded safety reason.",
        )
    for member in ("meldcodeStep", "weighing"):
        if member not in reporter:
            found.fault(
                f"/reporter/{member}",
                "missing",
                "A professional says which step of the meldcode was taken and what it gave.",
            )


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _objects(value: Any) -> Iterator[tuple[int, dict[str, Any]]]:
    items = value if isinstance(value, list) else []
    return ((number, item) for number, item in enumerate(items) if isinstance(item, dict))


def _objects_at(document: dict[str, Any], member: str) -> Iterator[tuple[int, dict[str, Any]]]:
    return _objects(document.get(member))
