"""Opening one household with many signals: as JSON, as a page, and what the log costs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bundel.bench.browser import Browser
from bundel.bench.callers import Call, CallFailed, Load, Side, in_turns, together
from bundel.bench.ground import Ground
from bundel.bench.line import Line, quantile, rate_line, time_line
from bundel.bench.material import bulk_call, long_history, single_call, to_json_bytes

COORDINATOR = "m.dejong"
DESK = "s.kaya"
PURPOSE = "case_coordination"
CLIENTS = 16
_LEAST = 100  # calls a p99 rests on
_PAGE_MEDIAN_MS = 60.0
_ROUNDS = 3
_LINK_SECONDS = 600.0
_JSON = {"Content-Type": "application/json"}


@dataclass(frozen=True)
class OpenedHousehold:
    """The case of the household, assigned to the coordinator. `signals`: how many they see."""

    ground: Ground
    case_id: str
    signals: int

    def call(self) -> Call:
        headers = self.ground.person_headers(COORDINATOR)
        return Call(
            f"/v1/cases/{self.case_id}/picture", headers, to_json_bytes({"purpose": PURPOSE})
        )


def prepare_household(ground: Ground, signals: int) -> OpenedHousehold:
    """Delivers the signals, waits for their links, lets the desk assign the case.

    Raises CallFailed when the coordinator then does not see all of them: a figure for another
    household would be a lie.
    """
    known = {row["caseId"] for row in queue(ground)}
    history = long_history(signals)
    headers = ground.source_headers("application/x-ndjson")
    calls = [bulk_call(history[at : at + 50], headers) for at in range(0, len(history), 50)]
    together(ground.addresses["signals"], iter(calls), 1, 120.0)
    _fill_peer(ground, signals)
    if left := ground.settle(_LINK_SECONDS):
        raise CallFailed(f"{left} signals of the household are not linked")
    new = [row for row in queue(ground) if row["caseId"] not in known]
    if len(new) != 1:
        raise CallFailed(f"the signals of one household gave {len(new)} cases")
    case_id = str(new[0]["caseId"])
    assign(ground, [case_id])
    household = OpenedHousehold(ground, case_id, signals)
    seen = _visible(ground, household)
    if seen != signals:
        raise CallFailed(f"the coordinator sees {seen} of the {signals} signals")
    return household


def open_json(household: OpenedHousehold, seconds: float) -> Line:
    """p99 of the picture as JSON, decided and audited; the peer reads as many rows and tells."""
    ground = household.ground
    own = Side(ground.addresses["signals"], household.call)
    mine, theirs = in_turns(own, _peer(ground), seconds, _LEAST)
    note = f"{household.signals} signals; p50 {quantile(mine, 0.5):.0f} ms"
    return time_line("open_200", quantile(mine, 0.99), quantile(theirs, 0.99), len(mine), note)


def open_page(household: OpenedHousehold, seconds: float) -> Line:
    """p99 of the same as a page in a session; its p50 may not exceed 60 ms either."""
    ground = household.ground
    browser = Browser(ground.settings.base_url)
    browser.log_in("/signals/", COORDINATOR)
    asked = browser.get(f"/signals/cases/{household.case_id}")
    token = asked.hidden("csrf_token")
    opened = browser.post(
        f"/signals/cases/{household.case_id}/open", {"purpose": PURPOSE, "csrf_token": token}
    )
    path = f"/cases/{household.case_id}/picture"
    if not opened.url.endswith(path):
        raise CallFailed(f"opening the case led to {opened.url}")
    call = Call(path, {"Cookie": browser.cookies}, method="GET")
    own = Side(ground.addresses["signals"], lambda: call)
    mine, theirs = in_turns(own, _peer(ground), seconds, _LEAST)
    median = quantile(mine, 0.5)
    note = f"{household.signals} signals, {len(opened.text) // 1000} kB; p50 {median:.0f} ms"
    return time_line(
        "open_page",
        quantile(mine, 0.99),
        quantile(theirs, 0.99),
        len(mine),
        f"{note} (goal ≤ {_PAGE_MEDIAN_MS:.0f})",
        holds_too=median <= _PAGE_MEDIAN_MS,
    )


def read_fail_closed(household: OpenedHousehold, seconds: float) -> Line:
    """Pictures per second for 16 clients, with the log : the same service without it."""
    ground = household.ground
    if "unaudited" not in ground.addresses:
        ground.spawn("unaudited", "bundel.bench.unaudited")
    with_log, without = Load(), Load()
    for side in ("signals", "unaudited"):  # warm
        together(ground.addresses[side], _again(household), CLIENTS, 0.5)
    for _ in range(_ROUNDS):
        for side, total in (("signals", with_log), ("unaudited", without)):
            load = together(
                ground.addresses[side], _again(household), CLIENTS, seconds / 2 / _ROUNDS
            )
            total.operations += load.operations
            total.seconds += load.seconds
    note = f"{CLIENTS} clients; pictures/s with the log, beside without it"
    return rate_line(
        "read_fail_closed", with_log.per_second, without.per_second, with_log.operations, note
    )


def queue(ground: Ground) -> list[dict[str, Any]]:
    """The desk's cases."""
    body = ground.people[DESK].post("signals", "cases/_queue", {}, what="asking the queue")
    rows: list[dict[str, Any]] = body["cases"]
    return rows


def assign(ground: Ground, case_ids: list[str]) -> None:
    """The desk gives these cases to the coordinator."""
    coordinator = ground.people[COORDINATOR]
    body = {"subject": coordinator.subject, "name": coordinator.name, "kind": "coordinator"}
    for case_id in case_ids:
        ground.people[DESK].post(
            "signals", f"cases/{case_id}/assignments", body, what="assigning a case"
        )


def _visible(ground: Ground, household: OpenedHousehold) -> int:
    seen = ground.people[COORDINATOR].post(
        "signals", f"cases/{household.case_id}/picture", {"purpose": PURPOSE}, what="opening"
    )
    return int(seen["visibleCount"])


def _fill_peer(ground: Ground, signals: int) -> None:
    calls = (
        Call("/signals", _JSON, single_call(signal, _JSON).body) for signal in long_history(signals)
    )
    together(ground.addresses["peer"], calls, 4, 60.0)


def _peer(ground: Ground) -> Side:
    call = Call("/household", _JSON, json.dumps({"purpose": PURPOSE}).encode())
    return Side(ground.addresses["peer"], lambda: call)


def _again(household: OpenedHousehold) -> Iterator[Call]:
    while True:
        yield household.call()
