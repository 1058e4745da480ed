"""What is kept, how it comes back, and that nobody can change or read it."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from services.signals.delivery.tables import outbox
from services.signals.intake import batch, queue
from services.signals.intake.answers import Answered
from services.signals.intake.changes import Changes
from services.signals.intake.reading import (
    load_mentions,
    load_mentions_by_id,
    load_signals,
    load_ties,
    open_contents,
    open_mentions,
)
from services.signals.intake.records import Name
from services.signals.intake.sealing import quarantine_aad
from services.signals.intake.status import held_in, status_by_id
from services.signals.intake.tables import quarantine, signal_versions, signals
from services.signals.protection.vault import Sealed
from shared.database import writing
from shared.problems import Conflict, InvalidInput, PreconditionFailed, Unavailable
from shared.settings import Settings
from tests.signals.intake.conftest import POLICE, Desk
from tests.signals.intake.documents import person, signal, to_bytes

SECRET = {"kind": "secret", "street": "Geheimlaan", "houseNumber": 7, "postcode": "3581ZZ"}


def push(room: Desk, document: dict[str, Any]) -> str:
    return str(room.intake.deliver(POLICE, to_bytes(document)).to_json()["signalId"])


def count(room: Desk, table: Any) -> int:
    with room.engine.connect() as connection:
        return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


def test_a_signal_comes_back_as_it_was_told(room: Desk) -> None:
    document = signal(
        relayedFrom={"sourceSystem": "vt-utrecht", "sourceReference": "VT-1"},
        conditions=["not_to_zvh"],
        evidence=[{"kind": "photo", "reference": "Foto 3"}],
        occurredTo="2026-03-04",
    )
    identity = push(room, document)
    with room.engine.connect() as connection:
        record = load_signals(connection, [identity])[identity]
        mentions = load_mentions(connection, [identity])
        ties = load_ties(connection, [identity])
    assert (record.version, record.state, record.region) == (1, "accepted", "utrecht")
    assert record.occurred_from == document["occurredFrom"]
    assert record.occurred_to == "2026-03-04"
    assert record.reported_at == document["reportedAt"]
    assert record.violence_forms == ("verbal", "physical")
    assert record.relayed_from is not None
    assert record.relayed_from.source_reference == "VT-1"
    assert record.conditions == ("not_to_zvh",)
    assert (record.wpg_article, record.first_processed) == ("8", "2026-03-03")
    assert record.first_processed_days == 20515
    assert (record.informed, record.kindcheck, record.minor_involved) == ("no", "yes", True)
    assert not record.withheld
    content = open_contents(room.vault, [record])[identity]
    assert [s.text for s in content.statements] == [s["text"] for s in document["statements"]]
    assert content.statements[1].by == "p1"
    assert content.informed_reason == document["informed"]["reason"]
    assert content.evidence[0].reference == "Foto 3"
    assert content.reporter.kind == "agency"
    opened = open_mentions(room.vault, mentions)
    first = opened[mentions[0].id]
    assert first.name == Name(given="Sanne", particle="van", surname="Voorbeeld")
    assert first.addresses[0].postcode == "3511AB"
    assert [m.bsn_state for m in mentions] == ["none"] * 3
    by_ref = {m.ref: m.id for m in mentions}
    assert {(t.from_mention, t.to_mention, t.kind) for t in ties} == {
        (by_ref["p1"], by_ref["p2"], "partner"),
        (by_ref["p1"], by_ref["p3"], "parent_child"),
    }


def test_a_correction_adds_a_version_and_keeps_the_mentions_that_stay(room: Desk) -> None:
    identity = push(room, signal())
    with room.engine.connect() as connection:
        before = {m.ref: m.id for m in load_mentions(connection, [identity])}
    changed = signal(place="street")
    changed["persons"][1]["name"]["given"] = "Eric"
    answer = Changes(room.intake).correct(POLICE, identity, 1, to_bytes(changed))
    with room.engine.connect() as connection:
        record = load_signals(connection, [identity])[identity]
        after = {m.ref: m.id for m in load_mentions(connection, [identity])}
        ever = load_mentions(connection, [identity], every_version=True)
        assert len(load_ties(connection, [identity])) == 2
        waiting = queue.take_pending(connection)
        assert set(load_mentions_by_id(connection, before.values())) == set(before.values())
    assert (record.version, record.place) == (2, "street")
    assert after["p1"] == before["p1"]
    assert after["p3"] == before["p3"]
    assert after["p2"] != before["p2"]
    assert len(ever) == 4
    assert {p["ref"]: p["mentionId"] for p in answer.to_json()["persons"]} == after
    assert [(w.signal_id, w.version) for w in waiting] == [(identity, 2)]
    names = open_mentions(room.vault, ever)
    assert {n.name.given for n in names.values() if n.name} == {"Sanne", "Erik", "Eric"}


def test_a_withdrawal_leaves_a_version_that_says_nothing(room: Desk) -> None:
    identity = push(room, signal())
    Changes(room.intake).withdraw(POLICE, identity, "wrong_persons")
    with room.engine.connect() as connection:
        record = load_signals(connection, [identity])[identity]
        assert load_mentions(connection, [identity]) == []
        assert len(load_mentions(connection, [identity], every_version=True)) == 3
        assert load_ties(connection, [identity]) == []
    assert (record.version, record.withdrawn, record.sealed) == (2, True, None)
    assert open_contents(room.vault, [record]) == {}
    assert count(room, signal_versions) == 2


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE signal_versions SET severity = 'suspicion'",
        "DELETE FROM signal_versions",
        "UPDATE mentions SET birth_date = NULL",
        "DELETE FROM mentions",
        "UPDATE declared_ties SET kind = 'other'",
        "DELETE FROM version_mentions",
        "DELETE FROM declared_ties",
    ],
)
def test_the_database_itself_refuses_to_change_what_was_told(room: Desk, statement: str) -> None:
    push(room, signal())
    with pytest.raises(DBAPIError, match="append-only"), writing(room.engine).begin() as connection:
        connection.execute(text(statement))


def test_replacing_a_row_does_not_pass_by_the_guard(sqlite_room: Desk) -> None:
    push(sqlite_room, signal())
    with (
        pytest.raises(DBAPIError, match="append-only"),
        writing(sqlite_room.engine).begin() as connection,
    ):
        connection.execute(text("INSERT OR REPLACE INTO mentions SELECT * FROM mentions"))


def test_deliveries_at_the_same_moment_make_one_signal_with_one_answer(room: Desk) -> None:
    raw = to_bytes(signal())
    answers: list[Answered] = []
    gate = threading.Barrier(6)

    def deliver() -> None:
        gate.wait()
        answers.append(room.intake.deliver(POLICE, raw))

    threads = [threading.Thread(target=deliver) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({answer.body for answer in answers}) == 1
    assert sorted(answer.status for answer in answers) == [200] * 5 + [201]
    assert count(room, signals) == count(room, signal_versions) == count(room, outbox) == 1


def test_other_bytes_at_the_same_moment_lose_with_a_conflict(room: Desk) -> None:
    outcomes: list[int] = []
    gate = threading.Barrier(4)

    def deliver(place: str) -> None:
        gate.wait()
        try:
            outcomes.append(room.intake.deliver(POLICE, to_bytes(signal(place=place))).status)
        except Conflict:
            outcomes.append(409)

    places = ("home", "street", "work", "school")
    threads = [threading.Thread(target=deliver, args=(place,)) for place in places]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == [201, 409, 409, 409]
    assert count(room, signals) == 1


def test_of_two_corrections_of_one_version_one_wins(room: Desk) -> None:
    identity = push(room, signal())
    outcomes: list[int] = []
    gate = threading.Barrier(2)

    def correct(place: str) -> None:
        gate.wait()
        try:
            answer = Changes(room.intake).correct(
                POLICE, identity, 1, to_bytes(signal(place=place))
            )
            outcomes.append(answer.status)
        except PreconditionFailed:
            outcomes.append(412)

    threads = [threading.Thread(target=correct, args=(place,)) for place in ("work", "street")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == [200, 412]
    assert count(room, signal_versions) == 2


def test_the_entry_is_written_with_the_signal_or_neither_is(
    room: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def dies(*_: Any) -> None:
        raise Killed

    with monkeypatch.context() as broken:
        broken.setattr(batch, "mind_addresses", dies)
        with pytest.raises(Killed):
            push(room, signal())
    assert count(room, signals) == count(room, signal_versions) == count(room, outbox) == 0
    identity = push(room, signal())
    with room.engine.connect() as connection:
        row = connection.execute(select(outbox)).one()
    assert row.id == row.payload["entryId"]
    assert row.payload["event"] == "signal.accepted"
    assert row.payload["signalIds"] == [identity]
    assert row.payload["purpose"] == "intake"
    assert "Sanne" not in str(row.payload)


def test_an_acute_signal_with_a_fault_is_kept_whole_and_mended_later(room: Desk) -> None:
    bad = signal(severity="acute", place="nowhere")
    answer = room.intake.deliver(POLICE, to_bytes(bad))
    assert (answer.status, answer.version) == (202, 0)
    told = answer.to_json()
    assert (told["state"], told["warnings"][0]["pointer"]) == ("quarantined", "/place")
    assert room.intake.deliver(POLICE, to_bytes(bad)).body == answer.body
    identity = told["signalId"]
    with room.engine.connect() as connection:
        assert load_signals(connection, [identity]) == {}
        assert queue.take_pending(connection) == []
        assert held_in(connection, "gooi-en-vechtstreek") == (0, [])
        number, items = held_in(connection, "utrecht")
        row = connection.execute(select(quarantine)).one()
    assert (number, items[0].signal_id, items[0].severity) == (1, identity, "acute")
    sealed = Sealed(row.key_id, row.blob)
    assert room.vault.open_many([(sealed, quarantine_aad(row.id))]) == [to_bytes(bad)]
    mended = to_bytes(signal(severity="acute"))
    with pytest.raises(Conflict, match='If-Match: "0"'):
        room.intake.deliver(POLICE, mended)
    fixed = Changes(room.intake).correct(POLICE, identity, 0, mended)
    assert (fixed.status, fixed.version) == (200, 1)
    with room.engine.connect() as connection:
        assert load_signals(connection, [identity])[identity].acute
        assert held_in(connection, "utrecht") == (0, [])
        assert status_by_id(connection, POLICE.subject, identity).state == "received"


def test_an_acute_correction_with_a_fault_leaves_what_was_understood(room: Desk) -> None:
    identity = push(room, signal())
    bad = to_bytes(signal(severity="acute", place="nowhere"))
    answer = Changes(room.intake).correct(POLICE, identity, 1, bad)
    assert (answer.status, answer.version) == (202, 1)
    again = Changes(room.intake).correct(POLICE, identity, 1, bad)
    assert again.body == answer.body
    with room.engine.connect() as connection:
        assert load_signals(connection, [identity])[identity].place == "home"
        assert status_by_id(connection, POLICE.subject, identity).state == "quarantined"
        assert held_in(connection, "utrecht")[0] == 1


def test_advice_leaves_nothing_but_a_count(room: Desk) -> None:
    advice = signal(
        kind="advice", statements=None, persons=None, ties=None, requests=None, informed=None
    )
    answer = room.intake.deliver(POLICE, to_bytes(advice))
    assert (answer.status, answer.to_json()["state"]) == (201, "counted")
    assert room.intake.deliver(POLICE, to_bytes(advice)).body == answer.body
    assert count(room, signals) == 1
    assert count(room, signal_versions) == count(room, quarantine) == 0
    identity = answer.to_json()["signalId"]
    with pytest.raises(Conflict, match="entered again"):
        Changes(room.intake).correct(POLICE, identity, 0, to_bytes(signal()))
    with room.engine.connect() as connection:
        assert status_by_id(connection, POLICE.subject, identity).state == "counted"


def test_a_database_that_does_not_answer_accepts_nothing(sqlite_room: Desk) -> None:
    with writing(sqlite_room.keys).begin() as connection:
        connection.execute(text("ALTER TABLE data_keys RENAME TO elsewhere"))
    with pytest.raises(Unavailable):
        push(sqlite_room, signal())
    assert count(sqlite_room, signals) == 0


def test_the_states_a_source_sees_follow_linking(room: Desk) -> None:
    identity = push(room, signal())

    def state() -> str:
        with room.engine.connect() as connection:
            return status_by_id(connection, POLICE.subject, identity).state

    assert state() == "received"
    with writing(room.engine).begin() as connection:
        queue.postpone(connection, queue.take_pending(connection)[0], "consent-unavailable")
        assert queue.take_pending(connection) == []
    assert state() == "waiting"
    with writing(room.engine).begin() as connection:
        queue.mark_all_done(connection, [(identity, 1, "")])
    assert state() == "linked"


def test_a_source_does_not_learn_whether_somebody_alike_was_known(room: Desk) -> None:
    identity = push(room, signal())

    def state() -> str:
        with room.engine.connect() as connection:
            return status_by_id(connection, POLICE.subject, identity).state

    with writing(room.engine).begin() as connection:
        assert queue.ask_again(connection, [identity]) == 1
    assert state() == "received"
    with writing(room.engine).begin() as connection:
        queue.mark_all_done(connection, [(identity, 1, "review")])
    assert state() == "linked"
    # Another's consent or address makes Bundel look again: nor does the source hear of that.
    with writing(room.engine).begin() as connection:
        assert queue.ask_again(connection, [identity]) == 1
        (waiting,) = queue.take_pending(connection)
    assert state() == "linked"
    with writing(room.engine).begin() as connection:
        queue.postpone(connection, waiting, "consent-unavailable")
    assert state() == "linked"


def test_no_file_of_the_database_holds_anything_readable(
    sqlite_room: Desk, settings: Settings
) -> None:
    words = {
        "name": {"given": "Zwaantje", "surname": "Kwakkelstein"},
        "bsn": "999990019",
        "addresses": [
            {"kind": "residence", "street": "Onvindbaarsteeg", "houseNumber": 4711,
             "postcode": "3512QX", "city": "Nergenshuizen"},
            SECRET,
        ],
        "phones": ["0699887766"],
        "emails": ["zwaantje@voorbeeld.invalid"],
    }  # fmt: skip
    document = signal(
        persons=[person("p1", **words)],
        ties=None,
        statements=[{"kind": "fact", "text": "Stofzuigerslang tegen haar schouder."}],
        reporter={"kind": "private", "visibility": "shielded", "name": "Buurvrouw Trijntje"},
        informed={"informed": False, "reason": "Onveiligheidsinschatting."},
    )
    identity = push(sqlite_room, document)
    bad = {**document, "sourceReference": "bad", "severity": "acute", "place": "nowhere"}
    room_answer = sqlite_room.intake.deliver(POLICE, to_bytes(bad))
    assert room_answer.status == 202
    Changes(sqlite_room.intake).withdraw(POLICE, identity, "duplicate")
    everything = b"".join(
        path.read_bytes() for path in Path(settings.home).rglob("*") if path.is_file()
    )
    assert b"signal.accepted" in everything
    for secret in (
        "Zwaantje", "Kwakkelstein", "999990019", "Onvindbaarsteeg", "3512QX", "Nergenshuizen",
        "0699887766", "zwaantje@", "Stofzuigerslang", "Trijntje", "inschatting", "Geheimlaan",
        "3581ZZ",
    ):  # fmt: skip
        assert secret.encode() not in everything, secret


def test_a_protected_address_is_kept_nowhere_and_its_narrative_is_withheld(room: Desk) -> None:
    document = signal(
        persons=[person("p1", addresses=[SECRET, {**SECRET, "kind": "residence"}])],
        ties=None,
        statements=[{"kind": "fact", "text": "Zij verblijft nu aan de Geheimlaan 7."}],
    )
    identity = push(room, document)
    with room.engine.connect() as connection:
        record = load_signals(connection, [identity])[identity]
        mention = load_mentions(connection, [identity])[0]
    assert record.withheld
    content = open_mentions(room.vault, [mention])[mention.id]
    assert content.addresses == ()
    assert content.protected_address
    cleaned = {**document, "statements": [{"kind": "fact", "text": "Zij is in veiligheid."}]}
    Changes(room.intake).correct(POLICE, identity, 1, to_bytes(cleaned))
    with room.engine.connect() as connection:
        assert not load_signals(connection, [identity])[identity].withheld


def test_a_flag_that_comes_later_withholds_what_was_told_before(room: Desk) -> None:
    told = push(
        room,
        signal(
            sourceReference="r1",
            persons=[person("p1")],
            ties=None,
            statements=[{"kind": "statement", "text": "Ze zit op de Geheimlaan 7, zegt hij."}],
        ),
    )
    lives = push(
        room,
        signal(
            sourceReference="r2",
            persons=[person("p1", addresses=[{**SECRET, "kind": "residence"}])],
            ties=None,
            statements=None,
        ),
    )
    other = push(room, signal(sourceReference="r3"))
    with writing(room.engine).begin() as connection:
        for waiting in queue.take_pending(connection):
            queue.mark_all_done(connection, [(waiting.signal_id, waiting.version, "")])
        mention = load_mentions(connection, [lives])[0]
    assert open_mentions(room.vault, [mention])[mention.id].addresses
    flagging = push(
        room,
        signal(
            sourceReference="r4",
            persons=[person("p1", addresses=[{**SECRET, "kind": "shelter"}])],
            ties=None,
            statements=None,
        ),
    )
    with room.engine.connect() as connection:
        records = load_signals(connection, [told, lives, other, flagging])
        mention = load_mentions(connection, [lives])[0]
        again = {waiting.signal_id for waiting in queue.take_pending(connection)}
    assert {i for i, record in records.items() if record.withheld} == {told}
    assert mention.addresses_withheld
    assert open_mentions(room.vault, [mention])[mention.id].addresses == ()
    assert again == {told, lives, flagging}


@pytest.mark.parametrize("known_of_it", [("postcode",), ("street",)], ids=str)
def test_a_later_flag_finds_an_address_that_was_told_with_other_parts(
    room: Desk, known_of_it: tuple[str, ...]
) -> None:
    lives = push(
        room,
        signal(
            sourceReference="r1",
            persons=[person("p1", addresses=[{**SECRET, "kind": "residence"}])],
            ties=None,
            statements=None,
        ),
    )
    flagged = {name: SECRET[name] for name in ("houseNumber", *known_of_it)}
    push(
        room,
        signal(
            sourceReference="r2",
            persons=[person("p1", addresses=[{**flagged, "kind": "shelter"}])],
            ties=None,
            statements=None,
        ),
    )
    with room.engine.connect() as connection:
        (mention,) = load_mentions(connection, [lives])
    assert open_mentions(room.vault, [mention])[mention.id].addresses == ()


@pytest.mark.parametrize(
    "changes",
    [
        {"reporter": {"kind": "private", "visibility": "open", "name": "Loket Geheimlaan 7"}},
        {"reporter": {"kind": "private", "visibility": "open", "profession": "Geheimlaan 7"}},
        {"originIncident": "Geheimlaan 7"},
        {"persons": [person("p1", name={"given": "An", "surname": "Geheimlaan 7"})]},
    ],
    ids=["reporter", "profession", "incident", "name"],
)
def test_a_protected_address_is_looked_for_in_every_text_that_is_shown(
    room: Desk, changes: dict[str, Any]
) -> None:
    base: dict[str, Any] = {"persons": [person("p1")], "ties": None, "statements": None}
    shelter = {**base, "persons": [person("p1", addresses=[{**SECRET, "kind": "shelter"}])]}
    push(room, signal(sourceReference="r1", **shelter))
    told = push(room, signal(sourceReference="r2", **{**base, **changes}))
    with room.engine.connect() as connection:
        assert load_signals(connection, [told])[told].withheld


def test_what_is_flagged_already_is_withheld_at_the_door(room: Desk) -> None:
    push(
        room,
        signal(
            sourceReference="r1",
            persons=[person("p1", addresses=[SECRET])],
            ties=None,
            statements=None,
        ),
    )
    later = push(
        room,
        signal(
            sourceReference="r2",
            persons=[person("p1", addresses=[{**SECRET, "kind": "postal"}])],
            ties=None,
            statements=[{"kind": "fact", "text": "Post gaat naar 3581 zz."}],
        ),
    )
    with room.engine.connect() as connection:
        assert load_signals(connection, [later])[later].withheld
        mention = load_mentions(connection, [later])[0]
    content = open_mentions(room.vault, [mention])[mention.id]
    assert (content.addresses, content.protected_address) == ((), True)


def test_a_bad_bsn_of_an_acute_signal_is_kept_and_marked(room: Desk) -> None:
    persons = [
        person("p1", bsn="123456789"),
        person("p2", bsn="999990019"),
        person("p3", bsn="999990019", bsnDisputed=True),
    ]
    identity = push(room, signal(persons=persons, severity="acute", ties=None))
    with room.engine.connect() as connection:
        mentions = load_mentions(connection, [identity])
    assert [m.bsn_state for m in mentions] == ["invalid", "ok", "disputed"]
    assert open_mentions(room.vault, mentions)[mentions[0].id].bsn == "123456789"


def test_a_fault_names_no_value(room: Desk) -> None:
    with pytest.raises(InvalidInput) as caught:
        push(room, signal(place="Kwakkelstein", severity="Kwakkelstein", reportedAt="Kwakkelstein"))
    assert "Kwakkelstein" not in str([caught.value.body(), caught.value.faults])
