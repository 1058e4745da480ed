"""I3 and I5: lists agree with asking one by one; a withdrawn consent hides from the next answer."""

from __future__ import annotations

from typing import Any

from tests.signals.world import COORDINATION, ILSE, World, care_signal, ids_of, police_signal

CONSENT = {
    "purpose": "safety_assessment",
    "recipientLegalContext": "vt_task",
    "categories": ["treatment"],
    "givenBy": "self",
    "ageBand": "from16",
    "evidence": "signed_form",
}


def _mention(world: World, signal_id: str) -> str:
    from werkzeug.test import Client

    status = Client(world.transport.applications["signals"]).get(
        f"/signals/v1/signals/{signal_id}/status",
        base_url="http://bundel.test",
        headers={"Authorization": f"Bearer {world.token_of('youthcare-utrecht')}"},
    )
    return str(status.json["persons"][0]["mentionId"])


def test_a_withdrawn_consent_hides_from_the_next_answer(both_worlds: World) -> None:
    world = both_worlds
    world.push("police-utrecht", police_signal("P-1"))
    (signal_id,) = world.push(
        "youthcare-utrecht",
        care_signal(
            "J-1",
            category="treatment",
            persons=[ILSE],
            ties=None,
            statements=[{"kind": "fact", "text": "Zij slikt slaaptabletten."}],
        ),
    )
    case_id = world.assigned()

    def shown() -> tuple[bool, int, str]:
        picture = world.picture(case_id)
        item = next(one for one in picture["timeline"] if one["signalId"] == signal_id)
        return (
            item["mask"] is None,
            world.search("slaaptabletten").json["count"],
            picture["version"],
        )

    closed = shown()
    assert closed[:2] == (False, 0)
    body = {**CONSENT, "mentionId": _mention(world, signal_id)}
    given = world.call("r.visser", "/v1/consents", body, service="consent")
    assert given.status_code == 201, given.get_data(as_text=True)
    opened = shown()
    assert opened[:2] == (True, 1)
    assert opened[2] != closed[2]
    withdrawn = world.call(
        "r.visser",
        f"/v1/consents/{given.json['consentId']}/withdrawals",
        {"reasonCode": "withdrawn_by_person"},
        service="consent",
    )
    assert withdrawn.status_code == 201, withdrawn.get_data(as_text=True)
    assert shown() == closed


def _many(world: World) -> None:
    """Signals of every kind that the rules tell apart, each with the word "voordeur"."""
    told = [{"kind": "fact", "text": "De voordeur stond open."}]
    number = 0
    for category in ("incident", "care", "treatment", "health", "criminal", "assessment"):
        for task in ("VT", "ZVH", "NAZ"):
            number += 1
            world.push(
                "youthcare-utrecht",
                care_signal(f"J-{number}", category=category, addressedTo=task, statements=told),
            )
    for changes in (
        {},
        {"category": "criminal"},
        {"category": "safety_conclusion"},
        {"conditions": ["not_to_zvh"]},
        {"conditions": ["not_to_youth"]},
        {"compartment": "honour"},
        {"police": {"article": "13", "firstProcessed": "2020-01-01"}},
    ):
        number += 1
        changed: dict[str, Any] = {"statements": told, **changes}
        world.push("police-utrecht", police_signal(f"P-{number}", **changed))


def test_list_search_and_picture_agree_for_every_coordinator(world: World) -> None:
    _many(world)
    desks = {"m.dejong": "s.kaya", "t.maas": "l.smit", "j.prins": "d.bakker"}
    seen = {}
    for user, desk in desks.items():
        case_id = world.assigned(user, desk)
        if user == "t.maas":
            for step in ("purpose-tests", "collections"):
                world.call(desk, f"/v1/cases/{case_id}/{step}")
            proposals = world.queue(desk)["proposals"]
            half = sorted({proposal["signalId"] for proposal in proposals})[::2]
            for proposal in proposals:
                if proposal["signalId"] in half:
                    world.call(desk, f"/v1/links/{proposal['id']}/confirmations")
        picture = world.picture(case_id, user, COORDINATION)
        viewed = {item["signalId"]: item for item in picture["timeline"] if item["mask"] is None}
        found, page = [], 1
        while True:
            answer = world.search("voordeur", user, purpose=COORDINATION, page=page).json
            found += [hit["signalId"] for hit in answer["hits"]]
            page += 1
            if page > answer["pages"]:
                break
        # One by one (evaluation of each item) and as a filter: exactly the same signals.
        assert set(found) == set(viewed), user
        assert len(found) == answer["count"] == picture["visibleCount"]
        row = next(
            r for r in world.worklist(user, COORDINATION)["rows"] if r["case"]["id"] == case_id
        )
        listed = int(row["sentence"].split(" signa")[0].split()[-1])
        assert listed == len(ids_of(picture)), user
        seen[user] = (len(viewed), picture["maskedCount"])
    assert seen["m.dejong"][0] > 0 < seen["m.dejong"][1]
    assert seen["t.maas"][0] + seen["t.maas"][1] > 0
    assert seen["j.prins"][1] > 0
    assert len(set(seen.values())) == 3
