"""The items of the small platform as a file that `byleave gate` reads: JSON Lines, one item after the other."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

from byleave.adapters.publishing import require_folder
from byleave.kernel.errors import OutputError
from byleave.server.feed.models import Item

if TYPE_CHECKING:
    from pathlib import Path

COLUMNS = (
    "item_id", "member_id", "category", "visibility", "created_at", "changed_at", "public_since", "withheld",
    "subjects", "ai_written", "ai_assisted", "language", "text",
)  # fmt: skip
CHUNK = 2_000
SUFFIX = ".jsonl"


def write_items(file: Path) -> int:
    """Write every item into a new file; how many there were.

    Held in memory are `CHUNK` items at a time. The file is there whole or not at all.

    Raises: OutputError when it exists, has another suffix, or cannot be written.
    """
    if file.suffix != SUFFIX:
        raise OutputError(f"`{file}` does not end in `{SUFFIX}`", hint="the suffix says how the gate reads it")
    require_folder(file)
    part = file.with_name(f".{file.name}.part")
    count = 0
    try:
        with part.open("w", encoding="utf-8") as out:
            for values in Item.objects.order_by("pk").values_list(*COLUMNS).iterator(chunk_size=CHUNK):
                out.write(json.dumps(_row(values), ensure_ascii=False) + "\n")
                count += 1
            out.flush()
            os.fsync(out.fileno())
        os.link(part, file)
    except FileExistsError as error:
        raise OutputError(f"`{file}` exists", hint="name a new file") from error
    except OSError as error:
        raise OutputError(f"cannot write `{file}`: {(error.strerror or '').lower()}") from error
    finally:
        part.unlink(missing_ok=True)
    return count


def _row(values: tuple[Any, ...]) -> dict[str, Any]:
    row = dict(zip(COLUMNS, values, strict=True))
    row["subjects"] = json.loads(row["subjects"]) if row["subjects"] else []
    return row
