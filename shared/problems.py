"""Errors that a person or a system can cause, and their answer as problem+json (RFC 9457).

Every error says what to do. Services raise these; `shared.http` turns them into answers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus


@dataclass(frozen=True)
class Fault:
    """One thing wrong in a request. `pointer` is a JSON pointer (RFC 6901) into the body."""

    pointer: str
    code: str
    detail: str


class Problem(Exception):
    """An expected failure. `title` is the same for each kind; `detail` says what to do."""

    status: int = 500
    code: str = "internal-error"
    title: str = "Something went wrong"

    def __init__(
        self,
        detail: str = "",
        *,
        faults: Sequence[Fault] = (),
        retry_after: int | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(detail or self.title)
        self.detail = detail or self.title
        self.faults = tuple(faults)
        self.retry_after = retry_after
        self.headers = headers or {}

    def body(self) -> dict[str, object]:
        """The answer's members: type, title, status, detail, code and, if any, errors."""
        result: dict[str, object] = {
            "type": f"urn:bundel:problem:{self.code}",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "code": self.code,
        }
        if self.faults:
            result["errors"] = [
                {"pointer": f.pointer, "code": f.code, "detail": f.detail} for f in self.faults
            ]
        return result


class InvalidInput(Problem):
    status = HTTPStatus.BAD_REQUEST
    code = "invalid-input"
    title = "The request has faults"


class NotAuthenticated(Problem):
    status = HTTPStatus.UNAUTHORIZED
    code = "not-authenticated"
    title = "Log in or send a valid access token"

    def __init__(self, detail: str = "") -> None:
        super().__init__(detail, headers={"WWW-Authenticate": 'Bearer error="invalid_token"'})


class NotFound(Problem):
    """Also the answer to what the caller may not know of: one answer for both (I4)."""

    status = HTTPStatus.NOT_FOUND
    code = "not-found"
    title = "Not found"

    def __init__(self) -> None:
        super().__init__("There is nothing here that you may see.")


class Conflict(Problem):
    status = HTTPStatus.CONFLICT
    code = "conflict"
    title = "The request conflicts with what is stored"


class PreconditionFailed(Problem):
    status = HTTPStatus.PRECONDITION_FAILED
    code = "precondition-failed"
    title = "The expected version is not the current one"


class PreconditionRequired(Problem):
    status = HTTPStatus.PRECONDITION_REQUIRED
    code = "precondition-required"
    title = "The request must say which version it changes"


class TooLarge(Problem):
    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    code = "too-large"
    title = "The request is too large"


class UnsupportedMediaType(Problem):
    status = HTTPStatus.UNSUPPORTED_MEDIA_TYPE
    code = "unsupported-media-type"
    title = "The content type is not supported"


class Unavailable(Problem):
    """A neighbour that must answer first does not: nothing is shown, nothing is lost."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    code = "unavailable"
    title = "A service that must answer first is not reachable"

    def __init__(self, detail: str = "", retry_after: int = 5) -> None:
        super().__init__(
            detail or "Nothing is lost. Try again in a few seconds.", retry_after=retry_after
        )


class OutOfRoom(Unavailable):
    """A disk is (nearly) full: nothing was written, nothing is torn (RFC 4918 section 11.5)."""

    status = HTTPStatus.INSUFFICIENT_STORAGE
    code = "out-of-room"
    title = "There is no room left to write"

    def __init__(self, detail: str = "", retry_after: int = 60) -> None:
        super().__init__(
            detail or "Nothing was written. Make room on the disk and try again.", retry_after
        )
