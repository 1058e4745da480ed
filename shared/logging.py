"""structlog with an allow-list of fields: what is not named here never reaches a log (I11)."""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

# Codes, counts, ids of records and durations. No names, no text people wrote, no query words.
ALLOWED_FIELDS = frozenset(
    {
        "event", "level", "timestamp", "service", "trace_id", "span_id", "request_id", "method",
        "route", "status", "duration_ms", "code", "count", "size", "attempt", "entry_id",
        "decision_id", "signal_id", "household_id", "case_id", "index", "exception_type", "where",
        "neighbour", "mode", "version", "port", "reason", "pid", "exit_code",
    }
)  # fmt: skip


def keep_allowed(
    _logger: Any, _method: str, fields: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Drops every field that is not on the list and counts what was dropped."""
    dropped = [name for name in fields if name not in ALLOWED_FIELDS]
    for name in dropped:
        del fields[name]
    if dropped:
        fields["count"] = len(dropped)
        fields["reason"] = "fields dropped"
    return fields


def configure_logging(service: str, level: str = "INFO") -> None:
    """One JSON line per event on standard error, for this process."""
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(levelname)s %(name)s")
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            keep_allowed,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(
            getattr(logging, level.upper(), logging.INFO)
        ),
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(service=service)


def get_logger() -> Any:
    return structlog.get_logger()
