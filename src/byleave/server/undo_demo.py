"""The part of `byleave demo` that undoes: talent search is trained, a member switches off, and the model forgets them.

Nothing is told that was not read back: from the ledger, the model, the certificate, and a second training.
"""

from __future__ import annotations

import csv
import secrets
import shutil
from contextlib import closing
from time import perf_counter
from typing import TYPE_CHECKING

import pyarrow.parquet as pq
from pyarrow import dataset

from byleave import api
from byleave.adapters.certificate_files import verify_certificate_file
from byleave.adapters.key_files import RING, load_signer, new_keys
from byleave.adapters.packs import load_pack
from byleave.adapters.talent.training import VISIBLE
from byleave.adapters.talent.visible_file import VisibleFile
from byleave.kernel.errors import ByleaveError
from byleave.ledger.admission import Proposal
from byleave.ledger.covering import chosen, terms_of
from byleave.ledger.entries import Kind
from byleave.ledger.suppression import SHORTEST_KEY
from byleave.lineage.keys import key_text, keyed
from byleave.policy.facts import MEMBER
from byleave.server.db.importing import import_register
from byleave.server.db.migrating import migrate
from byleave.server.db.store import Store
from byleave.server.forgetting.working import Forgetting, Place
from byleave.server.lineage.recording import record_snapshot
from byleave.server.lineage.training import Training, audit, train_talent
from byleave.server.policy_in_force import in_force
from byleave.server.preparing import SUPPRESSION_KEY, write_once

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from byleave.gate.request import Progress
    from byleave.ledger.entries import Entry

PACK, PURPOSE, RECIPIENT, SETTING = "byleave@1", "other-ai", "platform", "ai-training"
PEOPLE = 1_500
"""Members of the invented platform whose profiles are searched: enough to look at, and quickly trained."""
_OWNERS = {"objections": "subject_id"}


def undo_story(platform: Path, folder: Path, progress: Progress) -> list[str]:
    """Train talent search on a snapshot of the invented platform, let somebody opt out, and show that it forgot them.

    Args:
        platform: the folder of the invented platform.
        folder: where everything of this part is put; what an earlier demonstration left there is replaced.
        progress: called with each step.

    Raises: ByleaveError when anything is not as it should be.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    ledger, secret = f"sqlite:///{folder / 'ledger.db'}", secrets.token_bytes(SHORTEST_KEY)
    write_once(folder / SUPPRESSION_KEY, secret)
    new_keys(folder / "keys", "lanterwick.example/demo", api.now())
    progress("talent search: the ledger", 0.0)
    items = _prepare(platform, folder, ledger)
    snapshot, model = folder / "snapshots" / "first", folder / "models" / "talent"
    for one in (snapshot, model):
        one.parent.mkdir()
    progress("talent search: a snapshot", 0.2)
    result = api.gate(items, register=ledger, pack=PACK, purpose=PURPOSE, recipient=RECIPIENT, out=snapshot)
    record_snapshot(snapshot, ledger, secret, just_published=True)
    progress("talent search: training", 0.5)
    trained = train_talent(Training(snapshot, model, ledger, "talent-1", visible=(str(items),)), secret)
    member = max(pq.read_table(snapshot / "items", columns=["member_id"])["member_id"].to_pylist())
    progress("talent search: forgetting", 0.8)
    with Store(ledger, suppression_secret=secret) as store:
        act = _switch_off(store, member)
        began = perf_counter()
        with closing(Forgetting(_place(folder, ledger, secret, store))) as work:
            work.step()
        took = perf_counter() - began
        (told,) = [one for one in store.reader.artefacts() if one.kind is Kind.MODEL_FORGOTTEN]
    progress("talent search: training again", 0.9)
    differing = audit(model, snapshot, ledger, secret)
    (certificate,) = (model / "certificates").iterdir()
    signed_by = _checked(folder, certificate, member, secret, differing)
    rows, read = trained.manifest["rows"], sum(result.manifest["counts"]["by_reason"].values())
    return [
        f"Of {read:,} profiles {rows['profiles']:,} may train talent search under {PACK}; {trained.shown:,} are shown.",
        f"{member} switched off: entry {act.seq}. The model forgot them {took:.2f} s later: entry {told.seq}.",
        f"  ✓ the certificate holds, signed by {signed_by}",
        f"  ✓ trained again without {member}, every digest is the same",
        f"  ✓ searches find {member} all the same: that is a choice of its own",
        f"Verify it yourself: byleave verify {certificate} \\",
        f"    --keys {folder / 'keys' / RING}",
    ]


def _checked(folder: Path, certificate: Path, member: str, secret: bytes, differing: Sequence[str]) -> str:
    """Who signed the certificate of one member's leaving. Raises: ByleaveError when anything is not as it should be."""
    found = verify_certificate_file(certificate, folder / "keys" / RING)
    key = key_text(keyed(secret)(member))
    if found is None or found.checked is None or found.problem or found.checked.forgotten != (key,) or differing:
        raise ByleaveError("the model has not forgotten who opted out", hint=f"see `{folder}`")
    with closing(VisibleFile.open(certificate.parents[1] / VISIBLE)) as visible:
        if member not in visible.members():
            raise ByleaveError(f"`{member}` cannot be found any more, though they did not choose that")
    return found.signed_by or "nobody"


def _prepare(platform: Path, folder: Path, ledger: str) -> Path:
    """A ledger of some of the members, and the table of their profiles."""
    migrate(ledger)
    register, names = folder / "register", set[str]()
    register.mkdir()
    with (platform / "register" / "members.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if len(names) == PEOPLE and row["member_id"] not in names:
                break
            names.add(row["member_id"])
    for table in sorted((platform / "register").glob("*.csv")):
        _some(table, register / table.name, names, _OWNERS.get(table.stem, "member_id"))
    pack = load_pack(PACK)
    settings = frozenset(name for own, one in pack.settings.items() for name in (own, *one.aliases))
    with Store(ledger) as store:
        import_register(store, [register], settings=settings, terms_of=terms_of(pack))
    columns = dataset.dataset(platform / "items", format="parquet")
    wanted = (dataset.field("category") == "profile") & dataset.field("member_id").isin(sorted(names))
    pq.write_table(columns.to_table(filter=wanted), folder / "profiles.parquet")
    return folder / "profiles.parquet"


def _some(table: Path, out: Path, names: set[str], owner: str) -> None:
    """The rows of a table of a register that are of some members."""
    with table.open(encoding="utf-8", newline="") as source, out.open("w", encoding="utf-8", newline="") as target:
        rows = csv.DictReader(source)
        writer = csv.DictWriter(target, rows.fieldnames or [], lineterminator="\n")
        writer.writeheader()
        writer.writerows(row for row in rows if row[owner] in names)


def _switch_off(store: Store, member: str) -> Entry:
    switch = in_force([PACK]).switch(SETTING)
    data = chosen(SETTING, "off", switch.terms)
    return store.append([Proposal(Kind.PREFERENCE_SET, member, MEMBER, data)])[0]


def _place(folder: Path, ledger: str, secret: bytes, store: Store) -> Place:
    policy = in_force([PACK])

    def append(acts: Sequence[Proposal], key: str) -> list[Entry]:
        return store.append(acts, key)

    return Place(
        address=ledger,
        secret=secret,
        models=folder / "models",
        snapshots=folder / "snapshots",
        policy=lambda: policy,
        signers=lambda: [load_signer(folder / "keys", api.now())],
        append=append,
        clock=api.now,
    )
