"""Wait for somebody else's answer so long and no longer: a network that is cut tells nobody that it is.

What does not answer is left behind in a thread that ends with the process.
"""

from __future__ import annotations

import queue
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

T = TypeVar("T")

_AHEAD = 2
"""So many parts are fetched before they are asked for."""
_LOOK_SECONDS = 0.1


def within(seconds: float, call: Callable[[], T], errors: tuple[type[Exception], ...]) -> T:
    """What a call returns, or raises of `errors`; it gives no answer where it raises anything else.

    Raises: TimeoutError when it has done neither in time.
    """
    answers: queue.SimpleQueue[tuple[Any, BaseException | None]] = queue.SimpleQueue()

    def work() -> None:
        try:
            answers.put((call(), None))
        except errors as error:
            answers.put((None, error))

    threading.Thread(target=work, daemon=True).start()
    try:
        result, failure = answers.get(timeout=seconds)
    except queue.Empty:
        raise TimeoutError from None
    if failure is not None:
        raise failure
    return cast("T", result)


@contextmanager
def parts_within(seconds: float, parts: Iterable[T], errors: tuple[type[Exception], ...]) -> Iterator[Iterator[T]]:
    """The parts of something that is made in a thread of its own.

    Raises: TimeoutError, while they are gone through, when the next one does not come in time; what making one raises
        of `errors`.
    """
    ahead = _Ahead(parts, errors)
    worker = threading.Thread(target=ahead.fetch, daemon=True)
    worker.start()
    try:
        yield ahead.taken(seconds)
    finally:
        ahead.stop.set()
        worker.join(seconds)


class _Ahead(Generic[T]):
    """Parts that are fetched by one thread and taken by another."""

    def __init__(self, parts: Iterable[T], errors: tuple[type[Exception], ...]) -> None:
        self.stop = threading.Event()
        self._parts, self._errors = parts, errors
        self._fetched: queue.Queue[tuple[str, Any]] = queue.Queue(_AHEAD)

    def fetch(self) -> None:
        """Fetch until the end, an error, or until nobody takes them any more."""
        try:
            for part in self._parts:
                if not self._offer("part", part):
                    return
            self._offer("end", None)
        except self._errors as error:
            self._offer("error", error)

    def _offer(self, what: str, value: Any) -> bool:  # noqa: ANN401 - a part, or what went wrong
        while not self.stop.is_set():
            try:
                self._fetched.put((what, value), timeout=_LOOK_SECONDS)
            except queue.Full:
                continue
            return True
        return False

    def taken(self, seconds: float) -> Iterator[T]:
        """Each part as it is taken. Raises: TimeoutError; what fetching has raised."""
        while True:
            try:
                what, value = self._fetched.get(timeout=seconds)
            except queue.Empty:
                raise TimeoutError from None
            if what == "error":
                raise value
            if what == "end":
                return
            yield value
