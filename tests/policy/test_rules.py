from __future__ import annotations

from datetime import timedelta

import pytest

from byleave.kernel.errors import UsageError
from byleave.kernel.instants import parse_instant
from byleave.policy.loader import parse_pack
from byleave.policy.rules import Notice, pack_digest, rules_for
from tests.policy.small_pack import FILE, SMALL, small_pack


def test_pack_is_seen_for_a_purpose_and_a_recipient() -> None:
    """The view names the pack, its digest, the purpose and the recipient, and holds the regimes for the purpose."""
    rules = rules_for(small_pack(), "other-ai", "we")

    assert (rules.pack_id, rules.purpose, rules.recipient) == ("small@1", "other-ai", "we")
    assert rules.pack_digest == pack_digest(small_pack())
    assert [regime.name for regime in rules.regimes] == ["world"]


def test_visibility_of_a_category_comes_first() -> None:
    """What a category says of a visibility takes the place of what the pack says in general."""
    use = rules_for(small_pack(), "generative-ai", "we").visibility_use

    assert {pair[1]: use[pair] for pair in use if pair[0] == "post"} == {
        "public": "in",
        "connections": "not-established",
        "group": "out",
        "private": "out",
    }
    assert use["resume", "private"] == "in"
    assert use["resume", "group"] == "out"


def test_settings_and_their_aliases_are_known() -> None:
    """Only the settings that govern the purpose count, under every name; the others are known as well."""
    rules = rules_for(small_pack(), "generative-ai", "we")

    assert rules.settings == {"training", "old-training"}
    assert rules.known_settings == {"training", "old-training", "advertising"}
    assert rules_for(small_pack(), "other-ai", "we").settings == frozenset()


def test_age_and_ai_rules_are_resolved() -> None:
    """The view holds the pack's rules on age and on what AI wrote."""
    rules = rules_for(small_pack(), "generative-ai", "we")

    assert (rules.minimum_years, rules.unknown_age_in) == (18, False)
    assert (rules.leaves_ai_out, rules.unknown_ai_in) == (True, True)
    assert (rules.reaches, rules.frees) == ("training", "everything")


def test_without_rules_on_age_and_ai_everybody_and_everything_is_in() -> None:
    """A pack that says nothing of age or of AI leaves nobody and nothing out for it."""
    pack = small_pack(
        ("age: {minimum_years: 18, unknown: out, source: text}\n", ""),
        ("ai_written: {use: out, unknown: in, source: text}\n", ""),
    )

    rules = rules_for(pack, "generative-ai", "we")

    assert (rules.minimum_years, rules.unknown_age_in) == (None, True)
    assert (rules.leaves_ai_out, rules.unknown_ai_in) == (False, True)


def test_recipient_without_conditions_may_train() -> None:
    """A recipient that a regime lists without conditions may train, on every category and without further notice."""
    union = rules_for(small_pack(), "generative-ai", "we").by_country["NO"]

    assert (union.name, union.permitted, union.default_on) == ("union", True, True)
    assert union.effective == parse_instant("2025-11-03T00:00:00Z")
    assert union.notice == Notice("training", timedelta(days=30))
    assert (union.recipient_notice, union.recipient_categories) == (None, None)
    assert union.recipient_effective <= union.effective


def test_conditions_of_a_recipient_are_resolved() -> None:
    """A recipient's own date, notice and categories are those of the view for it."""
    union = rules_for(small_pack(), "generative-ai", "parent").by_country["DE"]

    assert union.recipient_effective == parse_instant("2026-01-01T00:00:00Z")
    assert union.recipient_notice == Notice("parent", timedelta(days=10), "2")
    assert union.recipient_categories == frozenset({"post"})


def test_recipient_that_a_regime_does_not_list_may_not_train() -> None:
    """`M8`: who is not listed may not train."""
    world = rules_for(small_pack(), "generative-ai", "parent").by_country["US"]

    assert (world.permitted, world.recipient_categories, world.recipient_notice) == (False, None, None)


def test_country_that_no_regime_covers_is_in_no_view() -> None:
    """An excluded country has no regime."""
    assert "CN" not in rules_for(small_pack(), "generative-ai", "we").by_country


def test_notices_are_asked_for_where_a_regime_or_a_recipient_asks() -> None:
    """The register's table of notices is needed as soon as one regime asks for one."""
    without = ("    notice: {id: training, days: 30, source: text}\n", "")

    assert rules_for(small_pack(), "generative-ai", "we").asks_for_notice
    assert not rules_for(small_pack(without), "generative-ai", "we").asks_for_notice
    assert rules_for(small_pack(without), "generative-ai", "parent").asks_for_notice
    assert not rules_for(small_pack(), "other-ai", "we").asks_for_notice


@pytest.mark.parametrize(
    ("purpose", "recipient", "message", "hint"),
    [
        (
            "generative",
            "we",
            "has no purpose `generative`",
            "did you mean `generative-ai`? it has: generative-ai, other-ai",
        ),
        ("generative-ai", "parents", "has no recipient `parents`", "did you mean `parent`? it has: we, parent"),
        ("generative-ai", "xyz", "has no recipient `xyz`", "it has: we, parent"),
    ],
)
def test_unknown_purpose_or_recipient_is_a_usage_error(purpose: str, recipient: str, message: str, hint: str) -> None:
    """What the pack does not have is a mistake of the call, answered with what it has."""
    with pytest.raises(UsageError) as refused:
        rules_for(small_pack(), purpose, recipient)

    assert refused.value.message == f"pack `small@1` {message}"
    assert refused.value.hint == hint


def test_digest_is_that_of_the_meaning() -> None:
    """Comments, quotes and the order of keys do not change a pack's digest."""
    same = "# a comment\n" + SMALL.replace(
        "title: A small pack\nplatform: Somewhere", 'platform: "Somewhere"\ntitle: A small pack'
    )

    assert pack_digest(parse_pack(same, FILE)) == pack_digest(small_pack())


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("default: on", "default: off"),
        ("2025-11-03T00:00:00Z", "2025-11-03T00:00:00.000001Z"),
        ("certainty: A", "certainty: B"),
        ("title: Posts", "title: Post"),
    ],
)
def test_digest_changes_with_the_meaning(old: str, new: str) -> None:
    """Whatever a pack says is part of its digest."""
    assert pack_digest(small_pack((old, new))) != pack_digest(small_pack())
