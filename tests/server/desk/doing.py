"""What the tests of the desk do again and again."""

from __future__ import annotations

import subprocess
import sys
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

from byleave.server.configuration import from_environment
from byleave.server.running import start
from tests.server.desk import world
from tests.server.objections.tended import Later
from tests.server.pages import Page, get

if TYPE_CHECKING:
    from collections.abc import Iterator

    from byleave.server.service import Service
    from tests.server.serving import Client, Running


CASE = "/desk/cases/O-7K2M"
ROLES = ("reader", "case-worker", "lead")


def inside(running: Running, code: str, *arguments: str) -> str:
    """Run code in a process with the server's environment; what it prints."""
    environment = {**running.environment, "DJANGO_SETTINGS_MODULE": "byleave.server.settings"}
    command = [sys.executable, "-c", code, *arguments]
    done = subprocess.run(command, env=environment, cwd=running.folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@contextmanager
def past(running: Running, days: float) -> Iterator[Service]:
    """A service whose clock is so many days behind; only before anything else is recorded."""
    made = start(from_environment(running.environment), Later(-timedelta(days=days)))
    try:
        yield made
    finally:
        made.close()


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


def searched(client: Client, words: str, **more: str) -> Page:
    """What a search finds: it is sent with the form, and stands in no address."""
    page = get(client, "/desk/")
    return page.send(page.form("/desk/search"), q=words, **more)


def opened(page: Page) -> Page:
    """The page of a case with every text that was found and may be read, opened one after the other."""
    while True:
        closed = (one for one in page.forms if one.action.endswith("/texts") and one.buttons[0].get("name") == "item")
        form = next(closed, None)
        if form is None:
            return page
        page = page.send(form, item=form.buttons[0]["value"])


def token(client: Client) -> dict[str, str]:
    """What a form needs against forgery."""
    form = next(one for one in get(client, "/desk/").forms if "csrfmiddlewaretoken" in one.values)
    return {"csrfmiddlewaretoken": form.values["csrfmiddlewaretoken"]}
