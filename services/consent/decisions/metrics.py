"""Counts of decisions by rule and outcome, and of everything that should never happen."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter


class DecisionMetrics:
    """`errors` is an alarm: facts, subject and question are callers' faults; engine and
    disagreement mean that the policy engine cannot be trusted."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.decisions = Counter(
            "bundel_decisions_total", "Decisions by rule", ("rule", "outcome"), registry=registry
        )
        self.errors = Counter(
            "bundel_decision_errors_total", "Denied for a fault", ("kind",), registry=registry
        )
        self.confirmed = Counter(
            "bundel_decisions_confirmed_total",
            "Permits that Cedar itself confirmed",
            registry=registry,
        )
