"""Run inside a server's environment: the desk's index says the same, however it came to say it.

`following.py race` lets two first readers read at once, again and again. `following.py erase SEED` does random deeds
with erasures among them, and reads on in pieces; what is indexed then is what an index that is made anew says.
Prints what went wrong, and how much was compared.
"""

from __future__ import annotations

import json
import random
import sys
import threading
from typing import TYPE_CHECKING, Any

import django

django.setup()

from django.db import DatabaseError, connections  # noqa: E402 - Django is set up first

from byleave.kernel.errors import LedgerError  # noqa: E402
from byleave.server.accounts.people import erase_person  # noqa: E402
from byleave.server.acts import Delivery  # noqa: E402
from byleave.server.desk import index  # noqa: E402
from byleave.server.desk.at_hand import read_on  # noqa: E402
from byleave.server.desk.models import CaseRow, DayCount, Progress, StepRow, TakenOut  # noqa: E402
from byleave.server.running import current, stop  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable

    from byleave.server.service import Service

TABLES: tuple[Any, ...] = (CaseRow, StepRow, DayCount)
SETTING = "data-for-ai-improvement"
RACES, DEEDS = 5, 100
index.CHUNK = 7


def indexed() -> list[list[tuple[Any, ...]]]:
    """Every row of the index, without numbers that are drawn anew."""
    fields = [[one.name for one in table._meta.fields if one.name != "id"] for table in TABLES]
    return [sorted(table.objects.values_list(*names), key=repr) for table, names in zip(TABLES, fields, strict=True)]


def anew() -> list[list[tuple[Any, ...]]]:
    """The index, made anew by one reader."""
    for table in (*TABLES, Progress, TakenOut):
        table.objects.all().delete()
    read_on(None)
    return indexed()


def race() -> dict[str, Any]:
    """Two first readers at once."""
    right, errors, wrong = anew(), list[str](), 0
    for _ in range(RACES):
        for table in (*TABLES, Progress):
            table.objects.all().delete()
        both = threading.Barrier(2)

        def read(both: threading.Barrier = both) -> None:
            both.wait()
            try:
                read_on(None)
            except (DatabaseError, LedgerError) as error:
                errors.append(repr(error))
            finally:
                connections.close_all()

        threads = [threading.Thread(target=read) for _ in range(2)]
        for one in threads:
            one.start()
        for one in threads:
            one.join()
        wrong += indexed() != right
    return {"rows": sum(map(len, right)), "errors": errors, "wrong": wrong}


def erase(seed: int) -> dict[str, Any]:
    """Random deeds, read on in between."""
    chance, service = random.Random(seed), current()
    names: list[str] = []
    deeds: list[tuple[int, Callable[[], object]]] = [
        (3, lambda: names.append(registered(service, chance, f"f{seed}-{chance.randrange(10**9)}"))),
        (4, lambda: service.set_preference(chance.choice(names), SETTING, chance.choice(("on", "off")))),
        (2, lambda: service.object(chance.choice(names), "generative-ai")),
        (1, lambda: service.deliver([Delivery(chance.choice(names), "ai-training", "1")])),
        (1, lambda: service.move(chance.choice(names), chance.choice(("DE", "FR")))),
        (3, lambda: erase_person(service, names.pop(chance.randrange(len(names))))),
        # the process died between ledger and index, or something else has erased them
        (1, lambda: service.erase(names.pop(chance.randrange(len(names))))),
        (5, lambda: read_on(0)),
    ]
    weights = [weight for weight, _ in deeds]
    for _ in range(DEEDS):
        if len(names) < 2:
            names.append(registered(service, chance, f"f{seed}-{chance.randrange(10**9)}"))
        chance.choices([deed for _, deed in deeds], weights)[0]()
    read_on(None)
    followed = indexed()
    right = anew()
    wrong = [repr(one) for one in zip(followed, right, strict=True) if one[0] != one[1]]
    return {"rows": sum(map(len, right)), "wrong": wrong}


def registered(service: Service, chance: random.Random, name: str) -> str:
    """Somebody is registered; their id."""
    service.register(name, chance.choice(("DE", "FR", None)))
    return name


found = race() if sys.argv[1] == "race" else erase(int(sys.argv[2]))
stop()
print(json.dumps(found))  # noqa: T201 - the answer
