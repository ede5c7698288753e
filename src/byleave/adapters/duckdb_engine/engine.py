"""The gate's engine on DuckDB: folds the register, decides the corpus, writes its two outputs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from byleave.adapters.duckdb_engine.columns import check_zone, literal, quoted
from byleave.adapters.duckdb_engine.items import Corpus, open_items, refuse_unmatched_objections
from byleave.adapters.duckdb_engine.plans import AS_OF, Plan, Shape, plan_for
from byleave.adapters.duckdb_engine.register import RegisterInfo, find_register, load_register, register_digest
from byleave.adapters.duckdb_engine.session import Session
from byleave.adapters.duckdb_engine.tables import FILE, ROW, UNREADABLE
from byleave.gate.request import Counted
from byleave.kernel.decision import GAPS

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from byleave.gate.request import Request
    from byleave.policy.facts import Moment
    from byleave.policy.rules import Rules

_PARQUET = "FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1"
_GAPS = ", ".join(literal(reason) for reason in sorted(GAPS))
_VERDICT = f"CASE WHEN reason IN ({_GAPS}) THEN 'gap' ELSE 'excluded' END AS verdict"


class DuckDBEngine:
    """One run on one machine, embedded."""

    name = "duckdb"

    def __init__(self, request: Request, rules: Rules, spill: Path) -> None:
        """Open a session; nothing is read yet."""
        if request.reading.assume_zone is not None:
            check_zone(request.reading.assume_zone)
        self._request = request
        self._rules = rules
        self._spill = spill
        spill.mkdir(parents=True, exist_ok=True)
        self._session = Session(spill)
        self._again = False
        self.version = self._session.version

    @property
    def session(self) -> Session:
        """The connection, with the tables of the register and the view `items`."""
        return self._session

    def close(self) -> None:
        """Free everything."""
        self._session.close()

    def read_register(self) -> RegisterInfo:
        """Load the register, strictly."""
        request = self._request
        return load_register(self._session, request.register, self._rules, request.waivers, request.reading)

    def register_changed(self, info: RegisterInfo) -> bool:
        """Whether a folder register is no longer what was read."""
        if isinstance(self._request.register, dict):
            return False
        return register_digest(find_register(self._request.register, self._rules)) != info.digest

    def open_items(self) -> Corpus:
        """Open the corpus."""
        self._corpus = open_items(self._session, self._request.items, self._rules, self._request.reading, self._spill)
        return self._corpus

    def fold(self, info: RegisterInfo, moment: Moment) -> int:
        """Fold the register at a moment. Returns how many objectors own nothing and cannot be matched (waived)."""
        corpus, rows = self._corpus, info.rows
        shape = Shape((*corpus.columns, UNREADABLE), corpus.passing, rows["withholdings"] > 0, moment.replay)
        self._plan = plan_for(self._rules, shape)
        as_of = literal(moment.as_of.isoformat(sep=" "))
        self._session.run(f"CREATE OR REPLACE TEMP MACRO {AS_OF}() AS TIMESTAMPTZ {as_of}")
        for name, sql in self._plan.stages:
            self._fill(name, sql)
        self._fill("byleave_state", self._plan.state)
        if self._plan.ranges:
            self._fill("byleave_ranges", self._plan.ranges)
        self._fill("byleave_objecting", self._plan.objecting)
        unmatched = refuse_unmatched_objections(
            self._session, corpus, allowed=self._again or self._request.waivers.allow_orphans
        )
        self._variant = self._single_items(self._plan)
        return unmatched

    def _fill(self, name: str, sql: str) -> int:
        self._session.run(f"CREATE OR REPLACE TEMP TABLE {name} AS {sql}")
        return int(self._session.one(f"SELECT count(*) FROM {name}"))

    def _single_items(self, plan: Plan) -> str:
        """Find withheld items and items that name objectors; says which of the two there are."""
        variant = ""
        if self._fill("byleave_withheld_ids", self._withheld(plan)):
            variant += "w"
        if (
            plan.naming
            and self._session.one("SELECT count(*) FROM byleave_objecting")
            and self._fill("byleave_namings", plan.naming)
        ):
            variant += "n"
        return variant

    def _withheld(self, plan: Plan) -> str:
        """Withheld ids by acts and flags; when rows are decided again, also those found in the whole corpus."""
        found = plan.withheld or "SELECT CAST(NULL AS VARCHAR) AS byleave_withheld WHERE false"
        return f"{found} UNION FROM byleave_flagged" if self._again else found

    def count(self, on_progress: Callable[[float], None]) -> list[Counted]:
        """Rows by reason, region and category over the whole corpus, without writing anything."""
        sql = self._plan.decided[self._variant][2]
        self._session.run(f"CREATE OR REPLACE TEMP TABLE byleave_counts AS {sql}", on_progress=on_progress)
        return self._counted("FROM byleave_counts")

    def write_items(self, path: Path, on_progress: Callable[[float], None]) -> None:
        """Write the eligible rows with all their columns."""
        self._copy(self._plan.decided[self._variant][0], path, on_progress)

    def count_items(self, path: Path) -> list[Counted]:
        """Rows by region and category in a file of eligible rows."""
        return self._counted(
            "SELECT 'eligible', byleave_regime, category, count(*)"
            f" FROM read_parquet({literal(str(path))}) JOIN byleave_state ON member_id = byleave_member GROUP BY ALL"
        )

    def write_left_out(self, path: Path, on_progress: Callable[[float], None]) -> list[Counted]:
        """Write `item_id, verdict, reason, file, row` of every other row. Returns them counted."""
        sql = self._plan.decided[self._variant][1]
        self._session.run(f"CREATE OR REPLACE TEMP TABLE byleave_left AS {sql}", on_progress=on_progress)
        self._copy(f"SELECT item_id, {_VERDICT}, reason, file, row FROM byleave_left", path, on_progress)
        return self._counted("SELECT reason, regime, category, count(*) FROM byleave_left GROUP BY ALL")

    def write_decisions(self, path: Path, on_progress: Callable[[float], None]) -> list[Counted]:
        """Write `item_id, verdict, reason, file, row` of every row. Returns them counted."""
        eligible, others, _ = self._plan.decided[self._variant]
        left = f"SELECT item_id, {_VERDICT}, reason, file, row FROM ({others})"
        yes = f"SELECT item_id, 'eligible', 'eligible', NULL, NULL FROM ({eligible})"
        self._copy(f"{left} UNION ALL {yes}", path, on_progress)
        return self.count(on_progress)

    def _counted(self, sql: str) -> list[Counted]:
        regimes = [regime.name for regime in self._rules.regimes]
        rows = self._session.rows(sql)
        return [
            Counted(reason, None if regime is None else regimes[regime], category, count)
            for reason, regime, category, count in rows
        ]

    def _copy(self, sql: str, path: Path, on_progress: Callable[[float], None]) -> None:
        self._session.run(f"COPY ({sql}) TO {literal(str(path))} ({_PARQUET})", on_progress=on_progress)

    def use_items(self, path: Path) -> None:
        """Decide the rows of a written file from now on; withheld ids are still those of the whole corpus."""
        self._again = True
        self._session.run("CREATE OR REPLACE TEMP TABLE byleave_flagged AS FROM byleave_withheld_ids")
        columns = ", ".join(quoted(name) for name in (*self._corpus.columns, *self._corpus.passing))
        self._session.run(
            f"CREATE OR REPLACE TEMP VIEW items AS SELECT {columns}, filename AS {FILE}, file_row_number + 1 AS {ROW},"
            f" false AS {UNREADABLE} FROM read_parquet({literal(str(path))}, filename = true, file_row_number = true)"
        )

    def rows(self) -> int:
        """How many rows the corpus has."""
        return int(self._session.one("SELECT count(*) FROM items"))

    def turns_between(self, start: datetime, end: datetime) -> bool:
        """Whether anything in the register or the pack is dated in `(start, end]`."""
        fixed = {at for regime in self._rules.regimes for at in (regime.effective, regime.recipient_effective)}
        if any(start < at <= end for at in fixed):
            return True
        dates = (
            "SELECT since FROM members UNION ALL SELECT recorded_at FROM members"
            ' UNION ALL SELECT "at" FROM preferences UNION ALL SELECT recorded_at FROM preferences'
            " UNION ALL SELECT received_at FROM objections UNION ALL SELECT resolved_at FROM objections"
            " UNION ALL SELECT delivered_at FROM notices"
        )
        first, last = (f"TIMESTAMPTZ {literal(at.isoformat(sep=' '))}" for at in (start, end))
        sql = f"SELECT count(*) FROM ({dates}) AS dated(moment) WHERE moment > {first} AND moment <= {last}"
        return bool(self._session.one(sql))
