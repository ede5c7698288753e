"""The summary of a run in plain lines: how many rows, why left out, by region and category."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from byleave.kernel.decision import Reason
from byleave.text.reasons import reason_sentence

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from byleave.gate.request import Result

_BAR = 20


def summary_lines(result: Result, language: str = "en") -> Iterator[str]:
    """The lines that `byleave gate` prints."""
    manifest = result.manifest
    counts = manifest["counts"]
    replay = manifest["mode"] == "replay"
    yield f"{manifest['pack']['id']} · {manifest['purpose']} · {manifest['recipient']} · as of {manifest['as_of']}"
    if replay:
        yield "A replay: it shows what would have been. Do not train on it."
    yield ""
    yield f"{_number(counts['eligible'])} of {_number(counts['rows'])} rows may be used ({_share(counts)})"
    left = {name: rows for name, rows in counts["by_reason"].items() if name != Reason.ELIGIBLE}
    if left:
        yield ""
        yield "Left out, and why"
        yield from _reasons(left, language)
    for title, key in (("By region", "by_region"), ("By category", "by_category")):
        yield ""
        yield f"{title:<24}{'may be used':>14}{'left out':>14}{'cannot tell':>14}"
        yield from _table(counts[key])
    yield from _notes(result)


def _reasons(left: Mapping[str, int], language: str) -> Iterator[str]:
    most = max(left.values())
    for name, rows in left.items():
        bar = "█" * max(1, round(_BAR * rows / most))
        yield f"  {name:<24}{_number(rows):>12}  {bar}"
        yield f"    {reason_sentence(Reason(name), language)}"


def _table(rows: Mapping[str, Mapping[str, int]]) -> Iterator[str]:
    for name, verdicts in rows.items():
        cells = (verdicts.get(verdict, 0) for verdict in ("eligible", "excluded", "gap"))
        yield f"  {name:<22}" + "".join(f"{_number(cell):>14}" for cell in cells)


def _notes(result: Result) -> Iterator[str]:
    manifest: Mapping[str, Any] = result.manifest
    missing = manifest["items"]["missing_columns"]
    yield ""
    if missing:
        yield f"The items have no column {', '.join(missing)}: what these would say is not known."
    if manifest["presumes_collection"]:
        yield "This pack lets an opt-out reach new content only; content that was there before is presumed collected."
    yield from _found(manifest.get("found"))
    for name, value in manifest["waived"].items():
        yield f"Waived: {name.replace('_', ' ')} ({value})"
    if manifest["recheck"]["left_out"]:
        yield f"Left out when decided again before publishing: {_number(manifest['recheck']['left_out'])} rows"
    yield f"Published as {result.folder}" if result.folder else "Dry run: nothing was written."


def _found(found: Mapping[str, Any] | None) -> Iterator[str]:
    """What was found of people who objected and are known by their name or address."""
    if found is None:
        return
    if not found["column"]:
        yield "People who objected could not be looked for: the items have no text."
        return
    rows = {name: _number(value) for name, value in found["rows"].items()}
    yield (
        f"People who objected were looked for in `{found['column']}`: {rows['certain']} rows left out for certain,"
        f" {rows['in_review']} left out until they are reviewed, {rows['redacted']} with words taken out."
    )


def _number(value: int) -> str:
    return f"{value:,}"


def _share(counts: Mapping[str, int]) -> str:
    return f"{100 * counts['eligible'] / counts['rows']:.1f} %" if counts["rows"] else "none"
