"""How loading fails: always with what was asked, what was answered and what to do."""

from __future__ import annotations

from shared.clients.transport import Answer


class DemonstrationFailed(Exception):
    """Loading stopped. The text says where and why; running it again goes on from there."""


def refused(what: str, answer: Answer) -> DemonstrationFailed:
    """An answer that should not have come, with every fault it names."""
    lines = [f"{what}: answered {answer.status}"]
    try:
        body = answer.json()
    except Exception:  # the failure being told is the answer, not its reading
        body = {}
    if isinstance(body, dict):
        lines.append(str(body.get("detail") or body.get("title") or ""))
        lines += [
            f"  {fault.get('pointer', '')}: {fault.get('detail', '')}"
            for fault in body.get("errors", [])
            if isinstance(fault, dict)
        ]
        if body.get("traceId"):
            lines.append(f"  traceId {body['traceId']}")
    return DemonstrationFailed("\n".join(line for line in lines if line))
