"""Which mentions a desk may weigh against each other: those of signals it may know of.

A doubted pair may reach beyond the desk's own cases, into a household that has no case of its
legal context yet. Its signals are then asked about as if it had one: what that desk could never
know of (a closed compartment, a condition of the source) is no side of a pair either (I4).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from sqlalchemy import Connection

from services.signals.cases import repository
from services.signals.cases.facts import CaseFile, load_files
from services.signals.cases.model import FIRST_PHASE, SIGHT_ON_SAFETY, CaseRecord, first_state
from services.signals.intake.reading import load_mentions_by_id
from services.signals.linking.reading import households_of_signals
from shared.clients.decisions import Filter
from shared.vocabulary import LegalContext


def files_around(
    connection: Connection, mention_ids: Collection[str], region: str, context: LegalContext
) -> list[CaseFile]:
    """What a desk of `context` would find in every household that bundles these mentions."""
    records = load_mentions_by_id(connection, mention_ids)
    found = households_of_signals(connection, {one.signal_id for one in records.values()})
    households = sorted({household for homes in found.values() for household in homes})
    named = repository.named_actors(connection, households)
    cases = [
        CaseRecord(
            id=household,  # no case: only its signals are asked about
            number="",
            household_id=household,
            region=region,
            legal_context=context,
            state=first_state(context),
            phase=FIRST_PHASE,
            opened_at="",
            closed_at="",
            sight_on_safety=SIGHT_ON_SAFETY.get(context, ""),
            named_actors=named.get(household, ()),
        )
        for household in households
    ]
    return load_files(connection, cases)


def mentions_known(files: Iterable[CaseFile], know: Filter) -> frozenset[str]:
    """Mentions by which signals that may be known lie in these files."""
    return frozenset(
        link.mention_id
        for file in files
        for item in file.items
        if know.matches(item.facts) is not None
        for link in item.links
    )
