"""The desk, by its forms and links: who may do what, what is recorded, and what a page may never say."""

from __future__ import annotations

import csv
import io
import json
import re
import sqlite3
import subprocess
import sys
import time
from email import message_from_bytes, policy
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest

from byleave.adapters.key_files import read_ring
from byleave.cases.record import read_record
from byleave.finding.identifiers import digest_text
from byleave.kernel.errors import VerificationError
from byleave.ledger.entries import Kind
from byleave.server.objecting import FOLLOW
from tests.server.desk import world
from tests.server.pages import FORM, HTML, Page, get, post
from tests.server.serving import serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import EmailMessage

    from tests.server.serving import Answer, Client, Running

CASE = "/desk/cases/O-7K2M"
ROLES = ("reader", "case-worker", "lead")
ROUTES = """
import django, json
django.setup()
from byleave.server.desk.urls import urlpatterns
print(json.dumps([[str(one.pattern), getattr(one.callback, "role", None)] for one in urlpatterns]))
"""


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server with cases, under the rules of November 2025."""
    folder = tmp_path_factory.mktemp("desk")
    mail = f"file:{folder}/mail"
    with serving(folder, packs="linkedin@2025-11-03", zone="Europe/Dublin", holidays="IE", mail=mail) as made:
        with made.inside() as service:
            service.register("maya", "US")
            service.register("lena", "DE")
        world.people(made, "maya", "lena")
        yield made


@pytest.fixture(scope="module")
def staff(running: Running) -> dict[str, Client]:
    """A browser for each role, and for nobody, a member, staff without a factor and staff without a role."""
    return {
        "nobody": running.client(),
        "member": running.member("lena"),
        "careless": running.staff("careless", factor=False, role="lead"),
        "without": running.staff("without"),
        **{role: running.staff(f"{role}-1", role=role) for role in ROLES},
    }


def inside(running: Running, code: str, *arguments: str) -> str:
    """Run code in a process with the server's environment; what it prints."""
    environment = {**running.environment, "DJANGO_SETTINGS_MODULE": "byleave.server.settings"}
    command = [sys.executable, "-c", code, *arguments]
    done = subprocess.run(command, env=environment, cwd=running.folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def new_case(running: Running, name: str, country: str = "DE") -> str:
    """A case of a person of its own; the address of its page."""
    with running.inside() as service:
        world.objected(service, name, f"person-{name}", country=country, language="fr")
    return f"/desk/cases/{name}"


def entries(running: Running, name: str) -> list[str]:
    """The kinds of everything that is recorded about a case."""
    with running.inside() as service:
        return [one.kind.value for one in service.store.entries() if one.data.get("objection") == name]


def sent(page: Page, end: str, **values: str) -> Page:
    """The form of a case's page whose address ends so, filled in and sent."""
    return page.send(next(one for one in page.forms if one.action.endswith(end)), **values)


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
    assert get(staff["reader"], "/desk/?state=%00&standing=x&country=%3C&after=x&q=%00").answer.status == 200


@pytest.mark.parametrize(
    "words",
    ["O-7K2M", "person-4411", "Noura HADDAD-WEISS", "noura@haddad-weiss.example", " NOURA@haddad-weiss.example "],
)
def test_search_finds_by_what_was_given(staff: dict[str, Client], words: str) -> None:
    """A case is found by its id, its person, a name and an address that is kept as a hash alone."""
    found = get(staff["reader"], f"/desk/?{query(words)}").html

    assert "O-7K2M" in found
    assert "O-9QX4" not in found
    assert "O-7K2M" not in get(staff["reader"], f"/desk/?{query('%')}").html


def query(words: str) -> str:
    """Words as a search."""
    return urlencode({"q": words})


def test_what_was_found_and_what_a_refusal_would_do(staff: dict[str, Client]) -> None:
    """M12: items of others that name somebody without an account, and what each decision would let in."""
    page = get(staff["lead"], CASE)

    assert "Names them" in page.text
    assert "Only a name" in page.text
    assert world.OTHER not in page.html
    assert "2 of these items may be used from the next snapshot on." in page.text
    assert "kept as a hash" in page.text
    assert world.MAIL not in page.text.replace(world.TEXTS[world.CERTAIN], "")


def test_a_finding_is_looked_at(running: Running, staff: dict[str, Client]) -> None:
    """A name that is somebody else's frees the item; the next word counts; each is recorded with its grounds."""
    page = get(staff["case-worker"], CASE)
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
    page = get(staff["case-worker"], CASE)
    form = next(one for one in page.forms if one.action.endswith("/review"))
    before = entries(running, "O-7K2M")
    wrong = [{"item": world.OTHER}, {"item": world.CERTAIN}, {"item": "nothing"}, {"text": "0" * 64}, {"seen": "1"}]
    wrong += [{"item": one, "text": digest_text(world.TEXTS[one])} for one in (world.OTHER, world.CERTAIN)]
    told = [page.send(form, about="other", grounds="she lives elsewhere", **one).answer.status for one in wrong]

    assert told == [409] * len(wrong)
    assert entries(running, "O-7K2M") == before
    with running.inside() as service:
        link = f"/objection/O-7K2M/{service.address_secret(FOLLOW, 'O-7K2M')}"
    assert "it is about somebody else" in get(running.client(), link).text


def test_items_that_cannot_be_read_are_told_so(running: Running, staff: dict[str, Client]) -> None:
    """Without the items nothing is refused, and nobody is sent to look for another key."""
    path = new_case(running, "O-BLIND")
    page = get(staff["lead"], path)

    def name(old: str, new: str) -> None:
        with sqlite3.connect(running.folder / "data" / "ledger-accounts.db", timeout=60) as database:
            database.execute(f"ALTER TABLE {old} RENAME TO {new}")
        database.close()

    name("feed_item", "feed_away")
    try:
        seen = get(staff["lead"], path)
        check = sent(page, "/refuse", grounds="needed in court", name="Petra Lund")
    finally:
        name("feed_away", "feed_item")

    assert (seen.answer.status, check.answer.status) == (200, 503)
    assert "the items cannot be read now" in seen.text
    assert "another suppression key" not in seen.text + check.text
    assert entries(running, "O-BLIND") == ["objection-received"]


AGE_FACTOR = """
import django, time, sys
django.setup()
from django.contrib.sessions.backends.db import SessionStore
store = SessionStore(sys.argv[1])
told = store["account_authentication_methods"]
for one in told:
    one["at"] = time.time() - 3_600
store["account_authentication_methods"] = [*told, {"method": "password", "at": time.time()}]
store.save()
"""


def test_a_password_is_no_second_factor(running: Running) -> None:
    """A refusal wants the factor itself anew; what was written is in the form again afterwards."""
    path = new_case(running, "O-OLD")
    client = running.staff("lead-old", role="lead")
    page = get(client, path)
    inside(running, AGE_FACTOR, client.cookie("session") or "")
    asked = sent(page, "/refuse", grounds="needed in court", name="Petra Lund")

    assert "/2fa/" in asked.path
    again = get(client, path)
    assert again.form(f"{path}/refuse").values["name"] == "Petra Lund"
    assert "needed in court" in again.html
    assert get(client, path).form(f"{path}/refuse").values["name"] == ""


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


def by_form(running: Running, address: str) -> str:
    """Object by the form, for an answer to an address; the reference."""
    client = running.client()
    values = {"account": "no", "about": "everything", "names": "Ana Lima", "address": address, "step": "send"}
    values |= {"language": "de", "reason": "I was a child then.", "nonce": address}
    values["csrfmiddlewaretoken"] = get(client, "/objection").form("/objection").values["csrfmiddlewaretoken"]
    found = re.search(r"ob(?:-[0-9a-z]{4}){4}", post(client, "/objection", values).html)
    assert found
    return found[0]


def letter_about(running: Running, name: str, words: str) -> EmailMessage | None:
    """The letter about a case whose text has these words, once it is sent."""
    until = time.monotonic() + 20
    while time.monotonic() < until:
        for file in (running.folder / "mail").glob("*"):
            for raw in file.read_bytes().split(b"-" * 79):
                one = message_from_bytes(raw.lstrip(), policy=policy.default)
                if name in str(one["Subject"]) and words in one.get_content():
                    return one
        time.sleep(0.2)
    return None


def test_the_person_gets_the_answer(running: Running, staff: dict[str, Client]) -> None:
    """M11: what is decided goes to the address that the person gave, in their language, with the link to their page.

    Staff see most of the address hidden, why the person objects, and whether the letter went out. Their page never
    shows the link, which acts for the person.
    """
    name = by_form(running, "ana@mail.example")
    path = f"/desk/cases/{name}"
    page = sent(get(staff["lead"], path), "/extend", grounds="the archive is large")
    longer = letter_about(running, name, "the archive is large")
    assert longer is not None
    assert longer["To"] == "ana@mail.example"
    link = re.search(rf"http://[^/\s]+(/objection/{name}/\S+)", longer.get_content())
    assert link
    assert get(running.client(), link[1]).answer.status == 200
    assert "a***@mail.example" in page.text
    assert "ana@mail" not in page.html
    assert "I was a child then." in page.text
    assert link[1] not in page.html
    assert "ana@mail.example" in sent(page, "/address").text
    assert [one for one in get(staff["reader"], path).forms if one.action.endswith("/address")] == []
    done = sent(page, "/uphold")

    granted = letter_about(running, name, "Wir geben ihm statt.")
    assert granted is not None
    assert link[0] in granted.get_content()
    told = get(staff["reader"], path).text
    assert told.count("Written on") == told.count("sent on") == 2
    assert "No address." in get(staff["reader"], CASE).text
    assert "They have no letter yet" not in done.text


def test_a_refusal_is_shown_first_and_signed(running: Running, staff: dict[str, Client]) -> None:
    """M11: grounds, a name and a second confirmation; without any of them the objection stands."""
    path = new_case(running, "O-NO")
    page = get(staff["lead"], path)
    seen = page.form(f"{path}/refuse").values["seen"]
    assert sent(page, "/refuse", grounds=" ", name="Petra Lund").answer.status == 422
    assert sent(page, "/refuse", grounds="needed in court", name="").answer.status == 422
    check = sent(page, "/refuse", grounds="needed in court", name="Petra Lund")
    assert (check.answer.status, "Check before you refuse" in check.text) == (200, True)
    assert sent(check, "/refuse").answer.status == 422
    assert entries(running, "O-NO") == ["objection-received"]
    assert (
        post(staff["case-worker"], f"{path}/refuse", {**token(staff["case-worker"]), "seen": seen}).answer.status == 403
    )
    done = sent(check, "/refuse", answers="yes")

    assert "Recorded: it is refused." in done.text
    assert "Petra Lund (lead-1) refused it: needed in court" in done.text
    steps = csv.DictReader(io.StringIO(staff["reader"].call("GET", "/desk/trail.csv?by=lead-1").body.decode()))
    assert [(one["by"], one["signed"]) for one in steps if one["case"] == "O-NO"] == [("lead-1", "Petra Lund")]
    assert entries(running, "O-NO") == ["objection-received", "objection-rejected"]
    letter = staff["lead"].call("GET", f"{path}/letter.txt?language=en").body.decode()
    assert "needed in court" in letter
    assert "Petra Lund decided this." in letter
    assert "lead-1" not in letter


def test_an_appeal_is_for_somebody_else(running: Running, staff: dict[str, Client]) -> None:
    """M11: whoever refused an objection does not refuse the appeal against it; upholding it stays open to them."""
    with running.inside() as service:
        link = f"/objection/O-NO/{service.address_secret(FOLLOW, 'O-NO')}"
        refused = get(running.client(), link).text
        appeal = service.appeal("O-NO").case.id
    assert "office that guards data" in refused
    assert "go to court" in refused
    path = f"/desk/cases/{appeal}"
    check = sent(get(staff["lead"], path), "/refuse", grounds="as before", name="Another Name")
    done = sent(check, "/refuse", answers="yes")

    assert done.answer.status == 409
    assert "You refused the first objection." in done.text
    assert "objection-rejected" not in entries(running, appeal)
    assert "Recorded: it is upheld." in sent(get(staff["lead"], path), "/uphold").text


def test_other_letters_are_found_small_or_large(running: Running, staff: dict[str, Client]) -> None:
    """A search by a name minds no capital letters, also of other alphabets, on SQLite too."""
    with running.inside() as service:
        world.objected(service, "O-ELO", "person-elo", country="FR")
        world.gave(service, "O-ELO", "person-elo", ("name", "Éloïse Żak"))
    for words in ("éloïse żak", "ÉLOÏSE ŻAK", "Éloïse Żak"):
        assert "O-ELO" in get(staff["reader"], f"/desk/?{query(words)}").html


def test_only_answers_are_counted_as_answered(running: Running, staff: dict[str, Client]) -> None:
    """What a person took back was answered by nobody, and speeds no average up."""

    def answered() -> int:
        page = get(staff["reader"], "/desk/report").html
        found = re.search(r'<th scope="row">Answered</th><td class="number">(\d+)', page)
        assert found
        return int(found[1])

    new_case(running, "O-MINE")
    before = answered()
    with running.inside() as service:
        service.withdraw("person-O-MINE", "O-MINE")
    assert answered() == before


def test_an_express_wish_is_not_refused(running: Running, staff: dict[str, Client]) -> None:
    """By the law of Switzerland there is no refusal: the page has no form, and a form of one's own is not taken."""
    path = new_case(running, "O-CH", "CH")
    page = get(staff["lead"], path)
    seen = page.form(f"{path}/uphold").values["seen"]
    told = {"seen": seen, "grounds": "g", "name": "n", "step": "confirmed", "answers": "yes"}
    answer = post(staff["lead"], f"{path}/refuse", {**token(staff["lead"]), **told})

    assert [one.action for one in page.forms if one.action.endswith("/refuse")] == []
    assert answer.answer.status == 409
    assert entries(running, "O-CH") == ["objection-received"]


def token(client: Client) -> dict[str, str]:
    """What a form needs against forgery."""
    form = next(one for one in get(client, "/desk/").forms if "csrfmiddlewaretoken" in one.values)
    return {"csrfmiddlewaretoken": form.values["csrfmiddlewaretoken"]}


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
    assert "O-GONE" in get(staff["reader"], "/desk/?q=O-GONE").html
    running.service("members:erase").call("DELETE", "/api/v1/members/person-O-GONE")
    with sqlite3.connect(running.folder / "data" / "ledger-accounts.db", timeout=60) as database:
        counted = database.execute("SELECT COUNT(*) FROM desk_case WHERE case_id = 'O-GONE'").fetchone()
    database.close()
    assert counted == (0,)

    assert get(staff["reader"], path).answer.status == 404
    assert "person-O-GONE" not in staff["reader"].call("GET", "/desk/cases.csv?state=all").body.decode()
    assert "O-GONE" not in get(staff["reader"], "/desk/trail").html
    assert (b"O-GONE" in (running.folder / "data" / "ledger-accounts.db").read_bytes()) is False
