"""AIPREF and DPV get the terms that exist, and never one that says consent."""

from __future__ import annotations

import pytest

from byleave.adapters.packs import load_pack
from byleave.proof.receipt import Aipref, ItemAct, ObjectionAct, Receipt, SettingAct
from byleave.proof.terms import aipref
from byleave.receipts.draft import draft
from tests.receipts.acts import CASES, objected, receipt

OFF, ON = (SettingAct(kind="preference-set", setting="s", value=value) for value in ("off", "on"))
OBJECTED = ObjectionAct(kind="objection-received", objection="o", purpose=None)
WITHDRAWN = ObjectionAct(kind="objection-withdrawn", objection="o", purpose=None)
WITHHELD, RELEASED = (ItemAct(kind=kind, item="i") for kind in ("item-withheld", "item-released"))
BOTH = ("generative-ai", "other-ai")

# https://w3id.org/dpv, version 2.3, as published in w3c/dpv at commit f01a55c (2.3/dpv/dpv.csv, 2.3/ai/ai.csv and
# 2.3/legal/eu/gdpr/eu-gdpr.csv); W3C Software and Document licence. Address → its definition there.
DPV = {
    "https://w3id.org/dpv#LegitimateInterestObjected": "Status where the use of Legitimate Interest was objected to",
    "https://w3id.org/dpv#MakeAvailable": "Make Available",
    "https://w3id.org/dpv#ObjectingToProcess": "Involvement where entity can object to process of specified context",
    "https://w3id.org/dpv#OptingInToProcess": "Involvement where entity can opt-in to specified context",
    "https://w3id.org/dpv#OptingOutFromProcess": "Involvement where entity can opt-out from specified context",
    "https://w3id.org/dpv/ai#ModelTraining": "Process to determine or to improve the parameters of a model",
    "https://w3id.org/dpv/legal/eu/gdpr#A21": "Right to object to processing of personal data",
    "https://w3id.org/dpv/legal/eu/gdpr#A6-1-f-controller": "Legitimate interests pursued by the controller",
}


@pytest.mark.parametrize(
    ("act", "actor", "statement"),
    [
        (None, "member", None),
        (OFF, "member", "train-ai=n"),
        (OFF, "import", "train-ai=n"),
        (OFF, "platform", "train-ai=n"),
        (ON, "member", "train-ai=y"),
        (ON, "import", None),
        (ON, "platform", None),
        (OBJECTED, "member", "train-ai=n"),
        (WITHDRAWN, "member", None),
        (WITHHELD, "member", "train-ai=n"),
        (RELEASED, "member", None),
    ],
)
def test_aipref(act: SettingAct | ObjectionAct | ItemAct | None, actor: str, statement: str | None) -> None:
    """M4: a refusal disallows, only the person's own switch allows, and a default says nothing at all."""
    told = aipref(act, actor, BOTH)

    assert (told.statement if told else None) == statement
    assert aipref(act, actor, ("other-ai",)) is None
    assert told is None or told == Aipref(vocabulary="aipref-vocab-07", statement=told.statement)


def addresses(made: Receipt) -> set[str]:
    """Every address that a receipt gives to DPV."""
    return {value for name, value in made.dpv.model_dump().items() if name != "version" and value}


@pytest.mark.parametrize("name", CASES)
def test_dpv_terms_exist(name: str) -> None:
    """Every term that a receipt uses is one of the published vocabulary, and none is about consent."""
    assert addresses(receipt(name)) <= set(DPV)
    assert "onsent" not in receipt(name).model_dump_json()


def test_every_dpv_term_is_used() -> None:
    """The list of terms above has none that no receipt uses."""
    assert set().union(*(addresses(receipt(name)) for name in CASES)) == set(DPV)


def test_articles_of_the_gdpr_only_where_it_applies() -> None:
    """M11: article 21 is named for an objection in Europe under legitimate interests, and for nothing else."""
    europe, britain, article, setting = (
        receipt(name).dpv
        for name in ("objection", "objection-by-the-article", "withheld-recommended", "off-at-linkedin")
    )

    assert (europe.right or "").endswith("#A21")
    assert (britain.right, britain.legal_basis) == (None, None)
    assert (article.right, article.legal_basis, article.status) == (None, None, None)
    assert setting.right is None
    assert (setting.status or "").endswith("#LegitimateInterestObjected")
    assert receipt("withdrawn").dpv.status is None


@pytest.mark.parametrize(
    ("country", "applies"),
    [("DE", True), ("NO", True), ("RE", True), ("GB", False), ("CH", False), ("US", False), (None, False)],
)
def test_gdpr_applies_in_the_eea(country: str | None, *, applies: bool) -> None:
    """M5, M11: whoever objects, article 21 is named in the EEA and its territories and nowhere else."""
    made = draft(objected(), epoch="e-1", pack=load_pack("linkedin@2026-08-21"), country=country)

    assert (made.dpv.right is not None) == applies
    assert (made.dpv.legal_basis is not None) == applies
    # Britain and Switzerland: the platform names the same basis, under other laws
    assert (made.dpv.status is not None) == (applies or country in {"GB", "CH"})
