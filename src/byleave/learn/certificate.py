"""The certificate that a model has forgotten somebody: verified offline, and recomputed by who has the snapshot.

It holds both manifests, and of each shard that changed the list of keyed lines as it was. What it shows: the new lists
are the old ones without the removed lines, no new list has a line under a forgotten key, what was learned from a
changed list is another, and nothing else has changed.
What it cannot show: that the digests are those of what is served. Whoever has the snapshot trains again and compares.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from byleave.kernel.errors import InputError
from byleave.kernel.instants import format_instant, parse_instant
from byleave.learn.manifest import require_manifest, root
from byleave.learn.shards import Line, read_line, shard_digest, shard_of, without
from byleave.lineage.keys import key_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

FORMAT = "byleave-forgotten/2"
FIELDS = ("format", "old", "new", "forgotten", "removed", "lists", "at", "recompute")
SAME = ("format", "model", "product", "purpose", "pack", "recipient", "snapshot", "configuration")
"""Fields of a manifest that forgetting does not change."""
RECOMPUTE = "BYLEAVE_SUPPRESSION_KEY=KEY byleave model audit MODEL --snapshot SNAPSHOT --ledger LEDGER"
"""The command with which an outsider recomputes a model; what is in capitals they put in."""
IN_SHARDS, MEAN, MEMBERS = "rewrite", "mean", "members"
"""The product whose shards are trained, its artefact that is served, and the row that counts no lines."""


def adapter_name(shard: int) -> str:
    """The artefact of a shard that is trained."""
    return f"adapter-{shard:02}"


def certificate(  # noqa: PLR0913, PLR0917 - what a certificate says
    old: Mapping[str, Any],
    new: Mapping[str, Any],
    forgotten: Iterable[int],
    removed: Iterable[Line],
    lists: Mapping[int, Iterable[Line]],
    at: datetime,
) -> dict[str, Any]:
    """The content of a certificate.

    Args:
        old: the manifest before.
        new: the manifest after.
        forgotten: keys of the people who were taken out.
        removed: the lines that are gone, of others too who had judged what is gone.
        lists: shard → its list before, of every shard that has changed.
        at: when it was done.
    """
    return {
        "format": FORMAT,
        "old": dict(old),
        "new": dict(new),
        "forgotten": [key_text(key) for key in sorted(forgotten)],
        "removed": [line.text() for line in sorted(removed)],
        "lists": {str(shard): [line.text() for line in sorted(lines)] for shard, lines in sorted(lists.items())},
        "at": format_instant(at),
        "recompute": RECOMPUTE,
    }


@dataclass(frozen=True, slots=True)
class Checked:
    """What a certificate shows, once it holds."""

    model: str
    product: str
    old_root: str
    new_root: str
    forgotten: tuple[str, ...]
    removed: int
    """Lines that are gone."""
    at: datetime
    versions: tuple[str, ...] = ()
    """What computed it before and after, where that is another: then all of it was trained anew."""

    def as_json(self) -> dict[str, Any]:
        """The same for a machine."""
        return {
            "model": self.model,
            "product": self.product,
            "old": self.old_root,
            "new": self.new_root,
            "forgotten": list(self.forgotten),
            "removed": self.removed,
            "at": format_instant(self.at),
            "trained_anew_by": list(self.versions),
        }


class CertificateError(Exception):
    """A certificate that does not hold: `code` says why."""

    def __init__(self, code: str) -> None:
        """Codes.

        `other-fields`, `other-model`, `unreadable`, `other-lists`, `other-rows`, `other-artefacts`, `still-learned`,
        `still-there`, `nobody`.
        """
        super().__init__(code)
        self.code = code


def check_certificate(value: Mapping[str, Any]) -> Checked:
    """Check everything that a certificate shows by itself.

    Raises: CertificateError for the first thing that does not hold.
    """
    if set(value) != set(FIELDS) or value["format"] != FORMAT:
        raise CertificateError("other-fields")
    # 1. both manifests are of one model, made from the same by the same
    old, new = _manifests(value)
    if any(old[name] != new[name] for name in SAME) or len(old["shards"]) != len(new["shards"]):
        raise CertificateError("other-model")
    # other versions compute other bytes: only what is trained in shards can be trained anew as a whole
    versions = _versions(old["environment"], new["environment"])
    if versions and old["product"] != IN_SHARDS:
        raise CertificateError("other-model")
    # 2. the lists are those of the old manifest, and without the removed lines those of the new one
    forgotten, removed, lists, at = _content(value)
    count = len(old["shards"])
    _check_lists(old, new, removed, lists)
    # 3. what was learned has changed where the lists have, and nowhere else
    _check_rows(old, new, removed, lists)
    _check_artefacts(old, new, lists, anew=bool(versions))
    # 4. nobody who was forgotten has a line left: the list of their shard was shown, and has changed as in 2
    if not forgotten:
        raise CertificateError("nobody")
    for key in forgotten:
        shard = shard_of(key, count)
        if shard not in lists or any(line.member == key for line in without(lists[shard], _in(removed, shard, count))):
            raise CertificateError("still-there")
        if not any(line.member == key for line in lists[shard]):
            raise CertificateError("nobody")
    names = tuple(value["forgotten"])
    return Checked(str(new["model"]), str(new["product"]), root(old), root(new), names, len(removed), at, versions)


def _versions(old: Mapping[str, str], new: Mapping[str, str]) -> tuple[str, ...]:
    """What of an environment has changed, in words."""
    names = sorted(name for name in {*old, *new} if old.get(name) != new.get(name))
    return tuple(f"{name} {old.get(name, 'none')} -> {new.get(name, 'none')}" for name in names)


def _manifests(value: Mapping[str, Any]) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    try:
        return require_manifest(value["old"], "old"), require_manifest(value["new"], "new")
    except InputError as error:
        raise CertificateError("unreadable") from error


def _content(value: Mapping[str, Any]) -> tuple[list[int], list[Line], dict[int, list[Line]], datetime]:
    """The parts as values, each in its one order. Raises: CertificateError."""
    try:
        forgotten = [int(text, 16) for text in value["forgotten"]]
        removed = [read_line(text) for text in value["removed"]]
        lists = {int(shard): [read_line(text) for text in lines] for shard, lines in value["lists"].items()}
        at = parse_instant(value["at"])
    except (InputError, ValueError, TypeError, AttributeError) as error:
        raise CertificateError("unreadable") from error
    written = [str(shard) for shard in lists] == list(value["lists"])
    in_order = written and all(_rises(one) for one in (forgotten, removed, *lists.values()))
    in_order = in_order and isinstance(value["recompute"], str)
    if at is None or not in_order or [key_text(key) for key in forgotten] != value["forgotten"] or not removed:
        raise CertificateError("unreadable")
    return forgotten, removed, lists, at


def _rises(values: Any) -> bool:  # noqa: ANN401 - a list of what can be ordered
    return all(one < other for one, other in pairwise(values))


def _in(lines: Iterable[Line], shard: int, count: int) -> list[Line]:
    return [line for line in lines if shard_of(line.member, count) == shard]


def _check_lists(
    old: Mapping[str, Any], new: Mapping[str, Any], removed: list[Line], lists: Mapping[int, list[Line]]
) -> None:
    count = len(old["shards"])
    if {shard_of(line.member, count) for line in removed} != set(lists):
        raise CertificateError("other-lists")
    for shard, (before, after) in enumerate(zip(old["shards"], new["shards"], strict=True)):
        if shard not in lists:
            if before != after:
                raise CertificateError("other-lists")
            continue
        try:
            left = without(lists[shard], _in(removed, shard, count))
        except InputError as error:
            raise CertificateError("other-lists") from error
        if (shard_digest(lists[shard]), shard_digest(left)) != (before, after):
            raise CertificateError("other-lists")


def _check_rows(
    old: Mapping[str, Any], new: Mapping[str, Any], removed: list[Line], lists: Mapping[int, list[Line]]
) -> None:
    """As many rows less as lines were removed, and as many members less, where counted, as have no line left."""
    before, after = old["rows"], new["rows"]
    if set(before) != set(after) or any(after[name] > before[name] for name in before):
        raise CertificateError("other-rows")
    held = {line.member for lines in lists.values() for line in lines}
    gone = set(removed)
    left = {line.member for lines in lists.values() for line in lines if line not in gone}
    lost = {name: before[name] - after[name] for name in before}
    if lost.pop(MEMBERS, len(held - left)) != len(held - left) or sum(lost.values()) != len(removed):
        raise CertificateError("other-rows")


def _check_artefacts(
    old: Mapping[str, Any], new: Mapping[str, Any], lists: Mapping[int, list[Line]], *, anew: bool
) -> None:
    """Of a model in shards, each adapter of a changed shard and the mean are other ones or gone, and no other is.

    Where all of it was trained `anew` by other versions, any adapter may be another one, and none came or went. Of
    other products what was learned has changed as a whole, and has the same parts.
    """
    before, after = old["artefacts"], new["artefacts"]
    if old["product"] != IN_SHARDS:
        if set(before) != set(after):
            raise CertificateError("other-artefacts")
        if before == after:
            raise CertificateError("still-learned")
        return
    names = {adapter_name(shard): shard for shard in range(len(old["shards"]))}
    adapters = set(after) - {MEAN}
    if not set(before) | set(after) <= {*names, MEAN} or (MEAN in after) is not bool(adapters):
        raise CertificateError("other-artefacts")
    for name, shard in names.items():
        one, other = before.get(name), after.get(name)
        if shard not in lists and ((one is None) is not (other is None) if anew else one != other):
            raise CertificateError("other-artefacts")
        if shard in lists and (one == other or one is None):
            raise CertificateError("still-learned")
    if before.get(MEAN) == after.get(MEAN):
        raise CertificateError("still-learned")
