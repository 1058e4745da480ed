"""An exported log is whole, or the verifier says what is wrong and where."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bundel.cli import bundel
from services.audit.exports.command import export_log
from services.audit.exports.layout import pack
from services.audit.exports.verifier import verify_export
from services.audit.exports.writer import ExportRefused, write_export
from services.audit.keys import signer_of
from services.audit.log.note import Signer
from services.audit.log.tree import leaf_hash
from shared.problems import Unavailable
from shared.settings import Settings
from tests.audit.conftest import Log, an_entry
from tests.audit.serving import Serving

COUNT = 300  # two tiles below, one above; one bundle full, one open


@pytest.fixture(scope="module")
def export(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Signer]:
    from shared.database import migrate

    folder = tmp_path_factory.mktemp("export")
    url = f"sqlite:///{folder / 'log.sqlite'}"
    migrate("audit", url)
    log = Log(url)
    sequencer = log.sequencer()
    sequencer.append([an_entry(subjects=(f"person-{n}",)) for n in range(COUNT)])
    sequencer.close()
    write_export(log.engine(), folder / "files", log.signer.verifier)
    log.close()
    return folder / "files", log.signer


def files_of(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def verify(folder: Path, key: Path) -> tuple[int, str]:
    result = CliRunner().invoke(bundel, ["log", "verify", str(folder), "--key", str(key)])
    return result.exit_code, result.output


def key_file(folder: Path, signer: Signer) -> Path:
    file = folder.parent / "given.vkey"
    file.write_text(f"{signer.verifier}\n")
    return file


def test_an_export_has_the_layout_of_tlog_tiles(export: tuple[Path, Signer]) -> None:
    folder, _ = export
    assert [str(path.relative_to(folder)) for path in files_of(folder)] == [
        "checkpoint",
        "log.vkey",
        "tile/0/000",
        "tile/0/001.p/44",
        "tile/1/000.p/1",
        "tile/entries/000",
        "tile/entries/001.p/44",
    ]


def test_a_whole_export_is_called_whole(export: tuple[Path, Signer]) -> None:
    folder, signer = export
    code, output = verify(folder, key_file(folder, signer))
    assert (code, output.splitlines()[0]) == (0, f"Whole: {COUNT} entries of bundel.test/log")


@settings(
    max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_one_changed_byte_anywhere_is_found_and_its_file_named(
    export: tuple[Path, Signer], data: st.DataObject
) -> None:
    folder, signer = export
    file = data.draw(st.sampled_from(files_of(folder)))
    whole = file.read_bytes()
    changed = bytearray(whole)
    at = data.draw(st.integers(0, len(whole) - 1))
    changed[at] ^= data.draw(st.integers(1, 255))
    key = key_file(folder, signer)
    try:
        file.write_bytes(bytes(changed))
        code, output = verify(folder, key)
    finally:
        file.write_bytes(whole)
    assert code == 1
    name = str(file.relative_to(folder))
    assert name in output.splitlines()[1], output
    if name.startswith("tile/entries/"):
        assert f"entry {entry_at(whole, at, name)}:" in output, output


def entry_at(bundle: bytes, at: int, name: str) -> int:
    """The index of the entry that byte `at` of a bundle belongs to."""
    index, place = (0 if name.endswith("/000") else 256), 0
    while True:
        place += 2 + int.from_bytes(bundle[place : place + 2], "big")
        if at < place:
            return index
        index += 1


def test_a_changed_byte_in_the_key_that_was_given_is_found(export: tuple[Path, Signer]) -> None:
    folder, signer = export
    given_key = key_file(folder, signer)
    whole = given_key.read_bytes()
    for at in range(len(whole) - 1):
        given_key.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        assert verify(folder, given_key)[0] == 1
    given_key.write_bytes(whole)


@pytest.mark.parametrize("name", ["checkpoint", "log.vkey", "tile/0/000", "tile/entries/001.p/44"])
def test_a_missing_or_shortened_file_is_named(export: tuple[Path, Signer], name: str) -> None:
    folder, signer = export
    file, key = folder / name, key_file(folder, signer)
    whole = file.read_bytes()
    try:
        file.write_bytes(whole[:-1])
        assert name in verify(folder, key)[1]
        file.unlink()
        code, output = verify(folder, key)
        assert code == 1
        assert f"{name}: the file is missing" in output
    finally:
        file.write_bytes(whole)


def test_a_file_too_many_is_named(export: tuple[Path, Signer]) -> None:
    folder, signer = export
    extra = folder / "tile" / "entries" / "002.p"
    extra.write_bytes(b"")
    try:
        code, output = verify(folder, key_file(folder, signer))
    finally:
        extra.unlink()
    assert code == 1
    assert "tile/entries/002.p: no such file belongs" in output


def test_a_log_signed_anew_by_somebody_else_is_refused(export: tuple[Path, Signer]) -> None:
    folder, _ = export
    other = Signer("bundel.test/log", b"o" * 32)
    code, output = verify(folder, key_file(folder, other))
    assert code == 1
    assert "checkpoint: the signature was made with another key" in output


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda leaves: [leaves[1], leaves[0], *leaves[2:]], "out of order"),
        (lambda leaves: [leaves[0], leaves[0], *leaves[2:]], "was used before"),
        (lambda leaves: [leaves[0].replace(b'":', b'": '), *leaves[1:]], "not canonical JSON"),
        (lambda leaves: [leaves[0].replace(b"R01", b"R99"), *leaves[1:]], "not the entry"),
    ],
)
def test_what_is_wrong_with_an_entry_is_said(
    export: tuple[Path, Signer], change: object, message: str
) -> None:
    folder, signer = export
    file = folder / "tile" / "entries" / "001.p" / "44"
    whole = file.read_bytes()
    leaves, place = [], 0
    while place < len(whole):
        end = place + 2 + int.from_bytes(whole[place : place + 2], "big")
        leaves.append(whole[place + 2 : end])
        place = end
    assert (folder / "tile/0/001.p/44").read_bytes() == b"".join(map(leaf_hash, leaves))
    try:
        file.write_bytes(pack(change(leaves)))  # type: ignore[operator]
        code, output = verify(folder, key_file(folder, signer))
    finally:
        file.write_bytes(whole)
    assert code == 1
    assert message in output
    assert "tile/entries/001.p/44, entry 25" in output


def test_nothing_is_written_over_what_is_there(log: Log, tmp_path: Path) -> None:
    log.sequencer().append([an_entry()])
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("mine")
    with pytest.raises(ExportRefused, match="not an empty folder"):
        write_export(log.engine(), tmp_path / "full", log.signer.verifier)
    write_export(log.engine(), tmp_path / "new", log.signer.verifier)
    assert verify_export(tmp_path / "new", log.signer.verifier).whole


def test_a_failed_export_leaves_nothing_behind(log: Log, tmp_path: Path) -> None:
    with pytest.raises(ExportRefused, match="no entries"):
        write_export(log.engine(), tmp_path / "out" / "new", log.signer.verifier)
    assert list((tmp_path / "out").iterdir()) == []


def test_the_export_is_itself_the_last_entry(audit_settings: Settings, tmp_path: Path) -> None:
    done = export_log(audit_settings, tmp_path / "files")
    assert done.entries == 1
    verdict = verify_export(tmp_path / "files", signer_of(audit_settings).verifier)
    assert verdict.whole
    assert b'"event":"log.exported"' in (tmp_path / "files/tile/entries/000.p/1").read_bytes()


def test_an_export_of_a_running_log_is_recorded_by_the_service(
    serving: Serving, tmp_path: Path
) -> None:
    serving.client_of().record([an_entry()])
    done = export_log(serving.settings, tmp_path / "files", serving.transport)
    assert done.entries == 2
    assert serving.events() == ["household.opened", "log.exported"]
    assert verify_export(tmp_path / "files", signer_of(serving.settings).verifier).whole


def test_no_entry_no_export(serving: Serving, tmp_path: Path) -> None:
    serving.client_of().record([an_entry()])
    serving.transport.down.add("audit")  # it runs, holds the writer's seat, and does not answer
    with pytest.raises(Unavailable):
        export_log(serving.settings, tmp_path / "files", serving.transport)
    assert not (tmp_path / "files").exists()


def test_the_key_command_gives_what_verify_takes(
    audit_settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BUNDEL_HOME", str(audit_settings.home))
    monkeypatch.setenv("BUNDEL_BASE_URL", audit_settings.base_url)
    run = CliRunner().invoke
    files, key = str(tmp_path / "files"), str(tmp_path / "key")
    assert run(bundel, ["log", "export", files]).exit_code == 0
    assert run(bundel, ["log", "key", "--out", key]).exit_code == 0
    assert run(bundel, ["log", "verify", files, "--key", key]).exit_code == 0
    assert run(bundel, ["log", "export", files]).exit_code == 2, "there is something already"
    assert run(bundel, ["log", "verify", files, "--key", "nowhere"]).exit_code == 2


def test_the_verifier_needs_no_flask_and_no_database(export: tuple[Path, Signer]) -> None:
    folder, signer = export
    program = (
        "import sys\n"
        "from bundel.cli import bundel\n"
        f"sys.argv = ['bundel', 'log', 'verify', {str(folder)!r}, '--key', "
        f"{str(key_file(folder, signer))!r}]\n"
        "try:\n    bundel.main(standalone_mode=False)\nfinally:\n"
        "    heavy = {'flask', 'sqlalchemy', 'urllib3', 'socket'} & set(sys.modules)\n"
        "    assert not heavy, heavy\n"
    )
    done = subprocess.run(  # noqa: S603 - our own program text
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("Whole")
