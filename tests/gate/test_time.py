"""Time and order: what arrives, turns or changes while a snapshot is written, and replays of the past."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from byleave.kernel.errors import InputError, RefusedError, UsageError
from byleave.kernel.instants import parse_instant
from tests.gate.scene import (
    ITEM,
    OFF,
    PEOPLE,
    SETTING,
    contents,
    csv_text,
    decisions,
    during,
    gate,
    leftovers,
    now,
    reasons,
    snapshot,
    table,
    write_parquet,
    write_register,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from byleave.gate.request import Result

LATE = "writing what is left out"
"""The step at which things arrive: the eligible items are written by then."""
ROWS = [{**ITEM, "item_id": f"i{number}", "member_id": f"m{number % 3 + 1}"} for number in range(9)]
OWN = {"m1": ["i0", "i3", "i6"], "m2": ["i1", "i4", "i7"], "m3": ["i2", "i5", "i8"]}


@pytest.fixture
def items(tmp_path: Path) -> Path:
    """Nine items, three of each member; `m3` has switched off."""
    return write_parquet(tmp_path / "items.parquet", ROWS)


@pytest.fixture
def register(tmp_path: Path) -> Path:
    """The register, which the tests change while it is in use."""
    return write_register(tmp_path / "register", withholdings=())


def replaced(path: Path, text: str) -> Callable[[], Any]:
    """Replace a file in one go, as a careful export does."""

    def change() -> None:
        fresh = path.with_name(f".{path.name}.new")
        fresh.write_text(text)
        fresh.replace(path)

    return change


def off(member: str, at: str = "2025-10-20T09:00:00Z") -> str:
    """An act that switches off."""
    return f"{member},{SETTING},off,{at}"


ARRIVALS = {
    "off": ("preferences", off("m1"), "opted-out"),
    "off in the past": ("preferences", off("m1", "2024-01-01T00:00:00Z"), "opted-out"),
    "objection": ("objections", "m1,,2025-10-20T09:00:00Z,open,", "objection"),
    "withholding": ("withholdings", "i0,m1,2025-10-20T09:00:00Z", "withheld"),
    "another home": ("members", "m1,US", "unknown-region"),
}


@pytest.mark.parametrize("arrival", ARRIVALS)
def test_what_arrives_meanwhile_is_obeyed(tmp_path: Path, items: Path, register: Path, arrival: str) -> None:
    """What arrives while the snapshot is written is in W' and obeyed: its rows are left out, every row is in one output."""  # noqa: E501
    name, row, reason = ARRIVALS[arrival]
    file = register / f"{name}.csv"
    before = contents(tmp_path)
    result = gate(items, register, out=tmp_path / "out", progress=during(LATE, lambda: append(file, row)))
    moved = OWN["m1"] if reason != "withheld" else ["i0"]

    found = snapshot(tmp_path / "out")
    assert {item: found.why[item] for item in moved} == dict.fromkeys(moved, reason)
    assert sorted([*found.ids, *found.why]) == [row["item_id"] for row in ROWS]
    assert agrees(result, found.ids, found.why)
    recheck = result.manifest["recheck"]
    assert recheck["left_out"] == len(moved)
    assert recheck["watermark"] != result.manifest["watermark"]
    assert recheck["watermark"] == gate(items, register).manifest["watermark"]
    assert result.manifest["register"]["rows"][name] == len(file.read_text().splitlines()) - 1
    assert contents(tmp_path)["items.parquet"] == before["items.parquet"]


def append(file: Path, *rows: str) -> None:
    """Add rows to a file."""
    with file.open("a") as stream:
        stream.writelines(f"{row}\n" for row in rows)


def agrees(result: Result, ids: list[str], why: dict[str, str]) -> bool:
    """Whether the manifest counts what the outputs hold."""
    counts = result.manifest["counts"]
    by_reason = {reason: list(why.values()).count(reason) for reason in why.values()} | {"eligible": len(ids)}
    regions = sum(rows for verdicts in counts["by_region"].values() for rows in verdicts.values())
    return bool(counts["by_reason"] == by_reason and counts["rows"] == regions == len(ids) + len(why))


@pytest.mark.parametrize("arrival", ARRIVALS)
def test_decisions_obey_it_too(tmp_path: Path, items: Path, register: Path, arrival: str) -> None:
    """Where only decisions are written they are those of both instants: eligible is what was and still is."""
    name, row, reason = ARRIVALS[arrival]

    def change() -> None:
        append(register / f"{name}.csv", row)
        if name != "preferences":
            replaced(register / "preferences.csv", table("preferences"))()

    progress = during("writing decisions", change)
    result = gate(items, register, out=tmp_path / "out", decisions_only=True, progress=progress)
    found = decisions(tmp_path / "out")

    assert found == {
        **dict.fromkeys([*OWN["m1"], *OWN["m2"]], "eligible"),
        **dict.fromkeys(OWN["m1"] if reason != "withheld" else ["i0"], reason),
        **dict.fromkeys(OWN["m3"], "opted-out"),
    }
    assert reasons(result) == {reason: list(found.values()).count(reason) for reason in found.values()}
    assert sorted(one["path"] for one in result.manifest["files"]) == [f"decisions/part-{n}.parquet" for n in (0, 1)]


def test_what_is_taken_back_meanwhile_frees_nothing(tmp_path: Path, items: Path, register: Path) -> None:
    """An item is in only if it is eligible at both instants: who switches on between them comes with the next snapshot."""  # noqa: E501
    switch_on = lambda: append(register / "preferences.csv", f"m3,{SETTING},on,2025-10-21T09:00:00Z")  # noqa: E731
    result = gate(items, register, out=tmp_path / "out", progress=during(LATE, switch_on))

    assert snapshot(tmp_path / "out").why == dict.fromkeys(OWN["m3"], "opted-out")
    assert result.manifest["recheck"]["left_out"] == 0
    assert result.manifest["recheck"]["watermark"] != result.manifest["watermark"]
    assert reasons(gate(items, register)) == {"eligible": 9}


def test_a_parquet_register_that_is_overwritten_at_once(tmp_path: Path, items: Path, register: Path) -> None:
    """A file that is overwritten within a second by one of equal size is read anew, not remembered."""
    (register / "preferences.csv").unlink()
    path = register / "preferences.parquet"

    def write(member: str, step: int) -> None:
        acts = {"member_id": [member], "setting": [SETTING], "value": ["off"], "at": ["2025-10-20T09:00:00Z"]}
        pq.write_table(pa.table(acts).select(list(acts)[::step]), path)

    write("m3", 1)
    size = path.stat().st_size
    gate(items, register, out=tmp_path / "out", progress=during(LATE, lambda: write("m1", -1)))

    assert path.stat().st_size == size
    assert snapshot(tmp_path / "out").why == dict.fromkeys([*OWN["m1"], *OWN["m3"]], "opted-out")


def test_an_objector_from_outside_refuses_the_run(tmp_path: Path, items: Path, register: Path) -> None:
    """Who objects meanwhile and owns nothing, where items name nobody, refuses the run as at the start; an owner does not."""  # noqa: E501
    objections = register / "objections.csv"
    owner = lambda: append(objections, "m3,,2025-10-20T09:00:00Z,open,")  # noqa: E731
    stranger = lambda: append(objections, "n9,,2025-10-20T09:00:00Z,open,")  # noqa: E731

    # everything of `m3` is left out before: the owner is found in the corpus, though not in the snapshot
    gate(items, register, out=tmp_path / "owner", progress=during(LATE, owner))
    for only in (False, True):
        step = "writing decisions" if only else LATE
        replaced(objections, table("objections"))()
        with pytest.raises(RefusedError, match="`n9` objects and owns no item"):
            gate(items, register, out=tmp_path / "out", decisions_only=only, progress=during(step, stranger))
        assert not (tmp_path / "out").exists()
    replaced(objections, table("objections"))()
    waived = gate(items, register, out=tmp_path / "waived", allow_orphans=True, progress=during(LATE, stranger))

    assert waived.manifest["waived"] == {"allow_orphans": True, "unmatched_objectors": 1}
    assert leftovers(tmp_path) == []


def test_a_stranger_who_is_named_is_found(tmp_path: Path, register: Path) -> None:
    """Where items name people, an objection that arrives meanwhile leaves out what names its subject."""
    named = pa.array([["n9"], None, [], *[["n8"]] * 6])
    items = write_parquet(tmp_path / "named.parquet", ROWS, subjects=named)
    stranger = lambda: append(register / "objections.csv", "n9,,2025-10-20T09:00:00Z,open,")  # noqa: E731
    gate(items, register, out=tmp_path / "out", progress=during(LATE, stranger))

    assert snapshot(tmp_path / "out").why["i0"] == "subject-objection"
    assert snapshot(tmp_path / "out").ids == ["i1", "i3", "i4", "i6", "i7"]


BROKEN: dict[str, tuple[str, str | None, str]] = {
    "unreadable": ("preferences", table("preferences", OFF, off("m1", "soon")), "`at` is `soon`, which cannot be read"),
    "orphan": ("preferences", table("preferences", OFF, off("m9")), "a preference of `m9`"),
    "misspelt": ("preferences", table("preferences", OFF.replace("for", "4")), "knows no setting"),
    "cut off": ("preferences", table("preferences", OFF)[:-5], "ends in the middle of a line"),
    "empty": ("objections", "", "is empty"),
    "gone": ("objections", None, "has no table `objections`"),
    "no country": ("members", table("members", *PEOPLE, "m4,Germany"), "`Germany` is not a country"),
}


@pytest.mark.parametrize("broken", BROKEN)
@pytest.mark.parametrize("only", [False, True])
def test_a_register_that_breaks_refuses_the_run(
    tmp_path: Path, items: Path, register: Path, broken: str, *, only: bool
) -> None:
    """A register that can no longer be read before publishing refuses the run: nothing is published."""
    name, text, told = BROKEN[broken]
    file = register / f"{name}.csv"
    change = file.unlink if text is None else replaced(file, text)
    progress = during("writing decisions" if only else LATE, change)
    with pytest.raises((RefusedError, InputError), match=told):
        gate(items, register, out=tmp_path / "out", decisions_only=only, progress=progress)

    assert not (tmp_path / "out").exists()
    assert leftovers(tmp_path) == []


CHANGES: dict[str, Callable[[Path], Any]] = {
    "longer": lambda path: write_parquet(path, [*ROWS, *ROWS]),
    "shorter": lambda path: write_parquet(path, ROWS[:1]),
    "others": lambda path: write_parquet(path, [{**row, "member_id": "m2"} for row in ROWS]),
    "gone": lambda path: path.unlink(),
    "not Parquet": lambda path: path.write_bytes(b"x" * 2_000),
    "written to": lambda path: path.write_bytes(path.read_bytes()),
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("step", ["deciding", "writing eligible items", LATE, "writing decisions"])
def test_items_that_change_refuse_the_run(tmp_path: Path, items: Path, register: Path, change: str, step: str) -> None:
    """Items that change, grow, shrink or vanish while they are read refuse the run, at whatever step it happens."""
    only = step == "writing decisions"
    progress = during(step, lambda: CHANGES[change](items))
    with pytest.raises((RefusedError, InputError), match="items changed while|cut off or damaged|cannot read"):  # noqa: RUF043
        gate(items, register, out=tmp_path / "out", decisions_only=only, progress=progress)

    assert not (tmp_path / "out").exists()
    assert leftovers(tmp_path) == []


def test_changed_text_refuses_the_run(tmp_path: Path, register: Path) -> None:
    """So do items in text, although they are read only once."""
    path = tmp_path / "items.csv"
    path.write_text(csv_text(ROWS))
    with pytest.raises(RefusedError, match="the items changed while they were read"):
        gate(path, register, out=tmp_path / "out", progress=during(LATE, lambda: path.write_text(csv_text(ROWS[:2]))))

    assert not (tmp_path / "out").exists()


def ticking(*instants: str) -> Callable[[], datetime]:
    """A clock that shows these instants, the last for ever."""
    shown = [parse_instant(one) for one in instants]

    def clock() -> datetime:
        instant = shown.pop(0) if len(shown) > 1 else shown[0]
        assert instant is not None
        return instant

    return clock


BEFORE, START, AFTER = "2025-11-02T23:59:59Z", "2025-11-03T00:00:00Z", "2025-11-03T00:00:01Z"


def test_a_regime_that_begins_meanwhile_frees_nothing(tmp_path: Path, items: Path, register: Path) -> None:
    """M5: a regime that begins between T and T' brings nothing in: it was not eligible at T."""
    result = gate(items, register, out=tmp_path / "out", clock=ticking(BEFORE, BEFORE, AFTER))

    assert result.manifest["recheck"]["as_of"] == AFTER
    assert snapshot(tmp_path / "out").ids == OWN["m2"]
    assert snapshot(tmp_path / "out").why == dict.fromkeys([*OWN["m1"], *OWN["m3"]], "not-in-force")


@pytest.mark.parametrize("only", [False, True])
def test_rows_that_fall_due_meanwhile_are_obeyed(tmp_path: Path, items: Path, register: Path, *, only: bool) -> None:
    """A row of the register dated between T and T' is decided again: who lives in Europe by then is not yet in force."""  # noqa: E501
    moves = table("members", "m1,DE,", "m2,US,", f"m2,FR,{START}", "m3,FR,", header="member_id,country,since")
    (register / "members.csv").write_text(moves)
    clock = ticking(BEFORE, BEFORE, START)
    result = gate(items, register, out=tmp_path / "out", decisions_only=only, pack=later_start(tmp_path), clock=clock)

    assert result.manifest["recheck"]["left_out"] == 3
    why = decisions(tmp_path / "out") if only else snapshot(tmp_path / "out").why
    assert {why[item] for item in OWN["m2"]} == {"not-in-force"}


def later_start(folder: Path) -> Path:
    """The article's pack, with Europe beginning a day later."""
    from byleave.policy.loader import shipped_text

    path = folder / "later.yaml"
    text = shipped_text("linkedin@2025-10-24")
    path.write_text(text.replace("effective: 2025-11-03T00:00:00Z", "effective: 2025-11-04T00:00:00Z"))
    return path


def test_a_clock_that_is_set_back_changes_nothing(tmp_path: Path, items: Path, register: Path) -> None:
    """T' is never earlier than T."""
    result = gate(items, register, out=tmp_path / "out", clock=ticking(AFTER, AFTER, BEFORE))

    assert result.manifest["as_of"] == result.manifest["recheck"]["as_of"] == AFTER


def test_the_present_is_the_present(tmp_path: Path, items: Path, register: Path) -> None:
    """Without an as-of T is the instant at which the register was read, between start and end, and T' follows it."""
    start = now()
    result = gate(items, register, out=tmp_path / "out")
    as_of, again = (parse_instant(one["as_of"]) for one in (result.manifest, result.manifest["recheck"]))

    assert as_of is not None
    assert again is not None
    assert start <= as_of <= again <= now()
    assert result.manifest["mode"] == "training"


def test_an_off_in_the_future_holds_now(items: Path, register: Path) -> None:
    """At the present an *off* holds whatever its date says; in a replay it has not happened."""
    append(register / "preferences.csv", off("m1", "2150-01-01T00:00:00Z"))
    adult = table("members", *(f"{one},1990-01-01" for one in PEOPLE), header="member_id,country,birth_date")
    (register / "members.csv").write_text(adult)
    pack = "linkedin@2025-11-03"

    assert reasons(gate(items, register, pack=pack)) == {"opted-out": 6, "eligible": 3}
    assert reasons(gate(items, register, pack=pack, as_of="2025-11-05T00:00:00Z")) == {"opted-out": 3, "eligible": 6}


def test_an_on_in_the_future_waits(items: Path, register: Path) -> None:
    """An *on* that is dated in the future frees nothing before."""
    append(register / "preferences.csv", f"m3,{SETTING},on,2150-01-01T00:00:00Z")

    assert reasons(gate(items, register)) == {"opted-out": 3, "eligible": 6}


def test_replays_are_marked(tmp_path: Path, items: Path, register: Path) -> None:
    """A replay says so in its manifest, and what happens meanwhile does not touch it."""
    progress = during(LATE, lambda: append(register / "preferences.csv", off("m1")))
    result = gate(items, register, out=tmp_path / "out", as_of="2025-12-01T01:00:00+01:00", progress=progress)

    assert (result.manifest["mode"], result.manifest["as_of"]) == ("replay", "2025-12-01T00:00:00Z")
    assert result.manifest["recheck"]["as_of"] == result.manifest["as_of"]
    assert result.manifest["recheck"]["watermark"] == result.manifest["watermark"]
    assert snapshot(tmp_path / "out").ids == sorted([*OWN["m1"], *OWN["m2"]])


WRONG = {
    "2150-01-01T00:00:00Z": "is later than the present",
    "2025-12-01T00:00:00": "is not an instant with a zone",
    "2025-12-01": "is not an instant with a zone",
    "1850-01-01T00:00:00Z": "is not an instant with a zone",
    "0001-01-01T00:00:00+02:00": "is not an instant with a zone",
    "yesterday": "is not an instant with a zone",
    "": "is not an instant with a zone",
}


@pytest.mark.parametrize("as_of", WRONG)
def test_an_as_of_that_cannot_be_is_wrong_usage(tmp_path: Path, items: Path, register: Path, as_of: str) -> None:
    """An as-of in the future, without a zone or unreadable is wrong usage, told before anything is read."""
    for out in (None, tmp_path / "out"):
        with pytest.raises(UsageError) as caught:
            gate(items, register, as_of=as_of, out=out)
        assert f"`{as_of}` {WRONG[as_of]}" in caught.value.message
    for naive in (datetime(2025, 12, 1), now() + timedelta(hours=1), datetime(1850, 1, 1, tzinfo=now().tzinfo)):  # noqa: DTZ001 - the point
        with pytest.raises(UsageError):
            gate(items, register, as_of=naive)
    assert leftovers(tmp_path) == []
