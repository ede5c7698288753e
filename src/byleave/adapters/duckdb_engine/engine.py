"""The gate's engine on DuckDB: folds the register, decides the corpus, writes its two outputs."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from byleave.adapters.duckdb_engine.columns import check_zone, literal, quoted
from byleave.adapters.duckdb_engine.items import Corpus, open_items, refuse_unmatched_objections
from byleave.adapters.duckdb_engine.plans import AS_OF, Plan, Shape, plan_for
from byleave.adapters.duckdb_engine.register import RegisterInfo, find_register, load_register, register_digest
from byleave.adapters.duckdb_engine.session import Session
from byleave.adapters.duckdb_engine.tables import FILE, ROW, UNREADABLE, one_path
from byleave.gate.request import Counted
from byleave.kernel.decision import GAPS, Reason, Verdict
from byleave.kernel.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime
    from pathlib import Path

    from byleave.adapters.duckdb_engine.facts import Found
    from byleave.adapters.duckdb_engine.texts import Texts
    from byleave.gate.request import Request
    from byleave.policy.facts import Moment
    from byleave.policy.rules import Rules

_PARQUET = "FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1"
_REASONS = list(Reason)
_ELIGIBLE = Reason.ELIGIBLE.order
_GAPS = ", ".join(str(reason.order) for reason in sorted(GAPS))
_TYPES: dict[str, list[str]] = {"byleave_verdict": list(Verdict), "byleave_reason": list(_REASONS)}
"""Enumerations: DuckDB writes them to Parquet as text, and need not look for what repeats."""


def _named() -> str:
    """`verdict` and `reason` in words; until they are written a reason stands as the order of its test."""
    verdict = (
        f"CASE WHEN reason = {_ELIGIBLE} THEN 'eligible'::byleave_verdict"
        f" WHEN reason IN ({_GAPS}) THEN 'gap'::byleave_verdict ELSE 'excluded'::byleave_verdict END"
    )
    reasons = " ".join(f"WHEN {one.order} THEN {literal(one.value)}::byleave_reason" for one in _REASONS)
    return f"{verdict} AS verdict, CASE reason {reasons} END AS reason"


TEXT = "text"
"""Column that is searched for people, by the design's name."""
NAMED = "byleave_named"
"""As `compile.tables` has it; a plan from the cache needs no compiler."""
_MOST_NAMES = 100
"""Categories that the pack does not name are counted by name, the most frequent so many of them; the others are
counted as unknown, since a column that is mistaken for the category may hold a name for each row."""
_FIRST_ROWS = 100_000
"""So many rows are looked at for such names before all are decided; others that come up cost a second pass."""


class DuckDBEngine:
    """One run on one machine, embedded."""

    name = "duckdb"

    def __init__(self, request: Request, rules: Rules, spill: Path) -> None:
        """Open a session; nothing is read yet."""
        self._request = request
        self._rules = rules
        self._spill = spill
        spill.mkdir(parents=True, exist_ok=True)
        self._session = Session(spill)
        for name, values in _TYPES.items():
            self._session.run(f"CREATE TYPE {name} AS ENUM ({', '.join(map(literal, values))})")
        if request.reading.assume_zone is not None:
            known = (name for (name,) in self._session.rows("SELECT name FROM pg_timezone_names()"))
            check_zone(request.reading.assume_zone, known)
        self._again = False
        self._base = "byleave_corpus"
        self._texts: Texts | None = None
        self._info: RegisterInfo | None = None
        self._opened: Corpus | None = None
        self._lost = 0
        self.version = self._session.version

    @property
    def session(self) -> Session:
        """The connection, with the tables of the register and the view `items`."""
        return self._session

    def close(self) -> None:
        """Free everything."""
        self._session.close()

    def read_register(self) -> RegisterInfo:
        """Load the register, strictly; of a ledger only what is new since the last time."""
        request = self._request
        self._info = load_register(
            self._session, request.register, self._rules, request.waivers, request.reading, self._info
        )
        if self._opened is not None:
            self._add_kept(self._opened)
        return self._info

    def _add_kept(self, corpus: Corpus) -> None:
        """Stand in for people who were erased, where items name them."""
        kept = self._info.kept if self._info else None
        if kept is not None:
            from byleave.adapters.duckdb_engine.kept import add_kept_objections

            allowed = self._request.waivers.allow_orphans
            self._lost = add_kept_objections(self._session, kept, corpus.columns, allowed=allowed)

    def register_changed(self, info: RegisterInfo) -> bool:
        """Whether a folder or a ledger is no longer what was read."""
        if isinstance(self._request.register, dict):
            return False
        if info.head is not None:
            from byleave.adapters.duckdb_engine.ledger import ledger_moved

            return ledger_moved(self._request.register, info.head)
        return register_digest(find_register(self._request.register, self._rules)) != info.digest

    def open_items(self) -> Corpus:
        """Open the corpus."""
        corpus = open_items(self._session, self._request.items, self._rules, self._request.reading, self._spill)
        self._corpus = self._opened = corpus
        self._add_kept(corpus)
        column = self._request.reading.columns.get(TEXT, TEXT)
        if column != TEXT and column not in corpus.passing:
            raise InputError(f"the items have no column `{column}` to read as `{TEXT}`")
        self._text_column = column if column in corpus.passing else None
        return corpus

    def fold(self, info: RegisterInfo, moment: Moment) -> None:
        """Fold the register at a moment."""
        corpus, rows = self._corpus, info.rows
        self._session.run(f"CREATE OR REPLACE TEMP VIEW items AS FROM {self._base}")
        self._shape = Shape(
            (*corpus.columns, UNREADABLE),
            corpus.passing,
            withholdings=rows["withholdings"] > 0,
            replay=moment.replay,
            covers=info.head is not None,
            frees=info.head is not None and self._frees_new_content(),
        )
        self._plan = plan_for(self._rules, self._shape)
        as_of = literal(moment.as_of.isoformat(sep=" "))
        self._session.run(f"CREATE OR REPLACE TEMP MACRO {AS_OF}() AS TIMESTAMPTZ {as_of}")
        for name, sql in self._plan.stages:
            self._fill(name, sql)
        self._fill("byleave_state", self._plan.state)
        if self._plan.ranges:
            self._fill("byleave_ranges", self._plan.ranges)
        self._variant = self._single_items(self._plan)

    def _frees_new_content(self) -> bool:
        """Whether some *on* of the ledger freed new content alone: else the plan need not ask."""
        return bool(self._session.one("SELECT count(*) FROM preferences WHERE frees = 'new-content'"))

    def find(self, info: RegisterInfo, on_progress: Callable[[float], None]) -> bool:
        """Look in texts for people whose objection stands, between `fold` and `decide`; whether a text was changed."""
        self._unsearched = 0
        if not info.identified:
            return False
        from byleave.adapters.duckdb_engine.texts import Texts

        if self._texts is None:
            self._texts = Texts(self._session, self._text_column, redacting=self._request.redacting)
        self._unsearched = self._texts.require_searchable(allowed=self._request.waivers.allow_orphans)
        if self._texts.look(self._base, on_progress):
            shape = self._shape
            self._plan = plan_for(self._rules, replace(shape, columns=(*shape.columns, NAMED)))
            self._variant = self._single_items(self._plan)
        return self._texts.changed

    def found(self) -> Mapping[str, Any] | None:
        """What was found in texts, for the manifest; None where nobody was looked for."""
        return self._texts.tally.as_json() if self._texts is not None else None

    def name_rows(self, info: RegisterInfo, found: list[Found]) -> list[Found]:
        """Rows with whom their texts name."""
        if not info.identified:
            return found
        from byleave.adapters.duckdb_engine.texts import Texts

        return Texts(self._session, self._text_column, redacting=False).name(found)

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
        if plan.found and self._fill("byleave_findings", plan.found):
            variant += "f"
        return variant

    def _withheld(self, plan: Plan) -> str:
        """Withheld ids by acts and flags; when rows are decided again, also those found in the whole corpus."""
        found = plan.withheld or "SELECT CAST(NULL AS VARCHAR) AS byleave_withheld WHERE false"
        return f"{found} UNION FROM byleave_flagged" if self._again else found

    def decide(self, on_progress: Callable[[float], None]) -> list[Counted]:
        """Decide every row, and count: ids are kept of those that are left out, nothing of their content."""
        named = [*self._rules.category_use, *self._other_categories()]
        listed = f"[{', '.join(map(literal, named))}]"
        self._session.run(
            "CREATE OR REPLACE TEMP TABLE byleave_decided AS"
            f" SELECT reason, regime, CAST(list_position({listed}, category) AS SMALLINT) AS known,"
            f" CASE WHEN reason <> {_ELIGIBLE} THEN item_id END AS item_id,"
            f" objector FROM ({self._rows()})",
            on_progress=on_progress,
        )
        found = self._session.rows("SELECT reason, regime, known, count(*) FROM byleave_decided GROUP BY ALL")
        rows = [(*of, named[known - 1], count) for *of, known, count in found if known is not None]
        if len(rows) < len(found):
            rows += self._rest(f"category IS NULL OR NOT list_contains({listed}, category)")
        return self._counted(rows)

    def _rest(self, condition: str) -> list[tuple[Any, ...]]:
        """Rows by reason, region and category where a condition holds; categories by name if they are frequent."""
        self._session.run(
            "CREATE OR REPLACE TEMP TABLE byleave_rest AS SELECT reason, regime, category, count(*) AS found"
            f" FROM ({self._rows()}) WHERE {condition} GROUP BY ALL"
        )
        often = (
            "SELECT category FROM byleave_rest WHERE category IS NOT NULL"
            f" GROUP BY category ORDER BY sum(found) DESC, category LIMIT {_MOST_NAMES}"
        )
        shown = f"CASE WHEN category IN ({often}) THEN category END AS shown"
        return self._session.rows(f"SELECT reason, regime, {shown}, sum(found)::BIGINT FROM byleave_rest GROUP BY ALL")

    def _other_categories(self) -> list[str]:
        """Categories that the pack does not name, as far as the first rows show them."""
        rows = self._session.rows(
            f"SELECT category FROM (SELECT category FROM items LIMIT {_FIRST_ROWS}) WHERE category IS NOT NULL"
            f" GROUP BY category ORDER BY count(*) DESC, category LIMIT {_MOST_NAMES + len(self._rules.category_use)}"
        )
        return [name for (name,) in rows if name not in self._rules.category_use]

    def _counted(self, rows: list[tuple[Any, ...]]) -> list[Counted]:
        """Counts with reasons and regions by name; of categories that the pack does not name, the most frequent."""
        regimes = [regime.name for regime in self._rules.regimes]
        others: Counter[str] = Counter()
        for _, _, category, count in rows:
            if category is not None and category not in self._rules.category_use:
                others[category] += count
        often = sorted(others, key=lambda name: (-others[name], name))[:_MOST_NAMES]
        shown = {*self._rules.category_use, *often}
        total: Counter[tuple[int, int | None, str | None]] = Counter()
        for order, regime, category, count in rows:
            total[order, regime, category if category in shown else None] += count
        return [
            Counted(_REASONS[order - 1].value, None if regime is None else regimes[regime], category, count)
            for (order, regime, category), count in total.items()
        ]

    def unmatched_objectors(self) -> int:
        """How many objectors own nothing in what was decided, and cannot be found in it otherwise."""
        self._session.run(
            f"CREATE OR REPLACE TEMP TABLE byleave_ownerless AS SELECT subject_id FROM {self._to_be_matched()}"
            " ANTI JOIN (SELECT objector FROM byleave_decided WHERE objector IS NOT NULL) AS found USING (objector)"
        )
        allowed = self._request.waivers.allow_orphans
        lost = self._lost + self._unsearched
        return lost + refuse_unmatched_objections(self._session, self._corpus, allowed=allowed)

    def _to_be_matched(self) -> str:
        """The objectors who can only be owners or subjects: nobody looks for them in texts."""
        searched = self._texts is not None
        return f"(FROM byleave_objecting{' ANTI JOIN identifiers USING (subject_id)' if searched else ''})"

    def write_items(self, path: Path, on_progress: Callable[[float], None]) -> int:
        """Write the eligible rows with all their columns. Returns how many."""
        return self._copy(self._plan.decided[self._variant][0], path, on_progress)

    def write_left_out(self, path: Path, on_progress: Callable[[float], None]) -> int:
        """Write `item_id, verdict, reason, file, row` of every other row that was decided. Returns how many."""
        named = f"SELECT item_id, {_named()}, NULL::VARCHAR AS file, NULL::BIGINT AS row FROM byleave_decided"
        sql = f"{named} WHERE reason <> {_ELIGIBLE} AND item_id IS NOT NULL"
        invalid = f"reason = {Reason.INVALID_ITEM.order} AND item_id IS NULL"
        if self._session.one(f"SELECT count(*) FROM byleave_decided WHERE {invalid}"):
            # without an id a row is an invalid item whatever else holds
            nameless = f"SELECT item_id, {Reason.INVALID_ITEM.order} AS reason, {FILE}, {ROW} FROM items"
            sql += f" UNION ALL SELECT item_id, {_named()}, {FILE}, {ROW} FROM ({nameless} WHERE item_id IS NULL)"
        return self._copy(sql, path, on_progress)

    def write_decisions(self, path: Path, on_progress: Callable[[float], None]) -> int:
        """Write `item_id, verdict, reason, file, row` of every row. Returns how many."""
        place = ", ".join(f"CASE WHEN item_id IS NULL THEN {name} END AS {name}" for name in ("file", "row"))
        return self._copy(f"SELECT item_id, {_named()}, {place} FROM ({self._rows()})", path, on_progress)

    def drop_eligible(self, path: Path) -> None:
        """Keep in written decisions only those of the rows that are left out."""
        fresh = path.with_suffix(".new")
        kept = f"FROM read_parquet({one_path(path)}) WHERE verdict <> 'eligible'"
        self._session.run(f"COPY ({kept}) TO {literal(str(fresh))} ({_PARQUET})")
        fresh.replace(path)

    def _rows(self) -> str:
        return self._plan.decided[self._variant][1]

    def _copy(self, sql: str, path: Path, on_progress: Callable[[float], None]) -> int:
        rows = self._session.rows(f"COPY ({sql}) TO {literal(str(path))} ({_PARQUET})", on_progress=on_progress)
        return int(rows[0][0])

    def use_items(self, path: Path) -> None:
        """Decide the rows of a written file from now on; withheld ids are still those of the whole corpus."""
        self._again, self._base = True, "byleave_kept_rows"
        self._session.run("CREATE OR REPLACE TEMP TABLE byleave_flagged AS FROM byleave_withheld_ids")
        columns = ", ".join(quoted(name) for name in (*self._corpus.columns, *self._corpus.passing))
        self._session.run(
            f"CREATE OR REPLACE TEMP VIEW {self._base} AS SELECT {columns}, filename AS {FILE}, file_row_number + 1"
            f" AS {ROW}, false AS {UNREADABLE}"
            f" FROM read_parquet({one_path(path)}, filename = true, file_row_number = true)"
        )

        self._session.run(f"CREATE OR REPLACE TEMP VIEW items AS FROM {self._base}")

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
