"""Talent search is worth it: it ranks better than words alone, also after a tenth of the members has left it."""

from __future__ import annotations

from tests.learn.talent.fictional import asked, invented, people
from tests.learn.talent.ranking import forget, ndcg, train

BETTER = 0.05
"""What the ranker must gain over BM25 in nDCG@10."""
MOST_LOST = 0.01
"""What a tenth of the members may take along."""


def test_the_ranker_is_better_than_words_alone() -> None:
    """`M1` On 40 queries that it has not learned from it gains 0.05 in nDCG@10, and keeps it when a tenth has left."""
    occupations = invented()
    everybody, queries = people(occupations, 800, 3), asked(occupations, 80, 4)
    trained = train(occupations, everybody, queries[:40])
    alone, ranked = ndcg(trained, everybody, queries[40:])
    forget(trained, everybody[::10])
    _, after = ndcg(trained, everybody, queries[40:])

    assert ranked >= alone + BETTER
    assert after >= ranked - MOST_LOST
    assert trained.model.profiles() == 720


def test_ranking_can_be_worse() -> None:
    """A ranker that learned the wrong way round is worse than words alone: the test above can fail."""
    occupations = invented()
    everybody, queries = people(occupations, 300, 3), asked(occupations, 40, 4)
    trained = train(occupations, everybody, queries[:20])
    text = trained.model.sums()
    upside_down = type(text)(text.rows, text.products, tuple(-one for one in text.graded))
    trained.model.connection.execute("UPDATE state SET value = ? WHERE name = 'sums'", [upside_down.text()])
    alone, ranked = ndcg(trained, everybody, queries[20:])

    assert ranked < alone
