"""Members are told before a rule begins, once, in their language, and the ledger shows that they were."""

from __future__ import annotations

import email
import email.policy
from datetime import UTC, datetime, timedelta
from importlib import resources
from typing import TYPE_CHECKING, Any

import pytest

from byleave.kernel.errors import InputError
from byleave.ledger.entries import Kind
from byleave.server.notices.texts import in_folder, parse, shipped
from tests.server.centre.builds import snapshot
from tests.server.pages import get
from tests.server.serving import serving
from tests.web.people import PASSWORD

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.server.serving import Client, Running

LENA, MAYA = "lena", "maya"
SETTING = "/mypreferences/d/settings/data-for-ai-improvement"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The small platform six days before Europe starts, filled, with no notice sent yet."""
    folder = tmp_path_factory.mktemp("notices")
    pack = pack_that_begins(folder, datetime.now(UTC) + timedelta(days=6))
    place = folder / "server"
    place.mkdir()
    with serving(place, packs=pack, mail=f"file:{folder}/mail", url="http://members.example") as made:
        file = folder / "password"
        file.write_text(PASSWORD)
        made.command("feed", "fill", "--password-file", str(file))
        yield made


def pack_that_begins(folder: Path, begins: datetime, days: int | None = None) -> str:
    """The article's pack with another day on which Europe starts; with `days` it asks for the notice first."""
    text = resources.files("byleave.policy").joinpath("packs", "linkedin@2025-10-24.yaml").read_text("utf-8")
    start = f"effective: {begins:%Y-%m-%dT%H:%M:%SZ}"
    asked = f"\n    notice: {{id: ai-training, days: {days}, source: article}}" if days is not None else ""
    file = folder / "linkedin@2025-10-24.yaml"
    file.write_text(text.replace("effective: 2025-11-03T00:00:00Z", start + asked), "utf-8")
    return str(file)


def letters(running: Running) -> list[Any]:
    """The e-mails that were handed over, the first one first."""
    found = []
    for file in sorted((running.folder.parent / "mail").glob("*.log"), key=lambda one: one.stat().st_mtime_ns):
        texts = filter(str.strip, file.read_text("utf-8").split("-" * 79 + "\n"))
        found += [email.message_from_string(text, policy=email.policy.default) for text in texts]
    return found


def told(running: Running, member: str) -> list[tuple[str, str]]:
    """The notices that the ledger says have reached a member."""
    with running.inside() as service:
        return [(one.notice, one.version or "") for one in service.member(member).notices]


def everybody_is_told_once(running: Running) -> None:
    """M15: each member with an address gets one letter, in their language, and the ledger has it."""
    first = running.command("notice", "send")
    again = running.command("notice", "send")
    found = {one["To"]: one for one in letters(running)}
    german = found["lena@lanterwick.example"]

    assert first == "by e-mail: 2, on the pages: 0, passed over: 0\n"
    assert again == "by e-mail: 0, on the pages: 0, passed over: 2\n"
    assert len(letters(running)) == 2
    assert german["Subject"] == "Lanterwick und das Training von KI: Sie entscheiden"
    body = german.get_content()
    assert "Beginnt in 6 Tagen" in body
    assert f"http://members.example{SETTING}" in body
    assert "The rule for where you live is in force." in found["maya@lanterwick.example"].get_content()
    assert told(running, LENA) == told(running, MAYA) == [("ai-training", "1")]


def text_is_on_record(running: Running) -> None:
    """M15: the ledger has the digest of each text that went out, in each language, before the first delivery."""
    with running.inside() as service:
        entries = list(service._store.entries())
    published = {one.data["language"]: one for one in entries if one.kind is Kind.NOTICE_PUBLISHED}
    texts = shipped()["ai-training"].texts

    assert {language: one.data["digest"] for language, one in published.items()} == {
        language: texts[language].digest for language in ("de", "en")
    }
    delivered = {one.subject: one.seq for one in entries if one.kind is Kind.NOTICE_DELIVERED}
    assert published["de"].seq < delivered[LENA]


def sign_in(running: Running, name: str) -> Client:
    """A browser of one of the two."""
    return running.client().sign_in(name, PASSWORD)


def notice_stands_above_pages_until_put_away(running: Running) -> None:
    """M15: the notice is above every page with its countdown, leads to the setting, and goes once it is put away."""
    lena = sign_in(running, LENA)
    page = get(lena, "/settings")

    assert "Begins in 6 days." in page.text
    assert SETTING in page.links
    put_away = page.send(page.form("/notices/ai-training/1/seen"))
    assert "By e-mail, on" in put_away.text
    assert all("/seen" not in form.action for path in ("/settings", "/") for form in get(lena, path).forms)


def one_reminder_and_none_after_a_choice(running: Running) -> None:
    """M15: in the last week one reminder goes to whoever has neither seen nor chosen; nobody gets a second one."""
    with running.inside() as service:
        service.move(MAYA, "DE")
    before = len(letters(running))
    first, again = (running.command("notice", "send", "--remind") for _ in range(2))
    reminders = letters(running)[before:]

    assert first.startswith("by e-mail: 1,")
    assert again.startswith("by e-mail: 0,")
    assert [one["To"] for one in reminders] == ["maya@lanterwick.example"]
    assert reminders[0]["Subject"].startswith("A reminder, and the only one: ")
    assert told(running, MAYA) == [("ai-training", "1")]


def a_choice_ends_the_notice(running: Running) -> None:
    """Who has chosen is not asked again: no banner, and no further letter (EDPB, continuous prompting)."""
    maya = sign_in(running, MAYA)
    assert any("/seen" in form.action for form in get(maya, "/").forms)
    get(maya, SETTING).press_switch()

    assert all("/seen" not in form.action for form in get(maya, "/").forms)
    assert running.command("notice", "send", "--remind").startswith("by e-mail: 0,")


def test_a_notice_from_the_first_letter_to_the_choice(running: Running) -> None:
    """M15: told once and on record, above every page until put away, reminded once, and silent after a choice."""
    everybody_is_told_once(running)
    text_is_on_record(running)
    notice_stands_above_pages_until_put_away(running)
    one_reminder_and_none_after_a_choice(running)
    a_choice_ends_the_notice(running)


def test_without_an_address_it_counts_when_put_away(running: Running) -> None:
    """M15: a member without an address finds the notice on the pages; it counts once they put it away."""
    with running.inside() as service:
        service.register("rolf", "DE")
    rolf = running.member("rolf")
    sent = running.command("notice", "send")
    shown = get(rolf, "/settings")

    assert "on the pages: 1" in sent
    assert told(running, "rolf") == []
    shown.send(shown.form("/notices/ai-training/1/seen"))
    assert told(running, "rolf") == [("ai-training", "1")]


def test_nothing_is_used_before_the_notice(tmp_path_factory: pytest.TempPathFactory) -> None:
    """M15: under a rule that asks for it, a post is left out until its author was told; ledger and snapshots agree."""
    folder = tmp_path_factory.mktemp("asked")
    pack = pack_that_begins(folder, datetime(2025, 11, 3, tzinfo=UTC), days=0)
    place = folder / "server"
    place.mkdir()
    file = folder / "password"
    file.write_text(PASSWORD)
    with serving(place, packs=pack, mail=f"file:{folder}/mail") as running:
        running.command("feed", "fill", "--password-file", str(file))
        shown = []
        for name in ("before", "after"):
            with running.inside() as service:
                decided = service.item(LENA, "lena-1").outcomes[0].reason.value
            shown.append((decided, snapshot(running, name, pack=pack)[1]["lena-1"], told(running, LENA)))
            running.command("notice", "send")

    assert shown[0] == ("notice-pending", "notice-pending", [])
    assert shown[1] == ("eligible", "eligible", [("ai-training", "1")])


def test_another_text_needs_another_version(running: Running, tmp_path: Path) -> None:
    """What was published as a version stays what it was: another text under its number is refused."""
    with running.inside() as service, pytest.raises(InputError, match="was published"):
        service.publish_notice("ai-training", "1", "de", "sha256:" + "0" * 64)
    (tmp_path / "x@1.yaml").write_text(TEXT)
    (tmp_path / "x@10.yaml").write_text(TEXT.replace('"1"', '"10"'))
    (tmp_path / "x@9.yaml").write_text(TEXT.replace('"1"', '"9"'))

    assert in_folder(tmp_path)["x"].version == "10"


TEXT = 'notice: x\nversion: "1"\ntexts: {en: {title: "a {platform}", paragraphs: [b]}}\n'


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("notice: [", "is no YAML"),
        ("version: '1'", "lacks `notice`"),
        (TEXT.replace("notice: x", "notice: y"), "holds `y@1`"),
        (TEXT.replace("en:", "de:"), "no text in English"),
        (TEXT.replace("[b]", "b"), "expected a `title`"),
        (TEXT.replace("{platform}", "{country}"), "`{country}`"),
    ],
)
def test_wrong_texts_are_told(text: str, complaint: str) -> None:
    """A file that is no notice is refused with what is wrong."""
    with pytest.raises(InputError, match=complaint):
        parse(text, "x@1.yaml")
