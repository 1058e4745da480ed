"""`bundel bench`: the shape of its lines, and that peers are measured rather than assumed.

No test looks at a figure: they say something on a quiet machine only.
"""

from __future__ import annotations

import json
import sqlite3
from itertools import islice
from pathlib import Path

import pytest
from click.testing import CliRunner

from bundel.bench import audit_log, plan
from bundel.bench.callers import CallFailed
from bundel.bench.ground import settings_in
from bundel.bench.line import GOALS, Line, quantile, rate_line, time_line
from bundel.bench.material import MENTIONS, Material, long_history, single_call
from bundel.bench.peer import create_peer
from bundel.bench.plan import GROUPS, Scale, measure, names_of
from bundel.bench.unaudited import MARK, refuse_real_data
from bundel.commands.bench import command
from shared.settings import SettingsError

MEMBERS = ["name", "value", "unit", "peer", "ratio", "n", "goal", "holds"]
TINY = Scale(seconds=0.2, persons=1, households=1, documents=1, history=1, log=600)


def test_a_line_is_one_json_object_with_a_measured_peer() -> None:
    result = CliRunner().invoke(command, ["audit_append", "--json", "--seconds", "0.2"])

    assert result.exit_code == 0, result.output
    (told,) = [json.loads(line) for line in result.stdout.splitlines()]
    assert list(told) == MEMBERS
    assert told["name"] == "audit_append"
    assert told["goal"] == 0.5
    assert told["n"] > 0
    assert told["peer"] > 0
    assert told["value"] == told["ratio"] > 0


def test_checking_the_log_is_measured_beside_hashing_alone() -> None:
    (line,) = measure(["log_verify"], TINY, lambda what: None)

    assert line.why == ""
    assert line.value is not None
    assert line.peer is not None
    assert line.peer > 0
    assert line.n % 3 == 0
    assert line.n >= 3 * TINY.log


def test_the_raw_peer_writes_the_same_groups(tmp_path: Path) -> None:
    count, seconds = audit_log.raw_append(tmp_path / "raw", [1, 5, 3])

    lines = (tmp_path / "raw").read_text().splitlines()
    assert count == len(lines) == 9
    assert seconds > 0
    assert all(json.loads(line)["event"] == "household.opened" for line in lines)


def test_the_bare_peer_stores_what_it_takes_and_refuses_what_is_wrong(tmp_path: Path) -> None:
    file = tmp_path / "peer.sqlite"
    client = create_peer(file).test_client()
    signal = next(Material().signals())

    taken = client.post("/signals", data=single_call(signal, {}).body)
    told = client.post("/household", data=b"{}")

    assert taken.status_code == 201
    connection = sqlite3.connect(file)
    rows = connection.execute("SELECT id, reference FROM signals").fetchall()
    connection.close()
    assert rows == [(taken.get_json()["signalId"], signal.reference)]
    assert told.get_json()["signals"][0]["sourceReference"] == signal.reference
    client.application.config["PROPAGATE_EXCEPTIONS"] = False
    assert client.post("/signals", data=b'{"kind":"report"}').status_code >= 400


def test_signals_name_three_persons_in_about_two_kilobytes() -> None:
    signals = list(islice(Material().signals(), 20))

    assert all(len(signal.mentions) == MENTIONS for signal in signals)
    assert all(2000 <= len(single_call(s, {}).body or b"") < 3500 for s in signals)
    assert len({signal.reference for signal in signals}) == 20


def test_a_long_history_is_about_the_same_persons() -> None:
    history = long_history(30)

    assert len({signal.reference for signal in history}) == 30
    assert len({signal.mentions for signal in history}) == 1


def test_what_cannot_be_measured_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_arguments: object) -> Line:
        raise CallFailed("POST /v1/signals: 503")

    monkeypatch.setattr(plan.audit_log, "audit_append", broken)
    (line,) = measure(["audit_append"], TINY, lambda what: None)
    told = line.to_json()

    assert told["value"] is None
    assert told["holds"] is False
    assert "503" in told["why"]


def test_groups_and_lines_are_names() -> None:
    assert names_of([]) == list(GOALS)
    assert names_of(["audit"]) == ["audit_append", "audit_append_2ms", "log_verify"]
    assert names_of(["memory", "open_200"]) == ["open_200", "memory"]
    assert set().union(*GROUPS.values()) == set(GOALS)
    result = CliRunner().invoke(command, ["speed"])
    assert result.exit_code == 2
    assert "speed" in result.output


def test_a_goal_holds_on_its_own_side() -> None:
    assert rate_line("intake_single", 40, 100, 1).holds
    assert not rate_line("intake_single", 30, 100, 1).holds
    assert time_line("open_200", 50, 5, 100).holds
    assert not time_line("open_200", 51, 5, 100).holds
    assert not time_line("open_page", 100, 5, 100, holds_too=False).holds


def test_a_quantile_is_a_value_that_was_measured() -> None:
    assert quantile([5.0, 1.0, 3.0], 0.5) == 3.0
    assert quantile([float(n) for n in range(1, 101)], 0.99) == 99.0


def test_reading_without_a_log_is_refused_outside_the_benchmark(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    with pytest.raises(SettingsError):
        refuse_real_data(tmp_path, settings)
    (tmp_path / MARK).touch()
    refuse_real_data(tmp_path, settings)
