"""All services are down and come back in an order in which those that others need come last."""

from __future__ import annotations

import pytest
import urllib3

from shared import clock, ids
from tests.faults.processes.place import Place

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

PATIENCE = 60.0  # seconds for one process, on a busy machine
ORDERS = (
    ("gateway", "signals", "consent", "audit", "witness", "identity"),
    ("audit", "consent", "identity", "gateway", "witness", "signals"),
)


def _alive(place: Place, name: str) -> bool:
    """It answers at its own address; whether it is ready depends on the others."""
    pool = urllib3.PoolManager(retries=False, timeout=urllib3.Timeout(total=2))
    port = place.supervisor._children[name].listener.getsockname()[1]
    path = "/healthz" if name == "gateway" else f"/{name}/healthz"
    try:
        return pool.request("GET", f"http://127.0.0.1:{port}{path}").status == 200
    except urllib3.exceptions.HTTPError:
        return False


@pytest.mark.parametrize("order", ORDERS, ids=" ".join)
def test_started_in_any_order_all_come_up_and_serve(place: Place, order: tuple[str, ...]) -> None:
    assert set(order) == set(place.supervisor.names)
    reference = f"PL-{ids.new_id()}"
    assert place.push(reference).status == 201
    for name in place.supervisor.names:
        place.supervisor.kill(name)
    for name in order:
        place.supervisor.spawn(name)
        end = clock.monotonic() + PATIENCE
        # One that cannot begin without a neighbour ends, and is started again below.
        while place.supervisor.process(name).poll() is None and not _alive(place, name):
            assert clock.monotonic() < end, f"{name} does not answer"
            clock.pause(0.1)
    place.supervisor.wait_until_ready(150)
    place.wait_until(lambda: place.look().status == 200, "the household opens")
    place.wait_until(lambda: place.state(reference) == "linked", "what was accepted is linked")
    assert place.push().status == 201
    place.wait_until_settled()
