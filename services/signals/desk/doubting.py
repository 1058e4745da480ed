"""A coordinator says that a signal is about somebody else. The desk judges it: a link is changed by
who may see both sides, and a coordinator may see only one of them (I4)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError

from services.signals.desk import objecting
from services.signals.desk.objecting import REASONS, Objection
from services.signals.linking.reading import LinkRecord, links_of_signals
from services.signals.picture.model import Item, Picture
from shared import clock, ids
from shared.authentication.actor import Actor
from shared.clients.audit import AuditClient, entry_for
from shared.database import writing
from shared.problems import Conflict, Fault, InvalidInput, NotFound


class Pictures(Protocol):
    def open(self, actor: Actor, case_id: str, purpose: str) -> Picture:
        """The decided, logged picture."""


@dataclass(frozen=True, slots=True)
class Named:
    """A visible signal that names a person."""

    signal_id: str
    agency: str
    reported_at: str
    occurred_from: str


@dataclass(frozen=True, slots=True)
class PersonDoubt:
    """A person of the picture, and the visible signals that are held to be about them."""

    case_id: str
    number: str
    person_id: str
    name: str = field(repr=False)
    signals: tuple[Named, ...]


@dataclass(frozen=True, slots=True)
class Objected:
    id: str
    case_id: str


class Doubting:
    """Raises NotFound for what this coordinator may not see, Unavailable without consent or log."""

    def __init__(self, engine: Engine, pictures: Pictures, audit: AuditClient) -> None:
        self._engine = engine
        self._pictures = pictures
        self._audit = audit

    def about(self, actor: Actor, case_id: str, person_id: str, purpose: str) -> PersonDoubt:
        """Which of the signals that may be seen are held to be about this person."""
        picture = self._pictures.open(actor, case_id, purpose)
        found = self._links(actor, picture, person_id)
        named = [item for item in _visible(picture) if item.signal_id in found]
        return PersonDoubt(
            case_id=case_id,
            number=picture.case.number,
            person_id=person_id,
            name=next(one.name for one in picture.persons if one.id == person_id),
            signals=tuple(
                Named(item.signal_id, item.agency, item.reported_at, item.occurred_from)
                for item in named
            ),
        )

    def doubt(
        self,
        actor: Actor,
        case_id: str,
        person_id: str,
        signal_id: str,
        purpose: str,
        reason: str,
    ) -> Objected:
        """Puts it to the desk, at the top of its list. Raises Conflict when it lies there already,
        InvalidInput for an unknown reason."""
        if reason not in REASONS:
            raise InvalidInput(
                "Mend every fault named in errors.",
                faults=[Fault("/reason", "unknown-code", f"Use one of {', '.join(REASONS)}.")],
            )
        picture = self._pictures.open(actor, case_id, purpose)
        link = self._links(actor, picture, person_id).get(signal_id)
        if link is None:
            raise NotFound
        objection = Objection(
            id=ids.new_id(),
            mention_id=link.mention_id,
            person_id=person_id,
            case_id=case_id,
            reason=reason,
            made_by=actor.subject,
            made_at=clock.timestamp(clock.now()),
        )
        entry = entry_for(
            actor,
            "link.doubted",
            purpose=purpose,
            ground=picture.ground.rule_id,
            subjects=[person_id],
            signal_ids=[signal_id],
            case_id=case_id,
            household_id=picture.case.household_id,
            region=picture.case.region,
            reason=reason,
        )
        self._audit.record([entry])
        try:
            with writing(self._engine).begin() as connection:
                objecting.object_to(
                    connection, objection, picture.case.region, link.layer, entry.entry_id
                )
        except IntegrityError as error:
            raise Conflict("This was put to the desk before.") from error
        return Objected(objection.id, case_id)

    def _links(self, actor: Actor, picture: Picture, person_id: str) -> dict[str, LinkRecord]:
        """Signal → the link that says so, for a person of the picture. Raises NotFound."""
        if person_id not in {one.id for one in picture.persons}:
            raise NotFound
        visible = [item.signal_id for item in _visible(picture)]
        with self._engine.connect() as connection:
            found = links_of_signals(connection, visible)
        return {
            link.signal_id: link
            for link in found
            if link.person_id == person_id and link.layer == str(actor.legal_context)
        }


def _visible(picture: Picture) -> list[Item]:
    return [item for item in picture.timeline if item.mask is None]
