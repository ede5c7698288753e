"""The register folded to one row for each member: what a decision needs to know about its owner.

Members with one residence row and at most one act have a closed form; the others go through `timeline`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from operator import lt
from typing import TYPE_CHECKING, NamedTuple

import ibis

from byleave.compile.acts import acts_that_count, freeing_new_content, instant, matured_notices, standing_objections
from byleave.compile.regimes import RegimeTests, countries, matured_column, notices_of
from byleave.compile.tables import INSTANT
from byleave.compile.timeline import Folded, good_intervals, timeline
from byleave.kernel.decision import Reason
from byleave.kernel.instants import BIRTHDAY_HOUR_UTC, FIRST, LAST

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from byleave.compile.tables import RegisterTables
    from byleave.policy.rules import Rules

STATE = {
    "byleave_member": "string",
    "byleave_regime": "int16",
    "byleave_failed": "int8",
    "byleave_of_age": "timestamp('UTC')",
    "byleave_on_from": "timestamp('UTC')",
    "byleave_on_until": "timestamp('UTC')",
    "byleave_objector": "int32",
}
"""Columns of the member state. `byleave_failed`: order of the first test about the owner that fails, 0 if none.
An item's `p` satisfies the preference rule iff `on_from <= p < on_until` (under `everything` `on_from` is the first
instant, and only the end is compared); for `collection` with `new-content` the
intervals of `collectable_intervals` say it instead."""

INTERVALS = {
    "byleave_owner": "string",
    "byleave_start": "timestamp('UTC')",
    "byleave_end": "timestamp('UTC')",
}


class MemberState(NamedTuple):
    """The folded register."""

    state: ir.Table
    intervals: ir.Table | None
    """Only for `collection` with `new-content` for anybody: `byleave_owner, byleave_start, byleave_end`."""
    dated: bool
    """Whether `byleave_on_from` is to be compared: not where everything is freed for everybody."""


def needs_intervals(rules: Rules) -> bool:
    """Whether the preference rule is more than one range of `p` for a member."""
    return rules.reaches == "collection" and rules.frees == "new-content"


Keep = Callable[[str, "ir.Table"], "ir.Table"]
"""Called with each intermediate table that is used more than once; an engine may store it and return what it stored."""


def keep_nothing(name: str, table: ir.Table) -> ir.Table:  # noqa: ARG001 - an engine that stores needs the name
    """Leave it to the engine to find what is used more than once."""
    return table


def member_state(
    tables: RegisterTables, rules: Rules, as_of: ir.Value, *, replay: bool, keep: Keep = keep_nothing
) -> MemberState:
    """Fold the register at `as_of`. The columns are those of `STATE`."""
    narrow = None
    if rules.frees == "everything" and "frees" in tables.preferences.columns:
        narrow = keep("narrow", freeing_new_content(tables.preferences, rules, as_of))
    acts = keep("acts", acts_that_count(tables.preferences, rules, as_of, replay=replay))
    matured = _matured(tables, rules, keep)
    one = keep("one", _by_member(acts, rules))
    ids = keep("ids", _with_notices(_not_plain(tables.members, one, narrow), matured))
    intervals = timeline(Folded(ids, acts, tables), rules, as_of)
    ranged = rules.reaches == "collection" and (narrow is not None or needs_intervals(rules))
    if narrow is not None:
        marked = intervals.left_join(narrow, intervals.member_id == narrow.narrow_member)
        intervals = marked.mutate(narrow=marked.narrow_member.notnull()).drop("narrow_member")
    if ranged:
        intervals = keep("timeline", intervals)
    moved = _moved(tables.members, ids, _summary(intervals, rules, as_of))
    base = _with_notices(_plain(tables.members, ids, one).union(moved, distinct=False), matured)
    if ranged:
        base = keep("base", base)
    table = _closed_form(base, rules, as_of)
    objecting = keep("objecting", _numbered(standing_objections(tables.objections, rules, as_of, replay=replay)))
    ages = None if rules.minimum_years is None else _ages(tables.members, rules.minimum_years, keep)
    state = _state(table, objecting, ages, rules, as_of)
    dated = rules.frees == "new-content" or narrow is not None
    return MemberState(state, _intervals(table, intervals, narrow, as_of) if ranged else None, dated)


def _by_member(acts: ir.Table, rules: Rules) -> ir.Table:
    """`acted_member, only_at, only_on, has_timeline`: everyone with acts, and what they did if that was one act.

    Who has an *off* that reaches farther than the pack has a timeline, too.
    """
    more = {"farther": acts.farther.any()} if "farther" in acts.columns else {}
    grouped = acts.group_by("member_id").agg(
        acts=acts.count(), at=acts["at"].max(), on=acts.is_on.cast("int8").max(), **more
    )
    several = grouped["acts"] > 1
    has_timeline = several | grouped.farther if more else several
    return grouped.select(
        acted_member="member_id",
        only_at="at",
        only_on=grouped["on"] == 1,
        has_timeline=ibis.literal(True) if needs_intervals(rules) else has_timeline,  # noqa: FBT003 - as above
    )


def _not_plain(members: ir.Table, acted: ir.Table, narrow: ir.Table | None) -> ir.Table:
    """`member_id` of those with several residence rows or acts, or whose *on* freed new content alone, once each."""
    counted = members.group_by("member_id").agg(rows=members.count())
    several = counted.filter(counted["rows"] > 1).select("member_id")
    active = acted.filter(acted.has_timeline).select(member_id="acted_member").semi_join(members, "member_id")
    every = several.union(active, distinct=False)
    if narrow is not None:
        freed = narrow.select(member_id="narrow_member").semi_join(members, "member_id")
        every = every.union(freed, distinct=False)
    return every.distinct()


def _plain(members: ir.Table, ids: ir.Table, acted: ir.Table) -> ir.Table:
    """One row for each of the others, with the values of their only residence row and their only act."""
    rows = members.anti_join(ids, "member_id")
    rows = rows.left_join(acted, rows.member_id == acted.acted_member)
    return rows.select(
        "member_id",
        "birth_date",
        plain=ibis.literal(True),  # noqa: FBT003 - a literal for the engine
        only_country=rows.country,
        only_since=rows.since.fill_null(instant(FIRST)),
        only_recorded=rows.recorded_at.fill_null(instant(FIRST)),
        only_at="only_at",
        only_on="only_on",
        moved_country=ibis.null("string"),
        moved_from=instant(FIRST),
        moved_until=instant(FIRST),
    )


def _moved(members: ir.Table, ids: ir.Table, summary: ir.Table) -> ir.Table:
    """One row for each member with a timeline, with what it comes to; the columns are those of `_plain`."""
    rows = members.semi_join(ids, "member_id")
    born = rows.group_by("member_id").agg(birth_date=rows.birth_date.max())
    table = born.inner_join(summary, "member_id")
    return table.select(
        "member_id",
        "birth_date",
        plain=ibis.literal(False),  # noqa: FBT003 - a literal for the engine
        only_country=ibis.null("string"),
        only_since=instant(FIRST),
        only_recorded=instant(FIRST),
        only_at=ibis.null(INSTANT),
        only_on=ibis.null("boolean"),
        moved_country="moved_country",
        moved_from="moved_from",
        moved_until="moved_until",
    )


def _matured(tables: RegisterTables, rules: Rules, keep: Keep) -> list[ir.Table]:
    """For each notice that a regime asks for: `member_id, matures_N`."""
    columns = {matured_column(rules, notice): notice for notice in notices_of(rules)}
    return [
        keep(column, matured_notices(tables.notices, notice).rename({column: "matures_at"}))
        for column, notice in columns.items()
    ]


def _with_notices(base: ir.Table, matured: Iterable[ir.Table]) -> ir.Table:
    for one in matured:
        base = base.left_join(one, "member_id").drop("member_id_right")
    return base


def _summary(intervals: ir.Table, rules: Rules, as_of: ir.Value) -> ir.Table:
    """One row for each member with a timeline: the country at `as_of` and the range of `p` that may be used."""
    last = intervals["end"] > as_of
    usable = intervals.in_force & intervals.is_on
    never = ibis.null(intervals.start.type())
    if rules.reaches == "collection":
        on_from = instant(FIRST)
        on_until = ibis.ifelse(usable, intervals["end"], never).max().fill_null(instant(FIRST))
        if "farther" in intervals.columns:
            barred = intervals.farther.any() & ~(last & usable).any()
            on_until = ibis.ifelse(barred, instant(FIRST), on_until)
    else:
        # `p` may lie anywhere, or for new content after the last interval that was off
        off_until = ibis.ifelse(intervals.is_on, never, intervals["end"]).max().fill_null(instant(FIRST))
        on_from = off_until if rules.frees == "new-content" else instant(FIRST)
        if "narrow" in intervals.columns:
            on_from = ibis.ifelse(intervals.narrow.any(), off_until, instant(FIRST))
        on_until = ibis.ifelse(last & usable, intervals["end"], never).max().fill_null(instant(FIRST))
    return intervals.group_by("member_id").agg(
        moved_country=ibis.ifelse(last, intervals.country, ibis.null("string")).max(),
        moved_from=on_from,
        moved_until=on_until,
    )


def _closed_form(table: ir.Table, rules: Rules, as_of: ir.Value) -> ir.Table:
    """Add what the regime says, `on_from` and `on_until`: for plain members in closed form, else from their timeline.

    A plain member's residence holds from `since` on. The default switches once, and an act that has happened may.
    """
    resides = table.only_since <= as_of
    country = ibis.ifelse(
        table.plain, ibis.ifelse(resides, table.only_country, ibis.null("string")), table.moved_country
    )
    table, lookup = table.mutate(country=country), countries(rules)
    table = table.left_join(lookup, table.country == lookup.covered)
    tests = RegimeTests(rules, table)
    in_force = tests.begun(as_of) & tests.permits(as_of) & tests.noticed(as_of) & (table.only_recorded <= as_of)
    usable = (in_force & table.default_on).fill_null(False)  # noqa: FBT003 - the value that NULL becomes
    happened = table.only_at <= as_of
    by_act = in_force & table.only_on
    until_act = ibis.ifelse(_used_before_act(table, rules), table.only_at, instant(FIRST))
    lasting = ibis.ifelse(ibis.ifelse(happened, by_act, usable), instant(LAST), instant(FIRST))
    switched_off = happened & ~table.only_on
    plain_until = ibis.ifelse(switched_off, until_act, lasting) if rules.reaches == "collection" else lasting
    # under `everything` the range is open to the past: only where `p` lies decides, not what was before
    plain_from = _on_since(table, happened) if rules.frees == "new-content" else instant(FIRST)
    return table.mutate(
        on_from=ibis.ifelse(table.plain, plain_from, table.moved_from),
        on_until=ibis.ifelse(table.plain, plain_until, table.moved_until),
    )


def _used_before_act(table: ir.Table, rules: Rules) -> ir.BooleanValue:
    """Whether a plain member's content was open to use by default at some instant before their act."""
    act, tests = table.only_at, RegimeTests(rules, table, lt)
    in_force = tests.begun(act) & tests.permits(act) & tests.noticed(act)
    return in_force & table.default_on & (table.only_recorded < act) & (table.only_since < act)


def _on_since(table: ir.Table, happened: ir.BooleanValue) -> ir.TimestampValue:
    """Since when a plain member's setting was never off: by default since the residence began, or by the act."""
    by_default = table.default_on & (table.only_since < table.only_at)
    return ibis.ifelse(happened & ~by_default.fill_null(False), table.only_at, table.only_since)  # noqa: FBT003 - as above


def _ages(members: ir.Table, years: int, keep: Keep) -> ir.Table:
    """`born, of_age`: when whoever was born on a day comes of age; an unknown age is always or never, as the pack says.

    Days are few beside members, and what is computed of each is half of the work on a state.
    """
    born = members.filter(members.birth_date.notnull()).select(born="birth_date").distinct()
    return keep("ages", born.mutate(of_age=_of_age(born.born, years)))


def _state(table: ir.Table, objecting: ir.Table, ages: ir.Table | None, rules: Rules, as_of: ir.Value) -> ir.Table:
    table, of_age = table.left_join(objecting, table.member_id == objecting.subject_id), instant(FIRST)
    if ages is not None:
        table = table.left_join(ages, table.birth_date == ages.born)
        of_age = table.of_age.fill_null(instant(FIRST) if rules.unknown_age_in else instant(LAST))
    tests = RegimeTests(rules, table)
    failed = ibis.cases(
        (table.regime.isnull(), Reason.UNKNOWN_REGION.order),
        (~tests.permits(as_of), Reason.RECIPIENT_NOT_PERMITTED.order),
        (~tests.begun(as_of), Reason.NOT_IN_FORCE.order),
        (~tests.noticed(as_of), Reason.NOTICE_PENDING.order),
        (table.subject_id.notnull(), Reason.OBJECTION.order),
        else_=0,
    )
    return table.select(
        byleave_member="member_id",
        byleave_regime=table.regime.cast("int16"),
        byleave_failed=failed.cast("int8"),
        byleave_of_age=of_age,
        byleave_on_from="on_from",
        byleave_on_until="on_until",
        byleave_objector=table.objector,
    )


def _numbered(objecting: ir.Table) -> ir.Table:
    """`subject_id, objector`: everyone with a standing objection, and their number."""
    number = ibis.row_number().over(order_by=objecting.subject_id)
    return objecting.mutate(objector=number.cast("int32"))


def _of_age(birth_date: ir.DateValue, years: int) -> ir.Value:
    """When a member comes of age everywhere on Earth."""
    year = birth_date.year() + years
    leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    slips = (birth_date.month() == 2) & (birth_date.day() == 29) & ~leap  # noqa: PLR2004 - 29 February
    month = ibis.ifelse(slips, 3, birth_date.month())
    day = ibis.ifelse(slips, 1, birth_date.day())
    midnight = ibis.date(year, month, day).cast("timestamp('UTC')")
    return midnight + ibis.interval(hours=BIRTHDAY_HOUR_UTC)


def _intervals(table: ir.Table, intervals: ir.Table, narrow: ir.Table | None, as_of: ir.Value) -> ir.Table:
    """Ranges of `p` for `collection` with `new-content`; they do not overlap for one member.

    Where everything is freed but for those whom `narrow` names, the others have the range of their state.
    """
    if narrow is None:
        plain = table.filter(table.plain & (table.on_until > as_of))
    else:
        plain = table.filter(table.on_until > instant(FIRST)).anti_join(narrow, table.member_id == narrow.narrow_member)
        intervals = intervals.filter(intervals.narrow)
    closed = plain.select("member_id", start=plain.on_from, end=plain.on_until)
    every = closed.union(good_intervals(intervals, as_of).select("member_id", "start", "end"), distinct=False)
    return every.select(byleave_owner="member_id", byleave_start="start", byleave_end="end")
