"""One server for the small platform, and beside it a rewriter that answers what a test tells it to."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest

from tests.server.serving import serving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.server.serving import Running


@dataclass
class Rewriter:
    """A server that speaks chat completions, and what it was asked."""

    answer: str | None = ""
    """What it says to everything; None answers with an error."""
    asked: list[Any] = field(default_factory=list)
    url: str = ""

    def start(self) -> ThreadingHTTPServer:
        """Listen on a free port."""
        told = self

        class Handler(BaseHTTPRequestHandler):
            """Answers one request."""

            def do_POST(self) -> None:
                """Say what the test wants."""
                told.asked.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                body = json.dumps({"choices": [{"message": {"content": told.answer}}]}).encode()
                self.send_response(500 if told.answer is None else 200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{server.server_port}/v1"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return server


@pytest.fixture(scope="session")
def rewriter() -> Iterator[Rewriter]:
    """The rewriter that the server asks."""
    made = Rewriter()
    server = made.start()
    yield made
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory, rewriter: Rewriter) -> Iterator[Running]:
    """A server under the article's rules: one purpose, two recipients."""
    with serving(tmp_path_factory.mktemp("feed"), packs="linkedin@2025-10-24", rewrite=rewriter.url) as made:
        yield made
