"""Style and pictures, served under a name that holds the content's hash: cached for a year."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from flask import Response, url_for

from shared.problems import NotFound

FOLDER = Path(__file__).parent / "static"
TYPES = {".css": "text/css; charset=utf-8", ".svg": "image/svg+xml"}
_YEAR = "public, max-age=31536000, immutable"
_HASH_LENGTH = 12


@cache
def _assets() -> dict[str, tuple[str, bytes]]:
    """Plain name → (name with the hash, content)."""
    found: dict[str, tuple[str, bytes]] = {}
    for file in sorted(FOLDER.iterdir()):
        content = file.read_bytes()
        digest = hashlib.sha256(content).hexdigest()[:_HASH_LENGTH]
        found[file.name] = (f"{file.stem}-{digest}{file.suffix}", content)
    return found


def asset(name: str) -> str:
    """The address of an asset in this service. Raises KeyError for an unknown name."""
    return url_for("pages.static_asset", name=_assets()[name][0])


def answer_asset(name: str) -> Response:
    """The asset by its hashed name (cached for ever) or plain name (asked again each time)."""
    for plain, (hashed, content) in _assets().items():
        if name in (plain, hashed):
            response = Response(content, content_type=TYPES[Path(plain).suffix])
            response.headers["Cache-Control"] = _YEAR if name == hashed else "no-cache"
            return response
    raise NotFound
