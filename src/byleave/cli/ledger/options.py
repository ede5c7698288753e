"""What the commands that write to a ledger have in common."""

from __future__ import annotations

import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from byleave.kernel.errors import MissingExtraError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from byleave.ledger.covering import TermsOf
    from byleave.server.db.store import Store

SECRET_FILE = "BYLEAVE_SUPPRESSION_KEY"  # noqa: S105 - the name of a variable

ledger_option = click.option(
    "--ledger", "address", required=True, metavar="URL", help="The ledger: sqlite:///PATH or postgresql://…"
)
copy_option = click.option(
    "--copy", metavar="PATH|URL", help="The second copy that the service keeps, so that it stays whole."
)
pack_option = click.option(
    "--pack", metavar="PACK", help="Refuse settings that this pack does not know; acts cover what it says."
)
zone_option = click.option("--assume-zone", metavar="ZONE", help="Zone of instants that name none.")


def secret() -> bytes | None:
    """The suppression key that the environment names. Raises: InputError where its file cannot be read."""
    from byleave.adapters.files import readable

    name = os.environ.get(SECRET_FILE)
    if not name:
        return None
    with readable(name):
        return Path(name).read_bytes()


@contextmanager
def opened_store(address: str, copy: str | None) -> Iterator[Store]:
    """A store on the ledger."""
    try:
        from byleave.server.db.store import Store
    except ImportError as error:
        hint = "install it: pip install 'byleave[server]'"
        raise MissingExtraError("a ledger needs the extra `server`", hint=hint) from error
    with Store(address, suppression_secret=secret(), copy=copy) as store:
        yield store


def known_to(pack: str | None) -> tuple[Collection[str] | None, TermsOf]:
    """The settings that a pack knows, with their other names, and what each covers; None and nothing without a pack."""
    from byleave.ledger.covering import not_known, terms_of

    if pack is None:
        return None, not_known
    from byleave.adapters.packs import load_pack

    loaded = load_pack(pack)
    names = sorted({alias for name, setting in loaded.settings.items() for alias in (name, *setting.aliases)})
    return names, terms_of(loaded)
