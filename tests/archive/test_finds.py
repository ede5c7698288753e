"""What in a person's own texts leads to them: found where it is, and never repeated."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

import byleave
from byleave.archive.exposure import tell_report
from byleave.archive.exposure.finds import finds
from byleave.archive.guide_layout import lines
from tests.archive.export import Quirks, Table, write_table
from tests.archive.exposures import LINK, SHARES, measured

MAIL, PHONE = "mira@example.org", "0221 12345678"


@pytest.mark.parametrize(
    ("text", "country", "found"),
    [
        (f"Write to {MAIL}!", "DE", ["e-mail"]),
        (f"Call me: {PHONE}", "DE", ["phone"]),
        ("Call me: +49 221 12345678", "US", ["phone"]),
        ("Call me: (212) 555-0123 or write: a.b+c@mail.example.co.uk", "US", ["e-mail", "phone"]),
        ("020 7946 0958", "GB", ["phone"]),
        ("We are hiring 12 people since 2024, for 1,000,000 EUR", "DE", []),
        ("On 2026-07-20 10:25:25", "DE", []),
        (LINK.replace("3A7", "3A7123456789012345678"), "DE", []),
        ("urn:li:activity:7123456789012345678", "US", []),
        ("mira@home, @mira, mira@example", "DE", []),
        ("", "DE", []),
    ],
)
def test_finds(text: str, country: str, found: list[str]) -> None:
    """M13: addresses and numbers as people write them, and neither amounts, dates nor ids in links."""
    assert list(finds(text, country)) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("We meet at 12 Rosebery Avenue, London", ["address"]),
        ("Kommt vorbei: Hauptstraße 12a, Köln", ["address"]),
        ("Rendez-vous au 12 bis, rue de la Paix", ["address"]),
        ("My salary is now 64,000 EUR", ["salary"]),
        ("Ich verdiene 4.200 € im Monat", ["salary"]),
        ("Je gagne 3 200 euros par mois", ["salary"]),
        ("Back from six weeks on sick leave", ["health"]),
        ("Nach meiner Zeit im Job wurde ich krankgeschrieben", ["health"]),
        ("En arrêt maladie depuis mai", ["health"]),
        ("I joined a trade union", ["union"]),
        ("Bin jetzt Mitglied der Gewerkschaft", ["union"]),
        ("Je suis déléguée syndicale", ["union"]),
    ],
)
def test_sensitive_words(text: str, found: list[str]) -> None:
    """M13: an address, what somebody earns, health and a trade union are found in three languages."""
    assert list(finds(text, "DE")) == found


@pytest.mark.parametrize(
    "text",
    [
        "The European Union and a credit union sign a union of forces",
        "Salaries in our sector rose; we pay 50,000 EUR for this position",
        "Our health platform diagnosed a bug; healthy code, sick beats",
        "Das Gehalt ist verhandelbar, 55.000 Euro Jahresgehalt",
        "Gesundheit ist unser Geschäft, und Krankenhäuser sind unsere Kunden",
        "Die Europäische Union hat 27 Mitglieder; der Weg 4 ist lang",
        "Le syndicat de copropriété et une Union européenne",
        "La rue est calme, 12 personnes sur le boulevard",
        "Version 12 Road map and 3 Drive letters",
        "Un salaire de 40 000 euros pour ce poste",
    ],
)
def test_ordinary_texts_raise_no_alarm(text: str) -> None:
    """M13: what people post about their work is not taken for something about themselves."""
    assert list(finds(text, "DE")) == []


def test_texts_of_the_made_up_platform_raise_no_alarm() -> None:
    """M13: of the demo's texts in three languages, about work of every kind, hardly any is taken for one."""
    folder = Path(byleave.__path__[0]) / "demo" / "texts"
    texts = [line for name in ("en", "de", "fr") for line in (folder / f"{name}.yaml").read_text("utf-8").splitlines()]
    alarms = [text for text in texts if set(finds(text, "DE")) - {"e-mail", "phone"}]

    assert len(texts) > 500
    assert alarms == []


@pytest.mark.parametrize("text", ["a" * 10**6 + "@", "+1 " * 10**6, "1-2 (3) " * 10**5, "0" * 10**6, "@a." * 10**5])
def test_no_text_takes_long(text: str) -> None:
    """M13: a text that is made to be slow is not."""
    start = time.process_time()
    list(finds(text, "DE"))

    assert time.process_time() - start < 2


def archive(*said: str, seen: str = "PUBLIC") -> list[tuple[str, bytes]]:
    """An archive with posts that say this."""
    rows = tuple(("2026-05-01 10:25:25", LINK, text, "", "", seen) for text in said)
    return [("Shares.csv", write_table(Table("Shares.csv", SHARES, rows), Quirks(layered=None)))]


def test_report_says_where_and_not_what() -> None:
    """M13: the report names file and row of what was found, and repeats none of it."""
    exposure = measured(archive("Hello", f"Call {PHONE}", f"Or {MAIL}, or {PHONE}"))
    told = "\n".join(lines(tell_report(exposure, "en"))) + json.dumps(exposure.as_json())

    assert exposure.found == {"e-mail": 1, "phone": 2}
    assert "Rows with a phone number: 2." in told
    assert "Posts: Shares.csv, row 3" in told
    assert MAIL not in told
    assert PHONE not in told


def test_only_what_may_be_used_is_searched() -> None:
    """M3: what is left out is not looked at: messages stay unread but for their number."""
    text = f"CONVERSATION ID,FROM,DATE,CONTENT\n1,Mira,2026-05-01 10:25:25 UTC,Call {PHONE}\n"

    assert measured([("messages.csv", text.encode())]).found == {}
