"""From what an officer knows of a person to the pseudonyms Bundel uses: person and mention ids.

Found by match keys (keyed hashes) within the officer's region, then compared with what the mentions
really say. Nothing else is answered: no name, no household, no signal. Each resolving is an entry.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import Connection, Engine

from services.signals.linking.description import Description, read_date
from services.signals.linking.finding import open_persons, persons_by_keys
from services.signals.linking.keys import Keyer, match_keys
from services.signals.linking.names import PARTICLES, PersonName, fold
from services.signals.linking.reading import person_mentions
from services.signals.protection.vault import Vault
from shared import ids
from shared.authentication.actor import Actor
from shared.clients.audit import DENY, MOST_SUBJECTS, AuditClient, entry_for
from shared.clients.decisions import DecisionClient, Question
from shared.problems import Fault, InvalidInput, NotFound
from shared.vocabulary import Purpose, Role

_PURPOSES = {
    Role.CONSENT_OFFICER: str(Purpose.ADMINISTRATION),
    Role.PRIVACY_OFFICER: str(Purpose.OVERSIGHT),
}
_SEARCHED = "asked"  # stands for the asked description among the mentions


@dataclass(frozen=True, slots=True)
class PersonQuestion:
    """What is known: a BSN, or a name with a birth date (2010-05-17). All that is given counts."""

    name: str = field(default="", repr=False)
    birth_date: str = field(default="", repr=False)
    bsn: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Resolved:
    """Pseudonyms of everyone in the region whom the question fits. Empty: nobody."""

    person_ids: tuple[str, ...]
    mention_ids: tuple[str, ...]


class PersonResolver:
    """Resolves for one officer at a time. Raises InvalidInput for too little to go by, NotFound
    when the actor may not ask, Unavailable when consent or the log do not answer."""

    def __init__(
        self,
        engine: Engine,
        vault: Vault,
        keyer: Keyer,
        decisions: DecisionClient,
        audit: AuditClient,
    ) -> None:
        self._engine = engine
        self._vault = vault
        self._keyer = keyer
        self._decisions = decisions
        self._audit = audit

    def resolve(self, actor: Actor, question: PersonQuestion, purpose: str = "") -> Resolved:
        """`purpose` defaults to the officer's own: oversight, or administration of consents."""
        if not question.bsn and not (question.name and question.birth_date):
            raise InvalidInput(
                "Mend every fault named in errors.",
                faults=[Fault("", "too-little", "Give a bsn, or a name and a birth date.")],
            )
        chosen = purpose or _PURPOSES.get(actor.role, "")
        asked = self._decisions.ask(
            actor, Question("resolve_person", chosen, "persons", ids.new_id())
        )
        with self._engine.connect() as connection, connection.begin():
            # The work is done before the answer is known to be no: both ways alike (I4).
            found = self.find(connection, actor.region, question)
        permitted = asked.permitted
        self._audit.record(
            [
                entry_for(
                    actor,
                    "person.resolved" if permitted else "decision.refused",
                    decision="permit" if permitted else DENY,
                    purpose=chosen,
                    ground=asked.ground.rule_id if asked.ground else "",
                    decision_id=asked.decision_id,
                    policy_version=asked.policy_version,
                    revision=asked.revision,
                    subjects=found.person_ids[:MOST_SUBJECTS] if permitted else (),
                    region=actor.region,
                    result_count=len(found.person_ids) if permitted else None,
                    reason="" if permitted else "person.resolved",
                )
            ]
        )
        if not permitted:
            raise NotFound
        return found

    def find(self, connection: Connection, region: str, question: PersonQuestion) -> Resolved:
        """Who fits, without a decision or an entry: only for who sees to both."""
        asked = _described(question)
        keys = match_keys(asked, region, self._keyer)
        near_in = persons_by_keys(connection, {_SEARCHED: keys}, region, _SEARCHED)
        # Somebody is a person of its own in each layer: the officer's pseudonyms are all of them.
        near = {person for mentions in near_in.values() for person in mentions[_SEARCHED]}
        persons = [
            known.person_id
            for known in open_persons(connection, self._vault, near, ())
            if any(_fits(one, question) for _, one in known.mentions)
        ]
        mentions = person_mentions(connection, persons)
        return Resolved(
            tuple(sorted(persons)),
            tuple(sorted({mention for found in mentions.values() for mention in found})),
        )


def _described(question: PersonQuestion) -> Description:
    return Description(
        names=tuple(_readings(question.name)),
        bsn=question.bsn or None,
        birth_date=read_date(question.birth_date or None),
    )


def _readings(name: str) -> list[PersonName]:
    """A name typed in one field: given name first, or the surname alone."""
    words = name.replace(",", " ").split()
    if not words:
        return []
    start = next((i for i, word in enumerate(words) if fold(word) in PARTICLES), 1)
    whole = PersonName(surname=" ".join(words))
    if len(words) == 1:
        return [whole]
    return [PersonName(given=" ".join(words[:start]), surname=" ".join(words[start:])), whole]


def _fits(one: Description, question: PersonQuestion) -> bool:
    if question.bsn and one.trusted_bsn != question.bsn:
        return False
    if question.birth_date and one.birth_date != read_date(question.birth_date):
        return False
    if not question.name:
        return True
    asked = set(fold(question.name).split()) - PARTICLES
    for name in one.names:
        parts = (name.given, name.surname, name.partner_surname)
        told = {word for part in parts for word in fold(part).split()}
        if asked <= told:
            return True
    return False
