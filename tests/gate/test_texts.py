"""People who are named in texts: found by what they gave to be found by, at the present and in every later item."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq
import pytest

import byleave
from byleave.cli.summary import summary_lines
from byleave.finding.identifiers import Keys, digest_text, identify
from byleave.finding.search import REDACTED
from byleave.kernel.errors import RefusedError, UsageError
from byleave.ledger.admission import Proposal
from byleave.ledger.entries import Kind
from byleave.policy.facts import MEMBER
from byleave.server.db.store import Store
from tests.gate.scene import DECIDE, ITEM, during, gate, reasons, snapshot, write_parquet
from tests.server.db.conftest import ENGINES
from tests.server.db.ledgers import SECRET, new_ledger, registered

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from byleave.ledger.entries import Entry

KEYS = Keys(SECRET)
TEXTS = {
    "i1": "Lunch with José Núñez, who knows everything about cheese.",
    "i2": "Write to j.n@example.com or call +34 612 34 56 78.",
    "i3": "A day at the sea. Nothing else.",
}


@pytest.fixture
def url(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A ledger of two members, and its key where the gate looks for it."""
    key = tmp_path / "key"
    key.write_bytes(SECRET)
    monkeypatch.setenv("BYLEAVE_SUPPRESSION_KEY", str(key))
    address = new_ledger(getattr(request, "param", "sqlite"), tmp_path)
    with Store(address, suppression_secret=SECRET) as store:
        for name in ("m1", "m2"):
            store.append([registered(name)])
    return address


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    """Its store."""
    with Store(url, suppression_secret=SECRET) as one:
        yield one


def items(folder: Path, name: str = "items", **texts: str) -> Path:
    """Items of two members by turns, with these texts."""
    rows = [
        {"item_id": item, "member_id": f"m{number % 2 + 1}", **ITEM, "text": text}
        for number, (item, text) in enumerate((texts or TEXTS).items())
    ]
    return write_parquet(folder / f"{name}.parquet", rows)


def objects(store: Store, subject: str = "p-1", **given: str) -> list[Entry]:
    """Somebody without an account objects, and says what they can be found by."""
    found = [str(one) for kind, value in given.items() for one in identify(kind, value, KEYS)]
    return store.append(
        [
            Proposal(Kind.OBJECTION_RECEIVED, subject, MEMBER, {"objection": f"o-{subject}", "purpose": None}),
            Proposal(
                Kind.OBJECTION_IDENTIFIED,
                subject,
                MEMBER,
                {"objection": f"o-{subject}", "identifiers": [*found, KEYS.mark()]},
            ),
        ]
    )


@pytest.mark.parametrize("url", ENGINES, indirect=True)
def test_post_of_another_member_is_left_out(url: str, store: Store, tmp_path: Path) -> None:
    """M12: an objection without an account leaves out what others wrote about the person, new items too."""
    corpus = items(tmp_path)
    assert reasons(gate(corpus, url)) == {"eligible": 3}

    objects(store, name="Jose Nunez", email="J.N@Example.com", phone="+34612345678")
    made = gate(corpus, url, out=tmp_path / "one")
    assert snapshot(tmp_path / "one").ids == ["i3"]
    assert {row["item_id"]: row["reason"] for row in snapshot(tmp_path / "one").left_out} == {
        "i1": "subject-objection",
        "i2": "subject-objection",
    }
    assert made.manifest["found"] == {
        "column": "text",
        "identifiers": 4,
        "redacting": False,
        "rows": {"certain": 1, "in_review": 1, "redacted": 0},
    }

    later = items(tmp_path, "later", **TEXTS, i4="Núñez, José was seen again.", i5="José and Nunez are two people.")
    gate(later, url, out=tmp_path / "two")
    assert snapshot(tmp_path / "two").ids == ["i3", "i5"]


def explained(item: str, corpus: Path, url: str) -> Any:
    """Why an item is in or left out."""
    return byleave.explain(item, corpus, register=url, **DECIDE)[0]


def test_explain_tells_who_is_certain_and_who_is_not(url: str, store: Store, tmp_path: Path) -> None:
    """An explanation says that the text names somebody, or may; it says nobody's name and no id of theirs."""
    corpus = items(tmp_path)
    objects(store, name="Jose Nunez", email="j.n@example.com")
    possible, certain, free = (explained(item, corpus, url) for item in ("i1", "i2", "i3"))

    assert (possible.reason, certain.reason, free.reason) == ("subject-objection", "subject-objection", "eligible")
    assert possible.decided_by.statement.code == "possible-objection-to-all"
    assert certain.decided_by.statement.code == "text-objection-to-all"
    assert "p-1" not in str(possible) + str(certain)


def reviewed(store: Store, item: str, about: str) -> None:
    """Staff say whom a text is about."""
    data = {
        "objection": "o-p-1", "item": item, "text": digest_text(TEXTS[item]), "about": about, "by": "staff-1",
        "grounds": "a footballer of that name",
    }  # fmt: skip
    store.append([Proposal(Kind.FINDING_REVIEWED, "p-1", "platform", data)])


def test_a_name_is_out_until_somebody_has_looked(url: str, store: Store, tmp_path: Path) -> None:
    """A text that holds no more than a name is left out until staff find that it is another's, for that text alone."""
    corpus = items(tmp_path)
    objects(store, name="Jose Nunez", email="j.n@example.com")
    for item in ("i1", "i2"):
        reviewed(store, item, "other")
    gate(corpus, url, out=tmp_path / "one")
    changed = items(tmp_path, "changed", **{**TEXTS, "i1": TEXTS["i1"] + " He lives next door."})
    gate(changed, url, out=tmp_path / "two")
    reviewed(store, "i1", "person")
    gate(corpus, url, out=tmp_path / "three")

    assert snapshot(tmp_path / "one").ids == ["i1", "i3"]  # an e-mail address is nobody else's
    assert snapshot(tmp_path / "two").ids == ["i3"]
    assert snapshot(tmp_path / "three").ids == ["i3"]


def test_redaction_replaces_the_name(url: str, store: Store, tmp_path: Path) -> None:
    """With redaction the item stays, without what names the person; what nobody is named in stays as it was."""
    corpus = items(tmp_path)
    objects(store, name="Jose Nunez", email="j.n@example.com", phone="+34612345678")
    made = gate(corpus, url, out=tmp_path / "out", redact=True)

    assert {row["item_id"]: row["text"] for row in snapshot(tmp_path / "out").eligible} == {
        "i1": f"Lunch with {REDACTED}, who knows everything about cheese.",
        "i2": f"Write to {REDACTED} or call +{REDACTED}.",
        "i3": TEXTS["i3"],
    }
    assert made.manifest["found"]["rows"] == {"certain": 0, "in_review": 0, "redacted": 2}
    assert made.manifest["found"]["redacting"] is True
    assert byleave.snapshot_status(tmp_path / "out", register=url).usable


def test_redaction_needs_rows_and_a_ledger(url: str, store: Store, tmp_path: Path) -> None:
    """Decisions alone would call a text eligible that nobody has changed; a folder names nobody whom a text could."""
    objects(store, name="Jose Nunez")
    with pytest.raises(UsageError, match="carry no text"):
        gate(items(tmp_path), url, out=tmp_path / "out", redact=True, decisions_only=True)
    with pytest.raises(UsageError, match="names people by their ids"):
        gate(items(tmp_path), tmp_path / "register", redact=True)
    assert not (tmp_path / "out").exists()


def test_summary_tells_what_was_found(url: str, store: Store, tmp_path: Path) -> None:
    """Whoever runs the gate reads how many rows were left out for certain, and how many somebody has to look at."""
    corpus = items(tmp_path)
    objects(store, name="Jose Nunez", email="j.n@example.com")
    told = "\n".join(summary_lines(gate(corpus, url)))
    without = pq.read_table(corpus).drop_columns(["text"])
    allowed = "\n".join(summary_lines(gate(without, url, allow_orphans=True)))

    assert "looked for in `text`: 1 rows left out for certain, 1 left out until they are reviewed, 0 with" in told
    assert "could not be looked for" in allowed


@pytest.mark.parametrize("redact", [False, True])
def test_objection_while_the_snapshot_is_written(url: str, store: Store, tmp_path: Path, *, redact: bool) -> None:
    """M12: an objection that is recorded while a snapshot is written is obeyed by it: `receipt.seq ≤ W'`."""
    corpus = items(tmp_path)
    objects(store, "p-0", name="Somebody Else")
    seen: list[Entry] = []
    act = during("writing what is left out", lambda: seen.extend(objects(store, name="José Núñez")))
    made = gate(corpus, url, out=tmp_path / "out", progress=act, redact=redact)

    assert seen[-1].seq <= made.manifest["recheck"]["watermark"]
    texts = {row["item_id"]: row["text"] for row in snapshot(tmp_path / "out").eligible}
    assert set(texts) == ({"i1", "i2", "i3"} if redact else {"i2", "i3"})
    assert all("José" not in text for text in texts.values())


def test_quote_and_id_of_an_item(url: str, store: Store, tmp_path: Path) -> None:
    """A post that the person quotes or links is left out, and not redacted: it is what they mean."""
    corpus = items(tmp_path)
    objects(store, quote="A day at the sea, nothing else", item="i1")
    gate(corpus, url, out=tmp_path / "out", redact=True)

    assert snapshot(tmp_path / "out").ids == ["i2"]


def test_withdrawn_objection_is_not_looked_for(url: str, store: Store, tmp_path: Path) -> None:
    """Whoever withdraws an objection is looked for no longer."""
    corpus = items(tmp_path)
    objects(store, name="Jose Nunez")
    store.append([Proposal(Kind.OBJECTION_WITHDRAWN, "p-1", MEMBER, {"objection": "o-p-1"})])

    made = gate(corpus, url)
    assert reasons(made) == {"eligible": 3}


@pytest.mark.parametrize("url", ENGINES, indirect=True)
def test_erased_objector_is_found_by_hashes(url: str, store: Store, tmp_path: Path) -> None:
    """Who was erased is still found by what was kept as a keyed hash; the name is gone with them."""
    corpus = items(tmp_path)
    objects(store, name="Jose Nunez", email="j.n@example.com")
    store.erase("p-1", "platform")
    gate(corpus, url, out=tmp_path / "out")

    assert snapshot(tmp_path / "out").ids == ["i1", "i3"]


def test_refused_without_texts_or_key(url: str, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Items without a text, or a key that is missing or another one, refuse the run: somebody could not be found."""
    objects(store, name="Jose Nunez", email="j.n@example.com")
    bare = write_parquet(tmp_path / "bare.parquet", [{"item_id": "i1", "member_id": "m1", **ITEM}])
    with pytest.raises(RefusedError, match="no column `text`"):
        gate(bare, url)
    waived = gate(bare, url, allow_orphans=True)
    assert waived.manifest["waived"]["unmatched_objectors"] == 1

    corpus = items(tmp_path)
    other = tmp_path / "other"
    other.write_bytes(b"another key that is long enough, too")
    monkeypatch.setenv("BYLEAVE_SUPPRESSION_KEY", str(other))
    with pytest.raises(RefusedError, match="not the one"):
        gate(corpus, url)
    monkeypatch.delenv("BYLEAVE_SUPPRESSION_KEY")
    with pytest.raises(RefusedError, match="without the key"):
        gate(corpus, url)


def test_text_by_another_name(url: str, store: Store, tmp_path: Path) -> None:
    """`--map text=body` says which column is searched; the snapshot's status looks there, too."""
    rows = [{"item_id": "i1", "member_id": "m1", **ITEM, "body": TEXTS["i1"]}]
    corpus = write_parquet(tmp_path / "body.parquet", rows)
    objects(store, "p-0", name="Somebody Else")
    gate(corpus, url, columns={"text": "body"}, out=tmp_path / "out")
    assert snapshot(tmp_path / "out").ids == ["i1"]

    objects(store, name="Jose Nunez")
    assert reasons(gate(corpus, url, columns={"text": "body"})) == {"subject-objection": 1}
    assert not byleave.snapshot_status(tmp_path / "out", register=url).usable
