"""A dead, slow or lying neighbour: reads say 503 in time, intake goes on, all catches up."""

from __future__ import annotations

import pytest

from shared import clock, ids
from tests.faults.processes.liar import Lie
from tests.faults.processes.place import NEIGHBOUR_SECONDS, NEIGHBOURS, Place

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

# A look asks identity, consent and the log once or twice each; the rest is a busy machine.
BOUND = 4 * NEIGHBOUR_SECONDS + 8
LIES = [lie for lie in Lie if lie is not Lie.NONE]


@pytest.mark.parametrize("neighbour", NEIGHBOURS)
def test_a_neighbour_that_fails_closes_reads_and_not_intake(
    place: Place, neighbour: str, subtests: pytest.Subtests
) -> None:
    references = []
    for lie in LIES:
        place.people["m.dejong"].log_in_anew()  # its token must be exchanged anew
        place.source.headers()
        place.lie(neighbour, lie)
        references.append(f"PL-{ids.new_id()}")
        with subtests.test(f"{neighbour} {lie}"):
            _reads_are_closed(place)
            began = clock.monotonic()
            assert place.push(references[-1]).status == 201
            assert clock.monotonic() - began < BOUND
    place.be_honest()
    place.wait_until(lambda: place.look().status == 200, "reads are answered again")
    for reference in references:
        place.wait_until(lambda: place.state(reference) == "linked", "all is linked")  # noqa: B023
    place.wait_until_settled()


def _reads_are_closed(place: Place) -> None:
    began = clock.monotonic()
    refused = place.look()
    took = clock.monotonic() - began
    assert refused.status == 503, f"{refused.status} {refused.body[:300]!r}"
    assert int(refused.headers["retry-after"]) > 0
    assert refused.headers["content-type"] == "application/problem+json"
    assert took < BOUND
