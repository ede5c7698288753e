"""Train talent search on the items of a snapshot, and index who can be found."""

from __future__ import annotations

import hmac
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from byleave.adapters.files import csv_header, open_text, readable
from byleave.adapters.publishing import flush
from byleave.adapters.talent.model_file import ModelFile
from byleave.adapters.talent.opening import tokenizer
from byleave.adapters.talent.rows import PUBLIC, read_items
from byleave.adapters.talent.visible_file import VisibleFile
from byleave.kernel.canonical import canonical_json
from byleave.kernel.errors import InputError
from byleave.learn.shards import content_of
from byleave.learn.talent.profile import features, read_profile, read_query
from byleave.learn.talent.ranker import Row
from byleave.learn.talent.words import Words, words_from
from byleave.lineage.keys import keyed

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from pathlib import Path

    from byleave.learn.manifest import Origin
    from byleave.learn.talent.profile import Profile, Tokenize
    from byleave.lineage.keys import Keyed

MANIFEST, MODEL, VISIBLE, CERTIFICATES = "manifest.json", "model.db", "visible.db", "certificates"
_COLUMNS = ["term", "documents"]
_ITEMS_USE = b"byleave learn items 1"


def item_keys(secret: bytes) -> Keyed:
    """The function from an item's id to its key: of another secret than members' keys, which is made from the same."""
    return keyed(hmac.digest(secret, _ITEMS_USE, "sha256"))


def read_words(path: Path) -> Words:
    """A public list of words: CSV with `term` and `documents`; the first row has no term, and the number of entries.

    Raises: InputError when it cannot be read.
    """
    import csv

    if csv_header(path) != _COLUMNS:
        hint = "the first row holds the number of entries and no term: `,16000`"
        raise InputError(f"`{path}` is no list of words: it needs the columns term,documents", hint=hint)
    counted: dict[str, int] = {}
    with readable(path), open_text(path) as stream:
        rows = csv.reader(stream)
        next(rows)
        for row in rows:
            if (
                len(row) != len(_COLUMNS)
                or not row[1].isdecimal()
                or bool(row[0]) is not bool(counted)
                or row[0] in counted
            ):
                hint = "`,16000` first, and then a word and a whole number each"
                raise InputError(f"`{path}`, line {rows.line_num}: `{','.join(row)}` is no word and number", hint=hint)
            counted[row[0]] = int(row[1])
    if not counted:
        raise InputError(f"`{path}` says of how many entries it is nowhere", hint="the first row is such as `,16000`")
    try:
        return words_from(counted.pop(""), counted)
    except InputError as error:
        raise InputError(f"`{path}`: {error.message}", hint=error.hint) from None


@dataclass(slots=True)
class Learning:
    """What training knows, apart from the rows."""

    secret: bytes
    """The suppression key of the ledger, from which all keys are made."""
    words: Words
    spill: Path
    leave_out: Collection[int] = frozenset()
    """Keys of people to leave out, as if they had never been there."""
    hidden: Collection[str] = frozenset()
    """Members who took themselves out of searches for people."""
    passed_over: int = 0
    """Judgements of profiles that are not in the snapshot."""


def train(work: Path, items: Sequence[str | Path], origin: Origin, learning: Learning) -> Mapping[str, Any]:
    """Write a model into a folder; its manifest.

    Args:
        work: the folder, in which there is no model yet.
        items: the items of a snapshot.
        origin: what the model is.
        learning: keys, words and whom to leave out.

    Raises: InputError when there is no profile to learn from, or two rows have one id.
    """
    import apsw

    model = ModelFile.make(work / MODEL, learning.words)
    try:
        tokenize, content = tokenizer(model.connection), content_of(learning.secret)
        model.add_profiles(_profiles(items, learning, tokenize), content)
        if not model.profiles():
            raise InputError("there is no profile to learn from", hint="items of the category `profile` with a text")
        model.add_judgements(_judgements(items, learning, tokenize, model), content)
        manifest = model.finish(origin)
    except apsw.ConstraintError as error:
        raise InputError("two items have the same id", hint="give each profile and judgement its own id") from error
    finally:
        model.close()
    write_manifest(work, manifest)
    return manifest


def write_manifest(folder: Path, manifest: Mapping[str, Any]) -> None:
    """Write a model's manifest beside it, whole or not at all."""
    write_whole(folder / MANIFEST, canonical_json(dict(manifest)))


def write_whole(path: Path, data: bytes) -> None:
    """Write a file so that after a crash there is the old one or the new one."""
    work = path.with_name(f".{path.name}")
    work.write_bytes(data)
    flush(work)
    work.replace(path)
    flush(path.parent)


def read_model_manifest(folder: Path) -> Mapping[str, Any]:
    """The manifest of a model's folder, as the model itself has it. Raises: InputError."""
    model = ModelFile.open(folder / MODEL)
    try:
        return dict(json.loads(json.dumps(model.manifest())))
    finally:
        model.close()


def _profiles(
    items: Sequence[str | Path], learning: Learning, tokenize: Tokenize
) -> Iterator[tuple[int, int, Profile]]:
    key_of, item_of = keyed(learning.secret), item_keys(learning.secret)
    for one in read_items(items, learning.spill):
        member = key_of(one.member_id)
        if one.is_profile and member not in learning.leave_out:
            yield item_of(one.item_id), member, read_profile(one.text or "", tokenize)


def _judgements(
    items: Sequence[str | Path], learning: Learning, tokenize: Tokenize, model: ModelFile
) -> Iterator[tuple[int, int, int, Row]]:
    key_of, item_of = keyed(learning.secret), item_keys(learning.secret)
    for one in read_items(items, learning.spill):
        member = key_of(one.member_id)
        if not one.is_judgement or member in learning.leave_out:
            continue
        profile = model.profile(item_of(one.about or ""))
        if profile is None:
            learning.passed_over += 1
            continue
        query = read_query(one.query or "", tokenize)
        row = Row(features(query, profile, learning.words), one.grade or 0)
        yield item_of(one.item_id), member, item_of(one.about or ""), row


def show(work: Path, items: Sequence[str | Path], learning: Learning) -> int:
    """Write an index of the public profiles among some items into a folder; how many rows it has.

    Who is left out of training is in it all the same; who hides is not.
    """
    import apsw

    visible, item_of = VisibleFile.make(work / VISIBLE), item_keys(learning.secret)
    count = 0
    try:
        tokenize = tokenizer(visible.connection)

        def told() -> Iterator[tuple[int, str, str, str, Profile]]:
            nonlocal count
            for one in read_items(items, learning.spill):
                if one.is_profile and one.visibility == PUBLIC and one.member_id not in learning.hidden:
                    count += 1
                    text = one.text or ""
                    yield item_of(one.item_id), one.member_id, one.item_id, text, read_profile(text, tokenize)

        visible.add(told())
        visible.tidy()
    except apsw.ConstraintError as error:
        raise InputError("two profiles have the same id", hint="give each profile its own id") from error
    finally:
        visible.close()
    return count
