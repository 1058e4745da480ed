"""What people do once the signals are in: desks name, test, confirm and assign; the consent officer
records and withdraws. All of it through the public API, each step once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bundel.demo.plan import Progress
from bundel.demo.problems import DemonstrationFailed
from bundel.demo.stories.model import Assignment, ConsentGiven, Context, Story
from bundel.demo.townspeople import Townspeople

CONSENT_OFFICER = "r.visser"
CONSENT_PURPOSES = ("case_coordination", "safety_assessment", "acute_protection")
# Of the quiet households the desk leaves every third in its queue: a desk has work to do.
_LEFT_IN_QUEUE = 3
_QUIET_DESKS = (
    Assignment("s.kaya", "m.dejong", Context.VT),
    Assignment("n.peters", "k.bos", Context.VT, "gooi-en-vechtstreek"),
    Assignment("d.bakker", "j.prins", Context.YOUTH),
)


@dataclass(frozen=True)
class QueuedCase:
    """A case as the desk's queue lists it."""

    case_id: str
    household_id: str
    name: str
    region: str
    context: str
    state: str
    coordinator: str
    closed_compartment: bool

    @staticmethod
    def read(row: Mapping[str, Any]) -> QueuedCase:
        return QueuedCase(
            case_id=str(row["caseId"]),
            household_id=str(row["householdId"]),
            name=str(row.get("name", "")),
            region=str(row.get("region", "")),
            context=str(row.get("legalContext", "")),
            state=str(row.get("state", "")),
            coordinator=str(row.get("coordinatorName") or ""),
            closed_compartment=bool(row.get("closedCompartment")),
        )


@dataclass(frozen=True)
class StoryPlace:
    """Where a story can be opened: its first case, and its households (one for each legal context
    and region in which it has a case; that of the first case first)."""

    story: Story
    household_ids: tuple[str, ...]
    case_id: str

    @property
    def household_id(self) -> str:
        return self.household_ids[0]

    @property
    def step(self) -> tuple[str, str]:
        """How it is kept among the steps that were done."""
        return f"place:{self.story.id}", " ".join((self.case_id, *self.household_ids))

    @staticmethod
    def of(story: Story, progress: Progress) -> StoryPlace:
        case_id, *household_ids = progress.result(f"place:{story.id}").split()
        return StoryPlace(story, tuple(household_ids), case_id)


@dataclass
class DeskWork:
    """`mentions`: (source reference, ref) -> mention id, as the source systems were told."""

    people: Townspeople
    progress: Progress
    mentions: Mapping[tuple[str, str], str]
    _queues: dict[str, list[QueuedCase]] = field(default_factory=dict)

    def settle(self, story: Story) -> StoryPlace:
        """Does for a story what its desks and its consent officer do."""
        places = [self._assign(story, assignment) for assignment in story.assignments]
        for number, consent in enumerate(story.consents):
            self._consent(story, number, consent)
        return StoryPlace(story, tuple(place.household_id for place in places), places[0].case_id)

    def settle_quiet(self, known: frozenset[str]) -> None:
        """Assigns most of the other households. `known`: household ids of the stories."""
        for desk in _QUIET_DESKS:
            waiting = [
                case
                for case in self.queue(desk.desk)
                if case.household_id not in known
                and case.context == desk.context
                and not case.coordinator
                and case.state != "closed"
            ]
            for place, case in enumerate(sorted(waiting, key=lambda case: case.case_id)):
                if f"left:{case.case_id}" in self.progress:
                    continue
                if place % _LEFT_IN_QUEUE == 0:
                    self.progress.add([(f"left:{case.case_id}", "")])
                    continue
                self._give(desk, case)

    def queue(self, desk: str) -> list[QueuedCase]:
        """The desk's queue, asked once."""
        if desk not in self._queues:
            body = self.people[desk].post("signals", "cases/_queue", {}, what="asking the queue")
            self._queues[desk] = [QueuedCase.read(row) for row in body["cases"]]
        return self._queues[desk]

    def _case_of(self, story: Story, assignment: Assignment) -> QueuedCase:
        surname = assignment.surname or story.household
        found = [
            case
            for case in self.queue(assignment.desk)
            # A closed compartment shows the desk no name either; there is one in the demonstration.
            if (case.closed_compartment if story.named_actors else surname in case.name)
            and case.context == assignment.context
            and case.region == assignment.region
        ]
        if not found:
            raise DemonstrationFailed(
                f"{assignment.desk} does not find {surname!r} under {assignment.context}"
                f" in the queue ({len(self.queue(assignment.desk))} cases)."
            )
        return found[0]

    def _assign(self, story: Story, assignment: Assignment) -> QueuedCase:
        case = self._case_of(story, assignment)
        step = f"story:{story.id}:{assignment.context}:{assignment.region}"
        if step in self.progress:
            return case
        if story.named_actors:
            self._name(assignment, case, story)
        if assignment.context is Context.ZVH:
            self._collect(assignment, case)
        self._give(assignment, case)
        self.progress.add([(step, case.case_id)])
        return case

    def _name(self, assignment: Assignment, case: QueuedCase, story: Story) -> None:
        self.people[assignment.desk].post(
            "signals",
            f"cases/{case.case_id}/named-actors",
            {"add": [self.people[user].subject for user in story.named_actors], "remove": []},
            what=f"naming who may know of {story.id}",
        )

    def _collect(self, assignment: Assignment, case: QueuedCase) -> None:
        """The order of WGS 2.31: purpose test, collection; then a human confirms each link."""
        desk = self.people[assignment.desk]
        path = f"cases/{case.case_id}"
        if case.state == "registered":
            desk.post("signals", f"{path}/purpose-tests", {}, what="recording the purpose test")
        if case.state != "collecting":
            desk.post("signals", f"{path}/collections", {}, what="beginning to collect")
        queue = desk.post("signals", "cases/_queue", {}, what="asking the queue")
        for proposal in queue["proposals"]:
            if proposal["caseId"] == case.case_id and proposal["kind"] == "link":
                desk.post(
                    "signals",
                    f"links/{proposal['id']}/confirmations",
                    {},
                    what="confirming a link",
                )

    def _give(self, assignment: Assignment, case: QueuedCase) -> None:
        coordinator = self.people[assignment.coordinator]
        self.people[assignment.desk].post(
            "signals",
            f"cases/{case.case_id}/assignments",
            {"subject": coordinator.subject, "name": coordinator.name, "kind": "coordinator"},
            what=f"giving a case to {assignment.coordinator}",
        )

    def _consent(self, story: Story, number: int, consent: ConsentGiven) -> None:
        officer = self.people[CONSENT_OFFICER]
        for reference in consent.references:
            step = f"consent:{story.id}:{number}:{reference}"
            if step in self.progress:
                continue
            standing = self._standing(self.mentions[reference, consent.ref])
            for purpose in CONSENT_PURPOSES:
                # What a run that was broken off recorded is taken up, not recorded again.
                consent_id, state = standing.get((purpose, str(consent.recipient)), ("", ""))
                if not consent_id:
                    given = officer.post(
                        "consent",
                        "consents",
                        self._terms(consent, reference, purpose),
                        what=f"recording a consent in {story.id}",
                    )
                    consent_id, state = str(given["consentId"]), str(given["state"])
                if consent.withdrawn and state != "withdrawn":
                    officer.post(
                        "consent",
                        f"consents/{consent_id}/withdrawals",
                        {"reasonCode": "withdrawn_by_person"},
                        what=f"withdrawing a consent in {story.id}",
                    )
            self.progress.add([(step, "")])

    def _standing(self, mention_id: str) -> dict[tuple[str, str], tuple[str, str]]:
        """(purpose, recipient) -> (id, state) of the consents about this mention."""
        found = self.people[CONSENT_OFFICER].post(
            "consent", "consents/_search", {"mentionIds": [mention_id]}, what="reading consents"
        )
        return {
            (str(one["purpose"]), str(one.get("recipientLegalContext", ""))): (
                str(one["consentId"]),
                str(one["state"]),
            )
            for one in found["items"]
        }

    def _terms(self, consent: ConsentGiven, reference: str, purpose: str) -> dict[str, object]:
        return {
            "mentionId": self.mentions[reference, consent.ref],
            "purpose": purpose,
            "recipientLegalContext": str(consent.recipient),
            "categories": list(consent.categories),
            "givenBy": consent.given_by,
            "subjectBirthDate": consent.birth_date.isoformat(),
            "evidence": consent.evidence,
        }
