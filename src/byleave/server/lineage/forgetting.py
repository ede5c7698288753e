"""Members leave a trained model: who must, the queue, and what the ledger is told."""

from __future__ import annotations

import tempfile
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from byleave import api
from byleave.adapters.duckdb_engine.engine import DuckDBEngine
from byleave.adapters.duckdb_engine.facts import facts_for, find_items
from byleave.adapters.duckdb_engine.snapshot_members import items_of
from byleave.adapters.files import file_digest
from byleave.adapters.forgetting import alone, manifest_in, model_in
from byleave.adapters.packs import load_pack
from byleave.adapters.snapshot_files import MANIFEST, read_manifest
from byleave.adapters.talent.training import VISIBLE
from byleave.adapters.talent.visible_file import VisibleFile
from byleave.gate.request import Request, Waivers
from byleave.gate.run import moment_of
from byleave.kernel.decision import Reason
from byleave.kernel.errors import RefusedError, UnknownError
from byleave.learn.forgetting import Means
from byleave.learn.manifest import root
from byleave.ledger.admission import linked
from byleave.lineage.keys import keyed
from byleave.lineage.records import fold
from byleave.policy.rules import rules_for
from byleave.policy.semantics import decide
from byleave.server.db.lookups import merges_of, read_artefacts
from byleave.server.db.opening import connect
from byleave.server.db.store import Store
from byleave.server.lineage.certifying import recorder, rerunning
from byleave.server.lineage.training import require_key

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
    from datetime import datetime

    from byleave.gate.request import Progress
    from byleave.lineage.records import Model
    from byleave.policy.model import Pack
    from byleave.proof.keys import SignerKey

_REACH = "models"
_ERASED = "unknown-member"


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What was done."""

    certificates: tuple[Path, ...]
    """One for each batch; none where nothing was learned of anybody who was to leave."""
    keys: tuple[str, ...]
    """Of those who were taken out."""
    digest: str
    """Of the model, now."""

    def as_json(self) -> dict[str, Any]:
        """The same for a machine."""
        return {
            "certificates": [str(one) for one in self.certificates],
            "forgotten": list(self.keys),
            "digest": self.digest,
        }


def forget(  # noqa: PLR0913 - who, from what, and with what
    folder: Path,
    ledger: str,
    members: Iterable[str],
    secret: bytes | None,
    *,
    signers: Sequence[SignerKey] = (),
    snapshot: Callable[[str], Path | None] | None = None,
    clock: Callable[[], datetime] = api.now,
) -> Forgotten:
    """Take members out of a model, under every id of theirs, and record it; first whatever a crash has left undone.

    Args:
        folder: the model.
        ledger: where it is recorded.
        members: who leaves; nobody finishes what is in the queue.
        secret: the suppression key of the ledger.
        signers: who signs the certificates.
        snapshot: where a snapshot lies, by the digest of its manifest, for models that are made anew from it.
        clock: the present.

    Raises: InputError for a folder without a model, or without the right key; RefusedError for a model that is not in
    this ledger; LedgerError. Who was queued stays so, and leaves when it is called again.
    """
    require_key(ledger, secret)
    key_of = keyed(secret or b"")
    found, names = model_in(folder), _every_id(ledger, members)
    require_kept(found.model, ledger)
    found.kind.stop(folder, [key_of(name) for name in names], clock())
    session = connect(ledger)
    try:
        with Store(ledger) as store, alone(folder):
            record = recorder(session, store.append)
            again = rerunning(session, store.append, found.model)
            means = Means(secret or b"", signers, record, clock, snapshot or (lambda _: None), again)
            done = found.kind.renew(folder, means)
    finally:
        session.close()
    keys = tuple(sorted({key for one in done for key in one.told["forgotten"]}))
    return Forgotten(tuple(one.path for one in done), keys, root(manifest_in(folder)))


def require_known(ledger: str, members: Iterable[str]) -> None:
    """Insist that the ledger has heard of somebody: a slip of the pen must not pass for forgetting.

    Raises: UnknownError naming the first of whom it has not.
    """
    session = connect(ledger)
    try:
        for name in members:
            if not session.query("SELECT 1 FROM ledger_payload WHERE subject = ? LIMIT 1", [name]):
                hint = "write the id as the ledger has it; who was erased is found by --due"
                raise UnknownError(f"nothing is recorded about `{name}`", hint=hint)
    finally:
        session.close()


def recorded(model: str, ledger: str) -> Model:
    """What a ledger has of a model. Raises: RefusedError where it does not know it; LedgerError."""
    session = connect(ledger)
    try:
        models = fold(read_artefacts(session)).models
    finally:
        session.close()
    if model not in models:
        hint = "name the ledger that `byleave train` was given"
        raise RefusedError(f"the model `{model}` is not recorded in this ledger", hint=hint)
    return models[model]


def require_kept(model: str, ledger: str) -> None:
    """Insist that a ledger knows a model, and not that it is destroyed. Raises: RefusedError, LedgerError."""
    found = recorded(model, ledger)
    if found.retired_by is not None:
        told = f"the model `{model}` was retired by entry {found.retired_by}, and this is a copy of it"
        raise RefusedError(told, hint="destroy it: byleave model retire DIR --ledger URL --by NAME")


def _every_id(ledger: str, members: Iterable[str]) -> list[str]:
    """All ids of these people."""
    names = set(members)
    session = connect(ledger)
    try:
        return sorted({one for name in names for one in linked({name}, merges_of(session, [name]))})
    finally:
        session.close()


@dataclass(frozen=True, slots=True)
class Due:
    """Whom a model must forget."""

    members: tuple[str, ...]
    """Owners of items of the snapshot that may not be trained on any more."""
    erased: tuple[str, ...]
    """Those of them whom the register does not have any more: they are not to be found in search either."""
    reaches: bool
    """Whether the pack of the snapshot, or the one of today, reaches models at all."""


def due(folder: Path, snapshot: Path, ledger: str, pack: str | None, progress: Progress) -> Due:
    """Whom a model must forget: every owner of an item that the stricter of both packs does not let in any more.

    Args:
        folder: the model.
        snapshot: the snapshot that it was trained on.
        ledger: the register as it is now.
        pack: the pack as it is now; None takes that of the snapshot.
        progress: called with each step.

    Raises: RefusedError when the model was trained on another snapshot; otherwise as `byleave.gate`.
    """
    manifest = read_manifest(snapshot)
    if manifest_in(folder)["snapshot"] != file_digest(snapshot / MANIFEST):
        raise RefusedError(f"the model in `{folder}` was not trained on `{snapshot}`", hint="name its own snapshot")
    packs = [load_pack(one) for one in dict.fromkeys((manifest["pack"]["id"], pack or manifest["pack"]["id"]))]
    if not any(one.opt_out.reaches == _REACH for one in packs):
        return Due((), (), reaches=False)
    gone = dict[str, str]()
    for one in packs:
        gone |= not_eligible(snapshot, manifest, ledger, one, progress)
    owners = dict(items_of(snapshot, list(gone), by="item_id")) if gone else {}
    erased = {owners[item] for item, reason in gone.items() if reason == _ERASED}
    return Due(tuple(sorted(set(owners.values()))), tuple(sorted(erased)), reaches=True)


def not_eligible(
    snapshot: Path, manifest: Mapping[str, Any], ledger: str, pack: Pack, progress: Progress
) -> dict[str, str]:
    """Items of a snapshot that may not be trained on now, with the reason."""
    from pyarrow.dataset import dataset, field

    waived = manifest["waived"]
    with tempfile.TemporaryDirectory() as work:
        api.gate(
            snapshot / "items",
            register=ledger,
            pack=pack,
            purpose=manifest["purpose"],
            recipient=manifest["recipient"],
            out=Path(work) / "decided",
            decisions_only=True,
            allow_orphans=waived.get("allow_orphans", False),
            ignore_settings=waived.get("ignore_settings", ()),
            progress=progress,
        )
        decided = dataset(Path(work) / "decided" / "decisions", format="parquet")
        table = decided.to_table(columns=["item_id", "reason"], filter=field("verdict") != "eligible")
        return dict(zip(table["item_id"].to_pylist(), table["reason"].to_pylist(), strict=True))


def take_off_search(folder: Path, members: Iterable[str]) -> int:
    """Take people whose accounts are gone out of the index of those who can be found; how many profiles that were."""
    visible = VisibleFile.open(folder / VISIBLE)
    try:
        return sum(map(visible.remove, members))
    finally:
        visible.close()


def naming_objectors(
    snapshot: Path, manifest: Mapping[str, Any], ledger: str, pack: Pack, items: Collection[str]
) -> set[str]:
    """Those of some items of a snapshot that name somebody whose objection stands, by the definition itself.

    A decision tells the first test alone that fails. Where another comes first, such as an owner who moved, whom the
    item names is asked here.
    """
    from pyarrow.dataset import dataset, field
    from pyarrow.parquet import write_table

    purpose, recipient, waived = manifest["purpose"], manifest["recipient"], manifest["waived"]
    rules = rules_for(pack, purpose, recipient)
    with tempfile.TemporaryDirectory() as work:
        some = Path(work) / "items.parquet"
        write_table(dataset(snapshot / "items", format="parquet").to_table(filter=field("item_id").isin(items)), some)
        # people who object may own nothing among these few
        waivers = Waivers(allow_orphans=True, ignore_settings=frozenset(waived.get("ignore_settings", ())))
        request = Request([some], ledger, purpose, recipient, waivers=waivers)
        moment = moment_of(request, api.now())
        with closing(DuckDBEngine(request, rules, Path(work))) as engine:
            register, corpus = engine.read_register(), engine.open_items()
            rows = [one for item in items for one in find_items(engine.session, corpus, item)]
            rows = engine.name_rows(register, rows)
            facts = facts_for(engine.session, rows)
    found = (one.item for one in rows if Reason.SUBJECT_OBJECTION in decide(one.item, facts, rules, moment).failed)
    return {one.item_id for one in found if one.item_id is not None}
