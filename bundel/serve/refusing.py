"""What the server itself refuses, before any service sees it, told as problem+json (RFC 9457)."""

from __future__ import annotations

import json
from typing import Any

from waitress.channel import HTTPChannel  # type: ignore[import-untyped]
from waitress.task import ErrorTask  # type: ignore[import-untyped]

_TOLD = {
    400: ("bad-request", "The request cannot be read as HTTP."),
    413: ("too-large", "The body is larger than any service takes. Send less at once."),
    431: ("headers-too-large", "The headers are larger than any service takes."),
    501: ("not-implemented", "Send the body as it is or chunked; no other transfer encoding."),
}


class _ProblemTask(ErrorTask):  # type: ignore[misc]
    def execute(self) -> None:
        error = self.request.error
        code, detail = _TOLD.get(error.code, ("unavailable", "Try again in a few seconds."))
        problem = {
            "type": f"urn:bundel:problem:{code}",
            "title": error.reason,
            "status": error.code,
            "detail": detail,
            "code": code,
        }
        body = json.dumps(problem).encode()
        self.status = f"{error.code} {error.reason}"
        self.response_headers.append(("Content-Type", "application/problem+json"))
        self.response_headers.append(("Cache-Control", "no-store"))
        self.set_close_on_finish()
        self.content_length = len(body)
        self.write(body)


class _Channel(HTTPChannel):  # type: ignore[misc]
    error_task_class = _ProblemTask


def tell_problems(server: Any) -> None:
    """Makes a waitress server tell its own refusals so."""
    server.channel_class = _Channel
