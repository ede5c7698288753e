"""A receipt says what was chosen, what it covers and how far it reaches: for machines and in words."""

from __future__ import annotations

import json
import os
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from byleave.adapters.packs import load_pack
from byleave.kernel.decision import Reason
from byleave.kernel.errors import UsageError
from byleave.kernel.instants import FIRST
from byleave.ledger.entries import Entry, Kind
from byleave.ledger.fold import State
from byleave.policy.facts import Item, Moment
from byleave.policy.loader import shipped_ids
from byleave.policy.rules import pack_digest, rules_for
from byleave.policy.semantics import decide
from byleave.proof.terms import refuses
from byleave.receipts.draft import ACKNOWLEDGED, draft
from byleave.text.catalogue import LANGUAGES
from byleave.text.receipts import CHOSEN, COVERED, EFFECT
from tests.receipts.acts import AT, CASES, NOTICE, RECORDED, WITHDRAWN, entry, objected, receipt, switched

if TYPE_CHECKING:
    from byleave.policy.model import Pack

GOLDEN = Path(__file__).parents[1] / "golden" / "receipts"
WRITE = os.environ.get("BYLEAVE_GOLDEN") == "write"


@pytest.mark.parametrize("name", CASES)
def test_content(name: str) -> None:
    """M10, M17: the whole content of each kind of receipt, and its words by language, as they were reviewed once."""
    made = receipt(name, NOTICE if name == "off-recommended" else None).as_json()
    # the digest changes with every word of a shipped pack
    assert made["pack"].pop("digest") == pack_digest(load_pack(CASES[name][1]))
    told = {f"{name}.{language}.txt": "\n".join([*words, ""]) for language, words in made.pop("words").items()}
    told[f"{name}.json"] = json.dumps(made, ensure_ascii=False, indent=2) + "\n"
    for file, text in told.items():
        if WRITE:
            GOLDEN.mkdir(exist_ok=True)
            (GOLDEN / file).write_text(text, encoding="utf-8")

        assert text == (GOLDEN / file).read_text(encoding="utf-8")


def test_golden_files_are_those_of_the_cases() -> None:
    """No reviewed file is left of a case that is gone."""
    assert {file.name.partition(".")[0] for file in GOLDEN.iterdir()} == set(CASES)
    assert len(list(GOLDEN.iterdir())) == (1 + len(LANGUAGES)) * len(CASES)


@pytest.mark.parametrize("name", CASES)
def test_words_are_whole(name: str) -> None:
    """Each receipt tells the same in every language, sentence by sentence, and leaves no placeholder open."""
    words = receipt(name).words

    assert set(words) == set(LANGUAGES)
    assert len({len(told) for told in words.values()}) == 1
    assert all(sentence.endswith(".") and "{" not in sentence for told in words.values() for sentence in told)
    assert not any(set(words[one]) & set(words[other]) for one, other in combinations(LANGUAGES, 2))


def test_every_message_is_told() -> None:
    """No message of a receipt is left over: each one stands in some case."""
    told = {sentence for name in CASES for sentence in receipt(name, NOTICE).words["en"]}
    told |= set(draft(switched("off", setting="s"), epoch="e", pack=_idle()).words["en"])
    unversioned = NOTICE.model_copy(update={"version": None})
    told |= set(receipt("off-recommended", unversioned).words["en"])
    starts = [text.partition("{")[0] for texts in (CHOSEN, COVERED, EFFECT) for one in texts.values() for text in one]

    assert [start for start in starts if not any(sentence.startswith(start) for sentence in told)] == []


def _idle() -> Pack:
    """A pack with a switch that governs nothing."""
    pack = load_pack("byleave@1")
    setting = pack.settings["ai-training"].model_copy(update={"governs": (), "aliases": ()})
    return pack.model_copy(update={"settings": {"s": setting}})


@pytest.mark.parametrize("pack", shipped_ids())
def test_off_reaches_what_the_pack_says(pack: str) -> None:
    """M7, M10: how far switching off reaches is the pack's own rule, and what it leaves as it is stands beside it."""
    loaded = load_pack(pack)
    setting = next(name for name, one in loaded.settings.items() if one.governs)
    effect = draft(switched("off", setting=setting), epoch="e-1", pack=loaded).effect

    assert (effect.reaches, effect.frees) == (loaded.opt_out.reaches, None)
    assert ("collected-before" in effect.does_not_undo) == (loaded.opt_out.reaches == "collection")
    assert ("trained-before" in effect.does_not_undo) == (loaded.opt_out.reaches != "models")


@pytest.mark.parametrize("pack", shipped_ids())
@pytest.mark.parametrize("value", ["on", "off"])
def test_covers_what_the_setting_governs(pack: str, value: str) -> None:
    """M17: every product of the pack is named, either as covered or as not covered, by the purposes of the switch."""
    loaded = load_pack(pack)
    for name, setting in loaded.settings.items():
        covers = draft(switched(value, setting=name), epoch="e-1", pack=loaded).covers
        products = {one.product: one.purpose for one in (*covers.products, *covers.not_covered)}

        assert products == {key: one.purpose for key, one in loaded.products.items()}
        assert {one.purpose for one in covers.products} <= set(setting.governs)
        assert not {one.purpose for one in covers.not_covered} & set(setting.governs)


def test_digest_taken_before() -> None:
    """A digest that was taken before stands in the receipt as if it had been taken now."""
    pack = load_pack("byleave@1")

    assert draft(objected(), epoch="e", pack=pack, digest=pack_digest(pack)) == draft(objected(), epoch="e", pack=pack)


def test_former_name_of_a_setting() -> None:
    """An act under a former name of the switch keeps the name and gets the present title."""
    made = draft(switched("off", setting="data-for-ai-improvement"), epoch="e-1", pack=load_pack("byleave@1"))

    assert made.act.kind == "preference-set"
    assert made.act.setting == "data-for-ai-improvement"
    assert "Training of AI with what I share" in made.words["en"][0]


def test_grounds() -> None:
    """M17: the rule and the legal basis are those of the person's country; without a country none is named."""
    german, unknown = receipt("off-at-linkedin"), receipt("off-recommended")

    assert [(one.regime, one.basis) for one in german.covers.grounds] == [("europe", "legitimate-interests")]
    assert german.covers.country == "DE"
    assert (unknown.covers.country, unknown.covers.grounds) == (None, ())
    assert draft(objected(), epoch="e", pack=load_pack("byleave@1"), country="UK").covers.country == "GB"
    assert draft(objected(), epoch="e", pack=load_pack("byleave@1"), country="XX").covers.country is None


def test_purpose_of_a_withdrawn_objection() -> None:
    """The end of an objection covers what the objection was about."""
    made = draft(WITHDRAWN, epoch="e-1", pack=load_pack("byleave@1"), objected_to="other-ai")

    assert made.covers.purposes == ("other-ai",)
    assert made.act.kind == "objection-withdrawn"
    assert made.act.purpose == "other-ai"


OLD = Item("katrin-1", "katrin", "post", "public", FIRST, FIRST)


@pytest.mark.parametrize("pack", shipped_ids())
@pytest.mark.parametrize("act", [objected(), entry(Kind.ITEM_WITHHELD, item="katrin-1")], ids=lambda act: act.kind)
def test_objection_and_withholding_reach_old_content(pack: str, act: Entry) -> None:
    """M11: under every pack the receipt says that old content stays out, and the definition decides so."""
    loaded = load_pack(pack)
    state = State()
    registered = Entry(
        1, FIRST, Kind.MEMBER_REGISTERED, "katrin", "platform", FIRST, {"country": "DE", "birth_date": None}
    )
    state.apply([registered, Entry(2, RECORDED, act.kind, act.subject, act.actor, act.at, act.data)])
    rules = rules_for(loaded, "generative-ai", next(iter(loaded.recipients)))
    failed = decide(OLD, state.register(), rules, Moment(RECORDED, replay=False)).failed

    assert draft(act, epoch="e-1", pack=loaded).effect.reaches in {"training", "models"}
    assert set(failed) & {Reason.OBJECTION, Reason.WITHHELD}


@pytest.mark.parametrize("kind", sorted(set(Kind) - set(ACKNOWLEDGED)))
def test_no_receipt_for_other_entries(kind: Kind) -> None:
    """Only a person's acts are acknowledged by a receipt."""
    with pytest.raises(UsageError, match="there is no receipt for an entry"):
        draft(entry(kind), epoch="e-1", pack=load_pack("byleave@1"))


def test_unknown_setting() -> None:
    """A setting that the pack does not know is refused, with the nearest one."""
    with pytest.raises(UsageError, match="has no setting `ai-trainin`, did you mean `ai-training`"):
        draft(switched("off", setting="ai-trainin"), epoch="e-1", pack=load_pack("byleave@1"))


def test_times_are_kept() -> None:
    """The person's instant and that of the recording both stand in the receipt."""
    made = receipt("off-imported")

    assert (made.at, made.recorded_at) == (AT, RECORDED)
    assert refuses(made.act)
