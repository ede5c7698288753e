"""Folding entries to snapshots, runs and models, and finding one by a name."""

from __future__ import annotations

from itertools import groupby

import pytest

from byleave.kernel.errors import InputError, UsageError
from byleave.ledger.entries import Entry, Kind
from byleave.lineage.keys import key_text, keyed
from byleave.lineage.recording import model_registered, snapshot_published
from byleave.lineage.records import Lineage, Model, fold
from tests.ledger.histories import START, History

SECRET = b"0123456789abcdef0123456789abcdef"
SAID = (Kind.MODEL_FORGOTTEN, Kind.FORGETTING_ACKNOWLEDGED, Kind.MODEL_RETIRED)


def lineages() -> list[tuple[History, Lineage]]:
    """Random ledgers and what they tell."""
    made = [History(seed) for seed in range(15)]
    for history in made:
        for _ in range(400):
            history.step()
    return [(history, fold(history.entries)) for history in made]


def test_every_recorded_thing_is_there_with_what_it_came_from() -> None:
    """M17: each snapshot, run and model of the ledger is in the fold, and no model hangs in the air."""
    models = 0
    for history, lineage in lineages():
        kinds = [entry.kind for entry in history.entries]
        made = kinds.count(Kind.MODEL_TRAINED) + kinds.count(Kind.MODEL_REGISTERED)
        assert len(lineage.snapshots) == kinds.count(Kind.SNAPSHOT_PUBLISHED)
        assert len(lineage.runs) == kinds.count(Kind.RUN_STARTED)
        assert sum(run.outcome is not None for run in lineage.runs.values()) == kinds.count(Kind.RUN_FINISHED)
        assert len(lineage.models) == made
        for model in lineage.models.values():
            assert set(model.snapshots) <= lineage.snapshots.keys()
            assert model in lineage.models_of(model.snapshots[:1])
            made_of = [one for one in history.entries if one.data.get("model") == model.model and "digest" in one.data]
            digests = [digest for digest, _ in groupby(one.data["digest"] for one in made_of)]
            assert [*model.earlier, model.digest] == digests
            said = [one for one in history.entries if one.kind in SAID and one.data["model"] == model.model]
            gone = [one.seq for one in said if one.kind is Kind.MODEL_RETIRED]
            assert gone == ([] if model.retired_by is None else [model.retired_by])
            assert (model in lineage.kept()) is (not gone)
            assert model.told_at == {one.seq: one.recorded_at for one in said}
        models += made
    assert models > 20


def test_a_name_stands_for_one_thing_or_is_refused() -> None:
    """An id, a digest, its first digits or a name find a model; what stands for several or nothing is told."""
    digests = [f"sha256:{number:064x}" for number in (1, 2)]
    entries = [
        Entry(
            number,
            START,
            Kind.MODEL_REGISTERED,
            "",
            "platform",
            START,
            {
                "model": f"model-{number}",
                "name": "rewrite",
                "digest": digests[number - 1],
                "purpose": "generative-ai",
                "snapshots": [digests[0]],
                "trained_at": None,
            },
        )
        for number in (1, 2)
    ]
    lineage = fold(entries)

    assert lineage.model("model-1").digest == digests[0]
    assert lineage.model(digests[1]).model == "model-2"
    for name, words in (("rewrite", "stands for 2 of them"), ("0" * 8, "stands for 2 of them"), ("x", "no model `x`")):
        with pytest.raises(InputError, match=words):
            lineage.model(name)


def test_a_name_that_is_nearly_one_is_told_which() -> None:
    """Who mistypes a model's id or name reads the nearest; nothing is suggested that is not near, and no digest."""
    digest = "sha256:" + "5" * 64
    made = Model("model-talent-1", 1, START, "talent search", digest, "other-ai", (digest,), None)
    lineage = Lineage(models={made.model: made})

    near = {"model-talent-2": "model-talent-1", "Talent search1": "talent search"}
    for name, meant in near.items():
        with pytest.raises(InputError, match=f"no model `{name}` is recorded, did you mean `{meant}`"):
            lineage.model(name)
    for name in ("x", "sha256:" + "6" * 64):
        with pytest.raises(InputError) as told:
            lineage.model(name)
        assert "did you mean" not in told.value.message


def test_keys_differ_by_secret_and_say_nothing() -> None:
    """The same id has another key under another secret; a key is 63 bits, and 16 digits where it is written."""
    names = [f"m{number}" for number in range(2_000)]
    first, second = keyed(SECRET), keyed(SECRET[::-1])

    assert len({first(name) for name in names} | {second(name) for name in names}) == 2 * len(names)
    assert all(0 <= first(name) < 2**63 and len(key_text(first(name))) == 16 for name in names)


def test_a_manifest_that_lacks_something_is_refused() -> None:
    """No entry is made of half a manifest, and no model of a digest that is none."""
    with pytest.raises(InputError, match="the manifest lacks 'pack'"):
        snapshot_published({"recheck": {}}, "sha256:" + "0" * 64)
    with pytest.raises(UsageError, match="is no digest"):
        model_registered([], "sha256:xyz", name=None, purpose=None, trained_at=None)
