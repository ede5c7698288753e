"""How well talent search ranks: nDCG@10 on queries that it has not learned from, beside BM25 as FTS5 has it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import ir_measures
from ir_measures import nDCG

from byleave.adapters.talent.model_file import ModelFile
from byleave.adapters.talent.opening import open_database, tokenizer, writing
from byleave.adapters.talent.visible_file import VisibleFile
from byleave.learn.manifest import Origin
from byleave.learn.shards import content_of
from byleave.learn.talent.profile import features, read_profile, read_query
from byleave.learn.talent.ranker import Row
from byleave.learn.talent.search import Learned, candidates, search
from byleave.learn.talent.words import words_from
from byleave.lineage.keys import keyed
from tests.learn.talent.fictional import public_words

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from byleave.learn.talent.profile import Query, Tokenize
    from tests.learn.talent.fictional import Asked, Occupation, Person

SECRET = b"0123456789abcdef0123456789abcdef"
KEY, CONTENT = keyed(SECRET), content_of(SECRET)
ITEM = keyed(b"items 0123456789abcdef0123456789")
ORIGIN = Origin("talent-1", "talent", "other-ai", {"id": "p@1", "digest": "sha256:1"}, "platform", "sha256:2")
JUDGED = 50
"""Profiles that are judged for each query of training: those that words alone find first."""


@dataclass(frozen=True)
class Trained:
    """A model and an index over everybody."""

    model: ModelFile
    visible: VisibleFile
    tokenize: Tokenize

    def learned(self) -> Learned:
        """What a search reads of the model."""
        return Learned(self.model.profiles(), self.model.documents(), self.model.weights(), self.model.words())

    def query(self, one: Asked) -> Query:
        """A query as terms."""
        return read_query(one.text, self.tokenize)


def train(
    occupations: Sequence[Occupation], everybody: Sequence[Person], asked: Sequence[Asked], folder: Path | None = None
) -> Trained:
    """Index everybody, and learn from what was asked; in memory, or in a folder."""
    tokenize = tokenizer(open_database(":memory:", new=True))
    words = words_from(*public_words(occupations, tokenize))
    model = ModelFile.make(folder / "model.db" if folder else ":memory:", words)
    visible = VisibleFile.make(folder / "visible.db" if folder else ":memory:")
    profiles = {ITEM(one.item): (one, read_profile(one.text, tokenize)) for one in everybody}
    model.add_profiles(((item, KEY(one.member), profile) for item, (one, profile) in profiles.items()), CONTENT)
    visible.add((item, one.member, one.item, one.text, profile) for item, (one, profile) in profiles.items())
    visible.tidy()
    trained = Trained(model, visible, tokenize)
    rows, learned = [], trained.learned()
    for query in asked:
        terms = trained.query(query)
        for item, _ in candidates(terms, visible, learned, JUDGED):
            person, profile = profiles[item]
            row = Row(features(terms, profile, words), query.grade(person))
            rows.append((ITEM(f"{query.hirer} {person.item}"), KEY(query.hirer), item, row))
    model.add_judgements(rows, CONTENT)
    model.finish(ORIGIN)
    return trained


def ndcg(trained: Trained, everybody: Sequence[Person], asked: Sequence[Asked]) -> tuple[float, float]:
    """Mean nDCG@10 of BM25, and of talent search."""
    learned = trained.learned()
    wanted = [
        ir_measures.Qrel(query.hirer, str(ITEM(person.item)), query.grade(person))
        for query in asked
        for person in everybody
        if query.grade(person)
    ]
    alone, ranked = [], []
    for query in asked:
        terms = trained.query(query)
        found = trained.visible.by_words_alone(terms.terms, 10)
        alone += [ir_measures.ScoredDoc(query.hirer, str(item), value) for item, value in found]
        hits = search(terms, trained.visible, learned)
        ranked += [ir_measures.ScoredDoc(query.hirer, str(hit.item), -place) for place, hit in enumerate(hits)]
    values = [ir_measures.calc_aggregate([nDCG @ 10], wanted, run)[nDCG @ 10] for run in (alone, ranked)]
    return float(values[0]), float(values[1])


def forget(trained: Trained, everybody: Sequence[Person]) -> None:
    """Take people out of the model; they stay visible."""
    with writing(trained.model.connection):
        trained.model.forget([KEY(one.member) for one in everybody])
