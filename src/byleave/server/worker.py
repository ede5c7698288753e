"""One process of the web server: its threads take requests themselves, and send each answer in one piece.

gunicorn's own worker has one thread that waits for all connections, hands each request to another thread, and is told
through a pipe when that one has answered: two changes of thread for every request, and a dozen system calls. Here every
thread waits at the same epoll. The system wakes one of them for a request and tells nobody else (`EPOLLONESHOT`, see
epoll_ctl(2)); that one answers, and lets the connection wait again (docs/adr/0195). How a request is read, what is
refused, and how a process stops is gunicorn's.
"""

from __future__ import annotations

import json
import os
import select
import socket
import time
from contextlib import suppress
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from gunicorn.http import wsgi
from gunicorn.http.body import LengthReader
from gunicorn.http.errors import LimitRequestLine
from gunicorn.util import close_graceful, write_nonblock
from gunicorn.workers.gthread import STOP_KEEPALIVE_LINGER, ThreadWorker

from byleave.ledger.wire import MOST_BYTES_OF_ID

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

MOST_ADDRESS_BYTES = 8_190
"""Two of the longest ids fit in, also where each of their bytes takes three."""
LOOK_EVERY_SECONDS = 1.0
"""For connections on which nothing came for too long."""


class Whole(wsgi.Response):
    """An answer whose head goes out together with the first of its body: one system call, and one packet if it fits."""

    headers_sent: bool
    _head = b""

    def send_headers(self) -> None:
        """Put the head together; it is sent with what follows."""
        if not self.headers_sent:
            told = "".join([*self.default_headers(), *(f"{name}: {value}\r\n" for name, value in self.headers), "\r\n"])
            self._head, self.headers_sent = told.encode("latin-1"), True

    def _emit_body(self, data: bytes) -> None:
        self._send(b"%X\r\n%b\r\n" % (len(data), data) if self.chunked else data)

    def _send(self, data: bytes) -> None:
        head, self._head = self._head, b""
        if head or data:
            self.sock.sendall(head + data)

    def write_file(self, respiter: Any) -> None:  # noqa: ANN401 - gunicorn's
        """Send a file, which the system copies by itself after the head."""
        self.send_headers()
        self._send(b"")
        super().write_file(respiter)

    def close(self) -> None:
        """Send what was not sent with a body."""
        self.send_headers()
        self._send(b"0\r\n\r\n" if self.chunked else b"")


class Worker(ThreadWorker):
    """Answers requests, in gunicorn's own loop where the system has no epoll."""

    def handle_request(self, req: Any, conn: Any) -> bool:  # noqa: ANN401 - gunicorn's
        """Answer one request; whether another may follow on its connection. Raises: what the application raises."""
        response, environ = wsgi.create(req, conn.sock, conn.client, conn.server, self.cfg, Whole)
        environ["wsgi.multithread"] = True
        if not self.alive:
            response.force_close()
        whole = False
        try:
            self._respond(response, environ)
            whole = True
        finally:
            # a second answer behind the first half of one would be read as a part of it
            if response.headers_sent and not whole:
                close_graceful(conn.sock)
        return not response.should_close()

    def _respond(self, response: Whole, environ: dict[str, Any]) -> None:
        answered = self.wsgi(environ, response.start_response)
        try:
            if isinstance(answered, environ["wsgi.file_wrapper"]):
                response.write_file(answered)
            else:
                for block in answered:
                    response.write(block)
            response.close()
        finally:
            if hasattr(answered, "close"):
                answered.close()

    def _keepalive_after(self, conn: Any, keepalive: bool) -> bool:  # noqa: ANN401, FBT001 - gunicorn's
        """Whether another request may follow. Of a body that was read to its end nothing has to be thrown away."""
        reader = conn.parser.mesg.body.reader
        if keepalive and isinstance(reader, LengthReader) and not reader.length:
            return True
        return bool(super()._keepalive_after(conn, keepalive))

    def handle_error(self, req: Any, client: Any, addr: Any, exc: Exception) -> None:  # noqa: ANN401 - gunicorn's
        """Say as the API does that an address is too long: what is refused so early comes to nobody else."""
        if isinstance(exc, LimitRequestLine):
            write_nonblock(client, too_long())
        else:
            super().handle_error(req, client, addr, exc)


class Taking(Worker):
    """Threads that each wait for the next request themselves; the first one accepts connections, and closes idle ones.

    A connection is either idle, and then it stands in `_idle`, or it is answered by the one thread that took it out.
    """

    def __init__(self, *args: Any, **options: Any) -> None:  # noqa: ANN401 - gunicorn's
        """As gunicorn makes it, before the process begins."""
        super().__init__(*args, **options)
        self._idle: dict[int, Any] = {}
        self._looked = 0.0

    def run(self) -> None:
        """Answer until the process is told to stop, and for what is under way then."""
        self._requests = select.epoll()
        over, end = os.pipe()
        self._requests.register(over, select.EPOLLIN)
        for _ in range(self.cfg.threads):
            self._begin(over)
        try:
            super().run()
        finally:
            # every thread is woken by it
            os.close(end)

    def _begin(self, over: int) -> None:
        self.tpool.submit(self._serve, over).add_done_callback(partial(self._ended, over))

    def _ended(self, over: int, done: Future[None]) -> None:
        """Put another thread in the place of one that an error has ended, such as a caller who hung up too early."""
        error = done.exception()
        if error is not None and self.alive:
            self.log.error("Error on a connection", exc_info=error)
            self._begin(over)

    def enqueue_req(self, conn: Any) -> None:  # noqa: ANN401 - gunicorn's
        """Let a new connection wait for its first request."""
        conn.sock.settimeout(None)
        conn.sock = Client(fileno=conn.sock.detach())
        conn.data_ready = True
        self._wait_for(conn, self._requests.register)

    def _wait_for(self, conn: Any, change: Callable[[int, int], None]) -> None:  # noqa: ANN401
        conn.set_timeout()
        if not self.alive:
            conn.timeout = min(conn.timeout, time.monotonic() + STOP_KEEPALIVE_LINGER)
        number = conn.sock.fileno()
        self._idle[number] = conn
        # at the end of the process it may have been closed by now
        with suppress(OSError):
            change(number, select.EPOLLIN | select.EPOLLONESHOT)

    def _serve(self, over: int) -> None:
        """What each thread does."""
        while True:
            for number, _ in self._requests.poll(maxevents=1):
                if number == over:
                    return
                conn = self._idle.pop(number, None)
                if conn is not None:
                    self._take(conn)

    def _take(self, conn: Any) -> None:  # noqa: ANN401
        """Answer what has come on a connection."""
        goes_on = False
        try:
            goes_on = self._answer(conn)
        finally:
            if goes_on:
                self._wait_for(conn, self._requests.modify)
            else:
                with suppress(OSError):
                    conn.close(graceful=True)
                self.method_queue.defer(self._gone)

    def _answer(self, conn: Any) -> bool:  # noqa: ANN401
        """Answer one request after the other; what was read together with one does not wake anybody."""
        goes_on = bool(self.handle(conn))
        while goes_on and conn.parser.unreader.buf.getvalue():
            goes_on = bool(self.handle(conn))
        return goes_on

    def _gone(self) -> None:
        self.nr_conns -= 1

    def murder_keepalived(self, force: bool = False) -> None:  # noqa: FBT001, FBT002 - gunicorn's
        """Close connections on which nothing came for too long; all that wait, by force."""
        now = time.monotonic()
        if not force and now < self._looked + LOOK_EVERY_SECONDS:
            return
        self._looked = now
        for number, conn in self._idle.copy().items():
            # whoever takes it out has it
            if (force or conn.timeout <= now) and self._idle.pop(number, None) is not None:
                self.nr_conns -= 1
                conn.close()

    def _cap_keepalive(self, deadline: float) -> None:
        for conn in self._idle.copy().values():
            conn.timeout = min(conn.timeout, deadline)


class Client(socket.socket):
    """A connection of a client. It is set to wait, or not to, only where that changes: each time is a system call."""

    def setblocking(self, flag: bool) -> None:  # noqa: FBT001 - the library's
        """Whether reading and writing wait."""
        self.settimeout(None if flag else 0.0)

    def settimeout(self, value: float | None) -> None:
        """How long they wait; None: for ever."""
        if value != self.gettimeout():
            super().settimeout(value)


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
