"""The people of a picture and their ties, from what visible signals tell and from nothing else.

Membership rows know more than a viewer may: a place, a role or an end in them can come from a
signal that the viewer may not know of. So places are derived here anew (I4).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from services.signals.cases.ages import whole_years
from services.signals.intake.records import MentionContent, MentionRecord, Name
from services.signals.linking.circles import Named, PersonTie
from services.signals.linking.places import position_of
from services.signals.linking.reading import TieRecord
from services.signals.picture.decided import PERSONS, KnownItem
from services.signals.picture.model import PersonView, TieView
from services.signals.picture.names import best_name, full_name, leading_surname, short_name
from services.signals.picture.wording import say
from services.signals.picture.words import start_of

ADULT = 18
_SYMMETRICAL = frozenset({"partner", "ex_partner", "sibling", "lives_with", "family", "other"})
_PARTNERS = frozenset({"partner", "ex_partner"})


@dataclass(frozen=True, slots=True)
class Known:
    """A person as the visible signals name them, before a place in the circle is given."""

    id: str
    name: Name | None = field(repr=False)
    age: int | None
    sex: str
    roles: tuple[str, ...]
    unconfirmed: bool
    address_note: str
    agencies: tuple[str, ...]
    signals: int  # how many visible signals name this person

    @property
    def adult(self) -> bool:
        return self.age is None or self.age >= ADULT

    @property
    def surname(self) -> str:
        return leading_surname(self.name) if self.name else ""


def known_persons(
    items: Iterable[KnownItem], contents: Mapping[str, MentionContent], today: date
) -> dict[str, Known]:
    """Persons named in signals whose persons may be seen, by id."""
    told: dict[str, list[tuple[KnownItem, MentionRecord]]] = defaultdict(list)
    unconfirmed: set[str] = set()
    for known in items:
        if not known.shows(PERSONS):
            continue
        mentions = {mention.id: mention for mention in known.item.mentions}
        for link in known.item.links:
            if link.mention_id in mentions:
                told[link.person_id].append((known, mentions[link.mention_id]))
                if not link.confirmed and link.band in ("auto", "review"):
                    unconfirmed.add(link.person_id)
    return {
        person: _person(person, found, contents, today, person in unconfirmed)
        for person, found in told.items()
    }


def _person(
    person: str,
    told: Sequence[tuple[KnownItem, MentionRecord]],
    contents: Mapping[str, MentionContent],
    today: date,
    unconfirmed: bool,
) -> Known:
    own = [contents[mention.id] for _, mention in told]
    births = Counter(mention.birth_date for _, mention in told if mention.birth_date)
    born = min(births, key=lambda text: (-len(text), -births[text], text)) if births else None
    sexes = Counter(mention.sex for _, mention in told if mention.sex not in ("", "unknown"))
    return Known(
        id=person,
        name=best_name(own),
        age=whole_years(born, today),
        sex=min(sexes, key=lambda sex: (-sexes[sex], sex)) if sexes else "unknown",
        roles=tuple(sorted({role for _, mention in told for role in mention.roles})),
        unconfirmed=unconfirmed,
        address_note=say("Adres afgeschermd") if any(c.told_protected for c in own) else "",
        agencies=tuple(sorted({known.item.signal.source_agency for known, _ in told})),
        signals=len({known.item.signal.id for known, _ in told}),
    )


def short_names(persons: Mapping[str, Known]) -> dict[str, str]:
    """What each person is called in a sentence: the given name, in full when two share it."""
    shared = Counter(short_name(known.name) for known in persons.values())
    return {
        person: short_name(known.name)
        if shared[short_name(known.name)] == 1
        else full_name(known.name)
        for person, known in persons.items()
    }


def visible_ties(
    ties: Iterable[TieRecord], items: Iterable[KnownItem], persons: Collection[str]
) -> tuple[TieView, ...]:
    """Ties declared by signals whose persons may be seen. What was told last about a pair holds:
    an ex-partner is not shown as partner beside it."""
    told_at = {
        known.item.signal.id: start_of(known.item.signal.reported_at)
        for known in items
        if known.shows(PERSONS)
    }
    usable = [
        tie
        for tie in ties
        if tie.signal_id in told_at
        and tie.person_from in persons
        and tie.person_to in persons
        and tie.person_from != tie.person_to
    ]
    usable.sort(key=lambda tie: (told_at[tie.signal_id], tie.signal_id, tie.tie_id))
    latest: dict[tuple[str, str, str], TieView] = {}
    for tie in usable:
        source, target = tie.person_from, tie.person_to
        if tie.kind in _SYMMETRICAL and source > target:
            source, target = target, source
        subject = "partners" if tie.kind in _PARTNERS else tie.kind
        before = latest.get((source, target, subject))
        since = tie.since or (before.since if before else "")
        latest[source, target, subject] = TieView(
            from_id=source,
            to_id=target,
            kind=tie.kind,
            since=since,
            until=tie.until or "",
            former=bool(tie.until) or tie.kind == "ex_partner",
        )
    return tuple(sorted(latest.values(), key=lambda tie: (tie.kind, tie.from_id, tie.to_id)))


def person_views(persons: Mapping[str, Known], ties: Collection[TieView]) -> tuple[PersonView, ...]:
    """The persons with their place in the circle: adults first, the oldest first."""
    told = [
        PersonTie(tie.from_id, tie.to_id, tie.kind, tie.since or None, tie.until or None)
        for tie in ties
    ]
    named = [
        Named(mention_id="", person_id=known.id, roles=known.roles, placeholder=known.name is None)
        for known in persons.values()
    ]
    views = []
    called = short_names(persons)
    for person, known in persons.items():
        position = position_of(person, named, told, persons)
        views.append(
            PersonView(
                id=person,
                name=full_name(known.name),
                age=known.age,
                sex=known.sex,
                roles=known.roles,
                household_role=str(position.place),
                former=position.until_date is not None,
                unconfirmed=known.unconfirmed,
                address_note=known.address_note,
                agencies=known.agencies,
                called=called[person],
            )
        )
    adults = {person for person, known in persons.items() if known.adult}

    def order(view: PersonView) -> tuple[bool, int, str, str]:
        return (view.id not in adults, -(view.age or 0), view.name, view.id)

    return tuple(sorted(views, key=order))
