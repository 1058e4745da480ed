"""The persons of one case, with every mention that makes them up: where a wrong link is seen."""

from __future__ import annotations

from collections.abc import Sequence

from services.signals.cases.facts import load_files
from services.signals.cases.model import CLOSED
from services.signals.cases.repository import load_cases
from services.signals.desk.deciding import Decider, known_items
from services.signals.desk.merges import Merge, merges_into
from services.signals.desk.model import CasePersons, MergeView
from services.signals.desk.people import Placing, by_person, person_record, placing
from services.signals.picture.names import best_name, full_name, household_name, leading_surname
from services.signals.protection.vault import Vault
from shared import clock
from shared.authentication.actor import Actor


class CasePeople:
    """Raises NotFound for a case that is not this desk's, Unavailable without consent or log."""

    def __init__(self, decider: Decider, vault: Vault) -> None:
        self._decider = decider
        self._engine = decider.engine
        self._vault = vault

    def persons(self, actor: Actor, case_id: str) -> CasePersons:
        """The persons of a case with each mention that makes them up, and merges to take back."""
        now = clock.now()
        know = self._decider.know(actor)
        with self._engine.connect() as connection, connection.begin():
            found = load_cases(connection, [case_id])
            files = load_files(connection, [c for c in found.values() if c.state != CLOSED])
            held = {
                link.person_id
                for file in files
                for item in known_items(file, know)
                for link in item.links
            }
            merged = merges_into(connection, held)
        permitted = self._decider.permitted(actor, files, know, "case.persons-viewed")[0]
        place = placing(self._vault, [(permitted.case, permitted.known)])
        people = by_person(place)
        records = [person_record(person, found, place) for person, found in people.items()]
        surnames = [
            (leading_surname(name), 1)
            for found in people.values()
            if (name := best_name([place.contents[one.record.id] for one in found]))
        ]
        self._decider.audit.record(
            [
                self._decider.entry(
                    actor,
                    permitted,
                    "case.persons-viewed",
                    subjects=sorted(people),
                    signal_ids=[item.signal.id for item in permitted.known],
                    result_count=len(people),
                )
            ]
        )
        return CasePersons(
            case_id=permitted.case.id,
            number=permitted.case.number,
            name=household_name(surnames, permitted.case.number),
            opened_at=now,
            persons=tuple(sorted(records, key=lambda one: (one.name, one.person_id))),
            merges=tuple(_merge_views(merged, place)),
        )


def _merge_views(merges: Sequence[Merge], place: Placing) -> list[MergeView]:
    """Merges of which every visible trace is here: both sides must be known to be told."""
    found = []
    for merge in merges:
        moved = [place.by_mention[m] for m in merge.mention_ids if m in place.by_mention]
        own = place.of_person(merge.survivor)
        if not moved or not own:
            continue
        births = sorted({one.record.birth_date for one in moved if one.record.birth_date})
        found.append(
            MergeView(
                merge_id=merge.id,
                made_at=merge.made_at,
                name=full_name(best_name([place.contents[one.record.id] for one in moved])),
                birth_date=" / ".join(births),
                into_name=full_name(best_name([place.contents[one.record.id] for one in own])),
                undoable=merge.undoable,
            )
        )
    return found
