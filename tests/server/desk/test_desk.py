"""The desk, by its forms and links: who may do what, what is recorded, and what a page may never say."""

from __future__ import annotations

import csv
import io
import json
import re
import sqlite3
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from byleave.adapters.key_files import read_ring
from byleave.cases.record import read_record
from byleave.finding.identifiers import digest_text
from byleave.kernel.errors import VerificationError
from byleave.ledger.entries import Kind
from byleave.server.objecting import FOLLOW
from tests.server.desk import world
from tests.server.desk.doing import CASE, ROLES, entries, inside, new_case, opened, searched, sent
from tests.server.pages import FORM, HTML, get

if TYPE_CHECKING:
    from tests.server.serving import Answer, Client, Running


ROUTES = """
import django, json
django.setup()
from byleave.server.desk.urls import urlpatterns
print(json.dumps([[str(one.pattern), getattr(one.callback, "role", None)] for one in urlpatterns]))
"""


def test_every_page_is_open_to_its_roles_alone(running: Running, staff: dict[str, Client]) -> None:
    """Every address of the desk, asked for by everybody who might: 0 leaks. A view that is added must name its role."""
    routes: list[list[str]] = json.loads(inside(running, ROUTES))
    leaks, tried = list[str](), 0
    for pattern, role in routes:
        path = "/desk/" + re.sub(r"<path:\w+>", "O-7K2M", re.sub(r"<int:\w+>", "1", pattern))
        path = re.sub(r"<str:\w+>", "x", path)
        for name, client in staff.items():
            token = {"X-CSRFToken": client.cookie("csrf") or ""}
            for way, raw in (("GET", None), ("POST", b"seen=0")):
                answer = client.call(way, path, headers={**(FORM if raw else HTML), **token}, raw=raw)
                tried += 1
                if not is_right(name, role, answer):
                    leaks.append(f"{way} {path} by {name}: {answer.status}")
    assert [pattern for pattern, role in routes if role not in ROLES] == []
    assert leaks == []
    assert tried == len(routes) * len(staff) * 2
    assert entries(running, "O-7K2M") == ["objection-received", "objection-identified", "objection-confirmed"]


def is_right(name: str, role: str, answer: Answer) -> bool:
    """Whether somebody got what their role may get, and no word of a case otherwise."""
    if name in ROLES and ROLES.index(name) >= ROLES.index(role):
        return answer.status not in {401, 403} and answer.status < 500
    if b"person-4411" in answer.body or b"Haddad" in answer.body:
        return False
    # whether somebody may ask at all is told before how they may ask, or after it
    return answer.status in {302, 303, 403, 405} and not answer.headers.get("Location", "").startswith("/desk")


def test_word_of_a_deadline_is_right_at_every_instant(running: Running) -> None:
    """The word on the page and the filter of the list say what `cases.deadlines` says, to the microsecond."""
    code = Path(__file__).with_name("deadlines.py").read_text("utf-8")
    found = [json.loads(inside(running, code, str(seed))) for seed in range(3)]
    inside(running, "import django; django.setup(); from byleave.server.desk.models import Progress; "
           "Progress.objects.all().delete()")  # fmt: skip

    assert sum(one["compared"] for one in found) > 20_000
    assert [one["wrong"] for one in found] == [[], [], []]


def test_the_list_is_by_deadline_and_in_words(staff: dict[str, Client]) -> None:
    """What must be answered first stands first, and an overdue case says so in words."""
    page = get(staff["reader"], "/desk/")
    order = [page.html.index(f">{name}<") for name in ("O-9QX4", "O-7K2M", "O-1B8Z")]

    assert order == sorted(order)
    assert re.search(r"O-9QX4.*?Overdue.*?O-7K2M.*?Due soon.*?O-1B8Z.*?On time", page.html, re.DOTALL)
    assert "O-5T6R" not in page.html
    assert "O-5T6R" in get(staff["reader"], "/desk/?state=fulfilled").html
    assert "O-7K2M" not in get(staff["reader"], "/desk/?standing=overdue").html
    assert "O-7K2M" not in get(staff["reader"], "/desk/?country=FR").html
    assert get(staff["reader"], "/desk/?state=%00&standing=x&country=%3C&after=x&waiting=%00").answer.status == 200
    assert searched(staff["reader"], "\x00", before="x", after="%").answer.status == 200


@pytest.mark.parametrize(
    "words",
    ["O-7K2M", "person-4411", "Noura HADDAD-WEISS", "noura@haddad-weiss.example", " NOURA@haddad-weiss.example "],
)
def test_search_finds_by_what_was_given(running: Running, staff: dict[str, Client], words: str) -> None:
    """A case is found by its id, its person, a name and an address that is kept as a hash alone; no log tells whom."""
    found = searched(staff["reader"], words)

    assert "O-7K2M" in found.html
    assert "O-9QX4" not in found.html
    assert found.path == "/desk/search"
    assert "haddad" not in (running.folder / "server.log").read_text("utf-8").lower()
    assert "O-7K2M" not in searched(staff["reader"], "%").html


def test_what_was_found_and_what_a_refusal_would_do(staff: dict[str, Client]) -> None:
    """M12: items of others that name somebody without an account, and what each decision would let in."""
    page = opened(get(staff["lead"], CASE))

    assert "Names them" in page.text
    assert "Only a name" in page.text
    assert world.OTHER not in page.html
    assert "2 of these items may be used from the next snapshot on." in page.text
    assert "kept as a hash" in page.text
    assert world.MAIL not in page.text.replace(world.TEXTS[world.CERTAIN], "")


def test_a_finding_is_looked_at(running: Running, staff: dict[str, Client]) -> None:
    """A name that is somebody else's frees the item; the next word counts; each is recorded with its grounds."""
    page = opened(get(staff["case-worker"], CASE))
    form = next(one for one in page.forms if one.action.endswith("/review"))
    other = page.send(form, about="other", grounds="she lives elsewhere")
    assert "It is somebody else" in other.text
    assert "1 of these items may be used" in other.text
    assert page.send(form, about="person", grounds="late").answer.status == 409
    form = next(one for one in other.forms if one.action.endswith("/review"))
    mine = other.send(form, about="person", grounds="a photograph shows her")
    assert "2 of these items may be used" in mine.text
    assert entries(running, "O-7K2M").count("finding-reviewed") == 2
    with running.inside() as service:
        told = [one.data for one in service.store.entries() if one.kind is Kind.FINDING_REVIEWED]

    assert [(one["item"], one["about"], one["by"]) for one in told] == [
        (world.POSSIBLE, "other", "case-worker-1"),
        (world.POSSIBLE, "person", "case-worker-1"),
    ]
    assert page.send(form, about="nobody", grounds="x").answer.status == 400
    assert page.send(form, about="other", grounds=" ").answer.status == 422


def test_only_what_was_found_is_freed(running: Running, staff: dict[str, Client]) -> None:
    """An item that names nobody, one that names them for certain, and a text that has changed are not looked at."""
    page = get(staff["case-worker"], CASE)  # opened by the test before
    form = next(one for one in page.forms if one.action.endswith("/review"))
    before = entries(running, "O-7K2M")
    wrong = [{"item": world.OTHER}, {"item": world.CERTAIN}, {"item": "nothing"}, {"text": "0" * 64}, {"seen": "1"}]
    wrong += [{"item": one, "text": digest_text(world.TEXTS[one])} for one in (world.OTHER, world.CERTAIN)]
    told = [page.send(form, about="other", grounds="she lives elsewhere", **one).answer.status for one in wrong]

    assert told == [409] * len(wrong)
    assert entries(running, "O-7K2M") == before
    with running.inside() as service:
        link = f"/objection/O-7K2M/{service.address_secret(FOLLOW, service.case('O-7K2M'))}"
    assert "it is about somebody else" in get(running.client(), link).text


def test_from_taking_up_to_a_letter(running: Running, staff: dict[str, Client]) -> None:
    """Each step is an entry with a signed record; the letter is in the person's language."""
    path = new_case(running, "O-UP")
    page = sent(get(staff["case-worker"], path), "/take-up")
    page = sent(page, "/extend", grounds="the archive is large")
    page = sent(page, "/uphold")

    assert entries(running, "O-UP") == [
        "objection-received",
        "objection-in-review",
        "objection-extended",
        "objection-upheld",
    ]
    assert "Recorded: it is upheld." in page.text
    letter = staff["reader"].call("GET", f"{path}/letter.txt").body.decode()
    assert "Votre opposition O-UP" in letter
    assert "Ihr Widerspruch O-UP" in staff["reader"].call("GET", f"{path}/letter.txt?language=de").body.decode()
    seq = re.findall(r"/desk/records/(\d+)", page.html)[0]
    file = staff["reader"].call("GET", f"/desk/records/{seq}").body
    ring = read_ring(running.folder / "data" / "keys")
    told = read_record(file, ring, "record")
    assert (told["kind"], told["by"], told["objection"]) == ("objection-upheld", "case-worker-1", "O-UP")
    with pytest.raises(VerificationError):
        read_record(file.replace(b"O-UP", b"O-NO"), ring, "record")
    (running.folder / "record.json").write_bytes(file)
    assert "objection-upheld" in running.command(
        "verify", "record.json", "--keys", str(running.folder / "data" / "keys")
    )


def test_other_letters_are_found_small_or_large(running: Running, staff: dict[str, Client]) -> None:
    """A search by a name minds no capital letters, also of other alphabets and in the middle, on SQLite too."""
    names = {"O-ELO": "Éloïse LEFÈVRE", "O-ZAK": "Łucja Żak", "O-ROS": "Ольга РЫБАКОВА", "O-SZ": "Jörg Weiß"}
    with running.inside() as service:
        for case, name in names.items():
            world.objected(service, case, f"person-{case}", country="FR")
            world.gave(service, case, f"person-{case}", ("name", name))
    for case, name in names.items():
        for words in (name, name.lower(), name.upper(), name.title(), unicodedata.normalize("NFD", name)):
            found = searched(staff["reader"], words).html
            assert [one for one in names if one in found] == [case], words


def test_who_looked_earlier_is_told(running: Running, staff: dict[str, Client]) -> None:
    """Of two who decide from the same page, the second is told to read again, and nothing is recorded twice."""
    path = new_case(running, "O-TWO")
    first, second = get(staff["lead"], path), get(staff["case-worker"], path)
    sent(first, "/uphold")
    late = sent(second, "/take-up")
    twice = sent(first, "/uphold")

    assert (late.answer.status, twice.answer.status) == (409, 409)
    assert "The case has changed since you opened it." in late.text
    assert entries(running, "O-TWO") == ["objection-received", "objection-upheld"]
    third = get(staff["lead"], new_case(running, "O-BACK"))
    with running.inside() as service:
        service.withdraw("person-O-BACK", "O-BACK")
    assert sent(third, "/take-up").answer.status == 409
    fourth = get(staff["lead"], new_case(running, "O-LATER"))
    with running.inside() as service:
        world.confirmed(service, "O-LATER", "person-O-LATER")
    assert sent(fourth, "/uphold").answer.status == 409
    assert entries(running, "O-LATER") == ["objection-received", "objection-confirmed"]


def test_the_trail_has_every_step(running: Running, staff: dict[str, Client]) -> None:
    """What staff did is listed by whom; no cell of a file is a formula."""
    path = new_case(running, "=HYPERLINK(1)")
    sent(get(staff["case-worker"], path.replace("=", "%3D").replace("(", "%28").replace(")", "%29")), "/take-up")
    page = get(staff["reader"], "/desk/trail")
    rows = list(csv.reader(io.StringIO(staff["reader"].call("GET", "/desk/trail.csv").body.decode())))
    cases = list(csv.reader(io.StringIO(staff["reader"].call("GET", "/desk/cases.csv?state=all").body.decode())))

    assert "case-worker-1" in page.text
    assert rows[0] == ["entry", "at", "by", "signed", "what", "case", "about"]
    assert "'=HYPERLINK(1)" in {row[5] for row in rows}
    assert "'=HYPERLINK(1)" in {row[0] for row in cases}
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in [*rows, *cases] for cell in row)
    assert "case-worker-1" not in get(staff["reader"], "/desk/trail?by=lead-1").html.partition("<tbody>")[2]


def test_hostile_text_is_text(running: Running, staff: dict[str, Client]) -> None:
    """What a person or a colleague writes stays text on the page of a case."""
    with running.inside() as service:
        world.objected(service, "O-XSS", "<script>alert(1)</script>", country="DE")
        world.gave(service, "O-XSS", "<script>alert(1)</script>", ("name", "<img src=x> <b>Bold</b> Name"))
    page = sent(get(staff["case-worker"], "/desk/cases/O-XSS"), "/extend", grounds="<script>alert(2)</script> why")

    assert "&lt;script&gt;alert(2)" in page.html
    assert not re.search(r"<script>|<img|<b>Bold", page.html)
    long = sent(get(staff["case-worker"], new_case(running, "O-LONG")), "/extend", grounds="x" * 4_001)
    strange = sent(get(staff["case-worker"], "/desk/cases/O-LONG"), "/extend", grounds="a\x07b")
    assert (long.answer.status, strange.answer.status) == (422, 422)
    assert entries(running, "O-LONG") == ["objection-received"]


def test_whoever_is_erased_is_gone_from_the_desk(running: Running, staff: dict[str, Client]) -> None:
    """After an erasure no page, file or row of the index names the case."""
    path = new_case(running, "O-GONE")
    sent(get(staff["case-worker"], path), "/take-up")
    assert "O-GONE" in searched(staff["reader"], "O-GONE").html
    running.service("members:erase").call("DELETE", "/api/v1/members/person-O-GONE")
    with sqlite3.connect(running.folder / "data" / "ledger-accounts.db", timeout=60) as database:
        counted = database.execute("SELECT COUNT(*) FROM desk_case WHERE case_id = 'O-GONE'").fetchone()
    database.close()
    assert counted == (0,)

    assert get(staff["reader"], path).answer.status == 404
    assert "person-O-GONE" not in staff["reader"].call("GET", "/desk/cases.csv?state=all").body.decode()
    assert "O-GONE" not in get(staff["reader"], "/desk/trail").html
    assert (b"O-GONE" in (running.folder / "data" / "ledger-accounts.db").read_bytes()) is False


MANY = """
import django, json
django.setup()
from django.test import RequestFactory
from byleave.server.accounts.models import Account
from byleave.server.desk import queue, searching
from byleave.server.running import current
from tests.server.desk import world
for number in range(8):
    world.objected(current(), f"O-MANY-{number}", f"person-many-{number}", country="FR")
    world.gave(current(), f"O-MANY-{number}", f"person-many-{number}", ("name", f"Many Namesakes {number}"))
searching.MOST_CASES, searching._AT_ONCE = 3, 2
told, before = [], None
while len(told) < 9:
    found = searching.search(current(), "many NAMESAKES", before)
    told.append(found.cases)
    before = found.before
    if before is None:
        break
request = RequestFactory().post("/desk/search", {"q": "many namesakes"})
request.user, request.session = Account.objects.get(username="reader-1"), {}
page = queue.searched.__wrapped__.__wrapped__(request).content.decode()
print(json.dumps([told, "More cases match." in page, "Look among older ones" in page]))
"""


@pytest.mark.usefixtures("staff")
def test_a_search_that_finds_more_says_so_and_goes_on(running: Running) -> None:
    """Nothing is cut off unsaid: each older part is there for the asking, and together they are all, each once."""
    told, says_so, goes_on = json.loads(inside(running, MANY))

    assert [len(one) for one in told] == [3, 3, 2]
    assert [name for one in told for name in one] == [f"O-MANY-{number}" for number in reversed(range(8))]
    assert (says_so, goes_on) == (True, True)
