"""The part of the demonstration that trains: people write, a model learns, one of them opts out, and it has forgotten.

Everything goes through the same doors as on a platform: the ledger, the gate, training, the queue, the certificate and
the audit. Nobody in it exists. A step that does not hold is an error.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import partial
from typing import TYPE_CHECKING

from byleave import api
from byleave.adapters.certificate_files import verify_certificate_file
from byleave.adapters.key_files import RING, load_signer, new_keys
from byleave.adapters.rewrite.model_file import opened, read_serving
from byleave.adapters.rewrite.settings import Settings
from byleave.adapters.rewrite.writer import open_rewriter
from byleave.demo.draw import Draw
from byleave.demo.prose import fields, voice
from byleave.gate.request import silent
from byleave.kernel.errors import VerificationError
from byleave.learn.rewrite.guard import first_that_keeps, keeps, problems
from byleave.ledger.admission import Proposal
from byleave.ledger.entries import PLATFORM, Kind
from byleave.lineage.keys import keyed
from byleave.policy.facts import MEMBER
from byleave.server.db.migrating import migrate
from byleave.server.db.store import Store
from byleave.server.lineage.forgetting import due, forget
from byleave.server.lineage.recording import record_snapshot
from byleave.server.lineage.rewrite_audit import Audit, audit_rewriter
from byleave.server.lineage.rewrite_training import RewriteTraining, train_rewriter
from byleave.server.preparing import SUPPRESSION_KEY, write_once

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from byleave.gate.request import Progress

PACK, PURPOSE, RECIPIENT = "byleave@1", "generative-ai", "platform"
EARLY, WROTE = datetime(2026, 1, 1, tzinfo=UTC), "2026-02-01T00:00:00Z"
SECRET = b"of the demonstration, not secret"
DRAFTS = (
    "after 3 years at the clinic i am moving on to a new job in Cork thanks to my whole team",
    "we just shipped version 2 of our app it took 9 months and lots of coffee. thank you to Anna and the testers",
)
SEED = 7


@dataclass(frozen=True, slots=True)
class Place:
    """Where it happens, and with what."""

    folder: Path
    """An empty one."""
    members: int = 128
    base: str = "smollm2"
    settings: Settings = Settings(1, dtype="bfloat16")  # noqa: RUF009 - a frozen value
    workers: int | None = None

    @property
    def ledger(self) -> str:
        """The address of the ledger."""
        return f"sqlite:///{self.folder}/ledger.db"


def learn_story(place: Place, progress: Progress = silent) -> Iterator[str]:
    """Tell the story as it happens, line by line. Raises: ByleaveError, also for a step that does not hold."""
    signer = _people(place)
    yield f"{place.members} invented members wrote a post each; their choices stand in a ledger."
    began = time.monotonic()
    model, snapshot = place.folder / "rewrite", place.folder / "snapshot"
    asked = RewriteTraining(snapshot, model, place.ledger, "rewrite-demo", base=place.base, workers=place.workers)
    found = train_rewriter(replace(asked, settings=place.settings), SECRET, progress)
    rows = found.manifest["rows"]
    shards = found.manifest["configuration"]["training"]["shards"]
    yield (
        f"Trained in {time.monotonic() - began:.0f} s: {rows['posts']} posts in {shards} shards; "
        f"{found.passed.get('copy', 0)} were too like another member's."
    )
    yield from _rewrites(place)
    yield from _forgotten(place, signer, found.manifest["artefacts"].get("mean"), progress)


def _people(place: Place) -> Path:
    """Fill ledger and snapshot; the folder of the keys that sign."""
    place.folder.mkdir(parents=True, exist_ok=True)
    migrate(place.ledger)
    write_once(place.folder / SUPPRESSION_KEY, SECRET)
    keys = place.folder / "keys"
    new_keys(keys, "demonstration/receipts", api.now())
    notice = {"notice": "ai-training", "version": "1"}
    born = {"country": "IE", "birth_date": date(1985, 5, 1)}
    with Store(place.ledger, suppression_secret=SECRET) as store:
        for number in range(place.members):
            name = f"m{number}"
            told = Proposal(Kind.NOTICE_DELIVERED, name, PLATFORM, notice, EARLY)
            store.append([Proposal(Kind.MEMBER_REGISTERED, name, PLATFORM, born), told])
    items = place.folder / "items.jsonl"
    items.write_text("".join(f"{json.dumps(_post(number))}\n" for number in range(place.members)), encoding="utf-8")
    snapshot = place.folder / "snapshot"
    api.gate(items, register=place.ledger, out=snapshot, pack=PACK, purpose=PURPOSE, recipient=RECIPIENT)
    record_snapshot(snapshot, place.ledger, SECRET)
    return keys


def _post(number: int) -> dict[str, object]:
    draw = Draw(SEED, f"member {number}")
    writer = voice("en", draw.pick(fields()), draw, he=draw.per_mille(500), since_year=2019)
    return {
        "item_id": f"p{number}",
        "member_id": f"m{number}",
        "category": "post",
        "visibility": "public",
        "created_at": WROTE,
        "ai_written": False,
        "language": "en",
        "text": writer.write("post", draw),
    }


def _rewrites(place: Place) -> Iterator[str]:
    """Two drafts, and what the model makes of them."""
    writer = open_rewriter(place.folder / "rewrite")
    for draft in DRAFTS:
        attempts = writer.attempts(draft, "clear", enough=partial(keeps, draft))
        shown = first_that_keeps(draft, attempts)
        yield f"  draft      {draft}"
        yield f"  suggested  {shown}" if shown else f"  nothing is suggested: {', '.join(problems(draft, attempts[0]))}"


def _somebody(place: Place) -> str:
    """The first member of whom something was learned."""
    with opened(place.folder / "rewrite") as model:
        learned = {pair.member for pair in model.pairs(model.settings().seed)}
    key_of = keyed(SECRET)
    return next(name for name in (f"m{number}" for number in range(place.members)) if key_of(name) in learned)


def _forgotten(place: Place, keys: Path, before: str | None, progress: Progress) -> Iterator[str]:
    """One member switches off: out of service at once, trained anew, certified, and recomputed."""
    model, snapshot = place.folder / "rewrite", place.folder / "snapshot"
    off, leaves = {"setting": "ai-training", "value": "off"}, _somebody(place)
    with Store(place.ledger, suppression_secret=SECRET) as store:
        store.append([Proposal(Kind.PREFERENCE_SET, leaves, MEMBER, off)])
    found, began = due(model, snapshot, place.ledger, None, silent), time.monotonic()
    done = forget(model, place.ledger, found.members, SECRET, signers=[load_signer(keys, api.now())])
    yield f"{leaves} switched off, and was taken out in {time.monotonic() - began:.0f} s; one shard was trained anew."
    checked = verify_certificate_file(done.certificates[0], keys / RING)
    if found.members != (leaves,) or checked is None or checked.problem is not None:
        raise VerificationError("the certificate does not hold", hint="this is a mistake of byleave; please report it")
    yield f"The certificate holds offline, signed by {checked.signed_by}."
    asked = Audit(model, snapshot, place.ledger, workers=place.workers)
    differing = audit_rewriter(asked, SECRET, progress).differing
    served = read_serving(model)[0]
    if differing or (served is not None and before is not None and served.stem == before.removeprefix("sha256:")):
        raise VerificationError(f"the model is not what it should be: {', '.join(differing)}")
    yield "Trained again from the start without them: every byte is the same."
