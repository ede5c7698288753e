"""Logs without personal data: what may be said is listed, and everything else is left out.

Our own records carry names from `FIELDS` alone. Records of other libraries carry their template with numbers filled in
and every text replaced, since a text may be an address, a path with an id, or what somebody wrote. Errors carry their
class and the lines that they came through, never their message.
"""

from __future__ import annotations

import logging
import sys
import threading
import traceback
from typing import TYPE_CHECKING, Any, TextIO

import structlog

if TYPE_CHECKING:
    from collections.abc import MutableMapping, Sequence
    from types import TracebackType

FIELDS = frozenset({
    "at", "code", "error", "event", "level", "logger", "method", "process", "request", "route", "seconds", "status",
    "timestamp",
})  # fmt: skip
"""What a line may carry."""
OWN = "byleave"
_LEFT_OUT = "…"
_LINES = 12
"""Of the way that an error came, counted from where it was raised."""


class LeftOut:
    """Stands for a value that is not told, in whatever way a template asks for it."""

    def __str__(self) -> str:
        return _LEFT_OUT

    def __repr__(self) -> str:
        return _LEFT_OUT

    def __getitem__(self, name: object) -> LeftOut:
        return self


def set_up_logs(stream: TextIO = sys.stderr) -> None:
    """Write every record to a stream: JSON, one object on a line, or plain text where the stream is a terminal."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    renderer: Any = structlog.processors.JSONRenderer(ensure_ascii=False)
    if stream.isatty():
        renderer = structlog.dev.ConsoleRenderer(colors=False)
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        pass_foreign_args=True,
        use_get_message=False,
        processors=[told, structlog.stdlib.ProcessorFormatter.remove_processors_meta, only_known, renderer],
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger(OWN).setLevel(logging.INFO)
    # an answer with 4xx is the caller's mistake, and is counted among the requests
    logging.getLogger("django.request").setLevel(logging.ERROR)
    logging.raiseExceptions = False  # a record that cannot be written must not be printed as it is
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    threading.excepthook = lambda raised: _uncaught(raised.exc_type, raised.exc_value, raised.exc_traceback)


def told(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:  # noqa: ANN401 - structlog's
    """Take out of a record what it may not tell: texts that other libraries fill in, and messages of errors."""
    record: logging.LogRecord = event["_record"]
    error = event.pop("exc_info", None) or record.exc_info
    if not event["_from_structlog"]:
        given = event.pop("positional_args", None)
        own = record.name.startswith(OWN)
        event["event"] = str(record.msg) % (given or ()) if own else _template(record, given)
    if error:
        raised = sys.exc_info() if error is True else error
        if isinstance(raised, BaseException):
            raised = (type(raised), raised, raised.__traceback__)
        if raised[0] is not None:
            event["error"], event["at"] = raised[0].__name__, _way(raised[2])
    return event


def only_known(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:  # noqa: ANN401
    """Leave out every field that is not listed."""
    return {name: value for name, value in event.items() if name in FIELDS}


def _template(record: logging.LogRecord, args: Any) -> str:  # noqa: ANN401 - a tuple, or one mapping
    """What another library says, with numbers filled in and every text left out."""
    place = f"{record.module}:{record.lineno}"
    if not args:
        # it may have been put together before, with anything in it
        return place
    given = args.values() if isinstance(args, dict) else args
    filled = tuple(one if isinstance(one, int | float) else LeftOut() for one in given)
    try:
        by_name = dict(zip(args, filled, strict=True)) if isinstance(args, dict) else None
        words = str(record.msg) % (by_name or filled)
    except (TypeError, ValueError):
        return place
    return f"{words} ({place})"


def _way(trace: TracebackType | None) -> list[str]:
    frames: Sequence[traceback.FrameSummary] = traceback.extract_tb(trace)[-_LINES:]
    return [f"{one.filename.rpartition('site-packages/')[2]}:{one.lineno} {one.name}" for one in frames]


def _uncaught(kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
    if error is not None:
        logging.getLogger(OWN).error("a thread has stopped", exc_info=(kind, error, trace))
