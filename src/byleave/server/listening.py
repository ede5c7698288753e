"""What a server takes for itself before it starts: an address, and a ledger in a file."""

from __future__ import annotations

import errno
import fcntl
import os
import socket
from pathlib import Path

from byleave.kernel.errors import LedgerError, UsageError
from byleave.ledger.address import sqlite_path

BACKLOG = 4_096
"""Connections that wait to be taken; a burst is queued rather than turned away."""
_WHY = {
    errno.EADDRINUSE: ("is in use", "stop what listens there, or take another: --port"),
    errno.EACCES: ("needs more rights", "take a port from 1024 on: --port"),
    errno.EADDRNOTAVAIL: ("is no address of this machine", "127.0.0.1 is this machine alone, 0.0.0.0 every address"),
}


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens. Raises: UsageError saying why it cannot."""
    shown = f"{host}:{port}"
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except OSError as error:
        raise UsageError(f"`{host}` is no address that is known here", hint="such as 127.0.0.1: --host") from error
    made = socket.socket(family, kind, protocol)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind(address)
        made.listen(BACKLOG)
    except OSError as error:
        made.close()
        why, hint = _WHY.get(error.errno or 0, ((error.strerror or "cannot be used").lower(), "--host, --port"))
        raise UsageError(f"`{shown}` {why}", hint=hint) from error
    return made


def address_of(made: socket.socket) -> str:
    """Where a socket listens, also when the system chose the port."""
    host, port = made.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def hold(ledger: str) -> None:
    """Take a ledger in a file for one server alone, until its last process ends. Commands may use it all the same.

    Two servers would be safe, and each would flush for itself. PostgreSQL is shared by several servers.

    Raises: LedgerError when another server has it, or the folder cannot be written.
    """
    path = sqlite_path(ledger)
    if path is None:
        return
    file = Path(f"{path}.serving")
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        held = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise LedgerError(f"cannot write `{file}`: {(error.strerror or '').lower()}") from error
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(held)
        hint = "stop it first, or serve another folder: --data DIR; several servers share a ledger in PostgreSQL"
        raise LedgerError(f"another server serves the ledger `{path}`", hint=hint) from error
    # it stays open, and every process of the server has it
