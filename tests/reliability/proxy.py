"""A network that can be cut: a proxy between a reader and a PostgreSQL server on a socket."""

from __future__ import annotations

import asyncio
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

PIECE = 4096


class Proxy:
    """Passes bytes on until so many have come from the server; then it cuts the connection, or says nothing more."""

    def __init__(self, socket: Path, after: int | None = None, then: str = "silent") -> None:
        """Give the server's socket, how many bytes pass (None: all), and `cut` or `silent`."""
        self._socket, self.after, self.then = socket, after, then
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self.port = 0

    async def _serve(self) -> None:
        self._server = await asyncio.start_server(self._client, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _client(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        from_server, to_server = await asyncio.open_unix_connection(str(self._socket))
        upwards = asyncio.ensure_future(self._pass_on(reader, to_server))
        try:
            await self._answer(from_server, writer)
        finally:
            upwards.cancel()
            writer.transport.abort()
            to_server.transport.abort()

    async def _answer(self, from_server: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        passed = 0
        with suppress(ConnectionError):
            while piece := await from_server.read(PIECE):
                if self.after is not None and passed + len(piece) > self.after:
                    if self.then == "silent":
                        await asyncio.sleep(3600)
                    break
                passed += len(piece)
                writer.write(piece)
                await writer.drain()

    async def _end(self) -> None:
        self._server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        await asyncio.sleep(0.1)  # transports close in the next turns of the loop

    @staticmethod
    async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while piece := await reader.read(PIECE):
                writer.write(piece)
                await writer.drain()

    def __enter__(self) -> Self:
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._serve(), self._loop).result()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
