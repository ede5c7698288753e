"""The life of a member as intervals in which nothing changes: whether use is in force, and whether the setting is on.

Only members who moved, or acted more than once, need one; everybody else has a closed form (`state`). Intervals are
half-open.
"""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING, NamedTuple

import ibis

from byleave.compile.acts import instant, residences
from byleave.compile.regimes import RegimeTests, countries, matured_column, notices_of
from byleave.compile.tables import INSTANT
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
    """`member_id, start, end, country, in_force, is_on, recorded_at`: every interval that begins up to `as_of`.

    `end` of the last interval is the end of time. `recorded_at` is that of the residence whose default makes it on,
    NULL where an act does; by `as_of` at the latest. `farther`, where the acts have it: whether an *off* up to there
    reaches training.
    """
    moved = residences(folded.tables.members.semi_join(folded.ids, "member_id"))
    lived = _lived(_turns(folded, moved, rules, as_of))
    if notices_of(rules):
        lived = lived.left_join(folded.ids, "member_id").drop("member_id_right")
    homes = moved.rename(moved_member="member_id", begun="since")
    table = lived.left_join(homes, [lived.member_id == homes.moved_member, lived.since == homes.begun])
    lookup = countries(rules)
    table = table.left_join(lookup, table.country == lookup.covered)
    tests = RegimeTests(rules, table)
    recorded = table.recorded_at <= table.start
    in_force = recorded & tests.begun(table.start) & tests.permits(table.start) & tests.noticed(table.start)
    by_default = table.default_on & (table.recorded_at <= as_of)
    is_on = ibis.ifelse(table.last_act.isnull(), by_default, table.last_act % 2 == 1)
    more = {"farther": table.farther.fill_null(0) == 1} if "farther" in table.columns else {}
    return table.select(
        "member_id",
        "start",
        "country",
        "end",
        in_force=in_force.fill_null(False),  # noqa: FBT003 - the value that NULL becomes
        is_on=is_on.fill_null(False),  # noqa: FBT003 - the value that NULL becomes
        recorded_at=ibis.ifelse(table.last_act.isnull(), table.recorded_at, ibis.null(INSTANT)),
        **more,
    )


def _turns(folded: Folded, moved: ir.Table, rules: Rules, as_of: ir.Value) -> ir.Table:
    """`member_id, start, since, act`: every instant up to `as_of` at which something may change for a member.

    `since` where a residence begins. `act` where one counts: twice its rank, plus one if it is *on*; `farther`, where
    the acts have it: 1 for one that reaches training.
    """
    ids = folded.ids
    fixed = {at for rule in rules.regimes for at in (rule.effective, rule.recipient_effective)}
    plain = [(ids, instant(at)) for at in sorted(fixed)]
    plain += [(ids, ids[matured_column(rules, notice)]) for notice in notices_of(rules)]
    # the beginning of time is a turn of its own where no residence begins there, and a recording where it comes later
    dated, late = moved.filter(moved.since > instant(FIRST)), moved.filter(moved.recorded_at > moved.since)
    plain += [(dated, instant(FIRST)), (late, late.recorded_at)]
    marked = "farther" in folded.acts.columns
    unmarked = {"farther": ibis.null("int8")} if marked else {}
    nothing = {"since": ibis.null(INSTANT), "act": ibis.null("int64"), **unmarked}
    parts = [table.select("member_id", start=at, **nothing) for table, at in plain]
    parts.append(moved.select("member_id", start=moved.since, since=moved.since, act=nothing["act"], **unmarked))
    acts = folded.acts.semi_join(ids, "member_id")
    coded = acts["rank"] * 2 + acts.is_on.cast("int64")
    marks = {"farther": acts.farther.cast("int8")} if marked else {}
    parts.append(acts.select("member_id", start=acts["at"], since=nothing["since"], act=coded, **marks))
    union = reduce(lambda left, right: left.union(right, distinct=False), parts)
    return union.filter(union.start <= as_of)


def _lived(turns: ir.Table) -> ir.Table:
    """`member_id, start, end, since, last_act`: the last residence and the last act by rank in every interval.

    And `farther`, where the turns have it: 1 from the first act on that reaches training.
    """
    by_start = ibis.window(group_by=turns.member_id, order_by=turns.start)
    so_far = ibis.range_window(following=0, group_by=turns.member_id, order_by=turns.start)
    table = turns.select(
        "member_id",
        "start",
        end=turns.start.lead().over(by_start).fill_null(instant(LAST)),
        since=turns.since.max().over(so_far),
        last_act=turns.act.max().over(so_far),
        **({"farther": turns.farther.max().over(so_far)} if "farther" in turns.columns else {}),
    )
    # of turns at one instant the last has the interval, and they all know of each other
    return table.filter(table.start < table["end"])


def good_intervals(intervals: ir.Table, as_of: ir.Value) -> ir.Table:
    """`member_id, start, end`: what came to be here may be collected when use is first in force, never off before.

    For an interval in force that is the interval itself, if it is on; for one that is not, everything from it to the
    next one in force must be on, by acts or by a default that was known then. For whom an *off* reaches training, what
    may be collected must also be open to training at `as_of`: in force and on then, and never off since.
    """
    ahead = ibis.window(group_by=intervals.member_id, order_by=intervals.start, preceding=0, following=None)
    next_in_force = ibis.ifelse(intervals.in_force, intervals.start, ibis.null(INSTANT))
    table = intervals.mutate(next_in_force=next_in_force.min().over(ahead))
    known = table.recorded_at.isnull() | (table.recorded_at <= table.next_in_force)
    next_off = ibis.ifelse(table.is_on & known, ibis.null(INSTANT), table.start)
    table = table.mutate(next_off=next_off.min().over(ahead))
    never_off = table.next_off.isnull() | (table.next_off > table.next_in_force)
    good = table.next_in_force.notnull() & never_off
    if "farther" in table.columns:
        life = ibis.window(group_by=table.member_id)
        off_until = ibis.ifelse(table.is_on, ibis.null(INSTANT), table["end"]).max().over(life)
        open_now = (table.in_force & table.is_on & (table["end"] > as_of)).any().over(life)
        at_training = open_now & (table.start >= off_until.fill_null(instant(FIRST)))
        # before the filter: it must not take away what the windows look at
        table = table.mutate(good=good & (~table.farther.any().over(life) | at_training))
        good = table.good
    return table.filter(good).select("member_id", "start", "end")
