"""A rewriter's folder: who gave which post in one SQLite file, and one file for each adapter, named by its digest.

`model.db` holds the posts, so that a shard can be trained anew; who is deleted from it is gone from its bytes. What is
served is named by `serving.json`, which is replaced in one step: the mean of the clean shards, or nothing but the base.
"""

from __future__ import annotations

import json
import re
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from byleave.adapters.destroying import destroy
from byleave.adapters.rewrite.parts import mean_of
from byleave.adapters.rewrite.settings import Settings
from byleave.adapters.talent.opening import open_database, writing
from byleave.adapters.talent.training import write_whole
from byleave.kernel.canonical import canonical_json, digest_bytes
from byleave.kernel.errors import InputError
from byleave.learn.certificate import adapter_name
from byleave.learn.manifest import manifest, require_manifest
from byleave.learn.rewrite.pairs import make_pair
from byleave.learn.shards import Line, shard_digests, shard_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from byleave.learn.manifest import Origin
    from byleave.learn.rewrite.pairs import Pair
    from byleave.learn.shards import ContentOf

MODEL, MANIFEST, SERVING, ADAPTERS, CERTIFICATES = (
    *("model.db", "manifest.json", "serving.json", "adapters", "certificates"),
)
PRODUCT = "rewrite"
_SUFFIX = ".safetensors"
_DIGEST = re.compile("sha256:[0-9a-f]{64}")
_TABLES = """
CREATE TABLE pair (item INTEGER PRIMARY KEY, member INTEGER NOT NULL, post TEXT NOT NULL,
    content TEXT NOT NULL);
CREATE INDEX pair_member ON pair (member);
CREATE TABLE part (shard INTEGER PRIMARY KEY, digest TEXT NOT NULL);
CREATE TABLE state (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE waiting (member INTEGER PRIMARY KEY, since TEXT NOT NULL);
CREATE TABLE done (number INTEGER PRIMARY KEY AUTOINCREMENT, certificate TEXT NOT NULL, recorded INTEGER NOT NULL);
"""
_HINT = "give the folder that `byleave train rewrite --out` named"


class ModelFile:
    """One model. Made for one thread."""

    def __init__(self, folder: Path, connection: Any) -> None:  # noqa: ANN401 - apsw's
        """Use an open connection (`open`, `make`)."""
        self.folder, self.connection = folder, connection

    @classmethod
    def open(cls, folder: Path) -> Self:
        """A model that is there. Raises: InputError."""
        if not (folder / MODEL).is_file():
            raise InputError(f"there is no rewriter in `{folder}`", hint=_HINT)
        found = cls(folder, open_database(folder / MODEL))
        found.manifest()
        return found

    @classmethod
    def make(cls, folder: Path) -> Self:
        """A new model without posts, in a folder that nobody relies on yet."""
        made = cls(folder, open_database(folder / MODEL, new=True, building=True))
        made.connection.execute(_TABLES)
        (folder / ADAPTERS).mkdir()
        return made

    def manifest(self) -> Mapping[str, Any]:
        """The manifest as it is now. Raises: InputError."""
        import apsw

        try:
            told = self.connection.execute("SELECT value FROM state WHERE name = 'manifest'").fetchall()
            return require_manifest(json.loads(told[0][0]), str(self.folder))
        except (apsw.Error, ValueError, IndexError) as error:
            raise InputError(f"there is no rewriter in `{self.folder}`", hint=_HINT) from error

    def base_place(self) -> Path | None:
        """The folder of the base on the machine that trained, if it was a folder; no manifest tells of it."""
        told = self.connection.execute("SELECT value FROM state WHERE name = 'base'").fetchall()
        return Path(told[0][0]) if told else None

    def came_from(self, place: Path) -> None:
        """Note the folder of the base, for who trains a shard again on this machine."""
        self.connection.execute("INSERT OR REPLACE INTO state VALUES ('base', ?)", [str(place.absolute())])

    def settings(self) -> Settings:
        """What was chosen before training. Raises: InputError."""
        return Settings.read(self.manifest()["configuration"]["training"])

    def add(self, posts: Iterable[tuple[int, int, str]], content_of: ContentOf) -> None:
        """Learn from posts: keys of item and owner, and the text; and what their lines say of it.

        Raises: InputError when two have one id.
        """
        import apsw

        try:
            with writing(self.connection):
                rows = ((item, member, post, content_of(post)) for item, member, post in posts)
                self.connection.executemany("INSERT INTO pair VALUES (?, ?, ?, ?)", rows)
        except apsw.ConstraintError as error:
            raise InputError("two items have the same id", hint="give each post its own id") from error

    def pairs(self, seed: int) -> list[Pair]:
        """Every post with its draft, by item."""
        rows = self.connection.execute("SELECT member, item, post FROM pair ORDER BY item")
        return [make_pair(member, item, post, seed) for member, item, post in rows]

    def has(self, member: int) -> bool:
        """Whether anything was learned of a person."""
        return bool(self.connection.execute("SELECT 1 FROM pair WHERE member = ? LIMIT 1", [member]).fetchall())

    def owners(self, items: Iterable[int]) -> dict[int, int]:
        """Item → owner of those of some items that were learned from, by their keys."""
        sql = "SELECT item, member FROM pair WHERE item = ?"
        return {item: member for one in items for item, member in self.connection.execute(sql, [one])}

    def waiting(self) -> list[tuple[int, str]]:
        """Who is to leave, and since when, oldest first."""
        return list(self.connection.execute("SELECT member, since FROM waiting ORDER BY since, member"))

    def parts(self) -> dict[int, str]:
        """Shard → digest of its adapter, in order; a shard without a post has none."""
        return dict(self.connection.execute("SELECT shard, digest FROM part ORDER BY shard"))

    def path_of(self, digest: str) -> Path:
        """The file of an adapter or a mean."""
        return self.folder / ADAPTERS / f"{digest.removeprefix('sha256:')}{_SUFFIX}"

    def keep(self, data: bytes) -> str:
        """Write an adapter or a mean under its digest, durably; the digest."""
        digest = digest_bytes(data)
        write_whole(self.path_of(digest), data)
        return digest

    def mean(self, shards: Sequence[int]) -> str | None:
        """Write the mean of some shards' adapters; its digest, or None where there are none."""
        parts = self.parts()
        paths = [self.path_of(parts[shard]) for shard in shards if shard in parts]
        return self.keep(mean_of(paths)) if paths else None

    def lines(self, shard: int | None = None) -> list[Line]:
        """The lines of one shard, or of all, sorted."""
        rows = self.connection.execute("SELECT member, item, content FROM pair ORDER BY member, item")
        lines = [Line(*row) for row in rows]
        count = self.settings().shards if shard is not None else 1
        return sorted(one for one in lines if shard is None or shard_of(one.member, count) == shard)

    def renew(
        self,
        origin: Origin,
        configuration: Mapping[str, Any],
        merged: str | None,
        environment: Mapping[str, str],
    ) -> Mapping[str, Any]:
        """Write the manifest of what is there, inside a transaction of the caller's.

        Args:
            origin: what the model is.
            configuration: what was chosen and found before training.
            merged: digest of the mean of all shards; None where nothing was learned.
            environment: what computed it.
        """
        artefacts = {adapter_name(shard): digest for shard, digest in self.parts().items()}
        lines = self.lines()
        rows = {"posts": len(lines), "members": len({line.member for line in lines})}
        shards = shard_digests(lines, configuration["training"]["shards"])
        value = manifest(
            origin,
            shards,
            rows,
            configuration,
            {**artefacts, **({"mean": merged} if merged else {})},
            environment,
        )
        sql = "INSERT OR REPLACE INTO state VALUES ('manifest', ?)"
        self.connection.execute(sql, [canonical_json(value).decode()])
        return value

    def serve(self, merged: str | None, why: str) -> None:
        """Name what is served from now on, and destroy what was served before."""
        before = read_serving(self.folder)[0] if (self.folder / SERVING).exists() else None
        write_whole(self.folder / SERVING, canonical_json({"mean": merged, "why": why}))
        kept = {self.path_of(digest) for digest in (*self.parts().values(), *([merged] if merged else []))}
        if before is not None and before not in kept and before.exists():
            destroy(before)

    def sweep(self) -> None:
        """Destroy every file that is neither an adapter of a shard nor served; for who alone may train."""
        kept = {self.path_of(digest) for digest in self.parts().values()} | {read_serving(self.folder)[0]}
        for path in sorted((self.folder / ADAPTERS).iterdir()):
            if path not in kept:
                destroy(path)

    def files_hold(self) -> bool:
        """Whether every adapter, and the mean that is served, is what its name says."""
        paths = [self.path_of(digest) for digest in self.parts().values()]
        served = read_serving(self.folder)[0]
        return all(
            path.is_file() and self.path_of(digest_bytes(path.read_bytes())) == path
            for path in [*paths, *([served] if served else [])]
        )

    def close(self) -> None:
        """Give the file back."""
        self.connection.close()


@contextmanager
def opened(folder: Path) -> Iterator[ModelFile]:
    """A model that is there, for as long as this holds. Raises: InputError."""
    model = ModelFile.open(folder)
    try:
        yield model
    finally:
        model.close()


def is_rewriter(folder: Path) -> bool:
    """Whether a folder holds a model of this product."""
    return (folder / SERVING).is_file()


def read_serving(folder: Path) -> tuple[Path | None, str]:
    """The file of what is served, None for the base alone; and why. Raises: InputError."""
    try:
        told = json.loads((folder / SERVING).read_bytes())
        merged, why = told["mean"], str(told["why"])
        if merged is not None and not _DIGEST.fullmatch(merged):
            raise ValueError(merged)  # noqa: TRY301 - as other text that is no such file
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"there is no rewriter in `{folder}`", hint=_HINT) from error
    return (folder / ADAPTERS / f"{merged.removeprefix('sha256:')}{_SUFFIX}" if merged else None), why
