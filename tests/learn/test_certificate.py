"""A certificate of forgetting holds, and each way of making one up does not."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from byleave.adapters.packs import load_pack
from byleave.kernel.canonical import canonical_json
from byleave.kernel.errors import InputError, RefusedError, UsageError
from byleave.learn.certificate import CertificateError, certificate, check_certificate
from byleave.learn.manifest import Origin, manifest, product_purpose, require_trainable
from byleave.learn.shards import Line, content_of, first_key, read_line, shard_digests, shard_of
from byleave.learn.signing import read_certificate, signed_certificate, verify_certificate
from byleave.proof.key_ring import KeyRing, RingKey
from byleave.proof.keys import SignerKey

if TYPE_CHECKING:
    from collections.abc import Callable

SHARDS = 4
AT = datetime(2026, 3, 1, tzinfo=UTC)
ORIGIN = Origin("talent-1", "talent", "other-ai", {"id": "p@1", "digest": "sha256:1"}, "platform", "sha256:2")
ANNA, BEN, CLEO = first_key(0, SHARDS) + 5, first_key(0, SHARDS) + 9, first_key(3, SHARDS) + 2
CONTENT = content_of(b"0123456789abcdef0123456789abcdef")
LINES = [Line(key, number, CONTENT(str(number))) for number, key in enumerate((ANNA, ANNA, BEN, CLEO), 1)]


def told(lines: list[Line], digest: str) -> dict[str, Any]:
    """A manifest of a model with these lines."""
    parts = ({"profiles": len(lines)}, {"scale": 1}, {"sums": digest}, {"python": "3"})
    return manifest(ORIGIN, shard_digests(lines, SHARDS), *parts)


def good() -> dict[str, Any]:
    """The certificate that Anna was taken out."""
    lists = {0: [line for line in LINES if shard_of(line.member, SHARDS) == 0]}
    return certificate(told(LINES, "a"), told(LINES[2:], "b"), [ANNA], LINES[:2], lists, AT)


def test_a_certificate_holds() -> None:
    """`M18` The certificate of what was done holds, and names both models, whom it is about and when."""
    found = check_certificate(json.loads(canonical_json(good())))

    assert (found.model, len(found.forgotten), found.removed, found.at) == ("talent-1", 1, 2, AT)
    assert found.old_root != found.new_root


def _keeps_a_line(value: dict[str, Any]) -> None:
    """One of Anna's lines is still in the new model."""
    value["new"] = told(LINES[1:], "b")
    value["removed"] = value["removed"][:1]


def _another_is_gone(value: dict[str, Any]) -> None:
    """Cleo went too, and nobody was told."""
    value["new"] = told(LINES[2:3], "b")


def _somebody_came(value: dict[str, Any]) -> None:
    """A line was added meanwhile."""
    value["new"] = told([*LINES[2:], Line(CLEO, 9, CONTENT("9"))], "b")


def _not_in_it(value: dict[str, Any]) -> None:
    """Somebody is named who was not in the model."""
    value["forgotten"] = [f"{first_key(0, SHARDS) + 1:016x}"]


def _other_settings(value: dict[str, Any]) -> None:
    """The model was trained in another way."""
    value["new"]["configuration"] = {"scale": 2}


def _no_change(value: dict[str, Any]) -> None:
    """Nothing was done."""
    value["new"], value["removed"], value["lists"] = value["old"], [], {}


def _no_list(value: dict[str, Any]) -> None:
    """The list of Anna's shard is not shown."""
    value["lists"] = {}


def _shuffled(value: dict[str, Any]) -> None:
    """A list is in another order."""
    value["lists"]["0"].reverse()


def _one_more(value: dict[str, Any]) -> None:
    """A field that nobody knows."""
    value["also"] = 1


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (_keeps_a_line, "still-there"),
        (_another_is_gone, "other-lists"),
        (_somebody_came, "other-lists"),
        (_not_in_it, "nobody"),
        (_other_settings, "other-model"),
        (_no_change, "unreadable"),
        (_no_list, "other-lists"),
        (_shuffled, "unreadable"),
        (_one_more, "other-fields"),
    ],
)
def test_a_made_up_certificate_does_not_hold(change: Callable[[dict[str, Any]], None], code: str) -> None:
    """`M18` Each thing that a certificate shows is checked: without it, it does not hold."""
    value = json.loads(canonical_json(good()))
    change(value)

    with pytest.raises(CertificateError) as error:
        check_certificate(value)
    assert error.value.code == code


def _same_digests(value: dict[str, Any]) -> None:
    """Everything that was learned is as it was."""
    value["new"]["artefacts"] = value["old"]["artefacts"]


def _another_part(value: dict[str, Any]) -> None:
    """Something was learned besides."""
    value["new"]["artefacts"]["more"] = "c"


def _other_count(value: dict[str, Any]) -> None:
    """More are gone than the lists say."""
    value["new"]["rows"]["profiles"] -= 1


def _more_rows(value: dict[str, Any]) -> None:
    """Something else was counted."""
    value["new"]["rows"]["judgements"] = 0


def _nobody_named(value: dict[str, Any]) -> None:
    """Nobody is said to be forgotten."""
    value["forgotten"] = []


def _other_number(value: dict[str, Any]) -> None:
    """A shard has another name than its number."""
    value["lists"] = {"00": value["lists"]["0"]}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (_same_digests, "still-learned"),
        (_another_part, "other-artefacts"),
        (_other_count, "other-rows"),
        (_more_rows, "other-rows"),
        (_nobody_named, "nobody"),
        (_other_number, "unreadable"),
    ],
)
def test_a_certificate_of_what_was_not_done_does_not_hold(change: Callable[[dict[str, Any]], None], code: str) -> None:
    """`M18` Lists alone forget nobody: counts and what was learned change with them, and somebody is named."""
    test_a_made_up_certificate_does_not_hold(change, code)


@pytest.mark.parametrize("wrong", [5, None, [], ["a"] * 3, [1], {}, "abcd"])
@pytest.mark.parametrize("field", ["shards", "rows", "artefacts", "pack", "environment", "model", "configuration"])
def test_a_manifest_of_other_types_is_unreadable(field: str, wrong: Any) -> None:
    """`M18` Whatever stands where a manifest's part should be, a certificate does not hold, and nothing breaks."""
    value = json.loads(canonical_json(good()))
    value["old"][field] = wrong
    with pytest.raises(CertificateError):
        check_certificate(value)


SHARD_PARTS = {"adapter-00": "x", "adapter-03": "y", "mean": "z"}


def in_shards(after: dict[str, str]) -> dict[str, Any]:
    """The certificate that Anna was taken out of a model in shards, of which this is left."""

    def of(lines: list[Line], parts: dict[str, str]) -> dict[str, Any]:
        rows = {"posts": len(lines), "members": len({line.member for line in lines})}
        origin = replace(ORIGIN, product="rewrite")
        return manifest(origin, shard_digests(lines, SHARDS), rows, {"scale": 1}, parts, {"python": "3"})

    lists = {0: [line for line in LINES if shard_of(line.member, SHARDS) == 0]}
    return certificate(of(LINES, SHARD_PARTS), of(LINES[2:], after), [ANNA], LINES[:2], lists, AT)


def test_a_retrained_shard_holds() -> None:
    """`M18` Anna's shard has another adapter or none, the mean is another, and the rest is as it was: that holds."""
    assert check_certificate(in_shards({**SHARD_PARTS, "adapter-00": "x2", "mean": "z2"})).removed == 2
    assert check_certificate(in_shards({"adapter-03": "y", "mean": "z2"})).removed == 2


@pytest.mark.parametrize(
    ("after", "code"),
    [
        (SHARD_PARTS, "still-learned"),
        ({**SHARD_PARTS, "adapter-00": "x2"}, "still-learned"),
        ({**SHARD_PARTS, "mean": "z2"}, "still-learned"),
        ({"adapter-00": "x2", "adapter-03": "y2", "mean": "z2"}, "other-artefacts"),
        ({"adapter-00": "x2", "mean": "z2"}, "other-artefacts"),
        ({"adapter-00": "x2", "adapter-03": "y"}, "other-artefacts"),
        ({**SHARD_PARTS, "adapter-00": "x2", "adapter-01": "w", "mean": "z2"}, "other-artefacts"),
        ({**SHARD_PARTS, "adapter-00": "x2", "mean": "z2", "merged": "q"}, "other-artefacts"),
    ],
)
def test_a_shard_that_was_not_retrained_is_found(after: dict[str, str], code: str) -> None:
    """`M18` An adapter or a mean that stayed, and another shard's that did not, show in the certificate."""
    with pytest.raises(CertificateError) as error:
        check_certificate(in_shards(after))
    assert error.value.code == code


def by_other_versions(value: dict[str, Any]) -> dict[str, Any]:
    """The same, where other versions computed the new model."""
    return {**value, "new": {**value["new"], "environment": {"python": "4", "torch": "3"}}}


def test_a_model_trained_anew_by_other_versions_holds() -> None:
    """`M18` After an upgrade all of a model in shards is trained anew: any adapter may differ, and it is told."""
    anew = {"adapter-00": "x2", "adapter-03": "y2", "mean": "z2"}
    checked = check_certificate(by_other_versions(in_shards(anew)))

    assert checked.versions == ("python 3 -> 4", "torch none -> 3")
    assert checked.as_json()["trained_anew_by"] == list(checked.versions)
    assert check_certificate(in_shards({**anew, "adapter-03": "y"})).versions == ()


@pytest.mark.parametrize(
    ("after", "code"),
    [
        ({"adapter-00": "x", "adapter-03": "y2", "mean": "z2"}, "still-learned"),
        ({"adapter-00": "x2", "adapter-03": "y2", "mean": "z"}, "still-learned"),
        ({"adapter-00": "x2", "mean": "z2"}, "other-artefacts"),
        ({"adapter-00": "x2", "adapter-01": "w", "adapter-03": "y2", "mean": "z2"}, "other-artefacts"),
    ],
)
def test_other_versions_excuse_nothing_else(after: dict[str, str], code: str) -> None:
    """`M18` Also then who left is out of their shard's adapter and the mean, and no adapter comes or goes."""
    with pytest.raises(CertificateError) as error:
        check_certificate(by_other_versions(in_shards(after)))
    assert error.value.code == code


def test_sums_are_the_same_by_any_version() -> None:
    """`M18` Of a model of sums nothing is trained anew, so a certificate that names other versions does not hold."""
    with pytest.raises(CertificateError) as error:
        check_certificate(by_other_versions(good()))
    assert error.value.code == "other-model"


def test_a_certificate_names_the_whole_command() -> None:
    """`M18` What an outsider types stands in the certificate, with every input named."""
    told = good()["recompute"]

    assert all(name in told.split() or f"{name}" in told for name in ("MODEL", "SNAPSHOT", "LEDGER", "KEY"))
    with pytest.raises(CertificateError):
        check_certificate({**good(), "recompute": 5})


def test_a_signature_is_checked() -> None:
    """`M18` A signed certificate holds with its key ring, and neither with another, nor changed, nor laid out anew."""
    signer, other = (SignerKey("platform", Ed25519PrivateKey.generate()) for _ in range(2))
    ring, strange = (KeyRing((RingKey(one.verifier, AT),)) for one in (signer, other))
    value = signed_certificate(good(), [signer])
    data = canonical_json(value)

    def problem(changed: bytes, keys: KeyRing | None) -> str | None:
        read = read_certificate(changed, "file")
        assert read is not None
        return verify_certificate(changed, read, keys).problem

    assert problem(data, ring) is None
    assert verify_certificate(data, value, ring).signed_by == signer.verifier.label
    assert problem(data, strange) == problem(data, None) == "unknown-key"
    changed = canonical_json({**value, "certificate": {**value["certificate"], "at": "2026-03-02T00:00:00Z"}})
    assert problem(changed, ring) == "wrong-signature"
    assert problem(data.replace(b"talent-1", b"talent-\\u0031"), ring) == "changed-layout"
    late = KeyRing((RingKey(signer.verifier, datetime(2026, 4, 1, tzinfo=UTC)),))
    assert problem(data, late) == "key-not-valid"


@pytest.mark.parametrize("with_ring", [False, True])
def test_a_certificate_that_nobody_signed_proves_nothing(with_ring: bool) -> None:  # noqa: FBT001 - a parameter
    """`M18` A certificate whose signatures were taken off holds neither with a key ring nor without, unless asked."""
    signer = SignerKey("platform", Ed25519PrivateKey.generate())
    ring = KeyRing((RingKey(signer.verifier, AT),)) if with_ring else None
    value = signed_certificate(good(), [signer])
    stripped = {**value, "signatures": []}
    data = canonical_json(stripped)

    assert verify_certificate(data, stripped, ring).problem == "unsigned"
    asked = verify_certificate(data, stripped, ring, unsigned=True)
    assert (asked.problem, asked.signed_by) == (None, None)
    assert verify_certificate(canonical_json(value), value, None, unsigned=True).problem == "unknown-key"


def test_other_files_are_no_certificates() -> None:
    """A receipt is left to others; half a certificate is an error."""
    assert read_certificate(b'{"receipt":{},"signatures":[]}', "file") is None
    with pytest.raises(InputError):
        read_certificate(b'{"certificate":{},"signatures":[1]}', "file")


def test_a_public_post_does_not_open_a_line() -> None:
    """`M18` Whoever has a post finds its line in a certificate by no plain digest; another ledger has another line."""
    post = "We opened the harbour museum in Oslo."
    line = CONTENT(post)

    assert line == content_of(b"0123456789abcdef0123456789abcdef")(post)
    assert line != content_of(b"another ledger's secret of 32 by")(post)
    assert all(line not in hashlib.new(name, post.encode()).hexdigest() for name in ("sha256", "sha512", "blake2b"))


@pytest.mark.parametrize("text", ["", "1 2 3", "0000000000000001 0000000000000002 zz", "g" * 16 + " 1 2"])
def test_only_lines_are_lines(text: str) -> None:
    """What is no line of a list is refused."""
    assert read_line(LINES[0].text()) == LINES[0]
    with pytest.raises(InputError):
        read_line(text)


def test_a_pack_names_its_products() -> None:
    """What training a product is for stands in the pack; a product that it does not name is an error."""
    pack = load_pack("byleave@1")
    assert product_purpose(pack, "talent") == "other-ai"
    with pytest.raises(UsageError, match="does not name the product `planted`"):
        product_purpose(pack, "planted")


def test_what_may_not_be_trained_on_is_refused() -> None:
    """`M18` Any problem of a snapshot refuses it, and so does another purpose."""
    require_trainable({"purpose": "other-ai"}, (), "other-ai", "s")
    with pytest.raises(RefusedError, match="may not be trained on"):
        require_trainable({"purpose": "other-ai"}, ("replay",), "other-ai", "s")
    with pytest.raises(RefusedError, match="not for `other-ai`"):
        require_trainable({"purpose": "generative-ai"}, (), "other-ai", "s")
