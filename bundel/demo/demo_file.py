"""BUNDEL_HOME/demo.json: what people and scripts need to know. It is written last."""

from __future__ import annotations

import json
from collections.abc import Sequence

from bundel.demo.desk_work import StoryPlace
from bundel.demo.plan import write_private
from bundel.demo.stories import MAIN_STORY
from bundel.demo.townspeople import LOGINS, PASSWORD
from shared.settings import Settings

# client id, agency, the algorithm it signs with
CLIENTS = (
    ("police-utrecht", "police", "PS256"),
    ("youthcare-utrecht", "youth_care", "RS256"),
    ("vt-utrecht", "veilig_thuis", "PS256"),
    ("police-gooi", "police", "PS256"),
    ("vt-gooi", "veilig_thuis", "PS256"),
)


def case_url(settings: Settings, case_id: str) -> str:
    return f"{settings.base_url}/signals/cases/{case_id}"


def write_demo_file(
    settings: Settings, places: Sequence[StoryPlace], log_public_key: str
) -> dict[str, object]:
    """Writes the file (mode 600, whole or not at all) and gives what it says."""
    main = next(place for place in places if place.story.number == MAIN_STORY)
    told: dict[str, object] = {
        "baseUrl": settings.base_url,
        "ready": True,
        "logins": [
            {"user": user, "password": PASSWORD, "role": role, "region": region}
            for user, role, region in LOGINS
        ],
        "clients": [
            {
                "clientId": client,
                "agency": agency,
                "alg": algorithm,
                "keyFile": str(settings.client_key_file(client)),
            }
            for client, agency, algorithm in CLIENTS
        ],
        "household": {"id": main.household_id, "url": case_url(settings, main.case_id)},
        "stories": [
            {
                "id": place.story.id,
                "householdId": place.household_id,
                "url": case_url(settings, place.case_id),
            }
            for place in places
        ],
        "logPublicKey": log_public_key,
    }
    write_private(settings.home / "demo.json", json.dumps(told, indent=2) + "\n")
    return told
