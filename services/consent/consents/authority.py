"""Who may consent, by age (rules R18-R20).

Sharing: Wmo 2015 5.3.3(2), Jeugdwet 7.3.11 and 7.3.15(1). Treatment: Jeugdwet 7.3.4(2). Under
twelve those with authority; 12-15 the young person (treatment: the parents as well); from sixteen
the person alone; for somebody who cannot weigh it, the representative. A role in a signal never
strips a parent of authority: passing one over takes a professional's decision with a reason.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.consent.consents.model import Evidence, GivenBy, Reason, Terms
from shared.problems import Fault

TREATMENT = "treatment"
_REASONS_OF_A_PROFESSIONAL = frozenset(
    {Reason.OTHER_PARENT_UNSAFE, Reason.OTHER_PARENT_UNREACHABLE, Reason.CHILD_INTEREST}
)


def with_parental_authority(terms: Terms) -> bool:
    """Everybody with authority agreed, or what the law puts in place of one of them."""
    match terms.given_by:
        case GivenBy.BOTH_PARENTS | GivenBy.GUARDIAN | GivenBy.JUDGE:
            return True
        case GivenBy.PARENT:
            return (
                terms.reason is Reason.SOLE_AUTHORITY
                and terms.evidence is Evidence.AUTHORITY_REGISTER
            )
        case GivenBy.PROFESSIONAL_DECISION:
            return terms.reason in _REASONS_OF_A_PROFESSIONAL
        case _:
            return False


def _by_representative(terms: Terms, band: str) -> bool:
    if not terms.incapable:
        return False
    if band == "from12":
        return with_parental_authority(terms)
    # From sixteen: the appointed representative, or the court.
    return terms.given_by in (GivenBy.GUARDIAN, GivenBy.JUDGE)


def sufficient(band: str, category: str, given: Sequence[Terms]) -> bool:
    """Do these consents of one person, all valid today for this category, suffice at this age?

    `band` is today's: under12, from12 or from16.
    """
    if band == "under12":
        return any(with_parental_authority(terms) for terms in given)
    if any(_by_representative(terms, band) for terms in given):
        return True
    own = any(terms.given_by is GivenBy.SELF and not terms.incapable for terms in given)
    if band == "from12" and category == TREATMENT:
        return own and any(with_parental_authority(terms) for terms in given)
    return own and band in ("from12", "from16")


@dataclass(frozen=True)
class _Demand:
    holds: bool
    fault: Fault


def faults_of(terms: Terms) -> list[Fault]:
    """What makes this consent worthless from the start, at the field that is wrong."""
    given, band = terms.given_by, terms.band
    parents_only_for_treatment = (
        band == "from12" and not terms.incapable and terms.categories != frozenset({TREATMENT})
    )
    demands = (
        _Demand(
            not (band == "under12" and given is GivenBy.SELF),
            Fault("/givenBy", "age", "Under twelve those with authority consent (R18)."),
        ),
        _Demand(
            not (parents_only_for_treatment and given is not GivenBy.SELF),
            Fault(
                "/givenBy",
                "age",
                "From twelve to sixteen the young person consents (R19); the parents add their"
                " consent for the category treatment only.",
            ),
        ),
        _Demand(
            not (band == "from16" and not terms.incapable and given is not GivenBy.SELF),
            Fault("/givenBy", "age", "From sixteen only the person consents (R20)."),
        ),
        _Demand(
            not (terms.incapable and given is GivenBy.SELF),
            Fault("/givenBy", "incapable", "The representative consents for this person (R20)."),
        ),
        _Demand(
            not (band == "from16" and terms.incapable)
            or given in (GivenBy.SELF, GivenBy.GUARDIAN, GivenBy.JUDGE),
            Fault("/givenBy", "incapable", "Name the guardian (mentor, curator) or the court."),
        ),
        _Demand(
            given is not GivenBy.PARENT or with_parental_authority(terms),
            Fault(
                "/reasonCode",
                "one-parent",
                "One parent is enough only with sole authority, shown by the authority register"
                " (reasonCode sole_authority, evidence authority_register). Otherwise record both"
                " parents, the court's decision, or a professional's decision with its reason.",
            ),
        ),
        _Demand(
            given is not GivenBy.PROFESSIONAL_DECISION or with_parental_authority(terms),
            Fault(
                "/reasonCode",
                "reason-needed",
                "A professional who passes over one parent records the reason: other_parent_unsafe,"
                " other_parent_unreachable or child_interest.",
            ),
        ),
        _Demand(
            given is not GivenBy.JUDGE or terms.evidence is Evidence.COURT_ORDER,
            Fault("/evidence", "court-order", "A court's consent is shown by the court order."),
        ),
        _Demand(
            bool(terms.recipient_context or terms.recipient_organisation),
            Fault("/recipientLegalContext", "recipient", "Name a legal context or organisation."),
        ),
        _Demand(
            terms.valid_from <= terms.valid_until,
            Fault("/validUntil", "period", "The last day lies before the first."),
        ),
    )
    return [demand.fault for demand in demands if not demand.holds]
