"""How far builds follow the ledger: for each refusal, how long it took until a published snapshot had seen it.

Everything is read from the ledger itself, so that every process of every server tells the same. A refusal is seen by
the first snapshot for training whose `recheck_watermark` is not below its number; the times are those of recording.
"""

from __future__ import annotations

import threading
import time
from bisect import bisect_left
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from prometheus_client.core import GaugeMetricFamily, HistogramMetricFamily

from byleave.ledger.entries import Kind
from byleave.ledger.wire import read_data
from byleave.server.db.opening import connect
from byleave.server.db.reading import read_head
from byleave.server.lineage.standing import standing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from prometheus_client import Metric

    from byleave.server.db.reading import Head
    from byleave.server.db.session import Session

BUCKETS = (60.0, 300.0, 900.0, 3_600.0, 10_800.0, 21_600.0, 43_200.0, 86_400.0, 172_800.0, 604_800.0, 2_592_000.0)
"""Seconds: from a minute, which a running build may take, to thirty days."""
_MICROSECONDS = 1_000_000
_BUILT_FOR = ("purpose", "recipient")


class Published(NamedTuple):
    """A snapshot for training, as the ledger has it."""

    seq: int
    recorded_at: int
    purpose: str
    recipient: str
    seen: int
    """The last entry that it has seen."""


@dataclass(slots=True)
class Followed:
    """What is known of the builds for one purpose and recipient."""

    seen: int = 0
    last_at: int = 0
    """When the last snapshot was recorded; microseconds since 1970."""
    counts: list[int] = field(default_factory=lambda: [0] * (len(BUCKETS) + 1))
    total_seconds: float = 0.0


class Following:
    """Keeps count between two readings, with a connection of its own so that nobody who acts waits for it."""

    def __init__(self, address: str, open_session: Callable[[str], Session] = connect) -> None:
        """Take the ledger's address; it is opened at the first reading."""
        self._address, self._open = address, open_session
        self._session: Session | None = None
        self._lock = threading.Lock()
        self._read = 0
        self.builds: dict[tuple[str, str], Followed] = {}

    @property
    def errors(self) -> tuple[type[Exception], ...]:
        """What the database's driver raises."""
        return self._session.errors if self._session else ()

    def collect(self) -> Iterable[Metric]:
        """Everything as metrics. Raises: LedgerError, or what the database's driver raises."""
        with self._lock:
            session = self._session = (
                self._session if self._session and self._session.usable else self._open(self._address)
            )
            head = read_head(session)
            self._catch_up(session, head)
            waiting = {pair: _waiting(session, one.seen, head.seq) for pair, one in self.builds.items()}
            forgetting = list(_forgetting(session))
        return [*self._metrics(head, waiting), *forgetting]

    def _catch_up(self, session: Session, head: Head) -> None:
        for snapshot in _published(session, self._read, head.seq):
            one = self.builds.setdefault((snapshot.purpose, snapshot.recipient), Followed())
            if snapshot.seen > one.seen:
                for at in _refusals(session, one.seen, snapshot.seen):
                    seconds = max(0, snapshot.recorded_at - at) / _MICROSECONDS
                    one.counts[bisect_left(BUCKETS, seconds)] += 1
                    one.total_seconds += seconds
                one.seen = snapshot.seen
            one.last_at = snapshot.recorded_at
        self._read = head.seq

    def _metrics(self, head: Head, waiting: dict[tuple[str, str], list[int]]) -> Iterable[Metric]:
        yield GaugeMetricFamily("byleave_ledger_head", "Number of the last entry", head.seq)
        yield GaugeMetricFamily(
            "byleave_ledger_head_timestamp_seconds", "When it was recorded", head.recorded_at / _MICROSECONDS
        )
        effective = HistogramMetricFamily(
            "byleave_refusal_effective_seconds",
            "From a refusal's recording to that of the first snapshot that has seen it",
            labels=_BUILT_FOR,
        )
        seen = GaugeMetricFamily("byleave_build_watermark", "Last entry that a snapshot has seen", labels=_BUILT_FOR)
        lag = GaugeMetricFamily("byleave_build_lag_entries", "Entries that it has not seen", labels=_BUILT_FOR)
        last = GaugeMetricFamily("byleave_build_timestamp_seconds", "When it was recorded", labels=_BUILT_FOR)
        number = GaugeMetricFamily("byleave_refusals_waiting", "Refusals that no snapshot has seen", labels=_BUILT_FOR)
        oldest = GaugeMetricFamily("byleave_refusals_waiting_seconds", "Age of the oldest of them", labels=_BUILT_FOR)
        for pair, one in self.builds.items():
            effective.add_metric(pair, _buckets(one.counts), one.total_seconds)
            seen.add_metric(pair, one.seen)
            lag.add_metric(pair, max(0, head.seq - one.seen))
            last.add_metric(pair, one.last_at / _MICROSECONDS)
            number.add_metric(pair, len(waiting[pair]))
            age = time.time() - waiting[pair][0] / _MICROSECONDS if waiting[pair] else 0.0
            oldest.add_metric(pair, max(0.0, age))
        yield from (effective, seen, lag, last, number, oldest)


def _forgetting(session: Session) -> Iterable[Metric]:
    """How the queue of forgetting stands."""
    now = datetime.now(UTC)
    told = standing(session, now)
    age = (now - told.oldest_at).total_seconds() if told.oldest_at else 0.0
    for name, text, value in (
        ("answering", "Accounts that a model here must forget and has not stopped to answer from", told.answering),
        ("leaving", "Accounts that are not out of a model here", told.leaving),
        ("leaving_seconds", "Age of the oldest of them", max(0.0, age)),
        ("problems", "Steps of models that broke and are tried again", told.problems),
        ("behind", "1 when the ledger was not read for it as it should be", int(told.behind)),
    ):
        yield GaugeMetricFamily(f"byleave_forgetting_{name}", text, value)


def _buckets(counts: list[int]) -> list[tuple[str, float]]:
    """Cumulative, as the format wants them."""
    bounds = [*map(str, BUCKETS), "+Inf"]
    return [(bound, float(sum(counts[: number + 1]))) for number, bound in enumerate(bounds)]


def _published(session: Session, after: int, until: int) -> list[Published]:
    sql = (
        "SELECT e.seq, e.recorded_at, p.data FROM ledger_payload p JOIN ledger_entry e ON e.seq = p.seq "
        "WHERE p.subject = '' AND p.seq > ? AND p.seq <= ? AND e.kind = ? ORDER BY p.seq"
    )
    found = []
    for seq, recorded_at, text in session.query(sql, [after, until, Kind.SNAPSHOT_PUBLISHED.value]):
        data = read_data(text)
        seen = data["recheck_watermark"]
        # one that read a folder has no number, and a replay is no build
        if data["mode"] == "training" and isinstance(seen, int):
            found.append(Published(seq, recorded_at, data["purpose"], data["recipient"], seen))
    return found


def _refusals(session: Session, after: int, until: int) -> list[int]:
    """When each refusal in a stretch was recorded, oldest first."""
    # the field is an expression of our own
    sql = (
        "SELECT e.recorded_at FROM ledger_entry e JOIN ledger_payload p ON p.seq = e.seq "
        "WHERE e.seq > ? AND e.seq <= ? AND (e.kind IN ('objection-received', 'item-withheld') "
        f"OR (e.kind = 'preference-set' AND {session.field('value')} = 'off')) ORDER BY e.seq"
    )
    return [recorded_at for (recorded_at,) in session.query(sql, [after, until])]


def _waiting(session: Session, seen: int, head: int) -> list[int]:
    return _refusals(session, seen, head) if head > seen else []
