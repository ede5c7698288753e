"""What is counted, for Prometheus. No label holds an id: kinds, routes, purposes and recipients are few and fixed.

Source of the names' form: https://prometheus.io/docs/practices/naming/ (read 2026-11-27).
"""

from __future__ import annotations

import logging
import os
from typing import TYPE_CHECKING

from prometheus_client import (
    REGISTRY,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector

from byleave.kernel.errors import ByleaveError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from prometheus_client import Metric

    from byleave.ledger.entries import Entry
    from byleave.server.following import Following

SHARED = "PROMETHEUS_MULTIPROC_DIR"
"""The variable that names the folder in which several processes count together; set before this module is imported."""
_log = logging.getLogger(__name__)
SECONDS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
SIZES = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000)

disable_created_metrics()
REQUEST_SECONDS = Histogram(
    "byleave_request_seconds", "Time to answer a request", ("method", "route", "status"), buckets=SECONDS
)
IN_FLIGHT = Gauge("byleave_requests_in_flight", "Requests that are being answered", multiprocess_mode="livesum")
ENTRIES = Counter("byleave_entries", "Entries that were recorded and are durable", ("kind",))
FLUSH_SECONDS = Histogram("byleave_flush_seconds", "Time to record and flush one batch", buckets=SECONDS)
FLUSH_ENTRIES = Histogram("byleave_flush_entries", "Entries that shared one flush", buckets=SIZES)
WAITING = Gauge("byleave_waiting", "Requests that wait to be recorded", multiprocess_mode="livesum")
STOPPED = Gauge("byleave_ledger_stopped", "1 when the ledger takes nothing more", multiprocess_mode="livemax")


class Counting:
    """Counts what the ledger's writer does."""

    def waiting(self, requests: int) -> None:
        """So many wait."""
        WAITING.set(requests)

    def flushed(self, entries: Iterable[Entry], seconds: float) -> None:
        """One batch is durable."""
        number = 0
        for number, entry in enumerate(entries, start=1):  # noqa: B007 - counted and used below
            ENTRIES.labels(entry.kind.value).inc()
        if number:
            FLUSH_SECONDS.observe(seconds)
            FLUSH_ENTRIES.observe(number)

    def stopped(self) -> None:
        """Nothing more is taken."""
        STOPPED.set(1)


def exposition(following: Following) -> bytes:
    """Everything counted so far, by all processes of this server, in the text format of Prometheus.

    What is read from the ledger is left out when it cannot be read; what was counted is told all the same.
    """
    own: CollectorRegistry = REGISTRY
    if SHARED in os.environ:
        own = CollectorRegistry()
        MultiProcessCollector(own)
    read = CollectorRegistry()
    failures: tuple[type[Exception], ...] = (ByleaveError, OSError, *following.errors)
    try:
        found = list(following.collect())
    except failures:
        _log.exception("the ledger cannot be read for the metrics")
        found = []
    read.register(_Found(found))
    return bytes(generate_latest(own)) + bytes(generate_latest(read))


class _Found:
    """What was read, in the form in which it is asked for."""

    def __init__(self, found: list[Metric]) -> None:
        self._found = found

    def collect(self) -> list[Metric]:
        """As it is."""
        return self._found
