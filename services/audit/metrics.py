"""What the log tells about its work: counts and durations only (I11)."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Histogram

from services.audit.log.sequencer import Committed


class LogMetrics:
    """Called by the sequencer after each commit."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._entries = Counter("bundel_audit_entries", "Entries committed", registry=registry)
        self._group = Histogram(
            "bundel_audit_group_size",
            "Requests in one commit",
            buckets=(1, 2, 4, 8, 16, 32, 64, 128, 256),
            registry=registry,
        )
        self._seconds = Histogram(
            "bundel_audit_append_seconds",
            "Duration of one commit, from plan to durable",
            buckets=(0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5),
            registry=registry,
        )

    def __call__(self, committed: Committed) -> None:
        self._entries.inc(committed.entries)
        self._group.observe(committed.requests)
        self._seconds.observe(committed.seconds)
