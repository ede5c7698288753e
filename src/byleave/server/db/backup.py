"""A backup of a ledger while it is used: one file in the form of a second copy, as of one entry, named first."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING

from byleave.adapters.publishing import require_folder
from byleave.gate.request import silent
from byleave.kernel.errors import LedgerError, OutputError
from byleave.ledger.chain import verify
from byleave.server.db.copied import line_of, read_copied
from byleave.server.db.opening import connect
from byleave.server.db.reach import Reach, line_of_reach
from byleave.server.db.reading import CHUNK, Head, check_payload, read_head
from byleave.server.db.second_copy import flush_folder

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from byleave.gate.request import Progress
    from byleave.server.db.session import Session


def back_up(
    address: str, out: Path, *, on_progress: Progress = silent, open_session: Callable[[str], Session] = connect
) -> Head:
    """Write everything up to the ledger's head into a new file, which is there whole or not at all.

    Members may act meanwhile. The chain is checked on the way: what does not hold is not taken for a backup.

    Args:
        address: the ledger.
        out: the file; it must not be there.
        on_progress: is told how much is written.
        open_session: how the database is opened.

    Returns: The head as of which it is.

    Raises: OutputError when it cannot be written; LedgerError; InputError for a row that is not what was recorded.
    """
    if out.exists():
        raise OutputError(f"`{out}` is there already", hint="give every backup a name of its own")
    require_folder(out)
    new = out.with_name(out.name + ".new")
    session = open_session(address)
    try:
        session.begin_reading()
        head = read_head(session)
        _write(session, Reach(head.seq, head.chain), new, on_progress)
        session.roll_back()
        new.rename(out)
        flush_folder(out)
    except OSError as error:
        raise OutputError(f"cannot write `{out}`: {(error.strerror or str(error)).lower()}") from error
    except session.errors as error:
        raise LedgerError(f"the ledger cannot be read: {str(error).strip()}") from error
    finally:
        session.close()
        with suppress(OSError):
            new.unlink(missing_ok=True)
    return head


def _write(session: Session, reach: Reach, new: Path, on_progress: Progress) -> None:
    done, last, until = 0, None, reach.seq
    # it holds what people chose: for the owner's eyes
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(line_of_reach(reach))
        while done < until:
            found = read_copied(session, done, min(done + CHUNK, until))
            last = verify([one.recorded.row for one in found], last)
            for one in found:
                check_payload(one.recorded)
                file.write(line_of(one))
            done = found[-1].recorded.row.seq
            on_progress("writing", done / until)
        file.flush()
        os.fsync(file.fileno())
