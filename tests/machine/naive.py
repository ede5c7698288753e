"""A naive definition of what a ledger means, from the acknowledged entries alone: the other opinion about every fold.

It shares no code with `byleave.ledger`, is written for nobody's speed, and answers with a register for the definition.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from byleave.policy.facts import Act, Member, NoticeDelivery, Objection, Register, Residence

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from byleave.ledger.entries import Entry


@dataclass
class Account:
    """What stands under one id. People with several accounts have several of these, with one `person` number."""

    person: int
    member: bool = False
    homes: list[Residence] = field(default_factory=list)
    births: list[date] = field(default_factory=list)
    notices: list[NoticeDelivery] = field(default_factory=list)


@dataclass
class Known:
    """Everything that is known at one watermark."""

    accounts: dict[str, Account] = field(default_factory=dict)
    acts: dict[int, list[Act]] = field(default_factory=dict)
    """Person → acts on settings, in their order."""
    objections: dict[str, tuple[str, Objection]] = field(default_factory=dict)
    """Objection → who made it (an id), and what it is."""
    withheld: dict[tuple[str, str], datetime] = field(default_factory=dict)
    """Item and who withholds it → since when."""


def register_at(entries: Sequence[Entry], watermark: int, *, kept: bool = True) -> Register:
    """What a decision reads at a watermark. Entries that an erasure up to there has emptied say nothing.

    Args:
        entries: everything that was ever recorded, as it was acknowledged.
        watermark: up to where.
        kept: with the objections of erased people, which who has the suppression key finds in items that name them.
    """
    told = [entry for entry in entries if entry.seq <= watermark]
    erasures = [entry for entry in told if entry.kind == "member-erased"]
    emptied = {seq for entry in erasures for seq in entry.data["entries"]}
    known = Known()
    for entry in told:
        if entry.seq not in emptied and entry.subject:  # what is about nobody changes nothing for anybody
            _take(known, entry)
    outlived = [one for erasure in erasures if kept for one in _kept(entries, erasure)]
    return _register(known, outlived)


def shut_at(entries: Iterable[Entry], cause: str | None = None) -> set[int]:
    """The numbers of the entries that keep builds shut after these, for one cause or any."""
    shut: set[int] = set()
    for entry in entries:
        if entry.kind == "builds-shut" and cause in (None, entry.data["cause"]):
            shut.add(entry.seq)
        elif entry.kind == "builds-opened":
            shut -= set(entry.data["shut"])
    return shut


def activated_at(entries: Iterable[Entry], purpose: str, now: datetime) -> str | None:
    """Digest of the pack that is in force for a purpose, as far as the ledger says: the one that began last."""
    begun = [one for one in entries if one.kind == "policy-activated" and one.data["from"] <= now]
    told = [one for one in begun if purpose in one.data["purposes"]]
    return max(told, key=lambda one: (one.data["from"], one.seq)).data["digest"] if told else None


def _account(known: Known, name: str, seq: int) -> Account:
    account = known.accounts.setdefault(name, Account(seq))
    known.acts.setdefault(account.person, [])
    return account


def _take(known: Known, entry: Entry) -> None:
    account, data = _account(known, entry.subject, entry.seq), entry.data
    match entry.kind.value:
        case "member-registered":
            account.member = True
            account.homes.append(Residence(data["country"], None, entry.recorded_at))
            account.births += [data["birth_date"]] if data["birth_date"] else []
        case "member-moved":
            account.homes.append(Residence(data["country"], data["since"] or entry.at, entry.recorded_at))
        case "members-merged":
            _merge(known, account, known.accounts[data["into"]], entry.seq)
        case "preference-set":
            on = data["value"] == "on"
            told = frozenset(data["covers"]) if "covers" in data else None
            dates = entry.at, entry.seq, entry.recorded_at
            act = Act(
                data["setting"], on, *dates, entry.actor, told, data.get("reaches"), data.get("frees"), _unused(data)
            )
            known.acts[account.person].append(act)
        case "notice-delivered":
            account.notices.append(NoticeDelivery(data["notice"], entry.at, data["version"], entry.recorded_at))
        case "item-withheld" | "item-released":
            _withhold(known, entry)
        case _:
            _object(known, entry)


def _unused(data: Mapping[str, Any]) -> frozenset[tuple[str, str, datetime]]:
    told = [text.split() for text in data.get("unused_since", ())]
    return frozenset((purpose, recipient, datetime.fromisoformat(at)) for purpose, recipient, at in told)


def _withhold(known: Known, entry: Entry) -> None:
    item, since = entry.data["item"], min(entry.at, entry.recorded_at)
    if entry.kind == "item-withheld":
        before = known.withheld.get((item, entry.subject), since)
        known.withheld[item, entry.subject] = min(since, before)
        return
    person = known.accounts[entry.subject].person
    for name in [name for name, account in known.accounts.items() if account.person == person]:
        known.withheld.pop((item, name), None)


def _object(known: Known, entry: Entry) -> None:
    verb, data = entry.kind.value.removeprefix("objection-"), entry.data
    if verb == "received":
        one = Objection(data["purpose"], min(entry.at, entry.recorded_at))
        known.objections[data["objection"]] = (entry.subject, one)
    elif verb in ("upheld", "rejected", "withdrawn"):
        who, one = known.objections[data["objection"]]
        known.objections[data["objection"]] = (who, replace(one, status=verb, resolved_at=entry.recorded_at))


def _merge(known: Known, one: Account, other: Account, seq: int) -> None:
    """Two accounts are one person: the stricter of the two choices, the stricter age, the objections of both."""
    if one.person == other.person:
        return
    known.acts[seq] = _stricter(known.acts[one.person], known.acts[other.person], seq)
    births = [*one.births, *other.births]
    people = (one.person, other.person)
    for account in known.accounts.values():
        if account.person in people:
            account.person, account.births = seq, births


def _stricter(first: Sequence[Act], second: Sequence[Act], seq: int) -> list[Act]:
    """At every instant: off where either was off; on where both had said on; else nothing, and an off stays.

    For each purpose apart, and apart for packs in which the setting governs it and in which it does not.
    """
    result: list[Act] = []
    for setting in sorted({act.setting for act in (*first, *second)}):
        sides = [[act for act in effective(acts) if act.setting == setting] for acts in (first, second)]
        was_off, farthest = dict.fromkeys(CASES, False), 0
        for at in sorted({act.at for acts in sides for act in acts}):
            both_on = {}
            for case in CASES:
                said = [
                    next((act.on for act in reversed(acts) if act.at <= at and _is_about(act, *case)), None)
                    for acts in sides
                ]
                both_on[case] = said == [True, True]
                was_off[case] = not both_on[case] and (was_off[case] or False in said)
            offs = [act for acts in sides for act in acts if act.at <= at and not act.on]
            far = max((REACHES.index(act.reaches) for act in offs), default=0)
            if any(was_off.values()) or far != farthest:
                covers = frozenset(purpose for purpose, governs in CASES if not governs and was_off[purpose, governs])
                reaches = REACHES[far]
                never = sorted(one for acts in sides for act in acts if act.at == at for one in act.unused_since)
                unused = frozenset({one[:2]: one for one in reversed(never)}.values())
                # an imported on is held to the date that the person gave, wherever that lies
                dates = [
                    act.at for act in (*first, *second) if act.setting == setting and not act.on and _begins(act) <= at
                ]
                off = Act(setting, on=False, at=max(at, *dates), recorded_at=at)
                result.append(replace(off, covers=covers or None, reaches=reaches, unused_since=unused))
            farthest = far
            ons = [act.frees for acts in sides for act in acts if act.at <= at and act.on]
            frees = "new-content" if "new-content" in ons else "everything" if "everything" in ons else None
            agreed = frozenset(one for one in PURPOSES if both_on[one, True] and both_on[one, False])
            if all(both_on[one, True] for one in PURPOSES) and agreed != frozenset(PURPOSES):
                result.append(Act(setting, on=True, at=at, frees=frees))
            if agreed:
                result.append(Act(setting, on=True, at=at, covers=agreed, frees=frees))
    result.sort(key=_begins)
    # below the merge's number, so that whatever comes after it has the last word
    return [replace(act, seq=seq + index - len(result)) for index, act in enumerate(result)]


PURPOSES = ("generative-ai", "other-ai")
CASES = [(purpose, governs) for purpose in PURPOSES for governs in (True, False)]
REACHES = [None, "collection", "training", "models"]


def _is_about(act: Act, purpose: str, governs: bool) -> bool:  # noqa: FBT001 - a case
    """Whether an act is about a purpose in a pack in which its setting governs it, or in which it does not."""
    if act.covers is not None and purpose in act.covers:
        return True
    return governs if act.covers is None else governs and not act.on


def effective(acts: Sequence[Act]) -> list[Act]:
    """The acts that can count, dated from when they do, in the order in which they were recorded."""
    result = []
    for act in acts:
        recorded = act.recorded_at or act.at
        earlier = [off for off in acts if not off.on and off.setting == act.setting and off.seq < act.seq]  # type: ignore[operator]
        if not act.on:
            result.append(replace(act, at=min(act.at, recorded), recorded_at=None, actor="member"))
        elif act.actor == "member" or (act.actor == "import" and all(off.at < act.at for off in earlier)):
            result.append(replace(act, at=max(act.at, recorded), recorded_at=None, actor="member"))
    return result


def _kept(entries: Iterable[Entry], erasure: Entry) -> list[tuple[str, Objection]]:
    """The objections that an erased person, under any id, had and that stood: they outlive what was erased."""
    emptied = set(erasure.data["entries"])
    gone = [entry for entry in entries if entry.seq in emptied]
    ids = {entry.subject for entry in gone} | {
        entry.data["into"] for entry in gone if entry.kind.value == "members-merged"
    }
    standing: dict[str, Objection] = {}
    for entry in gone:
        if entry.kind == "objection-received":
            since = min(entry.at, entry.recorded_at)
            standing[entry.data["objection"]] = Objection(entry.data["purpose"], since)
        elif entry.kind in ("objection-rejected", "objection-withdrawn"):
            standing.pop(entry.data["objection"], None)
    return [(name, one) for name in sorted(ids) for one in standing.values()]


def _register(known: Known, kept: Iterable[tuple[str, Objection]]) -> Register:
    members = {
        name: Member(
            tuple(account.homes), tuple(account.births), tuple(known.acts[account.person]), tuple(account.notices)
        )
        for name, account in known.accounts.items()
        if account.member
    }
    objections: dict[str, list[Objection]] = {}
    for who, one in known.objections.values():
        person = known.accounts[who].person
        for name, account in known.accounts.items():
            if account.person == person:
                objections.setdefault(name, []).append(one)
    for name, one in kept:
        # who has come back has it again as an objection of their own, which they can withdraw
        if name not in members:
            objections.setdefault(name, []).append(one)
    withheld: dict[str, list[datetime]] = {}
    for (item, _), since in known.withheld.items():
        withheld.setdefault(item, []).append(since)
    return Register(
        members,
        {name: tuple(several) for name, several in objections.items()},
        {item: tuple(several) for item, several in withheld.items()},
    )


def _begins(act: Act) -> datetime:
    """From when an off counts, and of what a merge made an on, too."""
    return min(act.at, act.recorded_at or act.at)
