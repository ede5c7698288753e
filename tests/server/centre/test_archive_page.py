"""An archive on the page: the report of the command line, and nothing left on the disk, whatever was sent."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import threading
from html import unescape
from typing import TYPE_CHECKING

import pytest

from byleave.archive.exposure import tell_report
from byleave.archive.exposure.messages import OWN
from byleave.server.centre.archive_reading import report
from tests.archive.export import zipped
from tests.archive.exposures import export_files, measured
from tests.archive.hostile import REFUSED
from tests.server.pages import HTML, get
from tests.server.serving import serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.server.serving import Answer, Client, Running

PAGE = "/check-an-archive"
PACK = "linkedin@2025-11-03"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server with a folder of its own for temporary files."""
    folder = tmp_path_factory.mktemp("archive")
    (folder / "tmp").mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TMPDIR", str(folder / "tmp"))
        with serving(folder, packs=PACK) as made:
            yield made


def left(running: Running) -> list[Path]:
    """What lies in the folder of temporary files, gunicorn's own aside."""
    return [one for one in (running.folder / "tmp").iterdir() if not one.name.startswith(("wgunicorn", "gunicorn"))]


def sent(client: Client, name: str, data: bytes, **values: str) -> Answer:
    """The answer to an upload."""
    page = get(client, PAGE)
    token = next(one.values["csrfmiddlewaretoken"] for one in page.forms if one.action == PAGE)
    parts = {"csrfmiddlewaretoken": token, "country": "DE", "off": "", **values}
    body = b"".join(
        f'--limit\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'.encode()
        for key, value in parts.items()
    )
    body += f'--limit\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'.encode()
    body += data + b"\r\n--limit--\r\n"
    headers = {**HTML, "Content-Type": "multipart/form-data; boundary=limit"}
    return client.call("POST", PAGE, headers=headers, raw=body)


def test_the_report_of_the_command_line(running: Running) -> None:
    """M13: without signing in, an archive gives each sentence of the report, and is gone from the disk afterwards."""
    answer = sent(running.client(), "Complete_LinkedInDataExport.zip", zipped(list(export_files())))
    told = unescape(answer.body.decode())
    with running.inside() as service:
        today = service.now()
    document = tell_report(measured(export_files(), pack=PACK, today=today), "en")

    assert answer.status == 200
    assert "Your archive has been read and deleted." in told
    sentences = [
        span.text
        for section in document.sections
        for block in section.blocks
        for paragraph in getattr(block, "points", ())
        for span in paragraph.spans
        if "https://" not in span.text
    ]
    assert len(sentences) > 40
    assert [text for text in sentences if text not in told] == [OWN["action-letter"]]  # in other words
    assert [one.heading for one in document.sections if one.heading not in told] == []
    assert "made on your own machine" not in told
    assert left(running) == []
    assert answer.headers["Cache-Control"] == "no-store"


def test_options_of_the_command_are_not_told(tmp_path: Path) -> None:
    """M11: who reads a report on a page is told of the letter without an option that a page does not have."""
    file = tmp_path / "archive.zip"
    file.write_bytes(zipped(list(export_files())))
    told = json.dumps(report(file, PACK, "DE", "2025-12-01", "2026-11-28T00:00:00+00:00", "en"), ensure_ascii=False)

    assert "--letter" not in told
    assert "On your own computer “byleave check” writes it for you." in told


@pytest.mark.parametrize("kind", REFUSED)
def test_a_hostile_archive(running: Running, kind: str) -> None:
    """It is refused with the reader's own words and under its own name; nothing of it stays on the disk."""
    make, words = REFUSED[kind]
    answer = sent(running.client(), "hostile.zip", make())
    told = unescape(answer.body.decode())

    assert answer.status == 422 or (kind == "nothing" and answer.status == 400)
    assert words in told or kind == "nothing"
    assert "/archive.zip" not in told
    assert left(running) == []


def test_what_is_missing_is_told(running: Running) -> None:
    """Without a country nothing is read; without the token of the form nothing is either."""
    assert sent(running.client(), "a.zip", b"x", country="").status == 400
    client = running.client()
    assert (
        client.call("POST", PAGE, headers={**HTML, "Content-Type": "multipart/form-data; boundary=x"}, raw=b"").status
        == 403
    )
    assert left(running) == []


def test_too_big_is_refused_before_it_is_read(running: Running) -> None:
    """Whoever announces more than fits is answered at once."""
    import http.client
    from urllib.parse import urlsplit

    connection = http.client.HTTPConnection(urlsplit(running.url).netloc, timeout=30)
    connection.putrequest("POST", PAGE)
    connection.putheader("Content-Type", "multipart/form-data; boundary=x")
    connection.putheader("Content-Length", str(600_000_000))
    connection.endheaders()
    answer = connection.getresponse()

    assert answer.status == 413
    assert b"The file is too big" in answer.read()
    connection.close()


def test_the_reader_is_held_within_limits(running: Running, tmp_path: Path) -> None:
    """The process that reads can write no file and take no more memory than it may, and says nothing then."""
    script = (
        "from byleave.server.centre.archive_reading import MOST_MEMORY, limit\nlimit()\nimport sys\n"
        "if sys.argv[1] == 'file':\n    with open(sys.argv[2], 'w') as file:\n        file.write('x')\n"
        "else:\n    bytearray(MOST_MEMORY)\n"
    )
    for what in ("file", "memory"):
        command = [sys.executable, "-c", script, what, str(tmp_path / "written")]
        done = subprocess.run(command, capture_output=True, check=False, env=running.environment)
        assert done.returncode != 0
    assert not (tmp_path / "written").exists() or (tmp_path / "written").read_bytes() == b""
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] != 0


def test_several_at_once(running: Running) -> None:
    """More archives than there are places: each is read or told to wait, and none stays."""
    data, answers = zipped(list(export_files())), list[int]()
    threads = [
        threading.Thread(target=lambda: answers.append(sent(running.client(), "a.zip", data).status)) for _ in range(5)
    ]
    for one in threads:
        one.start()
    for one in threads:
        one.join()

    assert set(answers) <= {200, 503}
    assert 200 in answers
    assert left(running) == []
