"""A delivery under a sourceReference that is known: a replay, or another content.

The same bytes for a signal that stands as it was delivered get the same answer, byte for byte.
After a correction or withdrawal the answer says what stands now, so that nobody takes old bytes for
what counts. Other bytes are a conflict that says what to do instead.
"""

from __future__ import annotations

import json

from sqlalchemy import Connection

from services.signals.intake import heads, status
from services.signals.intake.answers import Answered, notices_json
from services.signals.intake.records import Notice
from services.signals.intake.vocabulary import Kind
from shared.problems import Conflict

_PATH = "/signals/v1/signals"  # as the gateway serves it


class ReferenceTaken(Conflict):
    """Another content under a known sourceReference. The signal is the caller's own."""

    def __init__(self, head: heads.Head) -> None:
        super().__init__(_advice(head))
        self.members = {"signalId": head.id, "currentVersion": head.current_version}

    def body(self) -> dict[str, object]:
        return {**super().body(), **self.members}


def _advice(head: heads.Head) -> str:
    known = "This sourceReference was delivered before with another content"
    if head.withdrawn_at is not None:
        return f"{known}, and withdrawn since. Deliver a new signal under a new sourceReference."
    if head.kind == Kind.ADVICE:
        return f"{known}, as advice. Deliver a new signal under a new sourceReference."
    return (
        f"{known}. Correct that signal with PUT {_PATH}/{head.id} and"
        f' If-Match: "{head.current_version}".'
    )


def replay_of(connection: Connection, head: heads.Head) -> Answered:
    """The answer to the bytes that `head` was first delivered with."""
    code = 200 if head.first_status == 201 else head.first_status
    first: dict[str, object] = json.loads(head.first_answer)
    if head.withdrawn_at is None and head.current_version == first["version"]:
        return Answered(code, head.first_answer, 1 if code == 200 else 0)
    now = status.status_of(connection, head)
    first.update(
        state=now.state,
        currentVersion=now.version,
        warnings=notices_json([_since(head)]),
    )
    if now.withdrawn_at:
        first["withdrawnAt"] = now.withdrawn_at
    return Answered(200, json.dumps(first, separators=(",", ":")), now.version)


def _since(head: heads.Head) -> Notice:
    if head.withdrawn_at is not None:
        return Notice(
            "",
            "withdrawn-since",
            "The signal was withdrawn; sending it again does not undo that. Deliver a new signal"
            " under a new sourceReference.",
        )
    return Notice(
        "",
        "corrected-since",
        f"Version {head.current_version} replaced these bytes and stands. Correct it with"
        f' PUT {_PATH}/{head.id} and If-Match: "{head.current_version}".',
    )
