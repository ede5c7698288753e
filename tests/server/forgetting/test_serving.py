"""A server whose model forgets by itself: from the switch of a member to a certificate that a key ring verifies."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, Any

from byleave.adapters.certificate_files import verify_certificate_file
from byleave.adapters.talent.training import MODEL
from byleave.lineage.keys import key_text, keyed
from byleave.server.lineage.recording import record_model
from byleave.server.lineage.retiring import retire
from tests.server.db.ledgers import SECRET
from tests.server.lineage.trained import MEMBER, WORLD, Place
from tests.server.pages import get
from tests.server.serving import Client, serving

if TYPE_CHECKING:
    from pathlib import Path

    from tests.server.serving import Running

SECONDS = 60
"""Far more than the five that are promised, since this machine may do much else; `bench/forget.py` measures."""
KEY = key_text(keyed(SECRET)(MEMBER))


def until(client: Client, path: str, model: str, state: str) -> dict[str, Any]:
    """The task of a model, once it has come so far."""
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        found = [one for one in client.call("GET", path).json if (one["model"], one["state"]) == (model, state)]
        if found:
            return dict(found[0])
        time.sleep(0.2)
    raise AssertionError(client.call("GET", path).json)


def test_a_switch_reaches_the_models_and_the_member_sees_it(place: Place, tmp_path: Path) -> None:
    """`M18` `M17` A member switches off: the model here forgets, the one elsewhere is asked, and pages say all that."""
    elsewhere = record_model([place.snapshot], place.ledger, "sha256:" + "7" * 64, purpose="other-ai").model
    (tmp_path / "key").write_bytes(SECRET)
    (tmp_path / "server").mkdir()
    models, secret = str(place.model.parent), str(tmp_path / "key")
    watched = "127.0.0.1:0"
    made = serving(tmp_path / "server", ledger=place.ledger, suppression_key=secret, models=models, metrics=watched)
    with made as running:
        desk, trainer = running.service("lineage:read"), running.service("models:forget", name="trainer")
        browser = running.member(MEMBER)
        assert desk.call("GET", "/api/v1/forgetting").json == []
        assert browser.call("PUT", "/api/v1/me/preferences/ai-training", {"value": "off"}).status == 200
        done = until(desk, "/api/v1/forgetting?state=all", "talent-1", "forgotten")
        asked = until(trainer, f"/api/v1/models/{elsewhere}/forgetting", elsewhere, "open")
        assert (done["member"], asked["member"], asked["key"]) == (MEMBER, MEMBER, KEY)
        assert asked["due_by"] > asked["since"]

        page = get(browser, "/mypreferences/d/used")
        assert "You were taken out of the model “talent-1”" in page.text
        assert f"Whoever trained the model “{elsewhere}” was asked to take you out" in page.text
        (link,) = [one for one in page.links if one.endswith("/certificate")]
        (tmp_path / "certificate.json").write_bytes(browser.call("GET", link).body)
        (tmp_path / "keys.json").write_bytes(running.client().call("GET", "/.well-known/byleave-keys.json").body)
        other = running.member(WORLD.everybody[4].member)
        assert other.call("GET", link).status == 404

        path = f"/api/v1/models/{elsewhere}/forgetting"
        told = trainer.call("POST", path, {"keys": [KEY], "how": "retrained"})
        assert (told.status, told.json["data"]["by"]) == (201, "service:trainer")
        assert (
            trainer.call("POST", "/api/v1/models/talent-1/forgetting", {"keys": [KEY], "how": "retired"}).status == 409
        )
        until(desk, "/api/v1/forgetting?state=all", elsewhere, "acknowledged")
        assert desk.call("GET", "/api/v1/forgetting").json == []
        assert "says that you are out of it" in get(browser, "/mypreferences/d/used").text
        _is_destroyed(running, place, desk, _breaks_and_is_mended(running, place, desk))
        assert trainer.call("POST", "/api/v1/models/talent-1/retirement").status == 409
        said = trainer.call("POST", f"/api/v1/models/{elsewhere}/retirement")
        assert (said.status, said.json["kind"], said.json["data"]["by"]) == (201, "model-retired", "service:trainer")
        assert (
            f"Somebody says that the model “{elsewhere}” was destroyed." in get(browser, "/mypreferences/d/used").text
        )
        until(desk, "/api/v1/forgetting?state=all", elsewhere, "retired")
        assert desk.call("GET", "/api/v1/forgetting").json == []

    found = verify_certificate_file(tmp_path / "certificate.json", tmp_path / "keys.json")
    assert found is not None
    assert found.problem is None
    assert found.signed_by is not None
    assert found.checked is not None
    assert found.checked.forgotten == (KEY,)


def _breaks_and_is_mended(running: Running, place: Place, reads: Client) -> Client:
    """A model breaks: everybody is told why, nothing that it learned answers, and it forgets once it is whole again.

    Returns: somebody at the desk.
    """
    whole = (place.model / MODEL).read_bytes()
    (place.model / MODEL).write_bytes(b"broken" * 9_999)
    other = WORLD.everybody[5].member
    browser, desk = running.member(other), running.staff("reads", role="reader")
    assert browser.call("PUT", "/api/v1/me/preferences/ai-training", {"value": "off"}).status == 200
    end, path = time.monotonic() + SECONDS, "/api/v1/forgetting"
    while {one["model"]: one["trouble"] for one in reads.call("GET", path).json}.get("talent-1") != "unreadable":
        assert time.monotonic() < end, reads.call("GET", path).json
        time.sleep(0.2)
    page, sheet = get(browser, "/mypreferences/d/used").text, get(desk, "/desk/snapshots").text
    ready = running.client().call("GET", "/readyz")
    found = re.search(r"metrics on (\S+)/metrics", (running.folder / "server.log").read_text())
    assert found is not None
    metrics = Client(found[1]).call("GET", "/metrics").body

    assert "It did not work yet: its files cannot be used. We try again by ourselves." in page
    assert "Nothing that it learnt from you answers anybody until then." in page
    assert "its files cannot be used: " in sheet
    assert "Who is to leave models" in sheet
    assert (ready.status, ready.json["checks"]["models"]) == (200, "behind")
    assert b"byleave_forgetting_answering 1.0" in metrics
    assert b"byleave_forgetting_problems 1.0" in metrics

    (place.model / MODEL).write_bytes(whole)
    until(reads, "/api/v1/forgetting?state=all", "talent-1", "forgotten")
    while "talent-1" in {one["model"] for one in reads.call("GET", path).json}:
        assert time.monotonic() < end
        time.sleep(0.2)
    assert "It did not work yet" not in get(browser, "/mypreferences/d/used").text
    assert running.client().call("GET", "/readyz").json["checks"]["models"] == "ok"
    return desk


def _is_destroyed(running: Running, place: Place, reads: Client, desk: Client) -> None:
    """Out of service a model is told to hold the member still; only once it is destroyed nothing is open any more."""
    folder = place.model.rename(place.folder / "attic")
    browser = running.member(WORLD.everybody[6].member)
    assert browser.call("PUT", "/api/v1/me/preferences/ai-training", {"value": "off"}).status == 200
    until(reads, "/api/v1/forgetting", "talent-1", "away")
    page, sheet = get(browser, "/mypreferences/d/used").text, get(desk, "/desk/snapshots").text
    assert "It is not in use, and still holds what it learnt from you." in page
    assert "This stays open until it is made anew without you, or destroyed." in page
    assert "not in service here" in sheet

    retire(folder, place.ledger, "staff-1")
    until(reads, "/api/v1/forgetting?state=all", "talent-1", "retired")
    page, sheet = get(browser, "/mypreferences/d/used").text, get(desk, "/desk/snapshots").text
    assert "The model “talent-1” was destroyed, with what it learnt from you." in page
    assert "It is not in use" not in page
    assert "not in service here" not in sheet
    assert "Destroyed" in sheet
