"""What an administrator watches: quarantine and outbox, in counts and seconds (I11)."""

from __future__ import annotations

from collections.abc import Iterable

from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy import Engine, func, select

from services.signals.delivery.outbox import backlog
from services.signals.intake.status import count_held
from services.signals.intake.tables import link_queue


class IntakeGauges(Collector):
    """Asks the database when metrics are read."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def describe(self) -> Iterable[GaugeMetricFamily]:
        """Names without a query, so that registering needs no database."""
        return [self._gauge(name, text, 0.0) for name, text in _TEXTS.items()]

    def collect(self) -> Iterable[GaugeMetricFamily]:
        with self._engine.connect() as connection:
            outbox = backlog(connection)
            unlinked = connection.execute(
                select(func.count()).where(link_queue.c.state == "pending")
            ).scalar_one()
            values = {
                "bundel_quarantine": count_held(connection),
                "bundel_link_queue_pending": unlinked,
                "bundel_outbox_waiting": outbox.waiting,
                "bundel_outbox_oldest_seconds": outbox.oldest_seconds,
                "bundel_outbox_dead": outbox.dead,
            }
        return [self._gauge(name, _TEXTS[name], value) for name, value in values.items()]

    @staticmethod
    def _gauge(name: str, text: str, value: float) -> GaugeMetricFamily:
        return GaugeMetricFamily(name, text, value=value)


_TEXTS = {
    "bundel_quarantine": "Acute deliveries that were not understood and wait at the desk",
    "bundel_link_queue_pending": "Signals that wait to be linked",
    "bundel_outbox_waiting": "Messages that were not sent yet",
    "bundel_outbox_oldest_seconds": "Age of the oldest message that was not sent yet",
    "bundel_outbox_dead": "Messages that were given up and wait for an administrator",
}


def watch(registry: CollectorRegistry, engine: Engine) -> None:
    """Adds the gauges to the service's metrics."""
    registry.register(IntakeGauges(engine))
