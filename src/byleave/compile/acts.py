"""The register folded to what counts: acts, standing objections, residences, matured notices.

Each function states in Ibis what `policy.semantics` states for one person.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from byleave.compile.tables import INSTANT
from byleave.kernel.instants import FIRST
from byleave.kernel.vocabulary import PURPOSES
from byleave.policy.facts import IMPORT, MEMBER

if TYPE_CHECKING:
    from datetime import datetime

    import ibis.expr.types as ir

    from byleave.policy.rules import Notice, Rules


def instant(value: datetime) -> ir.TimestampScalar:
    """A literal instant."""
    return ibis.literal(value.isoformat(sep=" ", timespec="microseconds")).cast(INSTANT)


def acts_that_count(preferences: ir.Table, rules: Rules, as_of: ir.Value, *, replay: bool) -> ir.Table:
    """`member_id, at, rank, is_on`: the acts about the purpose in their order, and from when each counts.

    `rank` grows with the order of acts of one member: by `seq`, or by `at` with *off* last where there is no `seq`.
    Where the pack reaches collection and acts say how far they reached when they were recorded, `farther` marks an
    *off* that reached training.
    """
    own = preferences.filter(_is_about(preferences, rules))
    own = own.mutate(is_on=own.value == "on")
    recorded = own.recorded_at.fill_null(own["at"])
    off_from = ibis.ifelse(recorded < own["at"], recorded, own["at"])
    if not replay:
        off_from = ibis.ifelse(off_from > as_of, as_of, off_from)
    if "unused_since" in own.columns:
        unused = _unused_since(own, rules)
        earlier = (unused < off_from) & (off_from <= as_of)
        off_from = ibis.ifelse(earlier.fill_null(False), unused, off_from)  # noqa: FBT003 - the value that NULL becomes
    on_from = ibis.ifelse(recorded > own["at"], recorded, own["at"])
    counted = own.mutate(counts_from=ibis.ifelse(own.is_on, on_from, off_from))
    kept = counted.filter(~counted.is_on | counted.actor.isin([MEMBER, IMPORT]))
    kept = kept.anti_join(_beaten_imports(own), ["member_id", "seq"])
    order = ibis.window(group_by=kept.member_id, order_by=[kept.seq, kept["at"], kept.is_on.desc()])
    more = {}
    if rules.reaches == "collection" and "reaches" in kept.columns:
        more["farther"] = ~kept.is_on & (kept.reaches.fill_null("collection") != "collection")
    rank = ibis.row_number().over(order)
    return kept.select("member_id", at=kept.counts_from, rank=rank, is_on=kept.is_on, **more)


def _unused_since(own: ir.Table, rules: Rules) -> ir.TimestampValue:
    """Since when nothing had been collected for whom is decided about; NULL where nothing is recorded about that."""
    told = f"{rules.purpose} {rules.recipient} "
    found = own.unused_since.filter(lambda one: one.startswith(told))
    at = found[0].substr(len(told)).try_cast(INSTANT).fill_null(instant(FIRST))
    return ibis.ifelse(found.length() > 0, at, ibis.null(INSTANT))


def _is_about(preferences: ir.Table, rules: Rules) -> ir.BooleanValue:
    """Whether the setting governed the purpose when the act was recorded; or does now, as the definition has it."""
    governs = preferences.setting.isin(sorted(rules.settings))
    if "covers" not in preferences.columns:
        return governs
    then = preferences.covers.contains(rules.purpose).fill_null(False)  # noqa: FBT003 - the value that NULL becomes
    return then | (governs & (preferences.covers.isnull() | (preferences.value != "on")))


def freeing_new_content(preferences: ir.Table, rules: Rules, as_of: ir.Value) -> ir.Table:
    """`narrow_member`: for whom switching on frees new content alone, as an *on* said when it was recorded.

    Until the person's own later *on* of more. Once each.
    """
    told = preferences.filter(_is_about(preferences, rules))
    told = told.filter(told.value == "on", told.actor.isin([IMPORT, MEMBER]), told["at"] <= as_of)
    told = told.filter(told.recorded_at.isnull() | (told.recorded_at <= as_of))
    new = (told.frees == "new-content").fill_null(False)  # noqa: FBT003 - the value that NULL becomes
    number = told.seq.fill_null(0)
    never = ibis.null("int64")
    marked = told.select(
        "member_id",
        new=ibis.ifelse(new, number, never),
        more=ibis.ifelse(~new & (told.actor == MEMBER), number, never),
    )
    latest = marked.group_by("member_id").agg(new=marked.new.max(), more=marked.more.max())
    return latest.filter(latest.new >= latest.more.fill_null(0)).select(narrow_member="member_id")


def _beaten_imports(own: ir.Table) -> ir.Table:
    """`member_id, seq` of imported *on* acts that an *off* earlier by `seq` is not dated before."""
    imported = own.filter(own.is_on & (own.actor == IMPORT))
    offs = own.filter(~own.is_on).select(off_member="member_id", off_at="at", off_seq="seq")
    same = imported.member_id == offs.off_member
    met = imported.inner_join(offs, [same, offs.off_at >= imported["at"], offs.off_seq < imported.seq])
    return met.select("member_id", "seq").distinct()


def standing_objections(objections: ir.Table, rules: Rules, as_of: ir.Value, *, replay: bool) -> ir.Table:
    """`subject_id` of everyone with an objection that stands for the purpose, once each."""
    other_purposes = [purpose for purpose in PURPOSES if purpose != rules.purpose]
    applies = ~objections.purpose.fill_null("").isin(other_purposes)
    ended = objections.status.fill_null("open").isin(["withdrawn", "rejected"])
    after = (objections.resolved_at > objections.received_at) & (objections.resolved_at <= as_of)
    stands = applies & ~(ended & after.fill_null(False))  # noqa: FBT003 - the value that NULL becomes
    if replay:
        stands &= objections.received_at <= as_of
    return objections.filter(stands).select("subject_id").distinct()


def residences(members: ir.Table) -> ir.Table:
    """`member_id, since, country, recorded_at`: one row for each start; `country` NULL where two countries share it."""
    filled = members.select(
        "member_id",
        since=members.since.fill_null(instant(FIRST)),
        country=members.country.fill_null(""),
        recorded_at=members.recorded_at.fill_null(instant(FIRST)),
    )
    grouped = filled.group_by(["member_id", "since"]).agg(
        lowest=filled.country.min(), highest=filled.country.max(), recorded_at=filled.recorded_at.min()
    )
    agree = grouped.lowest == grouped.highest
    country = ibis.ifelse(agree, grouped.lowest, "").nullif("")
    return grouped.select("member_id", "since", "recorded_at", country=country)


def matured_notices(notices: ir.Table, notice: Notice) -> ir.Table:
    """`member_id, matures_at`: the first instant at which a delivery of the notice has waited long enough."""
    wanted = notices.filter(notices.notice == notice.id)
    if notice.version is not None:
        wanted = wanted.filter(wanted.version == notice.version)
    waited = wanted.delivered_at + ibis.interval(seconds=int(notice.wait.total_seconds()))
    recorded = wanted.recorded_at.fill_null(instant(FIRST))
    matures_at = ibis.ifelse(recorded > waited, recorded, waited)
    return wanted.group_by("member_id").agg(matures_at=matures_at.min())
