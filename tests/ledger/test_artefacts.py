"""Entries about no person: what they may hold, that they follow from one another, and that no decision reads them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from byleave.kernel.errors import InputError
from byleave.ledger.entries import ARTEFACTS, Entry, Kind, check_entry
from byleave.ledger.fold import State, fold
from byleave.ledger.wire import data_text, read_data
from tests.ledger.histories import START, History

DIGEST = "sha256:" + "0" * 64
MODEL = {"model": "m", "name": None, "digest": DIGEST, "purpose": "generative-ai"}
FOLLOWING: dict[Kind, dict[str, Any]] = {
    Kind.RUN_STARTED: {"run": "r", "job": "rewrite", "snapshots": [DIGEST]},
    Kind.RUN_FINISHED: {"run": "r", "outcome": "completed"},
    Kind.SNAPSHOT_HANDED_OVER: {"manifest": DIGEST, "holder": "trainer"},
    Kind.REVOCATIONS_PUBLISHED: {"manifest": DIGEST, "holder": "trainer", "digest": DIGEST, "items": 1},
    Kind.REVOCATIONS_ACKNOWLEDGED: {"manifest": DIGEST, "holder": "trainer", "digest": DIGEST},
    Kind.MODEL_TRAINED: {**MODEL, "run": "r"},
    Kind.MODEL_REGISTERED: {**MODEL, "snapshots": [DIGEST], "trained_at": None},
    Kind.MODEL_FORGOTTEN: {"model": "m", "digest": DIGEST, "forgotten": ["0123456789abcdef"]},
    Kind.FORGETTING_ACKNOWLEDGED: {"model": "m", "forgotten": ["0123456789abcdef"], "how": "retired", "by": "trainer"},
    Kind.MODEL_RETIRED: {"model": "m", "destroyed": "here", "by": "staff-1"},
}


def _entry(kind: Kind, data: dict[str, Any], subject: str = "", actor: str = "platform") -> Entry:
    return Entry(1, START, kind, subject, actor, START, data)


def _histories() -> list[History]:
    made = [History(seed) for seed in range(20)]
    for history in made:
        for _ in range(400):
            history.step()
    return made


def test_what_the_platform_does_changes_no_decision() -> None:
    """M17: of two ledgers that differ in entries about no person alone, a gate reads one register."""
    seen = set[Kind]()
    for history in _histories():
        state = State()
        for entry in history.entries:
            if entry.kind not in ARTEFACTS:
                state.apply_one(entry)
        seen |= {entry.kind for entry in history.entries}

        assert state.register() == history.state.register()
    assert seen >= ARTEFACTS


def test_every_kind_is_written_down_and_read_back() -> None:
    """Instants, numbers, lists and counts come back as they were."""
    for history in _histories():
        for entry in history.entries:
            assert read_data(data_text(entry.data)) == entry.data


@pytest.mark.parametrize("kind", FOLLOWING)
def test_what_follows_from_nothing_is_refused(kind: Kind) -> None:
    """A model of a snapshot, run or model that nobody recorded is refused, so that no trace ends in nothing."""
    with pytest.raises(
        InputError, match=r"is not recorded|is under way|there was no run|there is no model|was never given"
    ):
        fold([_entry(kind, FOLLOWING[kind])])


WRONG: dict[str, tuple[Kind, dict[str, Any], str]] = {
    "not a digest": (Kind.MODEL_FORGOTTEN, {"digest": "abc"}, "expected `sha256:` and 64 hexadecimal digits"),
    "a readable id": (Kind.MODEL_FORGOTTEN, {"forgotten": ["ana"]}, "keys of 16 hexadecimal digits"),
    "keys out of order": (Kind.MODEL_FORGOTTEN, {"forgotten": ["f" * 16, "0" * 16]}, "expected a sorted list"),
    "no snapshot": (Kind.RUN_STARTED, {"snapshots": []}, "expected a list of digests of manifests"),
    "twice": (Kind.RUN_STARTED, {"snapshots": [DIGEST, DIGEST]}, "expected a list of digests of manifests"),
    "unknown outcome": (Kind.RUN_FINISHED, {"outcome": "maybe"}, "expected one of completed, failed, stopped"),
    "unknown purpose": (Kind.MODEL_TRAINED, {"purpose": "fun"}, "expected one of generative-ai, other-ai"),
    "a day": (Kind.MODEL_REGISTERED, {"trained_at": "2025-11-03"}, "expected an instant with its zone"),
    "no zone": (Kind.MODEL_REGISTERED, {"trained_at": START.replace(tzinfo=None)}, "expected an instant"),
    "missing": (Kind.RUN_FINISHED, {"run": None}, "expected a text in `run`"),
    "destroyed somehow": (Kind.MODEL_RETIRED, {"destroyed": "maybe"}, "expected one of here, told"),
    "by nobody": (Kind.MODEL_RETIRED, {"by": " "}, "expected a text in `by`"),
    "one field more": (Kind.RUN_FINISHED, {"member": "ana"}, "has no field `member`"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_field_that_holds_what_it_cannot_is_refused(case: str) -> None:
    """Every field has one form, and the message says which."""
    kind, change, words = WRONG[case]
    with pytest.raises(InputError) as error:
        check_entry(_entry(kind, {**FOLLOWING[kind], **change}))
    assert words in error.value.message


def test_what_is_destroyed_is_so_once_and_forgets_nobody() -> None:
    """`M18` After a model was retired the ledger takes nothing down that says that somebody left it, or it again."""
    published = {"pack": "p@1", "pack_digest": DIGEST, "purpose": "generative-ai", "recipient": "r", "mode": "training"}
    seen = {"as_of": START, "watermark": 1, "recheck_as_of": START, "recheck_watermark": 1, "epoch": "e", "counts": {}}
    acts = [
        _entry(Kind.SNAPSHOT_PUBLISHED, {**published, **seen, "manifest": DIGEST}),
        *(_entry(kind, FOLLOWING[kind]) for kind in (Kind.MODEL_REGISTERED, Kind.MODEL_FORGOTTEN, Kind.MODEL_RETIRED)),
    ]
    history = [replace(one, seq=seq, recorded_at=START + timedelta(hours=seq)) for seq, one in enumerate(acts, 1)]
    assert fold(history).watermark == 4

    for kind in (Kind.MODEL_FORGOTTEN, Kind.FORGETTING_ACKNOWLEDGED, Kind.MODEL_RETIRED):
        later = replace(_entry(kind, FOLLOWING[kind]), seq=5, recorded_at=START + timedelta(hours=5))
        with pytest.raises(InputError, match="the model `m` was retired"):
            fold([*history, later])


def test_an_entry_about_no_person_names_nobody() -> None:
    """A subject, or a member as actor, is refused."""
    good = _entry(Kind.RUN_FINISHED, FOLLOWING[Kind.RUN_FINISHED])
    check_entry(good)
    for bad in (replace(good, subject="ana"), replace(good, actor="member"), replace(good, actor="import")):
        with pytest.raises(InputError, match=r"names `ana`|expected `platform` as actor"):
            check_entry(bad)


def test_a_notice_keeps_its_text() -> None:
    """M4: one version of a notice in one language is published once; another text needs another version."""
    data = {"notice": "ai-training", "version": "1", "language": "en", "digest": DIGEST}
    first = _entry(Kind.NOTICE_PUBLISHED, data)
    other = replace(
        first, seq=2, recorded_at=datetime(2026, 1, 1, tzinfo=UTC), data={**data, "digest": DIGEST[:-1] + "1"}
    )

    with pytest.raises(InputError, match="was published in `en` already"):
        fold([first, other])
    german = replace(other, data={**other.data, "language": "de"})
    assert fold([first, german]).watermark == 2
