"""What a pack's regimes say, as a small table of countries, and as tests on the columns that a join with it brings."""

from __future__ import annotations

from operator import le
from typing import TYPE_CHECKING, Any

import ibis

from byleave.compile.acts import instant
from byleave.compile.tables import INSTANT
from byleave.kernel.instants import LAST

if TYPE_CHECKING:
    from collections.abc import Callable

    import ibis.expr.types as ir

    from byleave.policy.rules import Notice, Rules

NO_NOTICE = -1
"""In the columns that name a notice: the regime asks for none."""


def notices_of(rules: Rules) -> list[Notice]:
    """Every notice that a regime asks for, once each, in a fixed order."""
    asked = [notice for rule in rules.regimes for notice in (rule.notice, rule.recipient_notice) if notice]
    return sorted(set(asked), key=lambda notice: (notice.id, notice.version or "", notice.wait))


def matured_column(rules: Rules, notice: Notice) -> str:
    """The column that holds when a notice has matured for a member."""
    return f"matures_{notices_of(rules).index(notice)}"


def countries(rules: Rules) -> ir.Table:
    """One row for each country that a regime covers, with what the regime says.

    `covered, regime, default_on, effective, recipient_effective, notice, recipient_notice`; a regime that does not
    permit the recipient lets it begin at the end of time. Many regimes make it longer, not deeper: SQL writers recurse.
    """
    codes = ibis.array(sorted(rules.by_country) or ["--"]).unnest().name("covered").as_table()
    named = [(codes.covered.isin(sorted(one.countries)), number) for number, one in enumerate(rules.regimes)]
    table = codes.mutate(regime=ibis.cases((codes.covered == "--", None), *named).cast("int64"))
    order = notices_of(rules)

    def says(values: list[ir.Value], kind: str) -> ir.Value:
        branches = [(table.regime == number, value) for number, value in enumerate(values)]
        return ibis.cases((table.regime.isnull(), None), *branches).cast(kind)

    def notice(asked: list[Notice | None]) -> ir.Value:
        return says([ibis.literal(order.index(one) if one else NO_NOTICE) for one in asked], "int64")

    begins = [instant(one.recipient_effective if one.permitted else LAST) for one in rules.regimes]
    return table.select(
        "covered",
        "regime",
        default_on=says([ibis.literal(one.default_on) for one in rules.regimes], "boolean"),
        effective=says([instant(one.effective) for one in rules.regimes], INSTANT),
        recipient_effective=says(begins, INSTANT),
        notice=notice([one.notice for one in rules.regimes]),
        recipient_notice=notice([one.recipient_notice for one in rules.regimes]),
    )


class RegimeTests:
    """Tests at an instant on a table joined with `countries`; NULL where no regime covers the row."""

    def __init__(self, rules: Rules, table: ir.Table, reached: Callable[[Any, Any], Any] = le) -> None:
        """Take a table with the columns of `countries` and `matures_N` for every notice.

        With `lt` for `reached` the tests ask whether something held already just before the instant.
        """
        self._table = table
        self._notices = notices_of(rules)
        self._reached = reached

    def begun(self, t: ir.Value) -> ir.BooleanValue:
        """Whether the regime is effective at `t`."""
        return self._reached(self._table.effective, t)

    def permits(self, t: ir.Value) -> ir.BooleanValue:
        """Whether the recipient may train at `t`, categories aside."""
        begun = self._reached(self._table.recipient_effective, t)
        return begun & self._matured(self._table.recipient_notice, t)

    def noticed(self, t: ir.Value) -> ir.BooleanValue:
        """Whether the regime's notice, if it asks for one, has matured at `t`."""
        return self._matured(self._table.notice, t)

    def _matured(self, asked: ir.Value, t: ir.Value) -> ir.BooleanValue:
        if not self._notices:
            return ibis.literal(True)  # noqa: FBT003 - a literal for the engine
        matured = [self._reached(self._table[f"matures_{index}"], t) for index in range(len(self._notices))]
        branches = [(asked == index, met.fill_null(False)) for index, met in enumerate(matured)]  # noqa: FBT003
        return ibis.cases((asked == NO_NOTICE, True), *branches, else_=False)
