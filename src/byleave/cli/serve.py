"""`byleave serve`: the service on this machine, with everything that a first start needs."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from byleave.cli.options import json_option, print_json
from byleave.kernel.errors import MissingExtraError
from byleave.ledger.address import without_password

if TYPE_CHECKING:
    from byleave.server.web import Ready


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, metavar="HOST", help="Where to listen.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8000,
    show_default=True,
    metavar="PORT",
    help="0: one that is free; it is printed.",
)
@click.option(
    "--processes", type=click.IntRange(1, 64), default=1, show_default=True, help="More than one needs PostgreSQL."
)
@click.option("--threads", type=click.IntRange(1, 512), default=32, show_default=True, help="In each process.")
@click.option("--data", metavar="DIR", help="Folder of ledger, accounts and keys.  [default: byleave-data]")
@json_option
def command(  # noqa: PLR0913 - the options of the command
    *, host: str, port: int, processes: int, threads: int, data: str | None, as_json: bool
) -> None:
    """Serve the API and members' pages.

    What is missing is made at the first start: a folder with the ledger, accounts and keys. Everything else comes from
    environment variables that begin with BYLEAVE_.
    """
    try:
        from byleave.server.preparing import prepare
        from byleave.server.web import Sockets, WebServer
    except ImportError as error:
        raise MissingExtraError("the server needs the extra `server`", hint="pip install 'byleave[server]'") from error
    from byleave.server.configuration import from_environment
    from byleave.server.listening import hold, listen
    from byleave.server.logs import set_up_logs
    from byleave.server.running import start

    if data is not None:
        os.environ["BYLEAVE_DATA"] = data
    configuration = from_environment(os.environ)
    listener = listen(host, port)
    metrics = listen(*configuration.metrics) if configuration.metrics else None
    hold(configuration.ledger)
    for made in prepare(configuration):
        click.echo(f"made {made}", err=True)
    # whatever is wrong is told here, in words, and not by a process that cannot begin
    start(configuration).close()

    def ready(where: Ready) -> None:
        """Say where it is, once it answers."""
        _say(where, without_password(configuration.ledger), as_json=as_json)

    sockets = Sockets(listener, metrics)
    server = WebServer(configuration, sockets, processes=processes, threads=threads, ready=ready)
    set_up_logs()
    server.run()


def _say(where: Ready, ledger: str, *, as_json: bool) -> None:
    if as_json:
        print_json({"url": where.url, "metrics": where.metrics_url, "ledger": ledger})
        return
    click.echo(f"serving on {where.url}")
    if where.metrics_url:
        click.echo(f"metrics on {where.metrics_url}/metrics", err=True)
    click.echo(f"the ledger is {ledger}", err=True)
    click.echo("stop it with Ctrl-C: what is under way is answered first", err=True)
