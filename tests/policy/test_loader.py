from __future__ import annotations

import pytest

from byleave.kernel.errors import PackError
from byleave.policy.loader import shipped_cases, shipped_ids, shipped_text
from byleave.policy.model import Pack
from tests.policy.small_pack import small_pack


def test_small_pack_is_read() -> None:
    """A correct pack is read, with its id, its dates and its instants."""
    pack = small_pack()

    assert pack.id == "small@1"
    assert pack.sources["text"].date.isoformat() == "2025-10-24"
    assert pack.regimes["union"].effective.isoformat() == "2025-11-03T00:00:00+00:00"


def test_country_codes_and_switches_stay_text() -> None:
    """`NO` is Norway and `on` is on; YAML 1.1 would make booleans of them."""
    pack = small_pack()

    assert pack.regimes["union"].regions == ("EU", "NO")
    assert (pack.regimes["union"].default, pack.regimes["world"].default) == ("on", "off")


def test_citation_is_a_name_or_a_mapping() -> None:
    """A name alone cites a source; a mapping says more, such as another certainty."""
    pack = small_pack()

    assert (pack.opt_out.source.source, pack.opt_out.source.certainty) == ("text", None)
    assert (pack.opt_in.source.source, pack.opt_in.source.certainty) == ("text", "C")


def test_pack_survives_its_own_values_and_json() -> None:
    """A pack can be made again from its values, and from its JSON, and is the same."""
    pack = small_pack()

    assert Pack.model_validate(pack.model_dump()) == pack
    assert Pack.model_validate_json(pack.model_dump_json()) == pack


def test_empty_optional_part_counts_as_missing() -> None:
    """An optional part that is left blank is not there."""
    assert small_pack(("age: {minimum_years: 18, unknown: out, source: text}", "age:")).age is None


def test_shipped_packs_are_listed() -> None:
    """The packs that come with byleave are known by id and version; their cases are no packs."""
    assert shipped_ids() == ["byleave@1", "linkedin@2025-10-24", "linkedin@2025-11-03", "linkedin@2026-08-21"]


def test_version_may_be_left_out_where_there_is_but_one() -> None:
    """`byleave` names `byleave@1`."""
    assert shipped_text("byleave") == shipped_text("byleave@1")
    assert shipped_cases("byleave") == shipped_cases("byleave@1")


def test_version_is_asked_for_where_there_are_several() -> None:
    """`linkedin` alone is not enough; the hint lists the versions."""
    with pytest.raises(PackError) as refused:
        shipped_text("linkedin")

    assert refused.value.message == "there is no shipped pack `linkedin`"
    assert refused.value.hint == (
        "several versions: say which of linkedin@2025-10-24, linkedin@2025-11-03, linkedin@2026-08-21"
    )


@pytest.mark.parametrize(
    ("asked", "near"),
    [("linkedin@2025-11-3", "linkedin@2025-11-03"), ("linkedinn", "linkedin"), ("byleave@2", "byleave@1")],
)
def test_misspelt_pack_is_answered_with_the_nearest(asked: str, near: str) -> None:
    """A pack that is not shipped is answered with the one that was probably meant."""
    with pytest.raises(PackError) as refused:
        shipped_text(asked)

    assert refused.value.message == f"there is no shipped pack `{asked}`"
    assert refused.value.hint is not None
    assert refused.value.hint.startswith(f"did you mean `{near}`? shipped: byleave@1, ")


def test_pack_that_resembles_none_is_answered_with_all() -> None:
    """Where no name comes near, the hint lists what is shipped and says that a file will do."""
    with pytest.raises(PackError) as refused:
        shipped_cases("xyz")

    assert refused.value.hint == (
        "shipped: byleave@1, linkedin@2025-10-24, linkedin@2025-11-03, linkedin@2026-08-21; "
        "or give the path of a YAML file"
    )
