"""How long the consent service takes over 200 questions in one call."""

from __future__ import annotations

from bundel.bench.callers import Call, CallFailed, Side, in_turns
from bundel.bench.ground import Ground
from bundel.bench.line import Line, quantile, time_line
from bundel.bench.material import to_json_bytes
from shared import clock, ids
from shared.clients.decisions import Question
from shared.clients.facts import SignalFacts, Subject

ITEMS = 200
COORDINATOR = "m.dejong"
PURPOSE = "case_coordination"


def evaluations(ground: Ground, seconds: float) -> Line:
    """p50 of one `evaluations` call; the peer reads the same JSON and gives it back."""
    headers = ground.person_headers(COORDINATOR, "consent")
    body = to_json_bytes(_questions(ground.people[COORDINATOR].subject))
    own = Side(ground.addresses["consent"], lambda: Call("/access/v1/evaluations", headers, body))
    peer = Side(ground.addresses["peer"], lambda: Call("/echo", headers, body))
    mine, theirs = in_turns(own, peer, seconds / 2, least=100)
    if not mine:
        raise CallFailed("no call was answered in time")
    note = f"p99 {quantile(mine, 0.99):.1f} ms; {len(body) // 1000} kB asked"
    return time_line(
        "decision_evaluations_200",
        quantile(mine, 0.5),
        quantile(theirs, 0.5),
        len(mine),
        note,
    )


def _questions(subject: str) -> dict[str, object]:
    return {
        "subject": {
            "type": "actor",
            "id": subject,
            "properties": {
                "role": "coordinator",
                "organisation": "vt-utrecht",
                "agency": "veilig_thuis",
                "region": "utrecht",
                "legalContext": "vt_task",
            },
        },
        "context": {"time": clock.timestamp(clock.now())},
        "evaluations": [_question(number, subject).to_json() for number in range(ITEMS)],
    }


def _question(number: int, subject: str) -> Question:
    """Three sources, several categories, know and view in turn, as a household has them."""
    agency, organisation, category = (
        ("police", "politie-midden-nederland", "incident"),
        ("youth_care", "jeugdhulp-vecht-en-venen", "care"),
        ("veilig_thuis", "vt-utrecht", "report"),
        ("youth_care", "jeugdhulp-vecht-en-venen", "treatment"),
    )[number % 4]
    police = agency == "police"
    facts = SignalFacts(
        source_agency=agency,
        source_organisation=organisation,
        category=category,
        region="utrecht",
        addressed_to="VT",
        wpg_article="8" if police else "none",
        first_processed_days=clock.epoch_days(clock.today()) - number if police else 0,
        case_context="vt_task",
        case_state="active",
        coordinators=frozenset({subject}),
        closed_compartment=False,
        named_actors=frozenset(),
        withheld=False,
        restricted=False,
        conditions=frozenset(),
        minor_involved=number % 3 == 0,
        human_confirmed=True,
        acute=number % 10 == 0,
        subjects=tuple(Subject((ids.new_id(), ids.new_id()), age) for age in (34, 36, 9)),
    )
    action = "view" if number % 2 else "know"
    return Question(action, PURPOSE, "signal", ids.new_id(), facts)
