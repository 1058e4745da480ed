"""A witness cosigns only what continues all it cosigned before; the log believes it over itself."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.test import Client

from bundel.cli import bundel
from services.audit.app import create_app
from services.audit.exports.writer import write_export
from services.audit.keys import signer_of
from services.audit.log import store
from services.audit.log.check import LogDamaged
from services.audit.log.note import Signer
from services.audit.log.tree import EMPTY_ROOT, consistency_proof, leaf_hash, range_root
from services.audit.witness.app import create_witness
from services.audit.witness.judge import Judgement, Witness
from services.audit.witness.state import WitnessBusy, WitnessState, witness_key
from services.audit.witnessing.witnessing import NoWitness
from shared import clock
from shared.clients.transport import WsgiTransport
from shared.database import migrate
from shared.http import mounted
from shared.settings import Settings, SettingsError, WitnessSettings, load_settings
from tests.audit.conftest import Log, an_entry
from tests.audit.witnessed import NAME, WitnessPlace

SIGNER = Signer("bundel.test/log", b"l" * 32)


class Tree:
    """A tree in memory: the brute-force side."""

    def __init__(self, leaves: list[bytes]) -> None:
        self.hashes = [leaf_hash(leaf) for leaf in leaves]

    def node(self, height: int, position: int) -> bytes:
        width = 1 << height
        if height == 0:
            return self.hashes[position]
        return range_root(position * width, (position + 1) * width, self._half(height))

    def _half(self, height: int) -> Any:
        return lambda h, p: (
            sha256(b"\x01" + self.node(h - 1, 2 * p) + self.node(h - 1, 2 * p + 1)).digest()
            if h
            else self.hashes[p]
        )

    def root(self, size: int) -> bytes:
        return range_root(0, size, self.node) if size else EMPTY_ROOT

    def request(self, old: int, size: int, signer: Signer = SIGNER) -> bytes:
        proof = consistency_proof(old, size, self.node) if 0 < old <= size else []
        steps = "".join(f"{base64.b64encode(step).decode()}\n" for step in proof)
        return f"old {old}\n{steps}\n{signer.sign(size, self.root(size))}".encode()


@pytest.fixture
def witness(tmp_path: Path) -> Iterator[Witness]:
    cosigner = witness_key(tmp_path / "w", NAME)
    state = WitnessState(tmp_path / "w")
    yield Witness(state, cosigner, [SIGNER.verifier])
    state.close()


LEAVES = [b"%d" % n for n in range(40)]


def test_it_answers_as_the_protocol_says(witness: Witness) -> None:
    tree, other = Tree(LEAVES), Tree([b"other", *LEAVES[1:]])
    ask = witness.add_checkpoint
    assert ask(b"nonsense").status == 400
    assert ask(tree.request(7, 3)).status == 400
    unknown = Signer("elsewhere.test/log", b"x" * 32)
    assert ask(tree.request(0, 5, unknown)).status == 404
    assert ask(tree.request(0, 5, Signer("bundel.test/log", b"x" * 32))).status == 403
    assert ask(tree.request(0, 5)).status == 200
    assert ask(tree.request(0, 9)) == Judgement(409, "5\n", "text/x.tlog.size")
    assert ask(tree.request(4, 9)).status == 409
    assert ask(other.request(5, 9)).status == 422
    assert ask(other.request(5, 5)) == Judgement(409, "5\n", "text/x.tlog.size")
    assert ask(tree.request(5, 9)).status == 200
    assert ask(tree.request(9, 9)).status == 200, "the same again is cosigned again"


def test_a_cosignature_is_the_bytes_that_c2sp_names(witness: Witness) -> None:
    tree = Tree(LEAVES)
    line = witness.add_checkpoint(tree.request(0, 5)).body
    dash, name, encoded = line.rstrip("\n").split(" ")
    raw = base64.b64decode(encoded)
    public = base64.b64decode(witness.key.split("+", 2)[2])
    assert (dash, name, public[:1], len(raw)) == ("—", NAME, b"\x04", 76)
    assert raw[:4] == sha256(f"{NAME}\n".encode() + b"\x04" + public[1:]).digest()[:4]
    time = int.from_bytes(raw[4:12], "big")
    root = base64.b64encode(tree.root(5)).decode()
    message = f"cosignature/v1\ntime {time}\nbundel.test/log\n5\n{root}\n"
    Ed25519PublicKey.from_public_bytes(public[1:]).verify(raw[12:], message.encode())


def test_it_remembers_when_started_again_and_there_is_only_one(tmp_path: Path) -> None:
    settings = WitnessSettings(tmp_path / "w", NAME, (str(SIGNER.verifier),))
    first = create_witness(settings)
    post = Client(first).post("/add-checkpoint", data=Tree(LEAVES).request(0, 5))
    assert post.status_code == 200
    with pytest.raises(WitnessBusy):
        create_witness(settings)
    first.extensions["bundel_close"]()
    second = create_witness(settings)
    answer = Client(second).post("/add-checkpoint", data=Tree(LEAVES).request(0, 9))
    assert (answer.status_code, answer.text) == (409, "5\n")
    assert answer.headers["Content-Type"].startswith("text/x.tlog.size")
    assert "bundel.test/log\n5\n" in Client(second).get("/latest").text
    assert Client(second).post("/add-checkpoint", data=b"x" * 100_000).status_code == 413
    second.extensions["bundel_close"]()


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_two_things_it_cosigned_never_contradict(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("w")
    state = WitnessState(folder) if witness_key(folder, NAME) else None
    assert state is not None
    witness = Witness(state, witness_key(folder, NAME), [SIGNER.verifier])
    fork = data.draw(st.integers(0, 12))
    trees = [Tree(LEAVES[:20]), Tree([*LEAVES[:fork], *LEAVES[20 + fork :]])]
    cosigned: list[tuple[int, int]] = []
    for _ in range(data.draw(st.integers(1, 8))):
        which, old, size = data.draw(
            st.tuples(st.integers(0, 1), st.integers(0, 20), st.integers(1, 20))
        )
        if witness.add_checkpoint(trees[which].request(old, size)).status == 200:
            cosigned.append((which, size))
    state.close()
    assert cosigned == sorted(cosigned, key=lambda done: done[1]), "never a smaller one later"
    for which, size in cosigned:
        for other, larger in cosigned:
            if larger >= size:  # the smaller tree is the beginning of the larger one
                assert trees[which].hashes[:size] == trees[other].hashes[:size]


@pytest.fixture
def place(log: Log, tmp_path: Path) -> Iterator[WitnessPlace]:
    found = WitnessPlace(tmp_path / "witness", log)
    yield found
    found.stop()


def test_what_was_signed_is_cosigned_and_an_export_proves_it(
    log: Log, place: WitnessPlace, tmp_path: Path
) -> None:
    sequencer, witnessing = log.sequencer(), place.witnessing()
    assert witnessing.advance() == 0, "an empty log has nothing to keep"
    sequencer.append([an_entry() for _ in range(3)])
    assert witnessing.advance() == 1
    assert witnessing.advance() == 0
    sequencer.append([an_entry() for _ in range(300)])
    assert witnessing.advance() == 1
    sequencer.append([an_entry()])  # signed and not cosigned yet
    done = write_export(log.engine(), tmp_path / "files", log.signer.verifier)
    assert done.entries == 303
    key = tmp_path / "log.vkey"
    key.write_text(f"{log.signer.verifier}\n")
    run, files = CliRunner().invoke, str(tmp_path / "files")
    args = ["log", "verify", files, "--key", str(key)]
    told = run(bundel, [*args, "--witness-key", str(place.key_file())])
    assert told.exit_code == 0, told.output
    assert f"Cosigned by the witness {NAME} at " in told.output
    assert "1 other cosignatures were not checked" in run(bundel, args).output
    stranger = witness_key(tmp_path / "stranger", NAME)
    assert stranger.key.name == NAME
    told = run(bundel, [*args, "--witness-key", str(tmp_path / "stranger" / "witness.vkey")])
    assert told.exit_code == 1
    assert "the witness did not see this tree" in told.output


def test_an_emptied_database_is_told_by_the_witness(
    log: Log, place: WitnessPlace, tmp_path: Path
) -> None:
    log.sequencer().append([an_entry() for _ in range(3)])
    place.witnessing().advance()
    url = f"sqlite:///{tmp_path / 'fresh.sqlite'}"
    migrate("audit", url)
    fresh = Log(url)
    with pytest.raises(LogDamaged, match=r"rollback .* cosigned 3 entries .* database holds 0"):
        place.witnessing(fresh).confirm_start(0)
    fresh.close()


def test_without_an_answer_of_its_witness_the_log_does_not_start(
    log: Log, place: WitnessPlace
) -> None:
    log.sequencer().append([an_entry()])
    witnessing = place.witnessing()
    place.stop()
    with pytest.raises(NoWitness, match="does not answer"):
        witnessing.confirm_start(0)
    place.start()
    witnessing.confirm_start(0)


def test_a_witness_that_answers_with_another_key_is_not_believed(
    log: Log, place: WitnessPlace, tmp_path: Path
) -> None:
    log.sequencer().append([an_entry()])
    place.key = witness_key(tmp_path / "other", NAME).key
    with pytest.raises(NoWitness, match="no cosignature of its key"):
        place.witnessing().confirm_start(0)


def with_witness(base: Settings) -> Settings:
    folder = base.home / "witness"
    return load_settings(
        {
            "BUNDEL_HOME": str(base.home),
            "BUNDEL_BASE_URL": base.base_url,
            "BUNDEL_WITNESS_URL": f"{base.base_url}/witness",
            "BUNDEL_WITNESS_KEY": str(witness_key(folder, NAME).key),
        }
    )


def test_the_service_publishes_what_its_witness_cosigned(
    audit_settings: Settings, wsgi_transport: WsgiTransport
) -> None:
    used = with_witness(audit_settings)
    logs = (str(signer_of(used).verifier),)
    witness_app = create_witness(WitnessSettings(used.home / "witness", NAME, logs))
    wsgi_transport.applications["witness"] = mounted(witness_app, "witness")
    app = create_app(used, wsgi_transport)
    try:
        app.extensions["bundel_sequencer"].append([an_entry()])
        get = Client(app).get
        assert NAME not in get("/v1/log/checkpoint").text
        assert app.extensions["bundel_workers"]["witness"].run_once() == 1
        note = get("/v1/log/checkpoint").text
        cosignature = witness_key(used.home / "witness", NAME).key.find(note)
        assert abs(cosignature.time - clock.now().timestamp()) < 60
        app.extensions["bundel_sequencer"].append([an_entry()])
        assert get("/v1/log/checkpoint").text == note
    finally:
        app.extensions["bundel_close"]()
        witness_app.extensions["bundel_close"]()


def test_a_witness_without_its_key_in_the_settings_is_refused(audit_settings: Settings) -> None:
    with pytest.raises(SettingsError, match="BUNDEL_WITNESS_KEY"):
        load_settings({"BUNDEL_WITNESS_URL": "http://witness.test"})
    assert audit_settings.witness_url == ""


def test_the_newest_cosignature_is_found_by_size(log: Log, place: WitnessPlace) -> None:
    sequencer, witnessing = log.sequencer(), place.witnessing()
    for _ in range(3):
        sequencer.append([an_entry()])
        witnessing.advance()
    with log.engine().connect() as connection:
        newest, none = store.last_witnessed(connection), store.last_witnessed(connection, 4)
    assert newest is not None
    assert (newest.size, newest.witness, none) == (3, NAME, None)
