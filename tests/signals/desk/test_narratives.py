"""A text with a protected address is withheld until the desk has taken it out (I8)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.signals.intake.redacting import MARK, only_leaves_out
from tests.signals.world import ILSE, RUBEN, World, police_signal

PLACE = {"street": "Geheimlaan", "houseNumber": 7, "postcode": "3581ZZ", "city": "Utrecht"}
SECRET = "Zij zit nu op Geheimlaan 7 bij haar zus."
OPEN = "Er was ruzie in de keuken."


def _withheld(world: World) -> tuple[str, str]:
    """A signal whose text holds the protected address; its id and its case."""
    persons = [{**ILSE, "addresses": [{**PLACE, "kind": "shelter"}]}, RUBEN]
    world.push("police-utrecht", police_signal("P-1", persons=persons))
    told = [{"kind": "fact", "text": OPEN}, {"kind": "statement", "text": SECRET}]
    (signal_id,) = world.push("police-utrecht", police_signal("P-2", statements=told))
    return signal_id, world.assigned()


def test_the_desk_takes_it_out_and_the_rest_is_read_and_found(both_worlds: World) -> None:
    world = both_worlds
    signal_id, case_id = _withheld(world)
    (listed,) = world.call("s.kaya", "/v1/narratives/_search").json["signals"]
    assert listed["signalId"] == signal_id
    assert "withheld" not in str(world.call("s.kaya", "/v1/narratives/_search").json)
    path = f"/v1/signals/{signal_id}/narrative"
    parts = {one["place"]: one for one in world.call("s.kaya", f"{path}/_view").json["parts"]}
    said = [parts[f"statements/{number}"] for number in (0, 1)]
    assert [(one["text"], one["holds"]) for one in said] == [(OPEN, False), (SECRET, True)]
    assert world.search("keuken").json["count"] == 0
    redacted = SECRET.replace("op Geheimlaan 7", MARK)

    def release(text: str, place: str = "statements/1") -> tuple[int, str]:
        body = {"texts": [{"place": place, "text": text}]}
        answer = world.call("s.kaya", f"{path}/redactions", body)
        return answer.status_code, str((answer.json.get("errors") or [{}])[0].get("code"))

    assert release(SECRET) == (400, "still-there")
    assert release("Zij is veilig.") == (400, "only-leave-out")
    assert release(redacted, "statements/7") == (400, "only-leave-out")
    assert world.log("narrative.redacted") == []
    assert release(redacted)[0] == 201
    item = next(one for one in world.picture(case_id)["timeline"] if one["signalId"] == signal_id)
    assert item["mask"] is None
    assert [one["text"] for one in item["statements"]] == [OPEN, redacted]
    assert world.search("keuken").json["count"] == 1
    assert world.search("geheimlaan").json["count"] == 0
    world.work()
    assert world.search("geheimlaan").json["count"] == 0
    assert world.call("s.kaya", "/v1/narratives/_search").json["signals"] == []
    assert world.call("s.kaya", f"{path}/_view").status_code == 404
    events = [entry["event"] for entry in world.log("narrative.opened", "narrative.redacted")]
    assert events == ["narrative.opened", "narrative.redacted"]


def test_a_new_version_is_judged_anew_and_old_redactions_do_not_cover_it(world: World) -> None:
    signal_id, case_id = _withheld(world)
    path = f"/v1/signals/{signal_id}/narrative/redactions"
    text = SECRET.replace("op Geheimlaan 7", MARK)
    body = {"texts": [{"place": "statements/1", "text": text}]}
    assert world.call("s.kaya", path, body).status_code == 201
    from werkzeug.test import Client

    told = [{"kind": "fact", "text": "Nog steeds Geheimlaan 7."}]
    answer = Client(world.transport.applications["signals"]).put(
        f"/signals/v1/signals/{signal_id}",
        json=police_signal("P-2", statements=told),
        base_url="http://bundel.test",
        headers={
            "Authorization": f"Bearer {world.token_of('police-utrecht')}", "If-Match": '"1"',
        },
    )  # fmt: skip
    assert answer.status_code == 200
    world.work()
    item = next(one for one in world.picture(case_id)["timeline"] if one["signalId"] == signal_id)
    assert item["mask"] is not None
    assert "Geheimlaan" not in str(world.picture(case_id))


@pytest.mark.parametrize("who", ["l.smit", "n.peters", "m.dejong"])
def test_nobody_but_the_desk_of_the_case_reads_it(world: World, who: str) -> None:
    signal_id, _ = _withheld(world)
    answer = world.call(who, f"/v1/signals/{signal_id}/narrative/_view")
    assert answer.status_code == 404
    assert "Geheimlaan" not in answer.get_data(as_text=True)


def test_a_text_that_is_not_withheld_is_not_for_the_desk(world: World) -> None:
    (signal_id,) = world.push("police-utrecht", police_signal("P-1"))
    assert world.call("s.kaya", f"/v1/signals/{signal_id}/narrative/_view").status_code == 404


@given(st.text(alphabet="ab …[]\n", max_size=30), st.data())
def test_leaving_parts_out_is_always_taken_and_anything_added_never(
    text: str, data: st.DataObject
) -> None:
    text = text.strip()
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    assert only_leaves_out(text, text[:start] + MARK + text[end:])
    assert only_leaves_out(text, MARK)
    assert not only_leaves_out(text, text + "x")
    assert not only_leaves_out(text, f"x{MARK}")
