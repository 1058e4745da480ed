"""The door for reading: other rooms import from here and from no other module of reading."""

from __future__ import annotations

from services.signals.linking.lineage import (
    HouseholdRecord,
    absorbed_households,
    bundled_signals,
    households_of_signals,
    load_households,
    surviving_households,
)
from services.signals.linking.membership import (
    HouseholdItem,
    PersonRecord,
    TieRecord,
    household_items,
    household_persons,
    household_ties,
    ties_between,
)
from services.signals.linking.standing import (
    CandidateRecord,
    LinkRecord,
    linked_before,
    links_of_signals,
    load_links,
    open_candidates,
    person_mentions,
    sealed_mentions,
    signals_of_entries,
)

__all__ = [
    "CandidateRecord",
    "HouseholdItem",
    "HouseholdRecord",
    "LinkRecord",
    "PersonRecord",
    "TieRecord",
    "absorbed_households",
    "bundled_signals",
    "household_items",
    "household_persons",
    "household_ties",
    "households_of_signals",
    "linked_before",
    "links_of_signals",
    "load_households",
    "load_links",
    "open_candidates",
    "person_mentions",
    "sealed_mentions",
    "signals_of_entries",
    "surviving_households",
    "ties_between",
]
