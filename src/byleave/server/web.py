"""The web server: gunicorn, with threads, and one process on SQLite so that acts share their flushes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gunicorn.app.base import BaseApplication

from byleave.kernel.errors import UsageError
from byleave.ledger.address import sqlite_path

if TYPE_CHECKING:
    from collections.abc import Callable

    from byleave.server.configuration import Configuration

THREADS = 32
"""In each process. A thread that waits for a flush costs nothing, and the more wait, the more share one."""
GRACE_SECONDS = 30


class WebServer(BaseApplication):
    """Serves until it is told to stop; what is under way is answered first."""

    def __init__(  # noqa: PLR0913 - what a start is told
        self,
        configuration: Configuration,
        *,
        host: str,
        port: int,
        processes: int,
        threads: int,
        ready: Callable[[str], None],
    ) -> None:
        """Take the configuration; `ready` is called with the address once it listens.

        Raises: UsageError for more than one process on SQLite.
        """
        if processes > 1 and sqlite_path(configuration.ledger) is not None:
            raise UsageError("a ledger in SQLite is served by one process", hint="use PostgreSQL, or more threads")
        self._options: dict[str, Any] = {
            "bind": f"{host}:{port}",
            "workers": processes,
            "threads": threads,
            "worker_class": "gthread",
            "graceful_timeout": GRACE_SECONDS,
            "accesslog": None,  # addresses and queries are personal data
            "loglevel": "warning",
            "control_socket_disable": True,
            "forwarded_allow_ips": "*" if configuration.proxy else "",
            "limit_request_line": 8190,
            "when_ready": lambda server: ready(_address(server)),
        }
        super().__init__()

    def load_config(self) -> None:
        """Hand gunicorn its options, and nothing from files or the environment."""
        for name, value in self._options.items():
            if name in self.cfg.settings:
                self.cfg.set(name, value)

    def load(self) -> Any:  # noqa: ANN401 - a WSGI application
        """The application, with the ledger open, in a process of the server."""
        from django.urls import get_resolver

        from byleave.server.running import current
        from byleave.server.wsgi import application

        current()
        # what is wrong with an address shall stop the start, and the first call shall not wait for it
        _ = get_resolver().url_patterns
        return application


def _address(server: Any) -> str:  # noqa: ANN401 - gunicorn's arbiter
    """Where it listens, also when the port was chosen by the system."""
    host, port = server.LISTENERS[0].sock.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
