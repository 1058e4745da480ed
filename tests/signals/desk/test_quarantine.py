"""An acute message that was not understood: seen by its own desk, opened, mended or sent back."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select
from werkzeug.test import Client

from services.signals.intake.tables import quarantine
from tests.signals.world import ILSE, RUBEN, World, police_signal

PLACE = {"street": "Geheimlaan", "houseNumber": 7, "postcode": "3581ZZ", "city": "Utrecht"}


def hold(world: World, **changes: Any) -> dict[str, Any]:
    """An acute police signal with a place that does not exist; the answer."""
    body = police_signal("Q-1", **{"severity": "acute", "place": "nowhere", **changes})
    answer = world.call("police-utrecht", "/v1/signals", body)
    assert answer.status_code == 202, answer.get_data(as_text=True)
    found: dict[str, Any] = answer.json
    return found


def held_by(world: World, desk: str = "s.kaya") -> list[dict[str, Any]]:
    answer = world.call(desk, "/v1/quarantine/_search")
    assert answer.status_code == 200, answer.get_data(as_text=True)
    found: list[dict[str, Any]] = answer.json["items"]
    return found


def state_of(world: World, signal_id: str) -> dict[str, Any]:
    answer = Client(world.transport.applications["signals"]).get(
        f"/signals/v1/signals/{signal_id}/status",
        base_url="http://bundel.test",
        headers={"Authorization": f"Bearer {world.token_of('police-utrecht')}"},
    )
    found: dict[str, Any] = answer.json
    return found


@pytest.mark.parametrize(
    ("addressed_to", "desks"),
    [("VT", {"s.kaya"}), ("ZVH", {"l.smit"}), ("nobody", {"s.kaya", "l.smit", "d.bakker"})],
)
def test_only_the_addressed_desk_sees_it_unless_that_cannot_be_read(
    world: World, addressed_to: str, desks: set[str]
) -> None:
    hold(world, addressedTo=addressed_to)
    with world.signals.connect() as connection:
        held_id = connection.execute(select(quarantine.c.id)).scalar_one()
    for desk in ("s.kaya", "l.smit", "d.bakker", "n.peters"):
        listed = [one["id"] for one in held_by(world, desk)]
        opened = world.call(desk, f"/v1/quarantine/{held_id}/_view").status_code
        assert (listed, opened) == (([held_id], 200) if desk in desks else ([], 404)), desk
    assert len(world.log("quarantine.opened")) == len(desks)


def test_the_body_is_shown_after_an_entry_with_protected_addresses_masked(world: World) -> None:
    persons = [{**ILSE, "addresses": [{**PLACE, "kind": "shelter"}]}, RUBEN]
    hold(world, persons=persons)
    (held,) = held_by(world)
    path = f"/v1/quarantine/{held['id']}/_view"
    world.transport.down.add("audit")
    assert world.call("s.kaya", path).status_code == 503
    world.transport.down.clear()
    answer = world.call("s.kaya", path)
    leaves = {one["pointer"]: one for one in answer.json["leaves"]}
    assert leaves["/place"]["value"] == "nowhere"
    assert leaves["/persons/0/addresses/0/street"] == {
        "pointer": "/persons/0/addresses/0/street", "value": "", "masked": True,
    }  # fmt: skip
    assert "Geheimlaan" not in answer.get_data(as_text=True)
    assert "shelter" not in answer.get_data(as_text=True)
    (entry,) = world.log("quarantine.opened")
    assert entry["signalIds"] == [held["signalId"]]


def test_mended_it_goes_on_as_a_signal_with_its_protected_address(world: World) -> None:
    persons = [{**ILSE, "addresses": [{**PLACE, "kind": "shelter"}]}, RUBEN]
    signal_id = hold(world, persons=persons, unheard="of")["signalId"]
    (held,) = held_by(world)
    path = f"/v1/quarantine/{held['id']}/corrections"
    half = world.call("s.kaya", path, {"changes": [{"pointer": "/place", "value": "home"}]})
    assert half.status_code == 400
    assert [one["code"] for one in half.json["errors"]] == ["unknown-member"]
    astray = world.call("s.kaya", path, {"changes": [{"pointer": "/a/b", "value": "home"}]})
    assert astray.json["errors"][0]["code"] == "no-such-place"
    body = {"changes": [{"pointer": "/place", "value": "home"}], "dropUnknown": True}
    assert world.call("s.kaya", path, body).status_code == 201
    world.work()
    told = state_of(world, signal_id)
    assert (told["state"], told["version"]) == ("linked", 1)
    assert [one["code"] for one in told["warnings"]] == ["mended-at-desk"]
    assert held_by(world) == []
    case_id = world.assigned()
    picture = world.picture(case_id)
    notes = {person["name"]: person["addressNote"] for person in picture["persons"]}
    assert notes["Ilse Brandsma"] == "Adres afgeschermd"
    assert world.call("s.kaya", path, body).status_code == 404
    (entry,) = world.log("quarantine.mended")
    assert entry["actor"]["role"] == "desk"


def test_sent_back_its_source_is_told_and_it_stays_in_sight(world: World) -> None:
    signal_id = hold(world)["signalId"]
    (held,) = held_by(world)
    path = f"/v1/quarantine/{held['id']}/returns"
    assert world.call("s.kaya", path, {"reason": "angry"}).status_code == 400
    assert world.call("s.kaya", path, {"reason": "misses-too-much"}).status_code == 201
    assert world.call("s.kaya", path, {"reason": "misses-too-much"}).status_code == 409
    assert state_of(world, signal_id)["state"] == "returned"
    (still,) = held_by(world)
    assert still["returnedAt"]
    mended = police_signal("Q-1", severity="acute")
    token = world.token_of("police-utrecht")
    answer = Client(world.transport.applications["signals"]).put(
        f"/signals/v1/signals/{signal_id}",
        json=mended,
        base_url="http://bundel.test",
        headers={"Authorization": f"Bearer {token}", "If-Match": '"0"'},
    )
    assert answer.status_code == 200, answer.get_data(as_text=True)
    assert held_by(world) == []
