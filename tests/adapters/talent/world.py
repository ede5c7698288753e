"""A small world of people who do not exist: a model that was trained on some, an index that shows some."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from byleave.adapters.talent.model_file import ModelFile
from byleave.adapters.talent.opening import open_database, tokenizer
from byleave.adapters.talent.visible_file import VisibleFile
from byleave.learn.manifest import Origin
from byleave.learn.shards import content_of
from byleave.learn.talent.profile import features, read_profile, read_query
from byleave.learn.talent.ranker import Row
from byleave.learn.talent.search import Learned, search
from byleave.learn.talent.words import words_from
from byleave.lineage.keys import keyed
from tests.learn.talent.fictional import asked, invented, people, public_words

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from byleave.learn.talent.profile import Profile, Tokenize
    from byleave.learn.talent.words import Words
    from tests.learn.talent.fictional import Asked, Occupation, Person

SECRET = b"0123456789abcdef0123456789abcdef"
KEY, CONTENT = keyed(SECRET), content_of(SECRET)
ITEM = keyed(b"items 0123456789abcdef0123456789")
ORIGIN = Origin(
    "talent-1",
    "talent",
    "other-ai",
    {"id": "byleave@1", "digest": "sha256:" + "0" * 64},
    "platform",
    "sha256:" + "1" * 64,
)


@dataclass(frozen=True)
class Judged:
    """What a hirer thought of a profile."""

    item: str
    hirer: str
    person: Person
    query: str
    grade: int


@dataclass(frozen=True)
class World:
    """Everybody, and what hirers asked for; half of the hirers are members with a profile themselves."""

    number: int = 300
    hirers: int = 60
    seed: int = 1
    occupations: list[Occupation] = field(default_factory=invented)

    @cached_property
    def everybody(self) -> list[Person]:
        """All members with a profile."""
        return people(self.occupations, self.number, self.seed)

    @cached_property
    def queries(self) -> list[Asked]:
        """What hirers ask for."""
        return asked(self.occupations, self.hirers, self.seed + 1)

    @cached_property
    def judged(self) -> list[Judged]:
        """For each query, the grades of some profiles that fit and of some drawn ones."""
        draw, found = random.Random(self.seed), []
        for number, query in enumerate(self.queries):
            hirer = self.everybody[number].member if number % 2 else query.hirer
            fitting = [one for one in self.everybody if query.grade(one)][:8]
            for place, person in enumerate([*fitting, *draw.sample(self.everybody, 4)]):
                found.append(Judged(f"j-{number}-{place}", hirer, person, query.text, query.grade(person)))
        return found

    @cached_property
    def tokenize(self) -> Tokenize:
        """The words of a text, as the index has them."""
        return tokenizer(open_database(":memory:", new=True))

    @cached_property
    def words(self) -> Words:
        """Weights from the public classification."""
        return words_from(*public_words(self.occupations, self.tokenize))

    @cached_property
    def profiles(self) -> dict[str, Profile]:
        """The profile of everybody, by the id of its item."""
        return {one.item: read_profile(one.text, self.tokenize) for one in self.everybody}

    @cached_property
    def rows(self) -> dict[str, Row]:
        """What the ranker learns from each judgement, by the id of its item."""
        return {
            one.item: Row(
                features(read_query(one.query, self.tokenize), self.profiles[one.person.item], self.words), one.grade
            )
            for one in self.judged
        }

    def train(self, path: Path | str, without: Collection[str] = (), *, order: int = 0) -> ModelFile:
        """A model of everybody but some, from rows in a drawn order."""
        draw = random.Random(order)
        model = ModelFile.make(path, self.words)
        there = [one for one in self.everybody if one.member not in without]
        draw.shuffle(there)
        model.add_profiles(((ITEM(one.item), KEY(one.member), self.profiles[one.item]) for one in there), CONTENT)
        judged = [one for one in self.judged if one.hirer not in without and one.person.member not in without]
        draw.shuffle(judged)
        rows = ((ITEM(one.item), KEY(one.hirer), ITEM(one.person.item), self.rows[one.item]) for one in judged)
        model.add_judgements(rows, CONTENT)
        model.finish(ORIGIN)
        return model

    def show(self, path: Path | str, without: Collection[str] = (), *, order: int = 0) -> VisibleFile:
        """An index of everybody but some."""
        visible = VisibleFile.make(path)
        there = [one for one in self.everybody if one.member not in without]
        random.Random(order).shuffle(there)
        visible.add((ITEM(one.item), one.member, one.item, one.text, self.profiles[one.item]) for one in there)
        return visible


def learned(model: ModelFile) -> Learned:
    """What a search reads of a model."""
    return Learned(model.profiles(), model.documents(), model.weights(), model.words())


def everything(model: ModelFile, visible: VisibleFile, world: World) -> dict[str, Any]:
    """All that was learned and all that is found, to the last bit."""
    told = learned(model)
    queries = [read_query(one.text, world.tokenize) for one in world.queries[:4]]
    visible.connection.execute(
        "CREATE VIRTUAL TABLE IF NOT EXISTS temp.instances USING fts5vocab(main, found, instance)"
    )
    places = visible.connection.execute('SELECT term, doc, "offset" FROM instances ORDER BY 1, 2, 3').fetchall()
    return {
        "manifest": model.manifest(),
        "sums": model.sums(),
        "documents": model.documents(),
        "weights": [one.hex() for one in model.weights()],
        "index": places,
        "words alone": [[(item, one.hex()) for item, one in visible.by_words_alone(q.terms, 50)] for q in queries],
        "found": [[(hit.item, hit.score.hex()) for hit in search(query, visible, told, 20)] for query in queries],
    }
