"""What an act on links would do and touch, worked out before anything is written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Connection

from services.signals.cases.facts import CaseFile
from services.signals.desk import separating
from services.signals.desk.deciding import Decider, Permitted, known_items, open_files
from services.signals.desk.evidence import differing_bsns
from services.signals.desk.judging import APART, TWO_BSNS
from services.signals.desk.merges import merge_by_id
from services.signals.desk.pairs import signals_of
from services.signals.desk.people import Placing, placing
from services.signals.linking import ledger
from services.signals.linking import reading as linking
from services.signals.protection.vault import Vault
from shared.authentication.actor import Actor
from shared.clients.decisions import Filter
from shared.problems import Conflict, NotFound

MERGED_AGAIN, ALONE = "merged-again", "alone"


@dataclass(frozen=True)
class Undo:
    """One act on links, ready to be foreseen or done. `act` returns the id of a merge, or ""."""

    event: str
    permitted: Permitted
    know: Filter
    signals: frozenset[str]
    subjects: tuple[str, ...]
    act: Callable[[Connection], str]
    obstacle: str
    separation: separating.Separation | None = None
    doubted: tuple[str, ...] = ()
    mentions: tuple[str, ...] = ()  # that go to somebody else: what was objected is answered


class Plans:
    """Each method asks consent about the cases concerned: NotFound when none is this desk's."""

    def __init__(self, decider: Decider, vault: Vault) -> None:
        self._decider = decider
        self._engine = decider.engine
        self._vault = vault

    def split(self, actor: Actor, link_id: str, person_id: str | None) -> Undo:
        event = "link.split"
        know = self._decider.know(actor)
        with self._engine.connect() as connection, connection.begin():
            link = next(iter(linking.load_links(connection, [link_id])), None)
            people = [link.person_id] if link else []
            target = [person_id] if person_id else []
            held = linking.person_mentions(connection, [*people, *target])
            signals = signals_of(connection, {m for found in held.values() for m in found})
            files = open_files(connection, actor, signals)
            stayed = [
                mention
                for person in people
                for mention in held[person]
                if link and mention != link.mention_id
            ]
            separation = separating.about(
                connection,
                separating.SPLIT,
                [link.signal_id] if link else [],
                signals_of(connection, stayed),
                separating.together_since(
                    connection,
                    [link.mention_id] if link else [],
                    people[0] if people else "",
                    link.layer if link else "",
                ),
            )
        own = _with_known(files, know, lambda one: one.link_id == link_id)
        permitted = self._decider.permitted(actor, own, know, event)[0]
        if link is None:
            raise NotFound
        if person_id is not None:
            self._demand_known(actor, files, know, person_id, event)
        place = self._placed(files, know, [link.person_id, *target])
        joined = place.of_person(person_id) if person_id else []

        def act(connection: Connection) -> str:
            if person_id is None and not stayed:
                raise Conflict
            ledger.move_link(connection, link_id, person_id, actor.subject)
            return ""

        return Undo(
            event=event,
            permitted=permitted,
            know=know,
            signals=frozenset(signals),
            subjects=tuple(sorted(held)),
            act=act,
            obstacle=_obstacle(place, [link.mention_id], [one.record.id for one in joined])
            if person_id
            else ALONE,
            separation=separation if stayed else None,
            mentions=(link.mention_id,),
            doubted=tuple(sorted({m for found in held.values() for m in found})) if stayed else (),
        )

    def merge(self, actor: Actor, survivor: str, absorbed: str) -> Undo:
        event = "persons.merged"
        know = self._decider.know(actor)
        with self._engine.connect() as connection, connection.begin():
            held = linking.person_mentions(connection, [survivor, absorbed])
            signals = signals_of(connection, {m for found in held.values() for m in found})
            files = open_files(connection, actor, signals)
        own = _with_known(files, know, lambda one: one.person_id == survivor)
        permitted = self._decider.permitted(actor, own, know, event)[0]
        self._demand_known(actor, files, know, absorbed, event)
        place = self._placed(files, know, [survivor, absorbed])
        return Undo(
            event=event,
            permitted=permitted,
            know=know,
            signals=frozenset(signals),
            subjects=tuple(sorted(held)),
            act=lambda c: ledger.merge_persons(c, survivor, absorbed, actor.subject),
            obstacle=_obstacle(
                place,
                [one.record.id for one in place.of_person(survivor)],
                [one.record.id for one in place.of_person(absorbed)],
            ),
        )

    def unmerge(self, actor: Actor, merge_id: str, *, for_good: bool) -> Undo:
        event = "persons.unmerged"
        know = self._decider.know(actor)
        with self._engine.connect() as connection, connection.begin():
            merge = merge_by_id(connection, merge_id)
            survivor = [merge.survivor] if merge else []
            held = linking.person_mentions(connection, survivor)
            everyone = {m for found in held.values() for m in found}
            back = everyone & set(merge.mention_ids) if merge else set()
            signals = signals_of(connection, everyone)
            files = open_files(connection, actor, signals)
            separation = separating.about(
                connection,
                separating.UNMERGE,
                signals_of(connection, back),
                signals_of(connection, everyone - back),
                merge.made_at if merge else "",
            )
        own = _with_known(files, know, lambda one: one.mention_id in back)
        permitted = self._decider.permitted(actor, own, know, event)[0]
        if merge is None:
            raise NotFound

        def act(connection: Connection) -> str:
            ledger.unmerge(connection, merge_id, actor.subject, for_good=for_good)
            return ""

        return Undo(
            event=event,
            permitted=permitted,
            know=know,
            signals=frozenset(signals),
            subjects=tuple(sorted({merge.survivor, merge.absorbed})),
            act=act,
            obstacle=MERGED_AGAIN,
            separation=separation,
            doubted=tuple(sorted(everyone)),
            mentions=tuple(sorted(back)),
        )

    def _demand_known(
        self, actor: Actor, files: list[CaseFile], know: Filter, person_id: str, event: str
    ) -> None:
        """The other person too lies in a case of this desk, in a signal it may know of."""
        theirs = _with_known(files, know, lambda one: one.person_id == person_id)
        self._decider.permitted(actor, theirs, know, event)

    def _placed(self, files: list[CaseFile], know: Filter, persons: list[str]) -> Placing:
        known = [(file.case, known_items(file, know)) for file in files]
        return placing(self._vault, known, persons)


def _with_known(
    files: list[CaseFile], know: Filter, fits: Callable[[linking.HouseholdItem], bool]
) -> list[CaseFile]:
    return [
        file
        for file in files
        if any(fits(link) for item in known_items(file, know) for link in item.links)
    ]


def _obstacle(place: Placing, one: list[str], other: list[str]) -> str:
    sides = [place.sides([place.by_mention[m] for m in side]) for side in (one, other)]
    return TWO_BSNS if differing_bsns(sides) else APART
