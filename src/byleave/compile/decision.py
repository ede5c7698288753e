"""The decision for every row of a table of items, as one unbound expression."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from operator import and_, or_
from typing import TYPE_CHECKING, NamedTuple

import ibis

from byleave.compile.acts import standing_objections
from byleave.compile.state import MemberState, member_state
from byleave.compile.tables import UNREADABLE
from byleave.kernel.decision import Reason, Verdict
from byleave.kernel.vocabulary import VISIBILITIES

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from byleave.compile.tables import RegisterTables
    from byleave.policy.rules import Rules


Among = Callable[["ir.StringValue", list[str]], "ir.BooleanValue"]


class Refusals(NamedTuple):
    """What the register says about single items and about subjects, beside the member state."""

    withheld: ir.Table | None
    """`byleave_withheld`: item ids that are withheld, once each; None when nothing can be."""
    naming: ir.Table | None
    """`byleave_naming, byleave_subjects`: ids and subjects of items that name somebody whose objection stands, once
    each; None when the items name nobody."""


WITHHELD = {"byleave_withheld": "string"}
NAMING = {"byleave_naming": "string", "byleave_subjects": "array<string>"}


class Decided(NamedTuple):
    """The items joined with what decides them."""

    table: ir.Table
    passes: dict[Reason, ir.BooleanValue]
    """Each test in order → whether it passes; NULL means that it does not."""
    eligible: ir.BooleanValue
    """Whether every test passes; NULL means that one does not. In the form that is pushed down into a scan."""
    left_out: ir.BooleanValue
    """Whether a test fails; never NULL. In the form that is evaluated fastest for all rows."""

    def reason(self) -> ir.StringValue:
        """The first failing test, or `eligible`."""
        return self._first(lambda reason: reason.value)

    def verdict(self) -> ir.StringValue:
        """`eligible`, `excluded` or `gap`."""
        return self._first(lambda reason: reason.verdict.value)

    def _first(self, value: Callable[[Reason], str]) -> ir.StringValue:
        branches = [
            (~test.fill_null(False), value(reason))  # noqa: FBT003 - the value that NULL becomes
            for reason, test in self.passes.items()
        ]
        return ibis.cases(*branches, else_=value(Reason.ELIGIBLE))


_IMPLIED = frozenset(
    {
        Reason.UNKNOWN_CATEGORY,
        Reason.UNKNOWN_VISIBILITY,
        Reason.UNKNOWN_REGION,
        Reason.NOT_IN_FORCE,
        Reason.NOTICE_PENDING,
        Reason.OBJECTION,
    }
)
"""Tests that need not be made to know that all pass: a used category is known, a shown visibility too, and the tests
about the owner, which the member state has already made, pass iff `byleave_failed` is 0."""


def decisions(items: ir.Table, tables: RegisterTables, rules: Rules, as_of: ir.Value, *, replay: bool) -> ir.Table:
    """All item columns with `verdict` and `reason`: the whole decision in one expression."""
    folded = member_state(tables, rules, as_of, replay=replay)
    refusals = refusals_of(items, tables, rules, as_of, replay=replay)
    decided = decide_items(items, folded, refusals, rules, as_of)
    return decided.table.select(*items.columns, verdict=decided.verdict(), reason=decided.reason())


def refusals_of(items: ir.Table, tables: RegisterTables, rules: Rules, as_of: ir.Value, *, replay: bool) -> Refusals:
    """The refusals that concern single items and subjects."""
    objecting = standing_objections(tables.objections, rules, as_of, replay=replay)
    return Refusals(
        withheld=_withheld(items, tables.withholdings, as_of, replay=replay),
        naming=_naming_objectors(items, objecting) if "subjects" in items.columns else None,
    )


def _withheld(items: ir.Table, withholdings: ir.Table | None, as_of: ir.Value, *, replay: bool) -> ir.Table | None:
    """Withheld item ids: by the owner's act, or by the flag on any row with that id."""
    parts = []
    if withholdings is not None:
        dated = withholdings["at"].isnull() | (withholdings["at"] <= as_of)
        acts = withholdings.filter(dated) if replay else withholdings
        parts.append(acts.select(byleave_withheld="item_id"))
    if "withheld" in items.columns:
        parts.append(items.filter(items.withheld).select(byleave_withheld="item_id"))
    if not parts:
        return None
    return reduce(lambda left, right: left.union(right, distinct=False), parts).distinct()


def decide_items(items: ir.Table, folded: MemberState, refusals: Refusals, rules: Rules, as_of: ir.Value) -> Decided:
    """Join the items with the state of their owners and test each row."""
    state = folded.state
    joined = items.left_join(state, items.member_id == state.byleave_member)
    if folded.intervals is not None:
        ranges = folded.intervals
        within = [_from(joined, ranges.byleave_start), _none_fails(joined, lambda at: at < ranges.byleave_end)]
        joined = joined.left_join(ranges, [joined.member_id == ranges.byleave_owner, *within])
    if refusals.withheld is not None:
        joined = joined.left_join(refusals.withheld, joined.item_id == refusals.withheld.byleave_withheld)
    if refusals.naming is not None:
        named = refusals.naming
        same = [joined.item_id == named.byleave_naming, joined.subjects == named.byleave_subjects]
        joined = joined.left_join(named, same)
    scanned, passes = _tests(joined, rules, as_of, _in_list), _tests(joined, rules, as_of, _one_of)
    owner_passes = joined.byleave_failed == 0
    eligible = [reduce(and_, [*_needed(tests), owner_passes]) for tests in (scanned, passes)]
    return Decided(joined, passes, eligible[0], ~eligible[1].fill_null(False))  # noqa: FBT003


def _needed(tests: dict[Reason, ir.BooleanValue]) -> list[ir.BooleanValue]:
    """The tests that must be made to know that all pass."""
    return [test for reason, test in tests.items() if reason not in _IMPLIED]


def _in_list(column: ir.StringValue, values: list[str]) -> ir.BooleanValue:
    """Membership in the form that is pushed down into a scan."""
    return column.isin(values)


def _one_of(column: ir.StringValue, values: list[str]) -> ir.BooleanValue:
    """Membership in the form that is evaluated only for the rows that reach it: DuckDB joins with a long IN list."""
    return reduce(or_, (column == value for value in values)) if values else ibis.literal(False)  # noqa: FBT003


def _instants(items: ir.Table) -> list[ir.TimestampColumn]:
    """The columns whose latest value is `p`; those that the table lacks are NULL for every row."""
    return [items[name] for name in ("created_at", "changed_at", "public_since") if name in items.columns]


def _from(items: ir.Table, start: ir.Value) -> ir.BooleanValue:
    """`p >= start`: one of the instants lies there."""
    return reduce(or_, (at >= start for at in _instants(items)))


def _none_fails(items: ir.Table, test: Callable[[ir.Value], ir.BooleanValue]) -> ir.BooleanValue:
    """A test that `p` passes iff `created_at` and all of the other instants that are known pass it."""
    created, *others = _instants(items)
    return reduce(and_, (at.isnull() | test(at) for at in others), test(created))


def _naming_objectors(items: ir.Table, objecting: ir.Table) -> ir.Table:
    """The items' ids and subjects, where a subject's objection stands."""
    rows = items.filter(items.subjects.notnull()).select("item_id", "subjects")
    named = rows.mutate(byleave_subject=rows.subjects.unnest())
    found = named.semi_join(objecting, named.byleave_subject == objecting.subject_id)
    return found.select(byleave_naming="item_id", byleave_subjects="subjects").distinct()


def _tests(joined: ir.Table, rules: Rules, as_of: ir.Value, among: Among) -> dict[Reason, ir.BooleanValue]:
    """Every test in its order; True means that it passes."""
    failed = joined.byleave_failed
    used = [name for name, use in rules.category_use.items() if use == "in"]
    known = [name for name, use in rules.category_use.items() if use != "not-established"]
    tests = {
        Reason.INVALID_ITEM: _valid(joined),
        Reason.NOT_YET_CREATED: _none_fails(joined, lambda at: at <= as_of),
        Reason.UNKNOWN_CATEGORY: among(joined.category, known),
        Reason.EXCLUDED_CATEGORY: among(joined.category, used),
        Reason.UNKNOWN_VISIBILITY: _visible(joined, rules, used, ("in", "out"), among),
        Reason.NOT_PUBLIC: _visible(joined, rules, used, ("in",), among),
        Reason.UNKNOWN_MEMBER: joined.byleave_member.notnull(),
        Reason.UNKNOWN_REGION: failed != Reason.UNKNOWN_REGION.order,
        Reason.MINOR: joined.created_at >= joined.byleave_of_age,
        Reason.RECIPIENT_NOT_PERMITTED: _permitted(joined, rules, among),
        Reason.NOT_IN_FORCE: failed != Reason.NOT_IN_FORCE.order,
        Reason.NOTICE_PENDING: failed != Reason.NOTICE_PENDING.order,
        Reason.OBJECTION: failed != Reason.OBJECTION.order,
        Reason.OPTED_OUT: _left_open(joined, rules),
    }
    if "byleave_withheld" in joined.columns:
        tests[Reason.WITHHELD] = joined.byleave_withheld.isnull()
    if "byleave_naming" in joined.columns:
        tests[Reason.SUBJECT_OBJECTION] = joined.byleave_naming.isnull()
    if rules.leaves_ai_out:
        flag = joined.ai_written if "ai_written" in joined.columns else ibis.null("boolean")
        tests[Reason.AI_WRITTEN] = ~flag.fill_null(not rules.unknown_ai_in)
    if rules.minimum_years is None:
        del tests[Reason.MINOR]
    return tests


def _valid(joined: ir.Table) -> ir.BooleanValue:
    there = [joined[name].notnull() for name in ("item_id", "member_id", "category", "created_at")]
    if UNREADABLE in joined.columns:
        there.append(~joined[UNREADABLE])
    return reduce(and_, there)


def _visible(joined: ir.Table, rules: Rules, used: list[str], uses: tuple[str, ...], among: Among) -> ir.BooleanValue:
    """Whether the visibility has one of `uses` for the row's category, which is one of `used`."""
    ways = []
    for visibility in VISIBILITIES:
        categories = [name for name in used if rules.visibility_use[name, visibility] in uses]
        shown = joined.visibility == visibility
        if categories:
            ways.append(shown if categories == used else shown & among(joined.category, categories))
    return reduce(or_, ways) if ways else ibis.literal(False)  # noqa: FBT003 - a literal for the engine


def _permitted(joined: ir.Table, rules: Rules, among: Among) -> ir.BooleanValue:
    """The recipient may train on this owner's data, and on this category of it."""
    test = joined.byleave_failed != Reason.RECIPIENT_NOT_PERMITTED.order
    for index, regime in enumerate(rules.regimes):
        if regime.recipient_categories is not None:
            listed = among(joined.category, sorted(regime.recipient_categories))
            test &= (joined.byleave_regime != index) | listed
    return test


def _left_open(joined: ir.Table, rules: Rules) -> ir.BooleanValue:
    """`p` lies in what the owner's preference leaves open."""
    if "byleave_owner" in joined.columns:
        return joined.byleave_owner.notnull()
    until = _none_fails(joined, lambda at: at < joined.byleave_on_until)
    return until if rules.frees == "everything" else until & _from(joined, joined.byleave_on_from)
