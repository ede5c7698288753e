"""Cases as a privacy team has them: members and others, early and late, with names that were found, or were not."""

from __future__ import annotations

import hashlib
import sqlite3
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import psycopg

from byleave.adapters.key_files import read_ring
from byleave.adapters.revocation_files import read_list
from byleave.finding.identifiers import identify
from byleave.ledger.admission import Proposal
from byleave.ledger.entries import PLATFORM, Kind
from byleave.lineage.revocations import file_name
from byleave.policy.facts import MEMBER
from byleave.server.acts import Delivery
from byleave.server.objecting import Given
from tests.server.centre.builds import ledger, model, snapshot

if TYPE_CHECKING:
    from byleave.lineage.revocations import Revocations
    from byleave.server.service import Service
    from tests.server.serving import Running

DAY = timedelta(days=1)
GIVEN = Given(None, (("name", "Form Sender-Kent"),), "GB")
"""What somebody hands in by the form."""
HOLDER = "trainer"
"""Who was given a copy, by the name of its token."""
NAME, MAIL = "Noura Haddad-Weiss", "noura@haddad-weiss.example"
CERTAIN, POSSIBLE, OTHER = "desk-1", "desk-2", "desk-3"
"""Items of somebody else: with her address, with her name alone, and about nobody."""
OLD, OVER, OLD_DAYS = "O-OLD-NO", "O-OLD-OVER", 95
"""Cases that were refused so many days ago: longer than an appeal is open."""
TEXTS = {
    CERTAIN: f"Whoever wants the plans may write to {MAIL}; she drew them.",
    POSSIBLE: f"Yesterday {NAME} opened the new hall, and all of us stood in the rain.",
    OTHER: "The hall has a roof now, and it is dry.",
}


def objected(service: Service, name: str, subject: str, *, days: float = 0, **more: Any) -> None:
    """Somebody objected so many days ago; `more` is country, language, purpose, appeals."""
    at = datetime.now(UTC) - days * DAY
    data = {"objection": name, "purpose": more.pop("purpose", None), **more}
    service.store.append([Proposal(Kind.OBJECTION_RECEIVED, subject, MEMBER, data, at)])


def gave(service: Service, name: str, subject: str, *given: tuple[str, str]) -> None:
    """They said by what they can be found: pairs of kind and value."""
    keys = service.finding_keys()
    found = [str(one) for kind, value in given for one in identify(kind, value, keys, "DE")]
    data = {"objection": name, "identifiers": [*found, keys.mark()]}
    service.store.append([Proposal(Kind.OBJECTION_IDENTIFIED, subject, MEMBER, data)])


def confirmed(service: Service, name: str, subject: str) -> None:
    """They confirmed it."""
    service.store.append([Proposal(Kind.OBJECTION_CONFIRMED, subject, MEMBER, {"objection": name})])


def refused(service: Service, name: str, subject: str) -> None:
    """They objected, and somebody refused it, when the clock of the service shows."""
    data = {"objection": name, "purpose": None, "country": "DE", "language": "de"}
    ended = {"objection": name, "grounds": "needed in court", "by": "Petra Lund (petra)"}
    service.store.append([Proposal(Kind.OBJECTION_RECEIVED, subject, MEMBER, data)])
    gave(service, name, subject, ("name", "Olav Old-Refsnes"))
    service.store.append([Proposal(Kind.OBJECTION_REJECTED, subject, PLATFORM, ended)])


def upheld(service: Service, name: str, subject: str, by: str) -> None:
    """Somebody of the staff upheld it."""
    service.store.append([Proposal(Kind.OBJECTION_UPHELD, subject, PLATFORM, {"objection": name, "by": by})])


def delivered(member: str) -> Delivery:
    """A notice that has reached a member."""
    return Delivery(member, "ai-training", "1")


def posts(running: Running, owner: str, texts: dict[str, str]) -> None:
    """Posts of a member on the small platform, from before anybody objected."""
    rows = [(item, owner, text) for item, text in texts.items()]
    sql = (
        "INSERT INTO feed_item (item_id, member_id, category, visibility, created_at, text, language)"
        " VALUES (?, ?, 'post', 'public', '2026-10-01T10:00:00.000000Z', ?, 'en')"
    )
    if (address := running.environment.get("BYLEAVE_LEDGER", "")).startswith("postgresql"):
        with psycopg.connect(address) as connection:
            connection.cursor().executemany(sql.replace("?", "%s").encode(), rows)
        return
    with sqlite3.connect(running.folder / "data" / "ledger-accounts.db", timeout=60) as database:
        database.executemany(sql, rows)
    database.close()


def people(running: Running, writer: str, objector: str) -> dict[str, str]:
    """Fill a platform with cases; the pages of the most telling ones by name.

    `writer` writes about somebody who objects; `objector` is a member who does.
    """
    posts(running, writer, TEXTS)
    with running.inside() as service:
        objected(service, "O-7K2M", "person-4411", days=26, country="DE", language="de")
        gave(service, "O-7K2M", "person-4411", ("name", NAME), ("email", MAIL))
        confirmed(service, "O-7K2M", "person-4411")
        objected(service, "O-9QX4", "person-4412", days=40, country="FR", language="fr")
        objected(service, "O-1B8Z", objector, days=3, country="DE", language="de")
        objected(service, "O-5T6R", "person-4413", days=12, country="CH", language="de")
        upheld(service, "O-5T6R", "person-4413", "petra")
    return {"case": "/desk/cases/O-7K2M", "own": "/desk/cases/O-1B8Z", "trail": "/desk/trail"}


SHEETS = {
    "policies": "/desk/policies",
    "choices": "/desk/choices",
    "desk-notices": "/desk/notices",
    "effect": "/desk/effect",
    "snapshots": "/desk/snapshots",
    "copies": "/desk/copies",
    "report": "/desk/report",
}
"""Pages of numbers."""


def built(running: Running) -> dict[str, str]:
    """Build a snapshot, train a model on it, give copies away and call one of them back; the pages that show it."""
    folder, _ = snapshot(running, "desk-first")
    model(running, folder, "rewrite-desk")
    url = ledger(running)
    for holder in (HOLDER, "Lantern Labs"):
        running.command("revocation", "hand-over", str(folder), "--to", holder, "--ledger", url)
    publish(running)
    name = f"sha256:{hashlib.sha256((folder / 'manifest.json').read_bytes()).hexdigest()}"
    return {**SHEETS, "snapshot": f"/desk/snapshots/{name}"}


def publish(running: Running) -> Revocations:
    """Publish the list of the first holder anew."""
    folder, place = running.folder / "desk-first" / "out", running.folder / "data"
    options = ("--ledger", ledger(running), "--keys", str(place / "keys"), "--out", str(place / "revocations"))
    running.command("revocation", "publish", str(folder), "--to", HOLDER, *options)
    manifest = f"sha256:{hashlib.sha256((folder / 'manifest.json').read_bytes()).hexdigest()}"
    return read_list(place / "revocations" / file_name(manifest, HOLDER), read_ring(place / "keys"))
