"""The Python API: everything that the commands do, in a call each."""

from __future__ import annotations

import tempfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from byleave.adapters import publishing
from byleave.adapters.duckdb_engine.engine import DuckDBEngine
from byleave.adapters.files import file_digest
from byleave.adapters.ledger_database import is_database
from byleave.adapters.packs import load_pack
from byleave.gate import run as gate_run
from byleave.gate.request import Output, Progress, Reading, Request, Result, Waivers, silent
from byleave.kernel.errors import InputError, UsageError
from byleave.kernel.instants import FIRST, LAST, parse_instant
from byleave.policy.model import Pack
from byleave.policy.rules import rules_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from byleave.gate.explanation import Explanation
    from byleave.gate.status import Status
    from byleave.proof.verification import Verification

__all__ = ["explain", "gate", "load_pack", "snapshot_status", "verify"]


@dataclass(frozen=True, slots=True)
class _Shelf:
    """Publishing on a file system."""

    def require_absent(self, folder: Path) -> None:
        publishing.require_absent(folder)

    def staging(self, folder: Path) -> Any:  # noqa: ANN401 - a context manager
        return publishing.staging(folder)

    def publish(self, work: Path, folder: Path) -> None:
        publishing.publish(work, folder)

    def digest(self, path: Path) -> str:
        with ThreadPoolExecutor(max_workers=1) as beside:
            flushed = beside.submit(publishing.flush, path)
            digest = file_digest(path)
            flushed.result()
        return digest


def now() -> datetime:
    """The present."""
    return datetime.now(UTC)


def gate(  # noqa: PLR0913 - the options of the command
    items: Any,  # noqa: ANN401 - paths or tables
    *,
    register: str | Path | Mapping[str, Any],
    pack: str | Path | Pack,
    purpose: str,
    recipient: str,
    out: str | Path | None = None,
    as_of: str | datetime | None = None,
    decisions_only: bool = False,
    assume_zone: str | None = None,
    columns: Mapping[str, str] | None = None,
    allow_orphans: bool = False,
    ignore_settings: Iterable[str] = (),
    redact: bool = False,
    progress: Progress = silent,
    clock: Callable[[], datetime] = now,
) -> Result:
    """Decide every item and publish the snapshot that may be trained on.

    Args:
        items: path, glob or folder, or several; or an Arrow, pandas, Polars or Ibis table.
        register: folder of the register, URL of a ledger's database, or table name → table.
        pack: id of a shipped pack, path of a YAML file, or a `Pack`.
        purpose: `generative-ai` or `other-ai`.
        recipient: who trains, by the pack's name.
        out: folder to publish; None decides and counts only (a dry run).
        as_of: None for the present; an instant in the past makes a replay, which is never trained on.
        decisions_only: write a decision for every row instead of the rows.
        assume_zone: zone of instants that name none; without it they are unreadable.
        columns: design's column name → name in the items; `text` names the column that is searched for objectors.
        allow_orphans: go on although a preference or an objection cannot be matched; the manifest says so.
        ignore_settings: settings that the pack does not know and that are none of its business.
        redact: replace what names an objector in a text, instead of leaving the item out.
        progress: called with each step and how much of it is done.
        clock: the present.

    Raises: ByleaveError; then nothing is written.
    """
    _require_texts(register, redact=redact, decisions_only=decisions_only)
    rules = rules_for(_pack(pack), purpose, recipient)
    request = Request(
        items=_sequence(items),
        register=_register(register),
        purpose=purpose,
        recipient=recipient,
        as_of=_instant(as_of),
        waivers=Waivers(allow_orphans, frozenset(ignore_settings)),
        reading=Reading(assume_zone, dict(columns or {})),
        redacting=redact,
    )
    gate_run.moment_of(request, clock())  # a wrong as-of is told before anything is read
    if out is None:
        with tempfile.TemporaryDirectory() as spill, closing(DuckDBEngine(request, rules, Path(spill))) as engine:
            return gate_run.dry_run(gate_run.Gate(rules, engine, clock, metadata.version("byleave"), progress), request)
    folder, shelf = Path(out), _Shelf()
    shelf.require_absent(folder)
    with shelf.staging(folder) as work, closing(DuckDBEngine(request, rules, work / gate_run.SPILL)) as engine:
        whole = gate_run.Gate(rules, engine, clock, metadata.version("byleave"), progress)
        return gate_run.run(whole, request, Output(folder, decisions_only), shelf, work)


def _require_texts(register: object, *, redact: bool, decisions_only: bool) -> None:
    """Redacting needs somebody to look for, and rows in which the text is changed."""
    if not redact:
        return
    if decisions_only:
        raise UsageError(
            "decisions alone carry no text that could be redacted",
            hint="publish the rows; or decide without redacting, which leaves the items out",
        )
    if not (isinstance(register, str) and is_database(register)):
        raise UsageError(
            "a register in tables names people by their ids, so that no text is searched or redacted",
            hint="only a ledger knows people by their name, e-mail or phone: sqlite:///PATH or postgresql://…",
        )


def explain(  # noqa: PLR0913 - the options of the command
    item_id: str,
    items: Any,  # noqa: ANN401 - paths or tables
    *,
    register: str | Path | Mapping[str, Any],
    pack: str | Path | Pack,
    purpose: str,
    recipient: str,
    as_of: str | datetime | None = None,
    assume_zone: str | None = None,
    columns: Mapping[str, str] | None = None,
    allow_orphans: bool = False,
    ignore_settings: Iterable[str] = (),
    clock: Callable[[], datetime] = now,
) -> list[Explanation]:
    """Say why an item is in or left out: one explanation for every row with this id.

    The arguments are those of `gate`.

    Raises: InputError when no row has the id; otherwise as `gate`.
    """
    # a gate does not wait for what only an explanation needs
    from byleave.adapters.duckdb_engine.facts import facts_for, find_items  # noqa: PLC0415
    from byleave.gate.explanation import explain as explain_item  # noqa: PLC0415

    policy = _pack(pack)
    rules = rules_for(policy, purpose, recipient)
    waivers = Waivers(allow_orphans, frozenset(ignore_settings))
    reading = Reading(assume_zone, dict(columns or {}))
    request = Request(_sequence(items), _register(register), purpose, recipient, _instant(as_of), waivers, reading)
    moment = gate_run.moment_of(request, clock())
    with tempfile.TemporaryDirectory() as spill, closing(DuckDBEngine(request, rules, Path(spill))) as engine:
        register_read = engine.read_register()
        corpus = engine.open_items()
        found = find_items(engine.session, corpus, item_id)
        if not found:
            raise InputError(f"no row has the item id `{item_id}`", hint="ids are text and are compared exactly")
        found = engine.name_rows(register_read, found)
        facts = facts_for(engine.session, found)
    return [
        explain_item(one.item, facts, policy, purpose, recipient, moment, file=one.file, row=one.row) for one in found
    ]


def snapshot_status(
    folder: str | Path,
    *,
    register: str | Path | Mapping[str, Any],
    pack: str | Path | Pack | None = None,
    progress: Progress = silent,
    clock: Callable[[], datetime] = now,
) -> Status:
    """Say whether a published snapshot may still be trained on: its rows are decided again, now.

    Args:
        folder: the snapshot.
        register: as for `gate`, as it is now.
        pack: the pack as it is now; None takes the shipped one that the manifest names.
        progress: called with each step and how much of it is done.
        clock: the present.

    Raises: InputError when the folder is no snapshot, or holds decisions only; otherwise as `gate`.
    """
    from byleave.adapters.snapshot_files import files_differ, read_manifest  # noqa: PLC0415 - only here
    from byleave.gate.status import status_of  # noqa: PLC0415

    manifest = read_manifest(Path(folder))
    waived = manifest["waived"]
    today = gate(
        Path(folder) / "items",
        register=register,
        pack=manifest["pack"]["id"] if pack is None else pack,
        purpose=manifest["purpose"],
        recipient=manifest["recipient"],
        allow_orphans=waived.get("allow_orphans", False),
        ignore_settings=waived.get("ignore_settings", ()),
        columns={name: theirs for name, theirs in manifest["items"]["columns"].items() if name == "text"},
        progress=progress,
        clock=clock,
    )
    differ = files_differ(Path(folder), manifest)
    return status_of(manifest, today.manifest, files_changed=differ, activated=_activated(register, manifest, clock()))


def revoked_items(
    folder: str | Path,
    *,
    register: str | Path | Mapping[str, Any],
    pack: str | Path | Pack | None = None,
    clock: Callable[[], datetime] = now,
) -> tuple[set[str], Mapping[str, Any]]:
    """The ids of a snapshot's items that may no longer be used, and the manifest of the decision that says so.

    Args:
        folder: the snapshot.
        register: as for `gate`, as it is now.
        pack: the pack as it is now; None takes the shipped one that the manifest names.
        clock: the present.

    Raises: as `snapshot_status`.
    """
    from byleave.adapters.revocation_files import item_ids  # noqa: PLC0415 - only here
    from byleave.adapters.snapshot_files import read_manifest  # noqa: PLC0415

    manifest = read_manifest(Path(folder))
    waived = manifest["waived"]
    with tempfile.TemporaryDirectory() as work:
        today = gate(
            Path(folder) / "items",
            register=register,
            pack=manifest["pack"]["id"] if pack is None else pack,
            purpose=manifest["purpose"],
            recipient=manifest["recipient"],
            out=Path(work) / "again",
            allow_orphans=waived.get("allow_orphans", False),
            ignore_settings=waived.get("ignore_settings", ()),
            columns={name: theirs for name, theirs in manifest["items"]["columns"].items() if name == "text"},
            clock=clock,
        )
        return set(item_ids(Path(work) / "again", "left_out")), today.manifest


def _activated(register: Any, manifest: Mapping[str, Any], at: datetime) -> str | None:  # noqa: ANN401 - any register
    """Digest of the pack that a ledger says is in force for the purpose of a snapshot; None where it says nothing."""
    from byleave.adapters.ledger_database import is_database, open_ledger  # noqa: PLC0415 - only for a ledger
    from byleave.ledger.activated import activated_at  # noqa: PLC0415

    if not is_database(register):
        return None
    with open_ledger(str(register)) as ledger:
        found = activated_at(ledger.activations(), at).get(manifest["purpose"])
    return found.digest if found else None


def verify(file: str | Path, *, keys: str | Path, snapshot: str | Path | None = None) -> Verification:
    """Verify a receipt offline.

    Args:
        file: the receipt, as the person keeps it.
        keys: the key ring of who signed: a file, or a folder of keys.
        snapshot: the folder of a snapshot; was it made with the act in sight?

    Raises: InputError when one of the files cannot be read, or is not what it is taken for.
    """
    from byleave.adapters.receipt_files import verify_file  # noqa: PLC0415 - a gate needs no signatures

    return verify_file(file, keys=keys, snapshot=snapshot)


def _pack(pack: str | Path | Pack) -> Pack:
    return pack if isinstance(pack, Pack) else load_pack(pack)


def _sequence(items: Any) -> Sequence[Any]:  # noqa: ANN401 - paths or tables
    several = list(items) if isinstance(items, list | tuple) else [items]
    if not several:
        raise UsageError("there are no items", hint="give at least one file, folder or pattern")
    return several


def _register(register: str | Path | Mapping[str, Any]) -> Any:  # noqa: ANN401 - a URL, a folder or tables
    return Path(register) if isinstance(register, str) and not is_database(register) else register


def _instant(value: str | datetime | None) -> datetime | None:
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise UsageError(f"`{value}` names no time zone", hint="such as datetime(2025, 11, 3, tzinfo=UTC)")
        if not FIRST <= value < LAST:
            raise UsageError(f"`{value}` is out of bounds", hint="give an instant from 1900 to 2199")
        return value.astimezone(UTC)
    if value is None:
        return None
    instant = parse_instant(value)
    if instant is None:
        raise UsageError(f"`{value}` is not an instant with a zone", hint="write it like 2025-11-03T00:00:00Z")
    return instant
