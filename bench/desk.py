"""The desk with very many cases: how long the index takes to follow the ledger, and how long each page takes then.

    python bench/desk.py 100000

Makes a ledger of its own in a temporary folder, in which so many people objected, gave a name and an address, and
confirmed; a third of the cases is decided. Prints JSON.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

AT_ONCE = 2_000
TIMES = 5
PAGES = (
    "/desk/", "/desk/?standing=overdue", "/desk/?state=all&country=FR", "/desk/?waiting=acknowledge",
    "/desk/search given-77@example.com", "/desk/search O-5", "/desk/search Person Number", "/desk/search Ольга",
    "/desk/cases/O-5", "/desk/trail", "/desk/choices", "/desk/report",
)  # fmt: skip
"""Addresses; what is searched for follows a blank."""


def main(cases: int) -> None:
    """Fill, follow, ask."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"BYLEAVE_DATA": folder, "DJANGO_SETTINGS_MODULE": "byleave.server.settings"}
        from byleave.server.configuration import from_environment
        from byleave.server.preparing import prepare

        prepare(from_environment(os.environ))
        import django

        django.setup()
        from byleave.server.desk.at_hand import read_on
        from byleave.server.running import current

        entries = fill(current(), cases)
        begun = time.perf_counter()
        read_on(None)
        follow = time.perf_counter() - begun
        pages = {path: timed(lambda path=path: asked(path)) for path in PAGES}
        index = (Path(folder) / "ledger-accounts.db").stat().st_size
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    found = {"cases": cases, "entries": entries, "follow_seconds": round(follow, 1)}
    found |= {"entries_per_second": round(entries / follow), "index_mb": round(index / 1e6), "peak_mib": peak}
    print(json.dumps({**found, "milliseconds": pages}, indent=2))


def fill(service: Any, cases: int) -> int:  # noqa: ANN401 - the service
    """Record the cases; how many entries that are."""
    from byleave.finding.identifiers import identify
    from byleave.ledger.admission import Proposal
    from byleave.ledger.entries import PLATFORM, Kind
    from byleave.policy.facts import MEMBER

    keys, now, waiting = service.finding_keys(), datetime.now(UTC), []
    for number in range(cases):
        name, subject = f"O-{number}", f"p-{number}"
        at = now - timedelta(minutes=number * 60 * 24 * 60 // max(1, cases))
        country = ("DE", "FR", "GB", "CH", "IT")[number % 5]
        given = [
            *identify("name", f"Person Number{number}", keys),
            *identify("email", f"given-{number}@example.com", keys),
        ]
        told = {"objection": name, "identifiers": [*map(str, given), keys.mark()]}
        objected = {"objection": name, "purpose": None, "country": country}
        waiting += [
            Proposal(Kind.OBJECTION_RECEIVED, subject, MEMBER, objected, at),
            Proposal(Kind.OBJECTION_IDENTIFIED, subject, MEMBER, told),
            Proposal(Kind.OBJECTION_CONFIRMED, subject, MEMBER, {"objection": name}),
        ]
        if number % 3 == 0:
            waiting.append(Proposal(Kind.OBJECTION_UPHELD, subject, PLATFORM, {"objection": name, "by": "petra"}))
        if len(waiting) >= AT_ONCE:
            service.store.append(waiting)
            waiting = []
    if waiting:
        service.store.append(waiting)
    return int(service.head().seq)


def asked(path: str) -> None:
    """Ask for a page as a lead who has shown the second factor."""
    from allauth.account.internal.userkit import user_id_to_str
    from django.test import RequestFactory
    from django.urls import resolve

    from byleave.server.accounts.models import Account

    to, _, words = path.partition(" ")
    request = RequestFactory().post(to, {"q": words}) if words else RequestFactory().get(to)
    request.user = Account(pk=1, username="petra", is_staff=True, role="lead")
    methods = "account_authentication_methods"
    request.session = {methods: [{"method": "mfa", "at": time.time()}], f"{methods}_user": user_id_to_str(request.user)}
    match = resolve(request.path)
    answer = match.func(request, *match.args, **match.kwargs)
    if answer.status_code != 200:
        raise SystemExit(f"{path}: {answer.status_code}")


def timed(do: Callable[[], None]) -> float:
    """The middle of several times, in milliseconds."""
    do()
    times = []
    for _ in range(TIMES):
        begun = time.perf_counter()
        do()
        times.append((time.perf_counter() - begun) * 1_000)
    return round(sorted(times)[TIMES // 2], 1)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
