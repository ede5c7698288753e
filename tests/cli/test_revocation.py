"""`byleave revocation`: what was given away yesterday is called back today, and nobody but the holder learns what."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from byleave.adapters.key_files import new_keys
from byleave.api import now
from byleave.cli.main import group
from byleave.kernel.errors import ByleaveError, InputError, UsageError, VerificationError
from byleave.server.db.store import Store
from byleave.server.lineage.recording import record_snapshot
from tests.gate.scene import gate
from tests.gate.test_texts import TEXTS, items, objects
from tests.server.db.ledgers import SECRET, new_ledger, registered

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A recorded snapshot of three items, keys, and a ledger."""
    (tmp_path / "key").write_bytes(SECRET)
    monkeypatch.setenv("BYLEAVE_SUPPRESSION_KEY", str(tmp_path / "key"))
    ledger = new_ledger("sqlite", tmp_path)
    with Store(ledger, suppression_secret=SECRET) as store:
        store.append([registered("m1")])
        store.append([registered("m2")])
    new_keys(tmp_path / "keys", "example.com/byleave", now())
    gate(items(tmp_path), ledger, out=tmp_path / "taken")
    record_snapshot(tmp_path / "taken", ledger, SECRET)
    return tmp_path


def call(place: Path, *arguments: str) -> Any:
    """The JSON that a command prints; its own error, where it has one."""
    ledger = f"sqlite:///{place / 'ledger.db'}"
    ran = CliRunner().invoke(group, ["revocation", *(one.replace("LEDGER", ledger) for one in arguments)])
    if isinstance(ran.exception, ByleaveError):
        raise ran.exception
    assert ran.exit_code == 0, ran.output
    return json.loads(ran.stdout) if "--json" in arguments else ran.stdout


def test_copy_is_called_back(place: Path) -> None:
    """M12: after an objection a holder finds what to take out of its copy, and the platform knows when it did."""
    taken, out, keys = str(place / "taken"), str(place / "out"), str(place / "keys")
    ring = f"--keys={keys}"
    to = ["--to=Trainer Ltd", "--ledger=LEDGER"]
    given = call(place, "hand-over", taken, *to, "--json")
    assert call(place, "hand-over", taken, *to, "--json") == given  # printed again, and recorded once
    (row,) = call(place, "list", "--ledger=LEDGER", "--json")
    assert (row["published"], "no list yet" in call(place, "list", "--ledger=LEDGER")) == (False, True)
    empty = call(place, "publish", taken, *to, ring, f"--out={out}", "--json")
    assert empty["items"] == 0

    with Store(f"sqlite:///{place / 'ledger.db'}", suppression_secret=SECRET) as store:
        objects(store, name="Jose Nunez", email="j.n@example.com")
    told = call(place, "publish", taken, *to, ring, f"--out={out}", "--json")
    assert (told["items"], told["file"]) == (2, empty["file"])
    found = call(place, "check", told["file"], taken, f"--key={given['key']}", ring, "--json")
    assert sorted(found["items"]) == ["i1", "i2"]
    for wrong in ("00" * 32, given["key"][:-2], ""):
        with pytest.raises(VerificationError, match="not the one that came"):
            call(place, "check", told["file"], taken, f"--key={wrong}", ring)

    published = (place / "out" / given["file"]).read_text()
    for secret in ("p-1", "i1", "m1", "Nunez", "example.com\\", *TEXTS.values()):
        # a signature and a mark are base64, in which two letters come by chance
        plain = published.replace("example.com/byleave", "")
        assert not re.search(rf"(?<![\w+/]){re.escape(secret)}(?![\w+/])", plain), secret
    (row,) = call(place, "list", "--ledger=LEDGER", "--json")
    assert (row["holder"], row["items"], row["waits"]) == ("Trainer Ltd", 2, True)
    call(place, "acknowledge", told["file"], "--ledger=LEDGER", ring)
    assert call(place, "list", "--ledger=LEDGER", "--json")[0]["waits"] is False


def test_wrong_lists_and_keys(place: Path) -> None:
    """A holder without a copy, a changed list, another snapshot and a key that is none are refused by name."""
    taken, out, ring = str(place / "taken"), str(place / "out"), f"--keys={place / 'keys'}"
    to = ["--to=Trainer Ltd", "--ledger=LEDGER"]
    with pytest.raises(InputError, match="was never given"):
        call(place, "publish", taken, *to, ring, f"--out={out}")
    assert not (place / "out").exists()
    call(place, "hand-over", taken, *to)
    file = call(place, "publish", taken, *to, ring, f"--out={out}", "--json")["file"]
    with pytest.raises(UsageError, match="not hexadecimal"):
        call(place, "check", file, taken, "--key=xyz", ring)
    gate(items(place, "others", i9="Nothing."), f"sqlite:///{place / 'ledger.db'}", out=place / "other")
    with pytest.raises(VerificationError, match="another snapshot"):
        call(place, "check", file, str(place / "other"), "--key=00", ring)
    changed = (place / "out").joinpath(file.rpartition("/")[2])
    changed.write_text(changed.read_text().replace("Trainer Ltd", "Trainer Inc"))
    with pytest.raises(VerificationError, match="not signed"):
        call(place, "check", file, taken, "--key=00", ring)
