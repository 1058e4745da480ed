"""How failures are answered: problem+json (RFC 9457) for systems, a page for browsers."""

from __future__ import annotations

from http import HTTPStatus
from traceback import walk_tb

from flask import Response, current_app, g, jsonify, request
from werkzeug.exceptions import HTTPException

from shared.logging import get_logger
from shared.problems import NotFound, Problem


def wants_page() -> bool:
    """True when a browser asks: errors are then a page, not JSON."""
    return request.accept_mimetypes.best_match(["application/json", "text/html"]) == "text/html"


def problem_response(problem: Problem) -> Response:
    """A problem as problem+json, or as a page for a browser on a page route."""
    renderer = current_app.extensions.get("bundel_problem_page")
    if renderer is not None and wants_page():
        response: Response = renderer(problem)
    else:
        body = {**problem.body(), "traceId": g.get("trace_id", "")}
        response = jsonify(body)
        response.mimetype = "application/problem+json"
    response.status_code = int(problem.status)
    for name, value in problem.headers.items():
        response.headers[name] = value
    if problem.retry_after is not None:
        response.headers["Retry-After"] = str(problem.retry_after)
    return response


def http_error_response(error: HTTPException) -> Response:
    if error.code == HTTPStatus.NOT_FOUND:
        return problem_response(NotFound())
    if error.code is not None and error.code < HTTPStatus.BAD_REQUEST:
        return error.get_response()  # type: ignore[return-value]
    problem = Problem(error.description or "")
    problem.status = error.code or 500
    problem.title = error.name
    problem.code = error.name.lower().replace(" ", "-")
    response = problem_response(problem)
    if error.code == HTTPStatus.METHOD_NOT_ALLOWED:
        allowed = getattr(error, "valid_methods", None) or ()
        response.headers["Allow"] = ", ".join(sorted(allowed))
    return response


def unexpected_response(error: Exception) -> Response:
    # The text of an unknown exception may hold personal data: only its type and place are kept.
    where = ""
    for frame, line in walk_tb(error.__traceback__):
        module = frame.f_globals.get("__name__", "")
        if module.startswith(("services.", "shared.")):
            where = f"{module}:{line}"
    get_logger().error("unexpected error", exception_type=type(error).__name__, where=where)
    if current_app.testing and current_app.config.get("RAISE_UNEXPECTED"):
        raise error
    return problem_response(
        Problem("Nothing was changed. Report the traceId to your administrator.")
    )
