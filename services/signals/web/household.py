"""What the household page shows, prepared from the Picture and from nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.signals.picture.model import Attention, Item, Mask, PersonView, Picture, TieView
from services.signals.web.circle import draw_circle
from services.signals.web.timeline import describe, draw_timeline
from shared.web.dates import when
from shared.web.icons import SEVERITY_SHAPES
from shared.web.labels import label, labels
from shared.web.translation import _, ngettext

RECENT_ITEMS = 40  # what is older folds away, so that a page stays light
ADULT = 18
_UNTOLD = ("", "unknown")
# Consent's own words for who can lift a mask, in both languages.
_NOBODY = ("Niemand", "Nobody")
_SMALL_INSIDE = frozenset({"Wie", "De", "Het", "Een", "Whoever", "The", "A"})


@dataclass(frozen=True)
class Entry:
    """A signal in the list. `tells` are the small facts in one line under its words."""

    item: Item
    anchor: str
    shape: str
    tells: tuple[str, ...]


@dataclass(frozen=True)
class Link:
    anchor: str
    text: str


@dataclass(frozen=True)
class Member:
    """A person in the list beside the drawing; `ties` are whole phrases."""

    name: str
    age: int | None
    former: bool
    unconfirmed: bool
    roles: tuple[str, ...]
    ties: tuple[str, ...]
    address_note: str


@dataclass(frozen=True)
class Child:
    name: str
    age: int | None
    latest: Item | None


def household_page(picture: Picture) -> dict[str, object]:
    """The values of household.html."""
    timeline = draw_timeline(picture.timeline, picture.opened_at, picture.last_look)
    entries = [entry_of(item) for item in picture.timeline]
    anchors = {entry.item.signal_id: entry for entry in entries}

    def behind(point: Attention) -> list[Link]:
        found = [anchors[signal] for signal in point.signal_ids if signal in anchors]
        return [Link(entry.anchor, _named(entry.item)) for entry in found[:4]]

    return {
        "picture": picture,
        "timeline": timeline,
        "timeline_description": describe(timeline),
        "legend": _legend(picture.timeline),
        "entries": entries,
        "recent": entries[:RECENT_ITEMS],
        "older": entries[RECENT_ITEMS:],
        "behind": behind,
        "circle": draw_circle(picture.persons, picture.ties),
        "circle_description": _circle_in_words(picture),
        "lifted_by": lifted_by,
        "people": [_member(person, picture) for person in picture.persons],
        "children": _children(picture),
        "alone": _alone(picture),
    }


def entry_of(item: Item) -> Entry:
    """A signal as the list shows it."""
    shape = "masked" if item.mask else SEVERITY_SHAPES.get(item.severity, "incident")
    return Entry(item, f"s-{item.signal_id}", shape, tuple(_tells(item)))


def _tells(item: Item) -> list[str]:
    found = []
    if item.severity not in ("", "acute", "spontaneous_disclosure"):
        found.append(label("severity", item.severity))
    if item.violence_forms:
        found.append(labels("violence", item.violence_forms))
    if item.place not in _UNTOLD:
        found.append(label("place", item.place))
    if item.relays:
        found.append(
            ngettext(
                "één voorval, nog 1 keer doorgegeven",
                "één voorval, nog {n} keer doorgegeven",
                item.relays,
            )
        )
    return found


def lifted_by(mask: Mask) -> str:
    """Who can lift a mask, as a sentence; "" when that is not told."""
    told = mask.lifted_by.rstrip(".")
    if not told:
        return ""
    if told in _NOBODY:
        return _("Niemand kan dit opheffen.")
    first, space, rest = told.partition(" ")
    who = f"{first.lower()}{space}{rest}" if first in _SMALL_INSIDE else told
    return _("Opheffen kan: {who}.", who=who)


def _named(item: Item) -> str:
    return f"{when(item.occurred_from)} {label('agency', item.agency)}".strip()


def _legend(items: Sequence[Item]) -> list[tuple[str, str]]:
    """The meaning of the shapes that are on the drawing."""
    shapes = {"masked" if item.mask else SEVERITY_SHAPES.get(item.severity, "") for item in items}
    words = {
        "acute": _("acuut of spontane onthulling"),
        "structural": _("structureel"),
        "incident": _("incident"),
        "suspicion": _("vermoeden"),
        "masked": _("afgeschermd voor u"),
    }
    return [(shape, text) for shape, text in words.items() if shape in shapes]


def _member(person: PersonView, picture: Picture) -> Member:
    names = {other.id: called(other) for other in picture.persons}
    phrases = [phrase for tie in picture.ties if (phrase := _tie_phrase(tie, person.id, names))]
    return Member(
        name=person.name,
        age=person.age,
        former=person.former,
        unconfirmed=person.unconfirmed,
        roles=person.roles,
        ties=tuple(phrases),
        address_note=person.address_note,
    )


def _tie_phrase(tie: TieView, person_id: str, names: dict[str, str]) -> str:
    """The tie as this person has it: "ouder van Sem", "ex-partner van Ilse, tot 2019"."""
    if person_id == tie.from_id and tie.to_id in names:
        text = _from_phrase(tie.kind, names[tie.to_id])
    elif person_id == tie.to_id and tie.from_id in names:
        text = _to_phrase(tie.kind, names[tie.from_id])
    else:
        return ""
    if tie.until:
        return f"{text}, {_('tot {date}', date=when(tie.until))}"
    if tie.since:
        return f"{text}, {_('sinds {date}', date=when(tie.since))}"
    return text


def _from_phrase(kind: str, name: str) -> str:
    directed = {
        "parent_child": _("ouder van {name}", name=name),
        "step_parent": _("stiefouder van {name}", name=name),
        "grandparent": _("grootouder van {name}", name=name),
    }
    return directed.get(kind) or _mutual(kind, name)


def _to_phrase(kind: str, name: str) -> str:
    directed = {
        "parent_child": _("kind van {name}", name=name),
        "step_parent": _("stiefkind van {name}", name=name),
        "grandparent": _("kleinkind van {name}", name=name),
    }
    return directed.get(kind) or _mutual(kind, name)


def _mutual(kind: str, name: str) -> str:
    words = {
        "partner": _("partner van {name}", name=name),
        "ex_partner": _("ex-partner van {name}", name=name),
        "sibling": _("broer of zus van {name}", name=name),
        "lives_with": _("woont samen met {name}", name=name),
        "family": _("familie van {name}", name=name),
    }
    return words.get(kind) or _("hoort bij {name}", name=name)


def _circle_in_words(picture: Picture) -> str:
    return _(
        "Tekening van de kring: {names}. De lijst hieronder zegt hetzelfde in woorden.",
        names=", ".join(person.name for person in picture.persons),
    )


def called(person: PersonView) -> str:
    """What signals call this person in sentences."""
    return person.called or person.name


def _children(picture: Picture) -> list[Child]:
    """Each child with the youngest visible signal about them."""
    return [
        Child(
            person.name,
            person.age,
            next((item for item in picture.timeline if called(person) in item.about), None),
        )
        for person in picture.persons
        if person.age is not None and person.age < ADULT and not person.former
    ]


def _alone(picture: Picture) -> list[str]:
    """Members of the circle for whom no visible signal names an organisation."""
    return [
        person.name
        for person in picture.persons
        if not person.agencies and not person.former and picture.masked_count == 0
    ]
