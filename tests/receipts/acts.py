"""Acts as the ledger takes them down, and the receipts for them, signed with a key that everybody knows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from byleave.adapters.packs import load_pack
from byleave.ledger.entries import Entry, Kind
from byleave.proof.key_ring import KeyRing, RingKey
from byleave.proof.keys import SignerKey
from byleave.proof.receipt import Notice, sign_receipt
from byleave.receipts.draft import draft

if TYPE_CHECKING:
    from byleave.proof.receipt import Receipt

AT = datetime(2025, 10, 28, 19, 12, 40, tzinfo=UTC)
RECORDED = AT + timedelta(seconds=1)

# RFC 8032, section 7.1, TEST 1: no secret, and therefore nobody's signature
SEED = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
SIGNER = SignerKey.from_seed("lanterwick.example/receipts", SEED)
RING = KeyRing((RingKey(SIGNER.verifier, datetime(2025, 1, 1, tzinfo=UTC)),))
NOTICE = Notice(
    id="ai-training",
    version="2",
    language="de",
    digest="sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",  # of a blank text
)


def entry(kind: Kind, actor: str = "member", **data: Any) -> Entry:
    """An entry of katrin's, the 42nd of its epoch."""
    return Entry(42, RECORDED, kind, "katrin", actor, AT, data)


def switched(value: str, actor: str = "member", setting: str = "data-for-ai-improvement") -> Entry:
    """A switch turned on or off."""
    return entry(Kind.PREFERENCE_SET, actor, setting=setting, value=value)


def objected(purpose: str | None = None) -> Entry:
    """An objection."""
    return entry(Kind.OBJECTION_RECEIVED, objection="o-1", purpose=purpose)


WITHDRAWN = entry(Kind.OBJECTION_WITHDRAWN, objection="o-1")
WITHHELD = entry(Kind.ITEM_WITHHELD, item="katrin-1")
RELEASED = entry(Kind.ITEM_RELEASED, item="katrin-1")

# name → entry, pack, country
CASES: dict[str, tuple[Entry, str, str | None]] = {
    "off-by-the-article": (switched("off"), "linkedin@2025-10-24", "DE"),
    "off-at-linkedin": (switched("off"), "linkedin@2026-08-21", "DE"),
    "off-recommended": (switched("off", setting="ai-training"), "byleave@1", None),
    "off-imported": (switched("off", "import"), "byleave@1", "US"),
    "off-by-platform": (switched("off", "platform"), "byleave@1", "US"),
    "on-by-the-article": (switched("on"), "linkedin@2025-10-24", "DE"),
    "on-recommended": (switched("on"), "byleave@1", "DE"),
    "on-imported": (switched("on", "import"), "byleave@1", "DE"),
    "on-by-platform": (switched("on", "platform"), "byleave@1", "DE"),
    "objection": (objected(), "linkedin@2026-08-21", "DE"),
    "objection-by-the-article": (objected("generative-ai"), "linkedin@2025-10-24", "GB"),
    "objection-to-ranking": (objected("other-ai"), "linkedin@2026-08-21", "FR"),
    "objection-beyond-the-article": (objected("other-ai"), "linkedin@2025-10-24", "DE"),
    "objection-recommended": (objected("something-else"), "byleave@1", None),
    "withdrawn": (WITHDRAWN, "byleave@1", "DE"),
    "withheld": (WITHHELD, "linkedin@2025-10-24", None),
    "withheld-recommended": (WITHHELD, "byleave@1", "DE"),
    "released": (RELEASED, "byleave@1", None),
    "hidden": (entry(Kind.SEARCH_HIDDEN), "byleave@1", "DE"),
    "shown-again": (entry(Kind.SEARCH_SHOWN), "linkedin@2025-11-03", "US"),
}


def receipt(name: str = "off-recommended", notice: Notice | None = None) -> Receipt:
    """The receipt of a case."""
    act, pack, country = CASES[name]
    return draft(act, epoch="e-1", pack=load_pack(pack), country=country, notice=notice)


def signed(name: str = "off-recommended", notice: Notice | None = None) -> bytes:
    """The same as the file that katrin keeps."""
    return sign_receipt(receipt(name, notice), [SIGNER]).encode()
