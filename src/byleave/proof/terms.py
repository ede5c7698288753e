"""What an act says in the vocabularies of others: AIPREF for machines that crawl, DPV for records.

Sources: IETF draft-ietf-aipref-vocab-07 (August 2026, which says itself that it has no consensus yet), and the W3C
community group's DPV 2.3 with its extensions `ai` and `eu-gdpr` (w3c/dpv, commit f01a55c).

Neither is ever told that consent was given: a switch that is on by default is not a consent, and one that the person
turned on is a choice under the platform's own legal basis.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from byleave.kernel.vocabulary import GENERATIVE_AI
from byleave.proof.receipt import AIPREF, Aipref, Dpv, ItemAct, ObjectionAct, SearchAct, SettingAct

if TYPE_CHECKING:
    from collections.abc import Iterable

    from byleave.proof.receipt import Scope

    Act = SettingAct | ObjectionAct | ItemAct | SearchAct

DPV = "https://w3id.org/dpv#"
DPV_AI = "https://w3id.org/dpv/ai#"
DPV_GDPR = "https://w3id.org/dpv/legal/eu/gdpr#"
LEGITIMATE_INTERESTS = "legitimate-interests"
THE_PERSON = "member"


def refuses(act: Act) -> bool:
    """Whether the act is a refusal, and not the end of one."""
    if isinstance(act, SettingAct):
        return act.value == "off"
    return act.kind in {"objection-received", "item-withheld"}


def aipref(act: Act | None, actor: str, purposes: Iterable[str]) -> Aipref | None:
    """The statement that an act makes about `train-ai`.

    A refusal disallows. Only a switch that the person turned on allows: an import, the end of an objection and a
    default (`act` None) leave the preference unknown, which is told by saying nothing.
    """
    if act is None or GENERATIVE_AI not in purposes:
        return None
    if refuses(act):
        return Aipref(vocabulary=AIPREF, statement="train-ai=n")
    if isinstance(act, SettingAct) and actor == THE_PERSON:
        return Aipref(vocabulary=AIPREF, statement="train-ai=y")
    return None


def dpv(act: Act, scope: Scope, *, under_gdpr: bool) -> Dpv:
    """The act in terms of DPV.

    Args:
        act: what was done.
        scope: what it is about; its grounds name the legal basis.
        under_gdpr: whether the GDPR applies where the person lives; its articles are named only then.
    """
    interests = any(ground.basis == LEGITIMATE_INTERESTS for ground in scope.grounds)
    objects = isinstance(act, ObjectionAct)
    return Dpv(
        version="2.3",
        processing=f"{DPV}MakeAvailable" if isinstance(act, SearchAct) else f"{DPV_AI}ModelTraining",
        involvement=DPV + _involvement(act),
        status=f"{DPV}LegitimateInterestObjected" if interests and refuses(act) else None,
        legal_basis=f"{DPV_GDPR}A6-1-f-controller" if interests and under_gdpr else None,
        right=f"{DPV_GDPR}A21" if interests and under_gdpr and objects else None,
    )


def _involvement(act: Act) -> str:
    if isinstance(act, ObjectionAct):
        return "ObjectingToProcess"
    return "OptingOutFromProcess" if refuses(act) or act.kind == "search-hidden" else "OptingInToProcess"
