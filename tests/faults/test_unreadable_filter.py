"""A filter that cannot be read is no answer: the page says so (503) and does not look empty."""

from __future__ import annotations

from typing import Any

import pytest

from shared.clients.transport import Answer
from tests.signals.world import World, police_signal

UNREADABLE = [b"", b"[]", b"{}", b'{"anyOf":[{}]}']


@pytest.mark.parametrize("body", UNREADABLE, ids=repr)
def test_the_queue_is_unavailable_and_not_empty(world: World, body: bytes) -> None:
    world.push("police-utrecht", police_signal("P-1"))
    send = world.transport.send

    def lying(method: str, url: str, *rest: Any, **more: Any) -> Answer:
        if url.endswith("/access/v1/filter"):
            return Answer(200, {"content-type": "application/json"}, body)
        return send(method, url, *rest, **more)

    world.transport.send = lying  # type: ignore[method-assign]
    answer = world.call("s.kaya", "/v1/cases/_queue")
    assert answer.status_code == 503
    assert answer.mimetype == "application/problem+json"
    assert answer.headers["Retry-After"]
    world.transport.send = send  # type: ignore[method-assign]
    assert world.queue()["cases"]
