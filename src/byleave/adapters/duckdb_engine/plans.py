"""The compiled expression as SQL for DuckDB, kept on disk so that a run need not import Ibis.

A plan depends on the rules, on the columns of the items and on the versions of byleave, Ibis and DuckDB; these make its
name. The as-of instant is a macro of the session, so that the same plan serves every run.
"""

from __future__ import annotations

import json
import os
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import cache
from importlib import metadata, resources
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any

from byleave.kernel.canonical import digest_bytes, digest_value

if TYPE_CHECKING:
    from collections.abc import Sequence

    import ibis.expr.types as ir

    from byleave.compile.decision import Decided
    from byleave.compile.state import MemberState
    from byleave.policy.rules import Rules

AS_OF = "byleave_as_of"
"""Name of the macro without parameters that yields the as-of instant."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What a plan depends on beside the rules."""

    columns: tuple[str, ...]
    """The items' columns that the decision may read, `byleave_unreadable` included where values may be unreadable."""
    passing: tuple[str, ...]
    withholdings: bool
    replay: bool
    covers: bool = False
    """Whether the preferences say what each covered and reached when it was recorded: those of a ledger do."""
    frees: bool = False
    """Whether some *on* freed new content alone when it was recorded."""


@dataclass(frozen=True, slots=True)
class Plan:
    """SQL for each step.

    The tables between the steps: the stages (the engine knows `byleave_objecting`), `byleave_state`, `byleave_ranges`,
    `byleave_withheld_ids`, `byleave_namings`, `byleave_findings`.
    """

    stages: list[tuple[str, str]]
    """Name and SQL of the tables that the state is made from, in order."""
    state: str
    ranges: str | None
    withheld: str | None
    naming: str | None
    found: str | None
    decided: dict[str, tuple[str, str]]
    """Which of the tables `withheld`, `naming`, `found` have rows (`""`, `"w"`, … `"wnf"`) → SQL of the eligible rows,
    and of all: `item_id, member_id, reason, regime, category, objector, file, row`; `reason` is an order."""


def plan_for(rules: Rules, shape: Shape) -> Plan:
    """The plan, from the cache if it is there."""
    key = digest_value(_key(rules, shape)).removeprefix("sha256:")
    path = cache_folder() / f"{key}.json"
    cached = _read(path)
    if cached is not None:
        return cached
    plan = _compile(rules, shape)
    _write(path, plan)
    return plan


def cache_folder() -> Path:
    """Where plans are kept: `$BYLEAVE_CACHE`, else the user's cache folder."""
    own = os.environ.get("BYLEAVE_CACHE")
    if own:
        return Path(own)
    base = os.environ.get("XDG_CACHE_HOME")
    try:
        return (Path(base) if base else Path.home() / ".cache") / "byleave" / "plans"
    except RuntimeError:  # nobody's home: no plan can be kept
        return Path(os.devnull) / "plans"


def _key(rules: Rules, shape: Shape) -> dict[str, Any]:
    versions = {name: metadata.version(name) for name in ("byleave", "duckdb", "ibis-framework", "sqlglot")}
    return {
        "versions": versions,
        "code": _code_digest(),
        "pack": rules.pack_digest,
        "purpose": rules.purpose,
        "recipient": rules.recipient,
        "shape": {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(shape).items()},
    }


@cache
def _code_digest() -> str:
    """The digest of the compiler and of this file, so that a change of code never meets an old plan."""
    parts = [resources.files("byleave.compile"), resources.files("byleave.policy").joinpath("regions.yaml")]
    sources = sorted(entry.name for entry in parts[0].iterdir() if entry.name.endswith(".py"))
    texts = [parts[0].joinpath(name).read_bytes() for name in sources]
    return digest_bytes(b"\0".join([*texts, parts[1].read_bytes(), Path(__file__).read_bytes()]))


def _read(path: Path) -> Plan | None:
    """A plan from the cache; None when it is not there or is not what was written."""
    try:
        stored = json.loads(path.read_bytes())
        plan = stored["plan"]
        if stored["digest"] != digest_value(plan):
            return None
        decided = {name: (a, b) for name, (a, b) in plan["decided"].items()}
        return Plan(**{**plan, "decided": decided, "stages": [(name, sql) for name, sql in plan["stages"]]})
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _write(path: Path, plan: Plan) -> None:
    """Keep a plan; a cache that cannot be written is only slower."""
    value = asdict(plan)
    value["decided"] = {name: list(texts) for name, texts in plan.decided.items()}
    value["stages"] = [list(stage) for stage in plan.stages]
    fresh = path.with_suffix(f".{os.getpid()}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh.write_text(json.dumps({"digest": digest_value(value), "plan": value}), encoding="utf-8")
        fresh.replace(path)
    except OSError:
        with suppress(OSError):
            fresh.unlink()


def _compile(rules: Rules, shape: Shape) -> Plan:
    import ibis

    from byleave.compile import decision, state, tables

    as_of = _as_of()
    register = tables.unbound_register(withholdings=shape.withholdings, covers=shape.covers, frees=shape.frees)
    items = tables.unbound_items(_item_types(shape))
    stages: list[tuple[str, str]] = []

    def keep(name: str, table: ir.Table) -> ir.Table:
        stages.append((f"byleave_{name}", str(_sql(table))))
        return ibis.table(table.schema(), name=f"byleave_{name}")

    folded = state.member_state(register, rules, as_of, replay=shape.replay, keep=keep)
    refusals = decision.refusals_of(items, register, rules, as_of, replay=shape.replay)
    kept = state.MemberState(
        ibis.table(state.STATE, name="byleave_state"),
        ibis.table(state.INTERVALS, name="byleave_ranges") if folded.intervals is not None else None,
        folded.dated,
    )
    return Plan(
        stages=stages,
        state=str(_sql(folded.state)),
        ranges=_sql(folded.intervals),
        withheld=_sql(refusals.withheld),
        naming=_sql(refusals.naming),
        found=_sql(refusals.found),
        decided=_decided(items, kept, rules, as_of, shape),
    )


def _choices(letters: tuple[str, ...]) -> list[str]:
    """Every choice among letters, in their order."""
    return ["".join(one) for size in range(len(letters) + 1) for one in combinations(letters, size)]


def _decided(
    items: ir.Table, kept: MemberState, rules: Rules, as_of: ir.TimestampScalar, shape: Shape
) -> dict[str, tuple[str, str]]:
    """The eligible rows, and all, for each choice of the tables that have rows."""
    import ibis

    from byleave.compile import decision, tables

    withheld = ibis.table(decision.WITHHELD, name="byleave_withheld_ids")
    naming = ibis.table(decision.NAMING, name="byleave_namings")
    decided = {}
    found = ibis.table(decision.FOUND, name="byleave_findings")
    named = ("n",) if "subjects" in shape.columns else ()
    found_by_text = ("f",) if tables.NAMED in shape.columns else ()
    for variant in _choices(("w", *named, *found_by_text)):
        present = decision.Refusals(
            withheld if "w" in variant else None,
            naming if "n" in variant else None,
            found if "f" in variant else None,
        )
        outcome = decision.decide_items(items, kept, present, rules, as_of)
        decided[variant] = _outputs(outcome, [*shape.columns, *shape.passing])
    return decided


def _as_of() -> ir.TimestampScalar:
    import ibis

    @ibis.udf.scalar.builtin(name=AS_OF, signature=((), "timestamp('UTC')"))
    def as_of():  # type: ignore[no-untyped-def] # noqa: ANN202 - the signature says it
        """The macro that the engine defines before it runs a plan."""

    return as_of()


def _item_types(shape: Shape) -> dict[str, str]:
    """Column → Ibis type; what passes through only needs a name, since nothing is done with it."""
    from byleave.compile.tables import ITEM_OPTIONAL, ITEM_REQUIRED, NAMED, UNREADABLE

    known = {**ITEM_REQUIRED, **ITEM_OPTIONAL, UNREADABLE: "boolean", NAMED: "array<string>"}
    own = {"byleave_file": "string", "byleave_row": "int64"}
    return {**{name: known[name] for name in shape.columns}, **dict.fromkeys(shape.passing, "string"), **own}


def _outputs(outcome: Decided, columns: Sequence[str]) -> tuple[str, str]:
    kept = [name for name in columns if not name.startswith("byleave_")]
    rows = outcome.table.select(
        "item_id",
        "member_id",
        reason="byleave_order",
        regime="byleave_regime",
        category="category",
        objector="byleave_objector",
        file="byleave_file",
        row="byleave_row",
    )
    return str(_sql(outcome.table.filter(outcome.eligible).select(*kept))), str(_sql(rows))


def _sql(expression: ir.Table | None) -> Any:  # noqa: ANN401 - text, or None for None
    import ibis

    return None if expression is None else str(ibis.to_sql(expression, dialect="duckdb"))
