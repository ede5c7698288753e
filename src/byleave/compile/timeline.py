"""The life of a member as intervals in which nothing changes: whether use is in force, and whether the setting is on.

Only members who moved or acted need one; everybody else has a closed form (`state`). Intervals are half-open.
"""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING, NamedTuple

import ibis

from byleave.compile.acts import instant, residences
from byleave.compile.regimes import RegimeTests, countries, matured_column, notices_of
from byleave.kernel.instants import FIRST, LAST

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from byleave.compile.tables import RegisterTables
    from byleave.policy.rules import Rules


class Folded(NamedTuple):
    """What a timeline is made from."""

    ids: ir.Table
    """`member_id` of the members that need one, and their `matures_N` columns."""
    acts: ir.Table
    tables: RegisterTables


def timeline(folded: Folded, rules: Rules, as_of: ir.Value) -> ir.Table:
    """`member_id, start, end, country, in_force, is_on`: every interval that begins up to `as_of`.

    `end` of the last interval is the end of time.
    """
    moved = residences(folded.tables.members.semi_join(folded.ids, "member_id"))
    points = _points(folded, moved, rules, as_of)
    lived = _last_residence(points, moved)
    acted = _last_act(lived, folded.acts)
    table = acted.left_join(folded.ids, "member_id").drop("member_id_right")
    lookup = countries(rules)
    table = table.left_join(lookup, table.country == lookup.covered)
    tests = RegimeTests(rules, table)
    recorded = table.recorded_at <= table.start
    in_force = recorded & tests.begun(table.start) & tests.permits(table.start) & tests.noticed(table.start)
    is_on = ibis.ifelse(table.last_act.isnull(), table.default_on, table.last_act % 2 == 1)
    following = table.start.lead().over(ibis.window(group_by=table.member_id, order_by=table.start))
    return table.select(
        "member_id",
        "start",
        "country",
        end=following.fill_null(instant(LAST)),
        in_force=in_force.fill_null(False),  # noqa: FBT003 - the value that NULL becomes
        is_on=is_on.fill_null(False),  # noqa: FBT003 - the value that NULL becomes
    )


def _points(folded: Folded, moved: ir.Table, rules: Rules, as_of: ir.Value) -> ir.Table:
    """`member_id, start`: every instant up to `as_of` at which something may change for a member."""
    ids = folded.ids
    fixed = {at for rule in rules.regimes for at in (rule.effective, rule.recipient_effective)}
    parts = [ids.select("member_id", start=instant(at)) for at in sorted(fixed)]
    parts += [ids.select("member_id", start=ids[matured_column(rules, notice)]) for notice in notices_of(rules)]
    parts += [moved.select("member_id", start=moved[column]) for column in ("since", "recorded_at")]
    acts = folded.acts
    parts.append(acts.select("member_id", start=acts["at"]).semi_join(ids, "member_id"))
    union = reduce(lambda left, right: left.union(right, distinct=False), parts)
    late = union.filter((union.start <= as_of) & (union.start > instant(FIRST))).distinct()
    return late.union(ids.select("member_id", start=instant(FIRST)), distinct=False)


def _last_residence(points: ir.Table, moved: ir.Table) -> ir.Table:
    """The points with `country` and `recorded_at` of the residence that holds at each; NULL before the first."""
    rows = moved.select(moved_member="member_id", since="since", country="country", recorded_at="recorded_at")
    begun = points.left_join(rows, [points.member_id == rows.moved_member, rows.since <= points.start])
    latest = begun.group_by(["member_id", "start"]).agg(since=begun.since.max())
    found = latest.left_join(rows, [latest.member_id == rows.moved_member, latest.since == rows.since])
    return found.select("member_id", "start", "country", "recorded_at")


def _last_act(points: ir.Table, acts: ir.Table) -> ir.Table:
    """The points with `last_act`: twice the greatest rank among the acts up to each, plus one if that act is *on*."""
    rows = acts.select(act_member="member_id", act_at="at", coded=acts["rank"] * 2 + acts.is_on.cast("int64"))
    happened = points.left_join(rows, [points.member_id == rows.act_member, rows.act_at <= points.start])
    return happened.group_by(["member_id", "start", "country", "recorded_at"]).agg(last_act=happened.coded.max())


def good_intervals(intervals: ir.Table) -> ir.Table:
    """`member_id, start, end`: content that came to be here may be collected when use is first in force, never off before.

    For an interval in force that is the interval itself, if it is on; for one that is not, everything from it to the
    next one in force must be on.
    """
    ahead = ibis.window(group_by=intervals.member_id, order_by=intervals.start, preceding=0, following=None)
    next_in_force = ibis.ifelse(intervals.in_force, intervals.start, ibis.null(intervals.start.type()))
    next_off = ibis.ifelse(intervals.is_on, ibis.null(intervals.start.type()), intervals.start)
    table = intervals.mutate(next_in_force=next_in_force.min().over(ahead), next_off=next_off.min().over(ahead))
    never_off = table.next_off.isnull() | (table.next_off > table.next_in_force)
    return table.filter(table.next_in_force.notnull() & never_off).select("member_id", "start", "end")
