"""The form of one leaf: canonical JSON of one entry, the bytes that the tree hashes.

Members in alphabetical order, no spaces, UTF-8; only codes and ids, which need no escapes. The
form is one regular expression made from the table below, so that a verifier that has only an
export checks each leaf in a few microseconds, and that no free text can ever get in (I9).
"""

from __future__ import annotations

import json
import re
from typing import Any

LEAF_VERSION = 1
LARGEST_LEAF = 65_535  # bytes; an entry bundle of tlog-tiles counts them in 16 bits
NONCE_BYTES = 16  # keeps a leaf hash from telling what a short entry says
TOKEN_LENGTH = 22  # 16 bytes in base64url without padding

_CODE = r"[A-Za-z0-9._:/@+=-]"
_TEXT = rf'"{_CODE}{{1,200}}+"'
_MAYBE_EMPTY = rf'"{_CODE}{{0,200}}+"'
_UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_TIME = r'"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?Z"'
_EVENT = r'"[a-z][a-z0-9]*(?:[.-][a-z0-9]+)+"'
_NUMBER = r"(?:0|[1-9][0-9]{0,17})"

CODE = re.compile(rf"{_CODE}{{0,200}}")
EVENT = re.compile(_EVENT.strip('"'))
TIME = re.compile(_TIME.strip('"'), re.ASCII)


def _list(item: str, most: int) -> str:
    return rf"\[{item}(?:,{item}){{0,{most - 1}}}+\]"


_ACTOR = "".join(
    rf'{"," if place else ""}"{name}":{_MAYBE_EMPTY if name != "id" else _TEXT}'
    for place, name in enumerate(("agency", "client", "id", "organisation", "region", "role"))
)

# name -> (pattern of its value, must it be there). Alphabetical, as it stands in the leaf.
MEMBERS: dict[str, tuple[str, bool]] = {
    "actor": (rf"\{{{_ACTOR}\}}", True),
    "caseId": (_TEXT, False),
    "decision": (r'"(?:permit|deny)"', True),
    "decisionId": (_TEXT, False),
    "entryId": (rf'"(?P<entry_id>{_UUID})"', True),
    "event": (_EVENT, True),
    "ground": (_TEXT, False),
    "householdId": (_TEXT, False),
    "index": (rf"(?P<index>{_NUMBER})", True),
    "legalContext": (_TEXT, False),
    "nonce": (r'"[A-Za-z0-9_-]{22}"', True),
    "occurredAt": (_TIME, True),
    "pictureVersion": (_TEXT, False),
    "policyVersion": (_TEXT, False),
    "processingActivity": (_TEXT, False),
    "purpose": (_TEXT, False),
    "reason": (_TEXT, False),
    "recordedAt": (_TIME, True),
    "refersTo": (_TEXT, False),
    "region": (_TEXT, False),
    "resultCount": (_NUMBER, False),
    "revision": (_TEXT, False),
    "service": (_TEXT, True),
    "signalIds": (_list(_TEXT, 1200), False),
    "spanId": (_TEXT, False),
    "subjects": (_list(r'"[A-Za-z0-9_-]{22}"', 500), False),
    "traceId": (_TEXT, False),
    "v": (str(LEAF_VERSION), True),
}


def _form() -> re.Pattern[bytes]:
    parts = []
    for place, (name, (pattern, needed)) in enumerate(MEMBERS.items()):
        member = rf'{"," if place else ""}"{name}":{pattern}'
        parts.append(member if needed else rf"(?:{member})?")
    return re.compile(rf"\{{{''.join(parts)}\}}".encode())


LEAF_FORM = _form()


def canonical(body: Any) -> bytes:
    """Canonical JSON: sorted members, no spaces, UTF-8 (RFC 8785 for what entries can hold)."""
    return json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def read_leaf(leaf: bytes) -> dict[str, Any]:
    """The members of a leaf. Raises ValueError when it breaks the form."""
    if LEAF_FORM.fullmatch(leaf) is None:
        raise ValueError(fault_of(leaf))
    body: dict[str, Any] = json.loads(leaf)
    return body


def fault_of(leaf: bytes) -> str:
    """In words: how these bytes break the form. Only for leaves that do."""
    try:
        body = json.loads(leaf)
    except ValueError as error:
        return f"not JSON: {error}"
    if not isinstance(body, dict):
        return "not a JSON object"
    faults = [f"unknown member {name!r}" for name in body if name not in MEMBERS]
    for name, (pattern, needed) in MEMBERS.items():
        if name not in body:
            if needed:
                faults.append(f"member {name!r} is missing")
        elif re.fullmatch(pattern.encode(), canonical(body[name])) is None:
            faults.append(f"member {name!r} does not have its form")
    return "; ".join(faults) or "not canonical JSON (order, spaces or escapes)"
