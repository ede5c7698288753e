"""`byleave policy`: list, show, check and test packs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from byleave.cli.options import json_option, print_json
from byleave.kernel.errors import PackError, PolicyCheckError, UsageError

if TYPE_CHECKING:
    from byleave.policy.cases import CaseResult
    from byleave.policy.model import Pack


@click.group("policy")
def command() -> None:
    """List, show, check and test policy packs."""


@command.command("list")
@json_option
def list_packs(as_json: bool) -> None:  # noqa: FBT001 - a flag of the command line
    """List the packs that come with byleave."""
    from byleave.adapters.packs import load_pack
    from byleave.policy.loader import shipped_ids

    packs = [load_pack(name) for name in shipped_ids()]
    if as_json:
        print_json([{"id": pack.id, "title": pack.title, "platform": pack.platform} for pack in packs])
        return
    for pack in packs:
        click.echo(f"{pack.id:<24}{pack.title}")


@command.command("show")
@click.argument("pack")
@json_option
def show(pack: str, as_json: bool) -> None:  # noqa: FBT001 - a flag of the command line
    """Show what PACK says: purposes, regimes, settings, categories, and how sure each rule is."""
    from byleave.adapters.packs import load_pack
    from byleave.policy.rules import pack_digest

    loaded = load_pack(pack)
    if as_json:
        print_json({"digest": pack_digest(loaded), **loaded.model_dump(mode="json")})
        return
    from byleave.cli.pack_page import pack_lines

    for line in pack_lines(loaded):
        click.echo(line)


@command.command("check")
@click.argument("packs", nargs=-1, required=True)
@json_option
def check(packs: tuple[str, ...], as_json: bool) -> None:  # noqa: FBT001 - a flag of the command line
    """Check that PACKS can be read and do not contradict themselves."""
    from byleave.adapters.packs import load_pack

    found: list[dict[str, Any]] = []
    for name in packs:
        try:
            loaded = load_pack(name)
        except PackError as error:
            found.append({"pack": name, "in_order": False, "error": error.as_json()})
            if not as_json:
                click.echo(str(error), err=True)
        else:
            found.append({"pack": loaded.id, "in_order": True, "error": None})
            if not as_json:
                click.echo(f"{loaded.id}: in order; {_certainty(loaded)}")
    if as_json:
        print_json(found)
    wrong = sum(not one["in_order"] for one in found)
    if wrong:
        raise PolicyCheckError(f"{wrong} of {len(packs)} packs are not in order")


@command.command("test")
@click.argument("packs", nargs=-1)
@json_option
def test(packs: tuple[str, ...], as_json: bool) -> None:  # noqa: FBT001 - a flag of the command line
    """Run the cases that stand beside PACKS (all shipped packs, if none is named)."""
    from byleave.adapters.packs import cases_beside, load_pack
    from byleave.policy.cases import run_cases
    from byleave.policy.loader import shipped_ids

    results = []
    for name in packs or shipped_ids():
        cases = cases_beside(name)
        if cases is None:
            raise UsageError(
                f"no cases stand beside `{name}`", hint="write them into a file NAME.cases.yaml next to it"
            )
        results += [(name, result) for result in run_cases(load_pack(name), *cases)]
    failed = [result for _, result in results if not result.passed]
    if as_json:
        print_json([_result(name, result) for name, result in results])
    else:
        for name, result in results:
            mark = "ok  " if result.passed else "FAIL"
            click.echo(f"{mark}  {name}  {result.name}")
            if not result.passed:
                click.echo(f"      {result.message}")
        click.echo(f"{len(results) - len(failed)} passed, {len(failed)} failed")
    if failed:
        raise PolicyCheckError(f"{len(failed)} of {len(results)} cases fail")


@command.command("activate")
@click.argument("pack")
@click.option("--ledger", required=True, metavar="URL", help="The ledger: sqlite:///PATH or postgresql://…")
@click.option("--from", "begins", metavar="INSTANT", help="When it begins, with its zone; otherwise now.")
@click.option(
    "--purpose", "purposes", multiple=True, metavar="PURPOSE", help="Only this one; again for more.  [default: all]"
)
@click.option("--digest", metavar="SHA256", help="Refuse the pack if this is not its digest.")
@json_option
def activate(  # noqa: PLR0913 - the options of the command
    *, pack: str, ledger: str, begins: str | None, purposes: tuple[str, ...], digest: str | None, as_json: bool
) -> None:
    """Record in a ledger that PACK is in force, instead of what BYLEAVE_PACKS names.

    Servers that run follow within a second. A pack of your own is found by its file in BYLEAVE_PACKS.
    """
    from datetime import UTC, datetime

    from byleave.adapters.packs import load_pack
    from byleave.kernel.instants import format_instant
    from byleave.server.activating import activate_pack

    made = activate_pack(ledger, load_pack(pack), begins, purposes, digest, datetime.now(UTC))
    if as_json:
        print_json({"seq": made.seq, **made.data, "from": format_instant(made.data["from"])})
    else:
        begin = format_instant(made.data["from"])
        click.echo(f"entry {made.seq}: {made.data['pack']} from {begin} for {', '.join(made.data['purposes'])}")


def _result(pack: str, result: CaseResult) -> dict[str, Any]:
    return {
        "pack": pack,
        "name": result.name,
        "passed": result.passed,
        "claim": result.claim,
        "expected": result.expected.value,
        "actual": result.decision.reason.value,
    }


def _certainty(pack: Pack) -> str:
    marks = [source.certainty for source in pack.sources.values()]
    return ", ".join(f"{marks.count(mark)} sources of certainty {mark}" for mark in "ABC?" if mark in marks)
