"""Who must leave models, how far that is, and what stands in the way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from byleave.ledger.wire import from_microseconds
from byleave.server.desk.sheet import Cell, Grid, Section, number
from byleave.server.forgetting.problems import Problems
from byleave.server.lineage.standing import served_here
from byleave.server.running import current
from byleave.server.ui.voice import moment, say

if TYPE_CHECKING:
    from byleave.lineage.records import Lineage
    from byleave.server.forgetting.problems import Problem

_OF_ALL = ""
"""The model of a step that is about all of them."""


def leaving(lineage: Lineage) -> Section:
    """Each model that somebody must leave, or whose step broke; accounts are counted and not named."""
    with current().lineage.reading() as session:
        sql = (
            "SELECT model, count(*), count(stopped_at), min(since) FROM forget_task "
            "WHERE done_by IS NULL GROUP BY model ORDER BY model"
        )
        counted = {model: (accounts, stopped, since) for model, accounts, stopped, since in session.query(sql)}
        broken = {one.model: one for one in reversed(Problems(session).all().values())}
        served = served_here(session) or ()
    rows = []
    for name in sorted({*counted, *broken}):
        model, (accounts, stopped, since) = lineage.models.get(name), counted.get(name, (0, 0, None))
        where = "leaving-elsewhere" if model is not None and model.is_elsewhere else "leaving-away"
        here = name in served or name in broken
        title = say("leaving-all") if name == _OF_ALL else (model.name if model and model.name else name)
        rows.append(
            [
                Cell(title),
                number(accounts),
                number(stopped) if here else Cell(say(where)),
                Cell(say("sheet-none") if since is None else moment(from_microseconds(since))),
                *_in_the_way(broken.get(name)),
            ]
        )
    header = [
        say("snapshots-model"), say("leaving-number"), say("leaving-stopped"), say("leaving-since"),
        say("leaving-way"), say("leaving-next"),
    ]  # fmt: skip
    text = say("leaving-more") if rows else say("leaving-none")
    grid = Grid(say("leaving-title"), header, rows, frozenset({1, 2})) if rows else None
    return Section(say("leaving-title"), text, grid)


def _in_the_way(problem: Problem | None) -> tuple[Cell, Cell]:
    """Why a step broke, with what the error says, and when it is tried again."""
    if problem is None:
        return Cell(say("sheet-none")), Cell(say("sheet-none"))
    why = say("leaving-why", why=say(f"trouble-{problem.reason}"), told=problem.told)
    return Cell(why), Cell(moment(problem.again_at))
