"""What talent search has learned, in one SQLite file: rows with their owners, and sums over them.

Forgetting is one transaction: it deletes the rows, takes them out of the sums, and writes the new manifest. Whoever
opens the file sees the model before or after, and nothing between.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from byleave.adapters.talent.opening import open_database, versions, writing
from byleave.kernel.canonical import canonical_json, digest_bytes
from byleave.kernel.errors import InputError
from byleave.learn.manifest import manifest, origin_of, require_manifest
from byleave.learn.shards import Line, first_key, shard_digest, shard_of
from byleave.learn.talent.profile import FEATURES, SCALE, Profile, line_of
from byleave.learn.talent.ranker import RIDGE, Row, Sums, weights, weights_bytes
from byleave.learn.talent.words import Words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from byleave.learn.manifest import Origin
    from byleave.learn.shards import ContentOf

SHARDS = 256
"""A shard is a list to show, not a thing to train: rows leave one by one. So many keep a list short."""
PARTS = 1_024
"""Parts of the words, each with a digest of its own."""
_TABLES = """
CREATE TABLE profile (item INTEGER PRIMARY KEY, member INTEGER NOT NULL, words TEXT NOT NULL, content TEXT NOT NULL);
CREATE INDEX profile_member ON profile (member);
CREATE TABLE judgement (item INTEGER PRIMARY KEY, member INTEGER NOT NULL, profile INTEGER NOT NULL,
    grade INTEGER NOT NULL, features TEXT NOT NULL, content TEXT NOT NULL);
CREATE INDEX judgement_member ON judgement (member);
CREATE INDEX judgement_profile ON judgement (profile);
CREATE TABLE documents (term TEXT PRIMARY KEY, profiles INTEGER NOT NULL CHECK (profiles >= 0),
    part INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX documents_part ON documents (part, term, profiles);
CREATE TABLE part (number INTEGER PRIMARY KEY, digest TEXT NOT NULL);
CREATE TABLE shard (number INTEGER PRIMARY KEY, digest TEXT NOT NULL);
CREATE TABLE state (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE waiting (member INTEGER PRIMARY KEY, since TEXT NOT NULL);
CREATE TABLE done (number INTEGER PRIMARY KEY AUTOINCREMENT, certificate TEXT NOT NULL, recorded INTEGER NOT NULL);
"""


def part_of(term: str) -> int:
    """The part of the words to which one belongs: whoever leaves changes the digests of a few parts, not of all."""
    return int.from_bytes(hashlib.sha256(term.encode()).digest()[:2]) % PARTS


@dataclass(frozen=True, slots=True)
class Change:
    """What forgetting has changed."""

    old: Mapping[str, Any]
    """The manifest before."""
    new: Mapping[str, Any]
    removed: tuple[Line, ...]
    lists: Mapping[int, Sequence[Line]]
    """Shard → its list before, where it has changed."""


def profile_of(words: str) -> Profile:
    """A profile from the words that are stored of it."""
    return Profile(tuple(line_of(line.split(" ")) for line in words.split("\n"))) if words else Profile(())


class ModelFile:
    """One model. Made for one thread."""

    def __init__(self, connection: Any) -> None:  # noqa: ANN401 - apsw's
        """Use an open connection (`open`, `make`)."""
        self.connection = connection

    @classmethod
    def open(cls, path: Path) -> Self:
        """A model that is there. Raises: InputError."""
        found = cls(open_database(path))
        found.manifest()
        return found

    @classmethod
    def make(cls, path: Path | str, words: Words) -> Self:
        """A new model without rows, in a file that nobody relies on yet."""
        made = cls(open_database(path, new=True, building=True))
        made.connection.execute(_TABLES)
        told = {"weights": dict(words.weights), "unknown": words.unknown}
        made._set("words", canonical_json(told).decode())
        made._set("words-digest", words.digest)
        made._set("sums", Sums.nothing().text())
        made._set("profiles", "0")
        return made

    def manifest(self) -> Mapping[str, Any]:
        """The manifest as it is now."""
        import apsw

        try:
            return require_manifest(json.loads(self._get("manifest")), "manifest")
        except (apsw.Error, ValueError) as error:
            hint = "give the folder that `byleave train talent --out` named"
            raise InputError("there is no model of talent search", hint=hint) from error

    def words(self) -> Words:
        """The weights of words that the rows were made with."""
        told = json.loads(self._get("words"))
        return Words(told["weights"], told["unknown"])

    def sums(self) -> Sums:
        """The ranker's sums."""
        return Sums.read(self._get("sums"))

    def weights(self) -> tuple[float, ...]:
        """The ranker's weights, solved from the sums."""
        return weights(self.sums())

    def documents(self) -> dict[str, int]:
        """Term → eligible profiles that have it."""
        return dict(self.connection.execute("SELECT term, profiles FROM documents"))

    def profiles(self) -> int:
        """How many eligible profiles there are."""
        return self._one("SELECT count(*) FROM profile")

    def add_profiles(self, rows: Iterable[tuple[int, int, Profile]], content_of: ContentOf) -> None:
        """Learn from profiles: keys of item and owner, and the profile; and what their lines say of it."""
        counted: dict[str, int] = {}

        def told() -> Iterator[tuple[int, int, str, str]]:
            for item, member, profile in rows:
                for term in profile.distinct:
                    counted[term] = counted.get(term, 0) + 1
                text = profile.text()
                yield item, member, text, content_of(text)

        with writing(self.connection):
            self.connection.executemany("INSERT INTO profile VALUES (?, ?, ?, ?)", told())
            sql = (
                "INSERT INTO documents VALUES (?, ?, ?) "
                "ON CONFLICT DO UPDATE SET profiles = profiles + excluded.profiles"
            )
            counts = ((term, number, part_of(term)) for term, number in sorted(counted.items()))
            self.connection.executemany(sql, counts)
            self._set("profiles", str(self._one("SELECT count(*) FROM profile")))

    def profile(self, item: int) -> Profile | None:
        """An eligible profile, by the key of its item."""
        found = self.connection.execute("SELECT words FROM profile WHERE item = ?", [item]).fetchall()
        return profile_of(found[0][0]) if found else None

    def add_judgements(self, rows: Iterable[tuple[int, int, int, Row]], content_of: ContentOf) -> None:
        """Learn from judgements: keys of item, of its owner and of the profile's item, and the row; and as above."""
        learned = list[Row]()

        def told() -> Iterator[tuple[int, int, int, int, str, str]]:
            for item, member, profile, row in rows:
                learned.append(row)
                text = " ".join(map(str, row.features))
                yield item, member, profile, row.grade, text, content_of(f"{profile} {row.grade} {text}")

        with writing(self.connection):
            self.connection.executemany("INSERT INTO judgement VALUES (?, ?, ?, ?, ?, ?)", told())
            self._set("sums", self.sums().plus(learned).text())

    def finish(self, origin: Origin) -> Mapping[str, Any]:
        """Write the manifest of a model to which nothing will be added."""
        with writing(self.connection):
            for shard in range(SHARDS):
                digest = shard_digest(self.lines(shard))
                self.connection.execute("INSERT OR REPLACE INTO shard VALUES (?, ?)", [shard, digest])
            self._digest_parts(range(PARTS))
            return self._renew(origin, versions())

    def lines(self, shard: int) -> list[Line]:
        """The list of a shard, sorted."""
        between = [first_key(shard, SHARDS), first_key(shard + 1, SHARDS) - 1]
        sql = "SELECT member, item, content FROM {} WHERE member BETWEEN ? AND ?"
        found = [
            Line(*row)
            for table in ("profile", "judgement")
            for row in self.connection.execute(sql.format(table), between)
        ]
        return sorted(found)

    def has(self, member: int) -> bool:
        """Whether anything was learned of a person."""
        there = "EXISTS (SELECT 1 FROM {} WHERE member = ?1)"
        return bool(self._one(f"SELECT {there.format('profile')} OR {there.format('judgement')}", member))

    def owners(self, items: Iterable[int]) -> dict[int, int]:
        """Item → owner of those of some items from which something was learned, by their keys."""
        sql = (
            "SELECT item, member FROM profile WHERE item = ?1 UNION SELECT item, member FROM judgement WHERE item = ?1"
        )
        return {item: member for one in items for item, member in self.connection.execute(sql, [one])}

    def forget(self, members: Iterable[int]) -> Change | None:
        """Take people out, inside a transaction of the caller's; None where nothing was learned of them.

        A judgement leaves with the hirer who made it and with the profile that it is about.
        """
        import apsw

        gone, old = list(members), self.manifest()
        if old["configuration"] != self._configuration():
            hint = "train it again: byleave train talent; until then it orders by words alone"
            raise InputError("the model was made by a version that reads profiles in another way", hint=hint)
        profiles = self._rows("profile", "words", {"member": gone})
        about = {"member": gone, "profile": [line.item for line in profiles]}
        judged = self._rows("judgement", "grade || ' ' || features", about)
        removed = [*profiles, *judged]
        if not removed:
            return None
        shards = {shard_of(line.member, SHARDS) for line in removed}
        lists = {shard: self.lines(shard) for shard in sorted(shards)}
        try:
            self._subtract(profiles.values(), judged.values())
        except apsw.ConstraintError as error:
            raise InputError("the counts of the model do not fit its rows", hint="train the model again") from error
        self._set("profiles", str(int(self._get("profiles")) - len(profiles)))
        for table, rows in (("profile", profiles), ("judgement", judged)):
            self.connection.executemany(f"DELETE FROM {table} WHERE item = ?", [[line.item] for line in rows])
        for shard in shards:
            self.connection.execute(
                "UPDATE shard SET digest = ? WHERE number = ?", [shard_digest(self.lines(shard)), shard]
            )
        # whole numbers are taken away, which is the same by any version: what it was made by stays what it was
        new = self._renew(origin_of(old), old["environment"])
        return Change(old, new, tuple(sorted(removed)), lists)

    def _rows(self, table: str, value: str, wanted: Mapping[str, Iterable[int]]) -> dict[Line, str]:
        """The rows with one of these keys, and what each holds."""
        found: dict[Line, str] = {}
        for column, keys in wanted.items():
            sql = f"SELECT member, item, content, {value} FROM {table} WHERE {column} = ?"
            for key in keys:
                found |= {Line(*row[:3]): row[3] for row in self.connection.execute(sql, [key])}
        return found

    def _subtract(self, profiles: Iterable[str], judged: Iterable[str]) -> None:
        lost: dict[str, int] = {}
        for words in profiles:
            for term in profile_of(words).distinct:
                lost[term] = lost.get(term, 0) + 1
        rows = [(count, term) for term, count in lost.items()]
        self.connection.executemany("UPDATE documents SET profiles = profiles - ? WHERE term = ?", rows)
        self.connection.executemany("DELETE FROM documents WHERE term = ? AND profiles = 0", [[term] for term in lost])
        self._digest_parts(map(part_of, lost))
        numbers = [tuple(map(int, one.split(" "))) for one in judged]
        self._set("sums", self.sums().minus(Row(one[1:], one[0]) for one in numbers).text())

    def _renew(self, origin: Origin, environment: Mapping[str, str]) -> Mapping[str, Any]:
        shards = [digest for (digest,) in self.connection.execute("SELECT digest FROM shard ORDER BY number")]
        rows = {"profiles": int(self._get("profiles")), "judgements": self.sums().rows}
        value = manifest(origin, shards, rows, self._configuration(), self._artefacts(), environment)
        self._set("manifest", canonical_json(value).decode())
        return value

    def _configuration(self) -> dict[str, Any]:
        return {"features": list(FEATURES), "scale": SCALE, "ridge": RIDGE, "words": self._get("words-digest")}

    def artefacts(self) -> dict[str, str]:
        """The digest of everything that was learned, made from what is there and from nothing that was noted of it."""
        parts = [self._part(number) for number in range(PARTS)]
        return self._artefacts(parts, self.profiles())

    def _artefacts(self, parts: Sequence[str] = (), profiles: int | None = None) -> dict[str, str]:
        """The same, from the digests of the parts as they were noted, so that leaving costs what leaves."""
        digests = parts or [one for (one,) in self.connection.execute("SELECT digest FROM part ORDER BY number")]
        number = int(self._get("profiles")) if profiles is None else profiles
        statistics = "".join(f"{one}\n" for one in digests)
        return {
            "statistics": digest_bytes(f"{number}\n{statistics}".encode()),
            "sums": digest_bytes(self._get("sums").encode()),
            "weights": digest_bytes(weights_bytes(self.weights())),
        }

    def _part(self, number: int) -> str:
        """The digest of the counts of one part of the words."""
        sql = "SELECT term || ' ' || profiles FROM documents WHERE part = ? ORDER BY term"
        counted = self.connection.execute(sql, [number]).fetchall()
        return digest_bytes("".join(f"{line}\n" for (line,) in counted).encode())

    def _digest_parts(self, numbers: Iterable[int]) -> None:
        rows = [(number, self._part(number)) for number in sorted(set(numbers))]
        self.connection.executemany("INSERT OR REPLACE INTO part VALUES (?, ?)", rows)

    def _get(self, name: str) -> str:
        found = self.connection.execute("SELECT value FROM state WHERE name = ?", [name]).fetchall()
        if not found:
            raise InputError("the file holds no whole model of talent search", hint="train the model again")
        return str(found[0][0])

    def _set(self, name: str, value: str) -> None:
        self.connection.execute("INSERT OR REPLACE INTO state VALUES (?, ?)", [name, value])

    def _one(self, sql: str, *values: Any) -> int:  # noqa: ANN401 - what SQLite takes
        return int(self.connection.execute(sql, values).fetchall()[0][0])

    def close(self) -> None:
        """Give the file back."""
        self.connection.close()
