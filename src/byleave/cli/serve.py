"""`byleave serve`: the service on this machine, with everything that a first start needs."""

from __future__ import annotations

import os

import click

from byleave.cli.options import json_option, print_json
from byleave.kernel.errors import MissingExtraError


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
        from byleave.server.web import WebServer
    except ImportError as error:
        raise MissingExtraError("the server needs the extra `server`", hint="pip install 'byleave[server]'") from error
    from byleave.server.configuration import from_environment

    if data is not None:
        os.environ["BYLEAVE_DATA"] = data
    configuration = from_environment(os.environ)
    for made in prepare(configuration):
        click.echo(f"made {made}", err=True)

    def ready(address: str) -> None:
        """Say where it is, once it answers."""
        if as_json:
            print_json({"url": address})
        else:
            click.echo(f"serving on {address}")

    WebServer(configuration, host=host, port=port, processes=processes, threads=threads, ready=ready).run()
