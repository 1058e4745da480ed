"""A signal walks through the rooms whatever is down, and becomes visible only after its receipt."""

from __future__ import annotations

from sqlalchemy import func, select

from services.signals.cases.tables import cases
from services.signals.search.tables import search_documents
from shared.database import writing
from tests.signals.world import World, care_signal, ids_of, police_signal


def _count(world: World, table: object) -> int:
    with world.signals.connect() as connection:
        return int(connection.execute(select(func.count()).select_from(table)).scalar() or 0)


def test_nothing_is_visible_before_the_log_gave_its_receipt(both_worlds: World) -> None:
    world = both_worlds
    (first,) = world.push("police-utrecht", police_signal("P-1"))
    case_id = world.assigned()
    world.transport.down.add("audit")
    answer = world.call("youthcare-utrecht", "/v1/signals", care_signal("J-1"))
    assert answer.status_code == 201  # intake still accepts
    world.work()
    assert _count(world, search_documents) == 2  # one in each context that permits it
    world.transport.down.clear()
    assert ids_of(world.picture(case_id)) == [first]
    _later(world)
    assert len(ids_of(world.picture(case_id))) == 2
    assert _count(world, search_documents) == 5


def _later(world: World) -> None:
    """Postponed work is due."""
    from datetime import timedelta

    from shared import clock

    start = clock.now()
    clock.set_source(lambda: start + timedelta(minutes=6))
    world.work()


def test_linking_waits_for_consent_and_catches_up(world: World) -> None:
    world.transport.down.add("consent")
    assert world.call("police-utrecht", "/v1/signals", police_signal("P-1")).status_code == 201
    world.work()
    assert _count(world, cases) == 0
    world.transport.down.clear()
    _later(world)
    assert _count(world, cases) == 1


def test_following_again_changes_nothing(both_worlds: World) -> None:
    world = both_worlds
    ids = world.push("police-utrecht", police_signal("P-1"), police_signal("P-2"))
    flow = world.apps["signals"].extensions["bundel_workers"]["flow"]
    with world.signals.connect() as connection:
        before = connection.execute(select(cases)).all()
    for _ in range(2):
        with writing(world.signals).begin() as connection:
            flow._following.follow(connection, ids)
    with world.signals.connect() as connection:
        assert connection.execute(select(cases)).all() == before
    assert _count(world, search_documents) == 4


def test_a_withdrawal_takes_its_document_out_of_the_index(both_worlds: World) -> None:
    world = both_worlds
    (first, _) = world.push("police-utrecht", police_signal("P-1"), police_signal("P-2"))
    world.call("police-utrecht", f"/v1/signals/{first}/withdrawals", {"reason": "wrong_persons"})
    world.work()
    with world.signals.connect() as connection:
        live = select(search_documents.c.signal_id).where(search_documents.c.live.is_(True))
        left = set(connection.execute(live).scalars())
    assert first not in left
    assert len(left) == 1


def test_only_a_service_tells_of_changed_grounds(world: World) -> None:
    world.push("police-utrecht", police_signal("P-1"))
    body = {"mentionIds": []}
    assert world.call("m.dejong", "/v1/ground-changes", body).status_code == 404
    token = world.token_of("bundel-consent", "signals")
    from werkzeug.test import Client

    answer = Client(world.transport.applications["signals"]).post(
        "/signals/v1/ground-changes",
        json=body,
        base_url="http://bundel.test",
        headers={"Authorization": f"Bearer {token}"},
    )
    assert (answer.status_code, answer.json) == (202, {"count": 0})


def test_each_case_that_opens_is_in_the_log(world: World) -> None:
    world.push("police-utrecht", police_signal("P-1"))
    (case,) = world.queue()["cases"]
    (entry,) = world.log("case.opened")
    assert entry["caseId"] == case["caseId"]
    assert entry["householdId"] == case["householdId"]


def test_officers_resolve_a_person_to_pseudonyms_in_their_own_region(both_worlds: World) -> None:
    world = both_worlds
    world.push("police-utrecht", police_signal("P-1"), police_signal("P-2"))
    by_name = {"name": "Ilse Brandsma", "birthDate": "1992-04-11"}
    found = world.call("r.visser", "/v1/persons/_resolve", by_name).json
    assert len(found["personIds"]) == 2  # one in each legal context that permits the links
    assert len(found["mentionIds"]) == 2
    for body in ({"bsn": "123456782"}, {"name": "brandsma", "birthDate": "1992-04-11"}):
        assert world.call("f.yilmaz", "/v1/persons/_resolve", body).json == found
    nobody = {"personIds": [], "mentionIds": []}
    for body in ({"bsn": "111222333", "name": "Ilse", "birthDate": "1992-04-11"},
                 {"name": "Ilse Brandsma", "birthDate": "1992-04-12"}):  # fmt: skip
        assert world.call("f.yilmaz", "/v1/persons/_resolve", body).json == nobody
    assert world.call("m.dejong", "/v1/persons/_resolve", by_name).status_code == 404
    assert world.call("f.yilmaz", "/v1/persons/_resolve", {"name": "Ilse"}).status_code == 400
    entries = world.log("person.resolved")
    assert [entry["resultCount"] for entry in entries] == [2, 2, 2, 0, 0]
