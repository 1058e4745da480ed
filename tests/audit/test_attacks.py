"""Somebody with all rights on the database changes what was written: refused, or found and named.

With the guards switched off, with every tile computed anew, and with the stolen key as well. Each
attack is met at the start, under a running service, in an export, or by the witness.
"""

from __future__ import annotations

import base64
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from bundel.cli import bundel
from services.audit.exports.verifier import verify_export
from services.audit.exports.writer import write_export
from services.audit.log import store
from services.audit.log.check import LogDamaged
from services.audit.log.reader import LogReader, NoSuchEntry
from services.audit.log.rows import add_rows
from services.audit.log.tiles import RightEdge, TileTree
from services.audit.log.tree import leaf_hash
from shared.clients.audit import Receipt
from shared.database import writing
from shared.problems import Unavailable
from tests.audit.conftest import Log, an_entry
from tests.audit.witnessed import WitnessPlace

GROUPS = (200, 60, 40)  # entries in each commit; 300 in all, two tiles
SIZE = sum(GROUPS)
TABLES = ("entries", "tiles", "checkpoints", "cosignatures", "entry_index", "entry_subjects")


def guards_off(log: Log, *statements: str) -> None:
    """The attacker drops every guard, then does as they please."""
    with writing(log.engine()).begin() as connection:
        if log.url.startswith("sqlite"):
            names = connection.execute(text("SELECT name FROM sqlite_master WHERE type='trigger'"))
            for (name,) in names.all():
                connection.execute(text(f"DROP TRIGGER {name}"))
        else:
            for table in TABLES:
                connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER ALL"))
        if log.url.startswith("sqlite"):
            connection.execute(text("PRAGMA defer_foreign_keys = ON"))
        for statement in statements:
            connection.execute(text(statement))


def filled(log: Log) -> list[Receipt]:
    sequencer = log.sequencer()
    receipts = [
        receipt
        for count in GROUPS
        for receipt in sequencer.append([an_entry(subjects=("p",)) for _ in range(count)])
    ]
    sequencer.close()
    return receipts


def tiles_anew(log: Log, *, signed: bool) -> None:
    """Computes every tile from the entries as they now are; with the key, signs the result."""
    with writing(log.engine()).begin() as connection:
        leaves = [leaf for _, _, leaf in store.leaves(connection, 0, 10_000)]
        computed = RightEdge(0, lambda level, position: b"").append(
            [leaf_hash(leaf) for leaf in leaves]
        )
        connection.execute(text("DELETE FROM tiles"))
        rows = [(level, at, hashes) for (level, at), hashes in computed.items()]
        add_rows(connection, "tiles", ("level", "position", "hashes"), rows)
        if not signed:
            return
        tree = TileTree(len(leaves), lambda level, at: computed[level, at])
        old = connection.execute(text("SELECT size, signed_at FROM checkpoints")).all()
        connection.execute(text("DELETE FROM checkpoints"))
        sizes = {size: at for size, at in old if size <= len(leaves)}
        sizes.setdefault(len(leaves), old[-1].signed_at)
        for size, at in sorted(sizes.items()):
            root = tree.root(size)
            store.add_checkpoint(
                connection,
                store.StoredCheckpoint(size, root, at, log.signer.sign(size, root)),
            )


ANOTHER_GROUND = (  # R99 where the entry said R01: as long, and still in its form
    "UPDATE entries SET leaf = <CAST(replace(CAST(leaf AS TEXT), 'R01', 'R99') AS BLOB)"
    "|convert_to(replace(convert_from(leaf, 'UTF8'), 'R01', 'R99'), 'UTF8')> WHERE position = "
)


def another_ground(at: int) -> str:
    return f"{ANOTHER_GROUND}{at}"


def spoken(log: Log, statement: str) -> str:
    """`<a|b>` in a statement: a on SQLite, b on PostgreSQL."""
    which = 1 if log.url.startswith("sqlite") else 2
    return re.sub(r"<(.*)\|(.*)>", rf"\{which}", statement)


def removed(condition: str) -> tuple[str, ...]:
    tables = ("entry_subjects", "entry_index", "entries")
    return tuple(f"DELETE FROM {table} WHERE {condition}" for table in tables)  # noqa: S608


SWAPPED = (
    "UPDATE entries SET position = -1 WHERE position = 3",
    "UPDATE entries SET position = 3 WHERE position = 7",
    "UPDATE entries SET position = 7 WHERE position = -1",
)
ATTACKS: dict[str, tuple[tuple[str, ...], str]] = {
    "update": ((another_ground(5),), "^rewrite: entry 5 was changed after it was signed"),
    "replace": (
        (
            "UPDATE entries SET leaf = (SELECT leaf FROM entries WHERE position = 9) "
            "WHERE position = 8",
        ),
        "^reordering: what stands at 8 was signed as entry 9",
    ),
    "delete": (removed("position = 4"), "^deletion: entry 4 is missing"),
    "delete several": (
        removed("position BETWEEN 40 AND 49"),
        "^deletion: entries 40 to 49 are missing",
    ),
    "truncate the end": (
        removed("position >= 290"),
        "^truncation: entries 290 to 299 are gone; 300 were signed at ",
    ),
    "truncate all": (removed("position >= 0"), "^truncation: entries 0 to 299 are gone"),
    "reorder": (SWAPPED, "^reordering: what stands at 3 was signed as entry 7"),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_is_named_at_the_start_with_its_place(log: Log, name: str) -> None:
    filled(log)
    statements, message = ATTACKS[name]
    guards_off(log, *(spoken(log, statement) for statement in statements))
    with pytest.raises(LogDamaged, match=message):
        log.sequencer()


@pytest.mark.parametrize("name", ["update", "replace", "reorder", "truncate the end"])
def test_computing_every_tile_anew_does_not_help(log: Log, name: str) -> None:
    filled(log)
    guards_off(log, *(spoken(log, statement) for statement in ATTACKS[name][0]))
    tiles_anew(log, signed=False)
    with pytest.raises(LogDamaged) as caught:
        log.sequencer()
    said = str(caught.value)
    expected = {
        "update": "rewrite: among entries 0 to 199 at least one was changed after they were signed",
        "truncate the end": "truncation: entries 290 to 299 are gone",
    }
    assert said.startswith(expected.get(name, ATTACKS[name][1].lstrip("^"))), said


def test_where_a_rewrite_begins_is_narrowed_down_by_older_checkpoints(log: Log) -> None:
    filled(log)
    guards_off(log, spoken(log, another_ground(230)))
    tiles_anew(log, signed=False)
    with pytest.raises(LogDamaged, match="rewrite: among entries 200 to 259 at least one"):
        log.sequencer()


def test_an_entry_put_in_behind_the_log_is_named(log: Log) -> None:
    filled(log)
    guards_off(
        log,
        f"INSERT INTO entries SELECT {SIZE}, 'x', content_mac, leaf FROM entries "  # noqa: S608
        "WHERE position = 0",
    )
    with pytest.raises(LogDamaged, match=r"^(insertion|reordering): "):
        log.sequencer()


@pytest.mark.parametrize("name", ["update", "delete", "reorder"])
def test_a_running_service_finds_it_and_stops(log: Log, name: str) -> None:
    filled(log)
    sequencer = log.sequencer()
    reader = LogReader(log.engine(), log.signer.verifier, sequencer.stop)
    assert reader.check_everything().whole
    guards_off(log, *(spoken(log, statement) for statement in ATTACKS[name][0]))
    state = reader.check_everything()
    assert not state.whole
    assert re.match(ATTACKS[name][1], state.damage), state.damage
    with pytest.raises(Unavailable):
        sequencer.append([an_entry()])


def test_yesterdays_state_under_a_running_service_is_never_signed_over(log: Log) -> None:
    filled(log)
    sequencer = log.sequencer()
    guards_off(
        log, "DELETE FROM checkpoints WHERE size > 260", *removed("position >= 260"),
    )  # fmt: skip
    tiles_anew(log, signed=False)
    with pytest.raises(Unavailable, match="damaged"):
        sequencer.append([an_entry()])
    assert sequencer.damage.startswith("rollback: the database holds 260 entries, this service")


def test_another_signer_of_the_same_log_is_noticed_by_a_running_service(log: Log) -> None:
    filled(log)
    sequencer = log.sequencer()
    guards_off(log, spoken(log, another_ground(5)))
    tiles_anew(log, signed=True)
    with pytest.raises(Unavailable, match="damaged"):
        sequencer.append([an_entry()])
    assert sequencer.damage.startswith("split view: ")


@pytest.fixture
def place(log: Log, tmp_path: Path) -> Iterator[WitnessPlace]:
    found = WitnessPlace(tmp_path / "witness", log)
    yield found
    found.stop()


def stolen_key(log: Log, *statements: str) -> None:
    """The attacker has the database and the log's key, and leaves no trace in either."""
    guards_off(log, *(spoken(log, statement) for statement in statements))
    tiles_anew(log, signed=True)
    log.sequencer().close()  # it agrees with itself: nothing inside can tell


def test_with_the_stolen_key_the_witness_says_no(log: Log, place: WitnessPlace) -> None:
    filled(log)
    place.witnessing().advance()
    stolen_key(log, another_ground(5))
    with pytest.raises(LogDamaged, match=r"^split view or rewrite: .*first 300 entries"):
        place.witnessing().confirm_start(0)


def test_with_the_stolen_key_an_export_has_no_cosignature_and_contradicts_what_was_kept(
    log: Log, place: WitnessPlace, tmp_path: Path
) -> None:
    receipts = filled(log)
    place.witnessing().advance()
    key = log.signer.verifier
    write_export(log.engine(), tmp_path / "before", key)
    kept = key.open((tmp_path / "before" / "checkpoint").read_text())
    stolen_key(log, another_ground(5), "DELETE FROM cosignatures")
    write_export(log.engine(), tmp_path / "after", key)
    assert verify_export(tmp_path / "after", key).whole, "by itself it looks whole"
    (finding,) = verify_export(tmp_path / "after", key, place.key).findings
    assert "split view or a rewrite" in finding.what
    (finding,) = verify_export(tmp_path / "after", key, earlier=kept).findings
    assert finding.what.startswith("rewrite or split view: the first 300 entries are not those")
    reader = LogReader(log.engine(), key)
    for receipt in (receipts[5], receipts[6]):
        hashed = base64.b64decode(receipt.leaf_hash)
        if receipt.index == 5:  # whoever kept its receipt finds that the entry is gone
            with pytest.raises(NoSuchEntry):
                reader.prove(receipt.index, hashed)
        else:
            assert reader.prove(receipt.index, hashed).leaf_hash == hashed


def test_yesterdays_database_is_told_by_the_witness_with_both_sizes(
    log: Log, place: WitnessPlace
) -> None:
    filled(log)
    place.witnessing().advance()
    stolen_key(
        log,
        "DELETE FROM cosignatures",
        "DELETE FROM checkpoints WHERE size > 260",
        *removed("position >= 260"),
    )
    with pytest.raises(
        LogDamaged, match=r"^rollback or truncation: a witness has cosigned 300 .* holds 260"
    ):
        place.witnessing().confirm_start(0)


def test_a_file_restored_from_yesterday_is_told_by_the_witness(
    sqlite_log: Log, tmp_path: Path
) -> None:
    file = Path(sqlite_log.url.removeprefix("sqlite:///"))
    filled(sqlite_log)
    place = WitnessPlace(tmp_path / "witness", sqlite_log)
    place.witnessing().advance()
    sqlite_log.close()
    yesterday = shutil.copy(file, tmp_path / "yesterday.sqlite")
    sequencer = sqlite_log.sequencer()
    sequencer.append([an_entry() for _ in range(5)])
    place.witnessing().advance()
    sqlite_log.close()
    for side in ("-wal", "-shm"):
        Path(f"{file}{side}").unlink(missing_ok=True)
    shutil.copy(yesterday, file)
    sqlite_log.sequencer().close()
    with pytest.raises(
        LogDamaged, match="cosigned 305 entries of this log, the database holds 300"
    ):
        place.witnessing().confirm_start(0)
    place.stop()


def test_the_verifier_says_what_the_earlier_checkpoint_says(log: Log, tmp_path: Path) -> None:
    filled(log)
    key, run = log.signer.verifier, CliRunner().invoke
    write_export(log.engine(), tmp_path / "one", key)
    sequencer = log.sequencer()
    sequencer.append([an_entry() for _ in range(300)])
    sequencer.close()
    write_export(log.engine(), tmp_path / "two", key)
    vkey = tmp_path / "log.vkey"
    vkey.write_text(f"{key}\n")

    def verified(folder: str, earlier: str) -> tuple[int, str]:
        kept = str(tmp_path / earlier / "checkpoint")
        args = ["log", "verify", str(tmp_path / folder), "--key", str(vkey), "--earlier", kept]
        done = run(bundel, args)
        return done.exit_code, done.output

    assert verified("two", "one")[0] == 0
    assert "continues the checkpoint of 300 entries" in verified("two", "one")[1]
    code, said = verified("one", "two")
    assert code == 1
    assert "rollback or truncation: the log was longer" in said
