"""Pages as a browser without JavaScript sees them: forms that are filled in and sent, and what a page says."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import TYPE_CHECKING
from urllib.parse import urlencode

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.server.serving import Answer, Client

HTML = {"Accept": "text/html"}
FORM = {**HTML, "Content-Type": "application/x-www-form-urlencoded"}


@dataclass
class Form:
    """One form of a page."""

    action: str
    method: str
    values: dict[str, str] = field(default_factory=dict)
    buttons: list[dict[str, str]] = field(default_factory=list)


class _Reader(HTMLParser):
    """Collects forms, links and text."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.links: list[str] = []
        self.text: list[str] = []
        self.switches: list[dict[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(told.get("action", ""), told.get("method", "get").lower()))
        elif tag == "a":
            self.links.append(told.get("href", ""))
        elif tag in {"input", "textarea", "select"} and self.forms and told.get("name"):
            if told.get("type") not in {"checkbox", "radio"} or "checked" in told:
                self.forms[-1].values[told["name"]] = told.get("value", "")
        elif tag == "option" and self.forms and "selected" in told:
            name = list(self.forms[-1].values)[-1]
            self.forms[-1].values[name] = told.get("value", "")
        elif tag == "button" and self.forms:
            self.forms[-1].buttons.append(told)
            if told.get("role") == "switch":
                self.switches.append(told)

    def handle_data(self, data: str) -> None:
        self.text.append(data)


@dataclass
class Page:
    """A page that a client was shown."""

    client: Client
    answer: Answer
    path: str

    def __post_init__(self) -> None:
        """Read it."""
        self.html = self.answer.body.decode()
        reader = _Reader()
        reader.feed(self.html)
        self.forms, self.links, self.switches = reader.forms, reader.links, reader.switches
        self.text = re.sub(r" ([.,:;?])", r"\1", " ".join(" ".join(reader.text).split()))

    def form(self, action: str) -> Form:
        """The form that is sent to an address."""
        return next(one for one in self.forms if one.action == action)

    def send(self, form: Form, to: str | None = None, **values: str) -> Page:
        """Send a form, filled in, and follow where the answer leads."""
        return post(self.client, to or form.action, {**form.values, **values})

    def press_switch(self) -> Page:
        """Press the only switch on the page."""
        form = next(one for one in self.forms if any(button.get("role") == "switch" for button in one.buttons))
        return self.send(form)

    @property
    def is_on(self) -> bool:
        """How the only switch stands."""
        assert len(self.switches) == 1
        return self.switches[0]["aria-checked"] == "true"


def get(client: Client, path: str) -> Page:
    """Open a page, and follow where it leads."""
    answer = client.call("GET", path, headers=HTML)
    if answer.status in {301, 302, 303}:
        return get(client, answer.headers["Location"])
    return Page(client, answer, path)


def post(client: Client, path: str, values: dict[str, str]) -> Page:
    """Send values to a page, with the token of the session, and follow where the answer leads."""
    answer = client.call("POST", path, headers=FORM, raw=urlencode(values).encode())
    if answer.status in {301, 302, 303}:
        return get(client, answer.headers["Location"])
    return Page(client, answer, path)


def steps(page: Page, *words: str) -> Iterator[Page]:
    """Follow links by the words that stand on them, one after the other."""
    for word in words:
        pattern = rf'<a [^>]*href="([^"]+)"[^>]*>(?:(?!</a>).)*?{re.escape(word)}'
        found = re.search(pattern, page.html, re.DOTALL)
        assert found, (word, page.path)
        page = get(page.client, found[1].replace("&amp;", "&"))
        yield page
