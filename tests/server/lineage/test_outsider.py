"""Somebody from outside recomputes a model, with the command that its certificate names, and nothing else at hand."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from contextlib import closing
from pathlib import Path

from byleave.adapters.talent.model_file import ModelFile
from byleave.adapters.talent.training import MODEL
from byleave.lineage.keys import keyed
from byleave.server.lineage.forgetting import forget
from tests.server.db.ledgers import SECRET
from tests.server.lineage.trained import MEMBER, Place


def typed(
    model: Path, snapshot: Path, ledger: str, key: Path, cwd: Path, **more: Path
) -> subprocess.CompletedProcess[str]:
    """Type the command of a model's newest certificate in a shell, with the names in capitals put in."""
    certificate = max((model / "certificates").iterdir(), key=lambda one: one.stat().st_mtime_ns)
    command: str = json.loads(certificate.read_bytes())["certificate"]["recompute"]
    put_in = {"KEY": str(key), "MODEL": str(model), "SNAPSHOT": str(snapshot), "LEDGER": ledger}
    asked = re.findall(r"(?<![A-Z_])[A-Z]+(?![A-Z_])", command)
    assert sorted(asked) == sorted(put_in)
    command = re.sub(r"(?<![A-Z_])[A-Z]+(?![A-Z_])", lambda name: put_in[name[0]], command)
    clean = {name: value for name, value in os.environ.items() if not name.startswith("BYLEAVE_")}
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    environment = {**clean, "PATH": path, **{name: str(value) for name, value in more.items()}}
    return subprocess.run(["sh", "-c", command], cwd=cwd, env=environment, capture_output=True, text=True, check=False)


def test_the_command_of_a_certificate_recomputes_the_model(place: Place, tmp_path: Path) -> None:
    """`M18` With copies of folder, snapshot, ledger and key elsewhere it ends well; of a model that lies, not."""
    done = forget(place.model, place.ledger, [MEMBER], SECRET)
    told = done.certificates[0].read_text(encoding="utf-8")
    there = tmp_path / "elsewhere"
    there.mkdir()
    shutil.copytree(place.model, there / "model")
    shutil.copytree(place.snapshot, there / "snapshot")
    shutil.copy(place.folder / "ledger.db", there / "ledger.db")
    (there / "key").write_bytes(SECRET)
    shutil.rmtree(place.folder)

    assert str(tmp_path) not in told
    inputs = there / "model", there / "snapshot", f"sqlite:///{there}/ledger.db", there / "key"
    found = typed(*inputs, there)
    assert (found.returncode, found.stderr) == (0, "")
    assert "every digest is the same" in found.stdout

    with closing(ModelFile.open(there / "model" / MODEL)) as model:
        assert not model.has(keyed(SECRET)(MEMBER))
        sql = "UPDATE documents SET profiles = profiles + 1 WHERE term = (SELECT min(term) FROM documents)"
        model.connection.execute(sql)
    assert typed(*inputs, there).returncode == 3
    (there / "key").write_bytes(b"another key of thirty-two bytes!")
    assert typed(*inputs, there).returncode == 1
