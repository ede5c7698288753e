"""The decision for every row of a table of items, as one unbound expression."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import reduce
from operator import and_, or_
from typing import TYPE_CHECKING, NamedTuple

import ibis

from byleave.compile.acts import standing_objections
from byleave.compile.state import MemberState, member_state
from byleave.compile.tables import NAMED, UNREADABLE
from byleave.kernel.decision import GAPS, Reason, Verdict
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
    found: ir.Table | None = None
    """`byleave_found`: lists of subjects found in texts that hold somebody whose objection stands, once each; None when
    no text was searched."""


WITHHELD = {"byleave_withheld": "string"}
NAMING = {"byleave_naming": "string", "byleave_subjects": "array<string>"}
FOUND = {"byleave_found": "array<string>"}


class Decided(NamedTuple):
    """The items joined with what decides them."""

    table: ir.Table
    """With `byleave_order`: the order of the first failing test, or of `eligible`."""
    eligible: ir.BooleanValue
    """Whether every test passes; NULL means that one does not. In the form that is pushed down into a scan."""

    @property
    def left_out(self) -> ir.BooleanValue:
        """Whether a test fails; never NULL."""
        return self.table.byleave_order != Reason.ELIGIBLE.order

    def reason(self) -> ir.StringValue:
        """The first failing test, or `eligible`."""
        order = self.table.byleave_order
        return ibis.cases(*((order == reason.order, reason.value) for reason in Reason))

    def verdict(self) -> ir.StringValue:
        """`eligible`, `excluded` or `gap`."""
        order = self.table.byleave_order
        is_gap = order.isin(sorted(reason.order for reason in GAPS))
        refused = ibis.ifelse(is_gap, Verdict.GAP.value, Verdict.EXCLUDED.value)
        return ibis.ifelse(self.left_out, refused, Verdict.ELIGIBLE.value)


_IMPLIED = frozenset({Reason.UNKNOWN_CATEGORY, Reason.UNKNOWN_VISIBILITY})
"""Tests that need not be made to know that all pass: a used category is known, and a shown visibility too."""


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
        found=_found_objectors(items, objecting) if NAMED in items.columns else None,
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
    about_item = _first_failing(_item_tests(items, rules, as_of, _in_array))
    tested = items.mutate(byleave_item=about_item.cast("int8"))
    joined = tested.left_join(state, tested.member_id == state.byleave_member)
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
    if refusals.found is not None:
        joined = joined.left_join(refusals.found, joined[NAMED] == refusals.found.byleave_found)
    dated = folded.dated
    table = joined.mutate(byleave_order=_order(joined, rules, dated=dated).cast("int8"))
    tests = {**_item_tests(table, rules, as_of, _in_list), **_later_tests(table, rules, _in_list, dated=dated)}
    needed = [test for reason, test in tests.items() if reason not in _IMPLIED]
    return Decided(table, reduce(and_, [*needed, table.byleave_failed == 0]))


def _first_failing(tests: Mapping[Reason, ir.BooleanValue]) -> ir.IntegerValue:
    """The order of the first test that does not pass, or 0; NULL does not pass."""
    branches = [
        (~test.fill_null(False), reason.order)  # noqa: FBT003 - the value that NULL becomes
        for reason, test in tests.items()
    ]
    return ibis.cases(*branches, else_=0)


def _order(joined: ir.Table, rules: Rules, *, dated: bool) -> ir.IntegerValue:
    """The order of the first failing test, or of `eligible`.

    The member state has made the tests about the owner: `byleave_failed` is the first that fails. Where another test
    stands between them, those before it are looked at first.
    """
    failed, tests = joined.byleave_failed, _later_tests(joined, rules, _in_array, dated=dated)
    branches = [(joined.byleave_item > 0, joined.byleave_item), (failed.isnull(), Reason.UNKNOWN_MEMBER.order)]
    for reason, test in tests.items():
        if reason.order <= Reason.OPTED_OUT.order:
            branches.append(((failed > 0) & (failed < reason.order), failed))
        branches.append((~test.fill_null(False), reason.order))  # noqa: FBT003 - the value that NULL becomes
    return ibis.cases(*branches, else_=Reason.ELIGIBLE.order)


def _in_list(column: ir.StringValue, values: list[str]) -> ir.BooleanValue:
    """Membership in the form that is pushed down into a scan."""
    return column.isin(values)


def _in_array(column: ir.StringValue, values: list[str]) -> ir.BooleanValue:
    """Membership in the form that is evaluated once for each value of a column whose values repeat."""
    return ibis.array(values).contains(column) if values else ibis.literal(False)  # noqa: FBT003


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


def _found_objectors(items: ir.Table, objecting: ir.Table) -> ir.Table:
    """The lists of subjects found in texts that hold somebody whose objection stands."""
    lists = items.filter(items[NAMED].notnull()).select(byleave_found=NAMED).distinct()
    named = lists.mutate(byleave_subject=lists.byleave_found.unnest())
    found = named.semi_join(objecting, named.byleave_subject == objecting.subject_id)
    return found.select("byleave_found").distinct()


def _item_tests(items: ir.Table, rules: Rules, as_of: ir.Value, among: Among) -> dict[Reason, ir.BooleanValue]:
    """The tests that need only the item, in their order; True means that it passes. They come before all others."""
    used = [name for name, use in rules.category_use.items() if use == "in"]
    known = [name for name, use in rules.category_use.items() if use != "not-established"]
    return {
        Reason.INVALID_ITEM: _valid(items),
        Reason.NOT_YET_CREATED: _none_fails(items, lambda at: at <= as_of),
        Reason.UNKNOWN_CATEGORY: among(items.category, known),
        Reason.EXCLUDED_CATEGORY: among(items.category, used),
        Reason.UNKNOWN_VISIBILITY: _visible(items, rules, used, ("in", "out"), among),
        Reason.NOT_PUBLIC: _visible(items, rules, used, ("in",), among),
    }


def _later_tests(joined: ir.Table, rules: Rules, among: Among, *, dated: bool) -> dict[Reason, ir.BooleanValue]:
    """The tests that the owner's state alone does not decide, in their order; True means that it passes."""
    tests = {
        Reason.MINOR: joined.created_at >= joined.byleave_of_age,
        Reason.RECIPIENT_NOT_PERMITTED: _permitted(joined, rules, among),
        Reason.OPTED_OUT: _left_open(joined, dated=dated),
    }
    if "byleave_withheld" in joined.columns:
        tests[Reason.WITHHELD] = joined.byleave_withheld.isnull()
    if "byleave_naming" in joined.columns:
        tests[Reason.SUBJECT_OBJECTION] = joined.byleave_naming.isnull()
    if "byleave_found" in joined.columns:
        unnamed = tests.get(Reason.SUBJECT_OBJECTION, ibis.literal(True))  # noqa: FBT003 - a literal for the engine
        tests[Reason.SUBJECT_OBJECTION] = unnamed & joined.byleave_found.isnull()
    if rules.leaves_ai_out:
        flag = joined.ai_written if "ai_written" in joined.columns else ibis.null("boolean")
        tests[Reason.AI_WRITTEN] = ~flag.fill_null(not rules.unknown_ai_in)
    if rules.minimum_years is None:
        del tests[Reason.MINOR]
    if all(regime.recipient_categories is None for regime in rules.regimes):
        del tests[Reason.RECIPIENT_NOT_PERMITTED]
    return tests


def _valid(joined: ir.Table) -> ir.BooleanValue:
    there = [joined[name].notnull() for name in ("item_id", "member_id", "category", "created_at")]
    if UNREADABLE in joined.columns:
        there.append(~joined[UNREADABLE])
    return reduce(and_, there)


def _visible(items: ir.Table, rules: Rules, used: list[str], uses: tuple[str, ...], among: Among) -> ir.BooleanValue:
    """Whether the visibility has one of `uses` for the row's category, which is one of `used`."""
    shown = {
        visibility: [name for name in used if rules.visibility_use[name, visibility] in uses]
        for visibility in VISIBILITIES
    }
    always = [visibility for visibility, categories in shown.items() if categories == used]
    ways = [among(items.visibility, always)] if used and always else []
    ways += [
        (items.visibility == visibility) & among(items.category, categories)
        for visibility, categories in shown.items()
        if categories and categories != used
    ]
    return reduce(or_, ways) if ways else ibis.literal(False)  # noqa: FBT003 - a literal for the engine


def _permitted(joined: ir.Table, rules: Rules, among: Among) -> ir.BooleanValue:
    """The recipient may train on this category, where the regime of the owner names categories."""
    listed = {
        index: among(joined.category, sorted(regime.recipient_categories))
        for index, regime in enumerate(rules.regimes)
        if regime.recipient_categories is not None
    }
    tests = ((joined.byleave_regime != index) | test for index, test in listed.items())
    return reduce(and_, tests, ibis.literal(True))  # noqa: FBT003 - a literal for the engine


def _left_open(joined: ir.Table, *, dated: bool) -> ir.BooleanValue:
    """`p` lies in what the owner's preference leaves open."""
    if "byleave_owner" in joined.columns:
        return joined.byleave_owner.notnull()
    until = _none_fails(joined, lambda at: at < joined.byleave_on_until)
    return until & _from(joined, joined.byleave_on_from) if dated else until
