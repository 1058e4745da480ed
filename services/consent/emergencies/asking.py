"""Whether the rules let somebody open, confirm, end or review a break-glass; and the entries."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from services.consent.decisions.questions import Asked, Asker
from services.consent.decisions.service import DecisionService, Recorded
from services.consent.emergencies.model import Grant
from shared import ids
from shared.authentication.actor import Actor
from shared.clients.audit import DENY, MOST_SUBJECTS, AuditClient, Entry, entry_for
from shared.clients.decisions import subject_of
from shared.problems import NotFound
from shared.vocabulary import Purpose, Role

OPEN, CONFIRM, END, REVIEW = (
    "open_emergency", "confirm_emergency", "end_emergency", "review_emergency",
)  # fmt: skip


@dataclass(frozen=True)
class EmergencyAsking:
    """Raises NotFound after an entry, when the rules say no."""

    decisions: DecisionService
    audit: AuditClient = field(repr=False)

    def permitted(self, actor: Actor, action: str, grants: Sequence[Grant]) -> list[bool]:
        """For each grant whether this person may do it; one call."""
        questions = [self._question(actor, action, grant) for grant in grants]
        return [answer.permitted for answer in self.decisions.evaluate(actor, questions).answers]

    def demand(self, actor: Actor, action: str, grant: Grant | None = None) -> Recorded:
        """The decision on a grant, or on opening a new one."""
        decided = self.decisions.evaluate(actor, [self._question(actor, action, grant)])
        if not decided.answers[0].permitted:
            self.refuse(actor, action, decided)
        return decided

    def refuse(self, actor: Actor, action: str, decided: Recorded) -> None:
        """Writes the entry of a refusal. Raises NotFound always."""
        self.audit.record(
            [
                entry_for(
                    actor, "decision.refused", purpose=purpose_of(actor), decision=DENY,
                    reason=action, decision_id=decided.decision_id,
                    policy_version=decided.policy_version, revision=decided.revision,
                )
            ]
        )  # fmt: skip
        raise NotFound

    def entry(self, actor: Actor, event: str, decided: Recorded, **fields: Any) -> Entry:
        """An entry on the ground of a decision."""
        ground = decided.answers[0].ground
        return entry_for(
            actor, event, purpose=purpose_of(actor), ground=ground.id if ground else "",
            decision_id=decided.decision_id, policy_version=decided.policy_version,
            revision=decided.revision, region=actor.region, **fields,
        )  # fmt: skip

    @staticmethod
    def _question(actor: Actor, action: str, grant: Grant | None) -> Asked:
        subject = subject_of(actor)
        # What does not exist is asked about all the same: of nobody's region (I4).
        given: dict[str, Any] = {
            "region": grant.region if grant else actor.region,
            "organisation": grant.organisation if grant else actor.organisation,
            "openers": [grant.opener] if grant else [actor.subject],
        }
        return Asked(
            asker=Asker(subject["type"], subject["id"], subject["properties"]),
            action=action,
            purpose=purpose_of(actor),
            resource_type="emergencies",
            resource_id=grant.id if grant else ids.new_id(),
            given=given,
        )


def purpose_of(actor: Actor) -> str:
    """Acute protection for who acts in danger, oversight for the privacy officer."""
    officer = actor.role is Role.PRIVACY_OFFICER
    return (Purpose.OVERSIGHT if officer else Purpose.ACUTE_PROTECTION).value


def in_parts(subjects: Collection[str]) -> list[list[str]]:
    """Subjects as entries take them: at most MOST_SUBJECTS each, one part at least."""
    named = list(dict.fromkeys(subjects))
    return [
        named[start : start + MOST_SUBJECTS]
        for start in range(0, max(len(named), 1), MOST_SUBJECTS)
    ]
