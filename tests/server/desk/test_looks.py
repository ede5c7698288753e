"""What staff read, print and save: only what a case needs, and each time noted in the trail."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from typing import TYPE_CHECKING

from tests.server.desk import world
from tests.server.desk.doing import inside, new_case, opened, sent
from tests.server.pages import get, post

if TYPE_CHECKING:
    from tests.server.serving import Client, Running

OPEN_TEXT, PRIVATE_TEXT = "On the quay {} sold herrings.", "Between us: {} is ill, tell nobody."


def looks(client: Client, case: str) -> list[tuple[str, str, str]]:
    """Who looked at what of a case, as the trail's file says it, the newest first."""
    rows = csv.DictReader(io.StringIO(client.call("GET", "/desk/trail.csv?what=looks").body.decode()))
    return [(one["by"], one["what"], one["about"]) for one in rows if one["case"] == case]


def named_in(running: Running, case: str) -> str:
    """A case whose person is named in a post of everybody's and in a private message; the address of its page."""
    name = f"Yrsa {case.title()}-Kvam"
    texts = {f"{case}-open": OPEN_TEXT, f"{case}-shut": PRIVATE_TEXT, f"{case}-group": PRIVATE_TEXT}
    world.posts(running, "maya", {item: text.format(name) for item, text in texts.items()})
    with sqlite3.connect(running.folder / "data" / "ledger-accounts.db", timeout=60) as database:
        change = "UPDATE feed_item SET visibility = ?, category = ? WHERE item_id = ?"
        database.execute(change, ("private", "private-message", f"{case}-shut"))
        database.execute(change, ("group", "post", f"{case}-group"))
    database.close()
    with running.inside() as service:
        world.objected(service, case, f"person-{case}", country="NO")
        world.gave(service, case, f"person-{case}", ("name", name))
    return f"/desk/cases/{case}"


def test_a_text_is_read_once_it_is_opened_and_that_is_noted(running: Running, staff: dict[str, Client]) -> None:
    """The page names what was found and shows no text; whoever opens one stands in the trail, once."""
    path = named_in(running, "O-READ")
    page = get(staff["case-worker"], path)
    assert "herrings" not in page.text
    assert looks(staff["reader"], "O-READ") == []
    read = opened(page)

    assert OPEN_TEXT.format("Yrsa O-Read-Kvam") in read.text
    assert looks(staff["reader"], "O-READ") == [("case-worker-1", "text-read", "O-READ-open")]
    assert "read a text: O-READ-open O-READ" in get(staff["reader"], "/desk/trail?what=looks").text
    assert "herrings" not in get(staff["lead"], path).text
    reader = get(staff["reader"], path)
    assert "herrings" not in reader.text
    assert [one for one in reader.forms if one.action.endswith("/texts")] == []
    assert get(staff["case-worker"], path).text.count("herrings") == 1
    assert len(looks(staff["reader"], "O-READ")) == 1


def test_what_is_not_public_is_nobodys_to_read(running: Running, staff: dict[str, Client]) -> None:
    """M3: of a private message staff see that it is there and what it is: no text, no writer, no id."""
    path = named_in(running, "O-SHUT")
    page = opened(get(staff["lead"], path))

    assert page.text.count("Not for reading") == 2
    assert "tell nobody" not in page.text
    assert not any(f"O-SHUT-{one}" in page.html for one in ("shut", "group"))
    form = next(one for one in page.forms if one.action.endswith("/review"))
    for item in ("O-SHUT-shut", "O-SHUT-group"):
        asked = page.send(form, f"{path}/texts", item=item)
        assert (asked.answer.status, "tell nobody" in asked.text) == (409, False)
    assert {about for _, _, about in looks(staff["reader"], "O-SHUT")} == {"O-SHUT-open"}


def test_every_file_and_address_is_noted(running: Running, staff: dict[str, Client]) -> None:
    """Lists, letters and addresses that somebody takes away stand in the trail with what they asked for."""
    path = new_case(running, "O-FILES")
    for file in ("/desk/cases.csv?country=FR", "/desk/choices.csv?setting=x", "/desk/trail.csv?by=lead-1"):
        staff["lead"].call("GET", file)
    staff["lead"].call("GET", f"{path}/letter.txt")
    form = get(staff["lead"], path).form(f"{path}/take-up")
    post(staff["lead"], f"{path}/address", form.values)

    rows = csv.DictReader(
        io.StringIO(staff["reader"].call("GET", "/desk/trail.csv?by=lead-1&what=looks").body.decode())
    )
    found = [(one["what"], one["case"], one["about"]) for one in rows][:5]
    assert found == [
        ("address-shown", "O-FILES", ""),
        ("letter-saved", "O-FILES", ""),
        ("trail-saved", "", "lead-1"),
        ("choices-saved", "", "x"),
        ("cases-saved", "", "?state=open&country=FR"),
    ]


def test_the_trail_goes_on_from_page_to_page(running: Running, staff: dict[str, Client]) -> None:
    """Steps and looks in one list, the newest first, over its pages each of them once."""
    path = new_case(running, "O-PAGES")
    for _ in range(60):
        staff["lead"].call("GET", f"{path}/letter.txt")
    sent(get(staff["case-worker"], path), "/take-up")
    page, seen = get(staff["reader"], "/desk/trail"), list[str]()
    for _ in range(9):
        seen += page.html.split("<tr>")[2:]
        after = next((one for one in page.links if "before=" in one), None)
        if after is None:
            break
        page = get(staff["reader"], f"/desk/trail{after}")
    rows = list(csv.reader(io.StringIO(staff["reader"].call("GET", "/desk/trail.csv").body.decode())))

    assert len(rows) - 2 == len(seen)
    times = [row[1] for row in rows[1:]]
    assert times == sorted(times, reverse=True)
    assert sum("saved the letter" in one for one in seen) == sum(row[4] == "letter-saved" for row in rows)


def test_of_who_is_erased_a_look_says_nothing(running: Running, staff: dict[str, Client]) -> None:
    """After an erasure the trail still says that somebody looked, and no longer at whom."""
    path = named_in(running, "O-ERASED")
    opened(get(staff["case-worker"], path))
    running.service("members:erase").call("DELETE", "/api/v1/members/person-O-ERASED")

    assert "O-ERASED" not in staff["reader"].call("GET", "/desk/trail.csv").body.decode()
    assert ("case-worker-1", "text-read", "") in looks(staff["reader"], "")


BEHIND = """
import django, sys
django.setup()
from django.test import RequestFactory
from byleave.server.accounts.models import Account
from byleave.server.desk import index, queue
from byleave.server.desk.models import Progress
index.CHUNK, queue.EXPORT_SECONDS = 1, 0.0
Progress.objects.all().delete()
request = RequestFactory().get("/desk/cases.csv")
request.user = Account.objects.get(username="lead-1")
answer = queue.queue_csv.__wrapped__.__wrapped__(request)
print(answer.headers["Content-Disposition"])
print(b"".join(answer.streaming_content).decode())
"""


def test_a_file_says_that_it_is_not_whole(running: Running, staff: dict[str, Client]) -> None:
    """Where the desk has not read the whole ledger in time, the name of the file and its last row say so."""
    told = inside(running, BEHIND).strip().splitlines()
    whole = staff["lead"].call("GET", "/desk/cases.csv?state=all")

    assert "cases-not-whole-1-of-" in told[0]
    assert told[-1].startswith("not whole: 1 of ")
    assert whole.headers["Content-Disposition"] == 'attachment; filename="cases.csv"'
    assert b"not whole" not in whole.body


EXPIRE = """
import django, json, sys
django.setup()
from datetime import UTC, datetime, timedelta
from byleave.server.desk import looks
from byleave.server.desk.at_hand import read_on
from byleave.server.desk.models import CaseRow, LookRow
now, told = datetime.now(UTC), json.loads(sys.argv[1])
read_on(None)
for number, (days, case) in enumerate(told):
    subject = CaseRow.objects.filter(case_id=case).values_list("subject", flat=True).first() or ""
    row = dict(by=f"long-ago-{number}", what="text-read", case_id=case, subject=subject)
    LookRow.objects.create(at=now - timedelta(days=days), **row)
looks.expire(now)
left = LookRow.objects.filter(by__startswith="long-ago-").order_by("pk").values_list("by", flat=True)
print(json.dumps([int(one.rpartition("-")[2]) for one in left]))
LookRow.objects.filter(by__startswith="long-ago-").delete()
"""


def test_a_look_is_kept_as_long_as_its_case_and_90_days(running: Running) -> None:
    """M11: that staff looked at an open case is never lost; of one that is over it goes, and so of a list after all."""
    with running.inside() as service:
        world.objected(service, "O-YEAR", "person-year", days=200, country="DE")
        world.objected(service, "O-GRANTED", "person-granted", country="DE")
        world.upheld(service, "O-GRANTED", "person-granted", "petra")
        # an appeal that is open keeps what was looked at before the refusal
        service.appeal(world.OLD)
    kept = [(300, "O-YEAR"), (92, "O-GRANTED"), (92, world.OLD), (90.5, world.OVER), (92, "O-NOT-KNOWN"), (92, "")]
    gone = [(92, world.OVER), (300, "")]
    left = json.loads(inside(running, EXPIRE, json.dumps([*kept, *gone])))

    assert left == list(range(len(kept)))
