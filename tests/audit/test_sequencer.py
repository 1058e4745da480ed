"""The one writer: nothing lost, nothing doubled, nothing signed that was not read back."""

from __future__ import annotations

import base64
import threading
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from services.audit.entries.leaf import read_leaf
from services.audit.log import store
from services.audit.log.check import LogDamaged, check_whole
from services.audit.log.lock import LogBusy
from services.audit.log.note import Signer
from services.audit.log.sequencer import Sequencer
from services.audit.log.tiles import TileTree
from services.audit.log.tree import inclusion_proof, leaf_hash, verify_inclusion
from shared import ids
from shared.clients.audit import Entry, Receipt
from shared.database import writing
from shared.problems import Conflict, Unavailable
from tests.audit.conftest import Log, an_entry


def stored(log: Log) -> list[bytes]:
    with log.engine().connect() as connection:
        return [leaf for _, _, leaf in store.leaves(connection, 0, 10_000)]


def proves(log: Log, receipt: Receipt) -> None:
    """The receipt's leaf stands in the tree that the last checkpoint signed."""
    with log.engine().connect() as connection:
        last = store.last_checkpoint(connection)
        assert last is not None
        checkpoint = log.signer.verifier.open(last.note)
        tree = TileTree(checkpoint.size, store.TileReader(connection))
        proof = inclusion_proof(receipt.index, checkpoint.size, tree.node)
    leaf = base64.b64decode(receipt.leaf_hash)
    verify_inclusion(receipt.index, checkpoint.size, leaf, proof, checkpoint.root)


def test_a_receipt_comes_after_the_entry_is_stored_and_proves_it(log: Log) -> None:
    sequencer = log.sequencer()
    entry = an_entry(subjects=("person-1",))
    (receipt,) = sequencer.append([entry])
    (leaf,) = stored(log)
    assert base64.b64encode(leaf_hash(leaf)).decode() == receipt.leaf_hash
    assert (receipt.index, receipt.tree_size, receipt.entry_id) == (0, 1, entry.entry_id)
    proves(log, receipt)


def test_sixteen_threads_lose_nothing_and_leave_no_gap(log: Log) -> None:
    sequencer = log.sequencer()
    each, receipts, faults = 25, [], []

    def write() -> None:
        try:
            for _ in range(each):
                receipts.extend(sequencer.append([an_entry() for _ in range(2)]))
        except BaseException as error:  # told to the test below
            faults.append(error)

    threads = [threading.Thread(target=write) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not faults
    assert sorted(r.index for r in receipts) == list(range(16 * each * 2))
    ids_stored = [read_leaf(leaf)["entryId"] for leaf in stored(log)]
    assert {r.entry_id: r.index for r in receipts} == {e: n for n, e in enumerate(ids_stored)}
    proves(log, receipts[0])
    proves(log, receipts[-1])


def test_the_same_entry_again_gets_its_old_receipt(log: Log) -> None:
    sequencer = log.sequencer()
    entry = an_entry(subjects=("person-1",))
    (first,) = sequencer.append([entry])
    sequencer.append([an_entry()])
    (again,) = sequencer.append([entry])
    assert (again.index, again.leaf_hash) == (first.index, first.leaf_hash)
    assert len(stored(log)) == 2


def test_another_entry_under_a_used_id_is_refused_and_becomes_an_incident(log: Log) -> None:
    sequencer = log.sequencer()
    entry = an_entry()
    sequencer.append([entry])
    with pytest.raises(Conflict):
        sequencer.append([an_entry(), replace(entry, purpose="case_coordination")])
    bodies = [read_leaf(leaf) for leaf in stored(log)]
    assert [body["event"] for body in bodies] == ["household.opened", "log.conflict"]
    assert bodies[1]["refersTo"] == entry.entry_id
    assert bodies[1]["decision"] == "deny"


def test_one_id_twice_in_a_request_is_refused_unless_it_says_the_same(log: Log) -> None:
    sequencer = log.sequencer()
    entry = an_entry()
    receipts = sequencer.append([entry, entry])
    assert [r.index for r in receipts] == [0, 0]
    other = an_entry()
    with pytest.raises(Conflict):
        sequencer.append([other, replace(other, ground="R09")])


def test_a_second_sequencer_on_the_same_log_does_not_start(log: Log) -> None:
    first = log.sequencer()
    with pytest.raises(LogBusy, match="another process writes"):
        log.sequencer()
    first.append([an_entry()])
    first.close()
    second = log.sequencer()
    assert second.append([an_entry()])[0].index == 1


def test_a_closed_sequencer_takes_nothing_and_has_written_what_it_took(log: Log) -> None:
    sequencer = log.sequencer()
    futures = [sequencer.submit([an_entry()]) for _ in range(50)]
    sequencer.close()
    assert sorted(f.result(0)[0].index for f in futures) == list(range(50))
    with pytest.raises(Unavailable):
        sequencer.append([an_entry()])
    assert len(stored(log)) == 50


def test_an_entry_that_cannot_be_written_does_not_take_its_companions_down(log: Log) -> None:
    sequencer = log.sequencer()
    futures = [
        sequencer.submit([an_entry(reason="free text is refused" if n == 3 else "code")])
        for n in range(8)
    ]
    failures = [n for n, future in enumerate(futures) if future.exception(10) is not None]
    assert failures == [3]
    assert len(stored(log)) == 7


def damage(log: Log, *statements: str) -> None:
    """What somebody with all rights on the database can do: switch the guards off, change rows."""
    engine = log.engine()
    with writing(engine).begin() as connection:
        if log.url.startswith("sqlite"):
            names = connection.execute(text("SELECT name FROM sqlite_master WHERE type='trigger'"))
            for (name,) in names.all():
                connection.execute(text(f"DROP TRIGGER {name}"))
        else:
            for table in ("entries", "tiles", "checkpoints", "entry_index", "entry_subjects"):
                connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
        for statement in statements:
            connection.execute(text(statement))


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        (
            "UPDATE entries SET leaf = (SELECT leaf FROM entries WHERE position = 4) "
            "WHERE position = 3",
            "tile 0 of level 0 .* does not agree",
        ),
        ("DELETE FROM tiles WHERE level = 1", "tile 0 of level 1 is missing"),
        (
            "UPDATE tiles SET hashes = (SELECT hashes FROM tiles WHERE level = 1) "
            "WHERE level = 0 AND position = 1",
            "tile 1 of level 0 holds 1 hashes",
        ),
        ("DELETE FROM checkpoints", "no checkpoint was ever signed"),
        ("UPDATE checkpoints SET size = size - 1", "differs from its signed text"),
        ("UPDATE checkpoints SET note = 'x'", "not this log's"),
        (
            "INSERT INTO tiles SELECT 3, 0, hashes FROM tiles WHERE level = 1",
            "belongs to no entries",
        ),
    ],
)
def test_a_damaged_log_does_not_start_and_says_what_is_wrong(
    log: Log, statement: str, message: str
) -> None:
    sequencer = log.sequencer()
    sequencer.append([an_entry() for _ in range(300)])
    sequencer.close()
    damage(log, statement)
    with pytest.raises(LogDamaged, match=message):
        log.sequencer()


def test_a_lost_last_entry_is_noticed(log: Log) -> None:
    sequencer = log.sequencer()
    sequencer.append([an_entry() for _ in range(3)])
    sequencer.close()
    damage(
        log,
        "DELETE FROM entry_index WHERE position = 2",
        "DELETE FROM entries WHERE position = 2",
    )
    with pytest.raises(LogDamaged, match=r"2 entries are stored, the last checkpoint .* for 3"):
        log.sequencer()


def test_another_key_or_origin_does_not_take_over_a_log(log: Log) -> None:
    sequencer = log.sequencer()
    sequencer.append([an_entry()])
    sequencer.close()
    for signer in (Signer("bundel.test/log", b"x" * 32), Signer("other.test/log", b"l" * 32)):
        with pytest.raises(LogDamaged, match="BUNDEL_LOG_KEY or BUNDEL_LOG_ORIGIN"):
            Sequencer(log.engine(), signer, log.book)


def test_a_hash_that_flips_under_a_running_log_is_never_signed_over(log: Log) -> None:
    sequencer = log.sequencer()
    sequencer.append([an_entry() for _ in range(3)])
    zeros = "zeroblob(96)" if log.url.startswith("sqlite") else "decode(repeat('00', 96), 'hex')"
    damage(log, f"UPDATE tiles SET hashes = {zeros}")  # noqa: S608
    with pytest.raises(Unavailable, match="damaged"):
        sequencer.append([an_entry()])
    assert "rewrite: the first 3 entries do not give the root" in sequencer.damage
    with pytest.raises(Unavailable):
        sequencer.append([an_entry()])
    assert len(stored(log)) == 3


def test_erasing_a_subject_leaves_the_tree_verifying(log: Log) -> None:
    sequencer = log.sequencer()
    (receipt,) = sequencer.append([an_entry(subjects=("person-1", "person-2"))])
    sequencer.close()
    with writing(log.engine()).begin() as connection:
        assert set(log.book.tokens.find(connection, ["person-1"])) == {"person-1"}
        assert log.book.tokens.erase(connection, ["person-1"]) == 1
        assert log.book.tokens.find(connection, ["person-1"]) == {}
        assert set(log.book.tokens.find(connection, ["person-2"])) == {"person-2"}
        check_whole(connection, log.signer.verifier)
    proves(log, receipt)
    log.sequencer().close()


def test_leaves_hold_tokens_and_never_the_subject(log: Log) -> None:
    sequencer = log.sequencer()
    person = ids.new_id()
    sequencer.append([an_entry(subjects=(person,)), an_entry(subjects=(person,))])
    first, second = stored(log)
    assert person.encode() not in first
    assert read_leaf(first)["subjects"] == read_leaf(second)["subjects"]
    assert read_leaf(first)["nonce"] != read_leaf(second)["nonce"]


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_any_mix_of_new_repeated_and_conflicting_requests_keeps_one_entry_an_id(
    sqlite_log: Log, data: st.DataObject
) -> None:
    sequencer = sqlite_log.sequencer()
    try:
        before = len(stored(sqlite_log))
        pool = [an_entry() for _ in range(4)]
        kept: dict[str, Entry] = {}
        conflicts = 0
        for _ in range(data.draw(st.integers(1, 8))):
            chosen = data.draw(st.sampled_from(pool))
            entry = replace(chosen, ground=data.draw(st.sampled_from(["R01", "R08"])))
            expected = kept.get(entry.entry_id, entry) == entry
            try:
                sequencer.append([entry])
                assert expected
                kept[entry.entry_id] = entry
            except Conflict:
                assert not expected
                conflicts += 1
        bodies = [read_leaf(leaf) for leaf in stored(sqlite_log)[before:]]
        found = {b["entryId"]: b["ground"] for b in bodies if b["event"] == "household.opened"}
        assert found == {entry_id: entry.ground for entry_id, entry in kept.items()}
        assert len(bodies) == len(kept) + conflicts
        assert [b["index"] for b in bodies] == list(range(before, before + len(bodies)))
    finally:
        sequencer.close()
