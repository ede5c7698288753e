"""Run inside a server's environment: at every instant, the desk's word for a case is that of `cases.deadlines`.

Prints how many pairs of case and instant were compared, and every difference.
"""

from __future__ import annotations

import json
import random
import sys
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import django

django.setup()

from byleave.cases.case import Case, Said, State  # noqa: E402 - Django is set up first
from byleave.cases.deadlines import SOON, Calendar, Standing  # noqa: E402
from byleave.server.desk.index import row_of  # noqa: E402
from byleave.server.desk.models import CaseRow  # noqa: E402
from byleave.server.desk.standing import rows_that, standing_of  # noqa: E402

CASES, INSTANTS = 120, 60
START = datetime(2026, 1, 1, tzinfo=UTC)
ZONES = ("UTC", "Europe/Dublin", "Asia/Hong_Kong", "America/Los_Angeles")


def random_case(chance: random.Random, number: int) -> Case:
    """Received any second of a year, in some country; perhaps put off, perhaps decided, early or late."""
    received = START + timedelta(seconds=chance.randrange(365 * 86_400))
    later = [received + timedelta(seconds=chance.randrange(100 * 86_400)) for _ in range(2)]
    extended = Said(later[0], "petra", "why") if chance.random() < 0.4 else None
    decided = Said(later[1], "petra") if chance.random() < 0.4 else None
    country = chance.choice(["DE", "GB", "CH", "US", None])
    ends = (State.FULFILLED, State.REFUSED, State.LAPSED, State.WITHDRAWN)
    state = chance.choice(ends) if decided else State.CONFIRMED
    return Case(f"c-{number}", "p", None, received, state, country, extended=extended, decided=decided, entries=(1,))


def compare(seed: int) -> None:
    """Random cases, and instants around their deadlines."""
    chance = random.Random(seed)
    calendar = Calendar(ZoneInfo(chance.choice(ZONES)), lambda day: day.day == 25 and day.month == 12)
    cases = {f"c-{number}": random_case(chance, number) for number in range(CASES)}
    CaseRow.objects.all().delete()
    CaseRow.objects.bulk_create(row_of(one, calendar) for one in cases.values())
    rows, compared, wrong = list(CaseRow.objects.all()), 0, list[str]()
    for _ in range(INSTANTS):
        end = cases[chance.choice(list(cases))].due(calendar).end
        steps = (timedelta(0), timedelta(microseconds=1), timedelta(days=chance.randrange(40)), SOON)
        now = (end + chance.choice((1, -1)) * chance.choice(steps)).astimezone(UTC)
        listed = {
            name: standing
            for standing in Standing
            for name in CaseRow.objects.filter(rows_that(standing, now)).values_list("case_id", flat=True)
        }
        for row in rows:
            right = cases[row.case_id].standing(calendar, now)
            compared += 1
            if not (right == standing_of(row, now) == listed.get(row.case_id)):
                wrong.append(f"{row.case_id} at {now}: {right}, {standing_of(row, now)}, {listed.get(row.case_id)}")
    CaseRow.objects.all().delete()
    print(json.dumps({"compared": compared, "wrong": wrong[:5]}))  # noqa: T201 - the answer


compare(int(sys.argv[1]))
