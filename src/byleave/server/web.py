"""The web server: gunicorn, with threads, and one process on SQLite so that acts share their flushes."""

from __future__ import annotations

import gc
import json
import os
import resource
import shutil
import signal
import tempfile
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter
from gunicorn.glogging import Logger
from gunicorn.http.errors import LimitRequestLine
from gunicorn.util import write_nonblock
from gunicorn.workers.gthread import ThreadWorker

from byleave.adapters.duckdb_engine.session import ready_to_fork
from byleave.kernel.errors import UsageError
from byleave.ledger.address import sqlite_path
from byleave.ledger.wire import MOST_BYTES_OF_ID
from byleave.server.listening import BACKLOG, address_of

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

    from byleave.server.configuration import Configuration

THREADS = 32
"""In each process. A thread that waits for a flush costs nothing, and the more wait, the more share one."""
GRACE_SECONDS = 30
"""For what is under way when the server is told to stop."""
KEEP_ALIVE_SECONDS = 15
MOST_ADDRESS_BYTES = 8_190
"""Two of the longest ids fit in, also where each of their bytes takes three."""
CONNECTIONS = 16_384
"""At once in each process: a burst waits here for its turn instead of at the door, where clients give up."""
OTHER_FILES = 256
"""That a process may have open beside connections."""
COLLECT_AFTER = 10_000
"""So many objects more than before. With the usual 700, collecting took 7 % of the processor time under load."""
_SHARED = "PROMETHEUS_MULTIPROC_DIR"
_MEMORY = Path("/dev/shm")  # noqa: S108 - where a worker's sign of life costs no disk


class Sockets(NamedTuple):
    """Where a server listens."""

    people: socket.socket
    metrics: socket.socket | None
    """For operators alone."""


@dataclass(frozen=True, slots=True)
class Ready:
    """A server that answers."""

    url: str
    metrics_url: str | None


class ToLogs(Logger):
    """Hands what gunicorn says to our own logs, which leave out what is personal."""

    def setup(self, cfg: Any) -> None:  # noqa: ANN401 - gunicorn's signature
        """Only the level is gunicorn's own."""
        super().setup(cfg)
        self.error_log.handlers.clear()
        self.error_log.propagate = True


class Worker(ThreadWorker):
    """Says as the API does that an address is too long: what is refused so early comes to nobody else."""

    def handle_error(self, req: Any, client: Any, addr: Any, exc: Exception) -> None:  # noqa: ANN401 - gunicorn's
        """Answer what is no request."""
        if isinstance(exc, LimitRequestLine):
            write_nonblock(client, too_long())
        else:
            super().handle_error(req, client, addr, exc)


def too_long() -> bytes:
    """The answer to an address that is too long, as problem details (RFC 9457)."""
    status = HTTPStatus.REQUEST_URI_TOO_LONG
    told = {
        "type": "urn:byleave:problem:too-long",
        "title": status.phrase,
        "status": status.value,
        "detail": f"the address is longer than {MOST_ADDRESS_BYTES:,} bytes",
        "code": "too-long",
        "hint": f"an id has at most {MOST_BYTES_OF_ID:,} bytes",
    }
    body = json.dumps(told)
    head = f"HTTP/1.1 {status.value} {status.phrase}\r\nConnection: close\r\nContent-Type: application/problem+json\r\n"
    return f"{head}Content-Length: {len(body)}\r\nCache-Control: no-store\r\n\r\n{body}".encode("ascii")


class Graceful(Arbiter):
    """Stops on Ctrl-C as it does on SIGTERM: what is under way is answered first. A second Ctrl-C does not wait."""

    def handle_int(self) -> NoReturn:
        """As SIGTERM."""
        raise StopIteration


class WebServer(BaseApplication):
    """Serves until it is told to stop."""

    def __init__(
        self,
        configuration: Configuration,
        sockets: Sockets,
        *,
        processes: int,
        threads: int,
        ready: Callable[[Ready], None],
    ) -> None:
        """Take the configuration and the sockets; `ready` is called once it answers.

        Raises: UsageError for more than one process on SQLite.
        """
        listener, metrics = sockets
        self._configuration, self._follower = configuration, list[Any]()
        if processes > 1 and sqlite_path(configuration.ledger) is not None:
            raise UsageError("a ledger in SQLite is served by one process", hint="use PostgreSQL, or more threads")
        self._ready, self._where = ready, Ready(address_of(listener), address_of(metrics) if metrics else None)
        self._metrics_port: int | None = metrics.getsockname()[1] if metrics else None
        self._shared = tempfile.mkdtemp(prefix="byleave-metrics-") if processes > 1 else None
        if self._shared:
            os.environ[_SHARED] = self._shared
        self._options: dict[str, Any] = {
            "bind": [f"fd://{one.detach()}" for one in (listener, metrics) if one],
            "backlog": BACKLOG,
            "workers": processes,
            "threads": threads,
            "worker_class": Worker,
            "worker_connections": connections(),
            "worker_tmp_dir": str(_MEMORY) if _MEMORY.is_dir() else None,
            "keepalive": KEEP_ALIVE_SECONDS,
            "graceful_timeout": GRACE_SECONDS,
            "accesslog": None,  # addresses and queries are personal data
            "logger_class": ToLogs,
            "loglevel": "warning",
            "control_socket_disable": True,
            "forwarded_allow_ips": "*" if configuration.proxy else "",
            "limit_request_line": MOST_ADDRESS_BYTES,
            "post_worker_init": self._begun,
            "worker_exit": lambda _, __: self._ended(),
            "child_exit": self._gone,
            "on_exit": lambda _: self._tidy(),
        }
        super().__init__()

    def run(self) -> None:
        """Serve; ends with SystemExit."""
        ready_to_fork()
        Graceful(self).run()

    def load_config(self) -> None:
        """Hand gunicorn its options, and nothing from files or the environment."""
        for name, value in self._options.items():
            if name in self.cfg.settings:
                self.cfg.set(name, value)

    def load(self) -> Any:  # noqa: ANN401 - a WSGI application
        """The application, with the ledger open, in a process of the server."""
        from byleave.server.forgetting.following import Follower
        from byleave.server.running import current
        from byleave.server.wsgi import make

        current()
        self._follower.append(Follower(self._configuration).start())
        return make(self._metrics_port)

    def _begun(self, worker: Any) -> None:  # noqa: ANN401 - gunicorn's worker
        """In a new process, once it answers."""
        # what a process is made of stays: the collector need not look through it again and again
        gc.collect()
        gc.freeze()
        gc.set_threshold(COLLECT_AFTER)
        # Ctrl-C goes to every process of a terminal; the first one tells the others to stop in order
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        if worker.age == 1:
            self._ready(self._where)

    def _ended(self) -> None:
        """At the end of a process: what waits is recorded."""
        from byleave.server.running import stop

        for one in self._follower:
            one.stop()
        stop()

    def _gone(self, _: Any, worker: Any) -> None:  # noqa: ANN401
        if self._shared:
            from prometheus_client.multiprocess import mark_process_dead

            mark_process_dead(worker.pid)

    def _tidy(self) -> None:
        if self._shared:
            shutil.rmtree(self._shared, ignore_errors=True)


def connections() -> int:
    """How many connections a process may have, as far as the system lets it have files; it is asked for more first."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = CONNECTIONS + OTHER_FILES
    if soft != resource.RLIM_INFINITY and soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return CONNECTIONS if soft == resource.RLIM_INFINITY else min(CONNECTIONS, max(1, soft - OTHER_FILES))
