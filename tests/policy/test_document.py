from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.policy.small_pack import FILE, SMALL, changed, complaint, hint

if TYPE_CHECKING:
    from collections.abc import Sequence

    from _pytest.mark import ParameterSet

USE = "`in`, `out` or `not-established`"
ZONE = "expected an instant with a zone such as `2025-11-03T00:00:00Z`"

MISTAKES = [
    ("a misspelt key", "default: on", "defaultt: on", "50:5: `defaultt` is not known here, did you mean `default`?"),
    (
        "a misspelt part",
        "visibility:\n  p",
        "visibilitty:\n  p",
        "31:1: `visibilitty` is not known here, did you mean `visibility`?",
    ),
    (
        "a misspelt key in an optional part",
        "{minimum_years: 18",
        "{minimum_yers: 18",
        "37:7: `minimum_yers` is not known here, did you mean `minimum_years`?",
    ),
    ("a key that nothing resembles", "title: A", "zzz: 1\ntitle: A", "3:1: `zzz` is not known here"),
    (
        "a misspelt value",
        "default: on",
        "default: onn",
        "50:14: `regimes.union.default`: expected `on` or `off`, got `onn`, did you mean `on`?",
    ),
    (
        "a word of another kind",
        "use: in",
        "use: maybe",
        f"24:10: `categories.post.use`: expected {USE}, got `maybe`",
    ),
    (
        "a misspelt visibility",
        "{private: in}",
        "{privat: in}",
        (
            "29:18: `categories.resume.visibility`: expected `public`, `connections`, `group` or `private`, "
            "got `privat`, did you mean `private`?"
        ),
    ),
    (
        "an unknown certainty",
        "certainty: A",
        "certainty: D",
        "7:73: `sources.text.certainty`: expected `A`, `B`, `C` or `?`, got `D`",
    ),
    (
        "an instant without a zone",
        "2025-11-03T00:00:00Z",
        "2025-11-03T00:00:00",
        f"51:16: `regimes.union.effective`: {ZONE}, got `2025-11-03T00:00:00`",
    ),
    (
        "a day for an instant",
        "2025-11-03T00:00:00Z",
        "2025-11-03",
        f"51:16: `regimes.union.effective`: {ZONE}, got `2025-11-03`",
    ),
    (
        "an instant that no calendar has",
        "2025-11-03T00:00:00Z",
        "2025-02-30T00:00:00Z",
        f"51:16: `regimes.union.effective`: {ZONE}, got `2025-02-30T00:00:00Z`",
    ),
    (
        "a date in another order",
        "date: 2025-10-24",
        "date: 24.10.2025",
        "7:50: `sources.text.date`: expected a date such as `2025-11-03`, got `24.10.2025`",
    ),
    (
        "a date as a number",
        "date: 2025-10-24",
        "date: 20251024",
        "7:50: `sources.text.date`: expected a date such as `2025-11-03`, got `20251024`",
    ),
    ("a key twice", "    default: on", "    default: on\n    default: off", "51:5: `default` stands here twice"),
    ("a missing key", "    basis: not-stated\n", "", "63:5: `regimes.world` lacks `basis`"),
    ("a missing part", "opt_out: {reaches: training, source: text}\n", "", "1:1: the pack lacks `opt_out`"),
    (
        "a rule without a source",
        "opt_out: {reaches: training, source: text}",
        "opt_out: {reaches: training}",
        "39:10: `opt_out` lacks `source`",
    ),
    (
        "a list for a source",
        "age: {minimum_years: 18, unknown: out, source: text}",
        "age: {minimum_years: 18, unknown: out, source: [text]}",
        "37:48: `age.source`: expected the name of one of the pack's sources, got a list",
    ),
    (
        "a misspelt key in a citation",
        "certainty: C",
        "certaintyy: C",
        "40:52: `certaintyy` is not known here, did you mean `certainty`?",
    ),
    (
        "text for a list",
        "regions: [EU, NO]",
        "regions: EU",
        "48:14: `regimes.union.regions`: expected a list, got `EU`",
    ),
    (
        "nothing for a list",
        "regions: [EU, NO]",
        "regions:",
        "48:13: `regimes.union.regions`: expected a list, got nothing",
    ),
    ("a list for text", "title: A small pack", "title: [a]", "3:8: `title`: expected text, got a list"),
    ("a mapping for text", "title: A small pack", "title: {a: b}", "3:8: `title`: expected text, got a mapping"),
    ("nothing for text", "title: A small pack", "title: ~", "3:8: `title`: expected text, got nothing"),
    (
        "text for a mapping",
        "opt_out: {reaches: training, source: text}",
        "opt_out: training",
        "39:10: `opt_out`: expected a mapping, got `training`",
    ),
    (
        "text for a mapping of names",
        "products:\n  rewrite: {title: Rewrite, purpose: generative-ai, source: text}",
        "products: rewrite",
        "9:11: `products`: expected a mapping, got `rewrite`",
    ),
    (
        "a word for a number",
        "days: 30",
        "days: thirty",
        "53:34: `regimes.union.notice.days`: expected a whole number, got `thirty`",
    ),
    ("a fraction", "days: 30", "days: 30.5", "53:34: `regimes.union.notice.days`: expected a whole number, got `30.5`"),
    (
        "a list for a number",
        "days: 30",
        "days: []",
        "53:34: `regimes.union.notice.days`: expected a whole number, got a list",
    ),
    ("too few days", "days: 30", "days: -1", "53:34: `regimes.union.notice.days`: expected at least 0, got `-1`"),
    (
        "too many years",
        "minimum_years: 18",
        "minimum_years: 99",
        "37:22: `age.minimum_years`: expected at most 30, got `99`",
    ),
    (
        "a name with a blank",
        "  post:\n",
        "  Post Item:\n",
        "22:3: `categories`: expected lower-case letters, digits, `-` and `.`, got `Post Item`",
    ),
    (
        "a version with a blank",
        'version: "1"',
        "version: 1 0",
        "2:10: `version`: expected lower-case letters, digits, `-` and `.`, got `1 0`",
    ),
    (
        "no purpose",
        "purposes: [generative-ai, other-ai]\np",
        "purposes: []\np",
        "8:11: `purposes`: expected at least 1 of them, got a list",
    ),
    (
        "a number beyond all bounds",
        "days: 30",
        f"days: {'9' * 5000}",
        f"53:34: `regimes.union.notice.days`: expected a smaller number, got `{'9' * 60}…`",
    ),
    (
        "empty text",
        "default: on",
        "default: ''",
        "50:14: `regimes.union.default`: expected `on` or `off`, got empty text",
    ),
    (
        "a long value",
        "default: on",
        f"default: {'x' * 100}",
        f"50:14: `regimes.union.default`: expected `on` or `off`, got `{'x' * 60}…`",
    ),
]

BROKEN = [
    (
        "a bracket that nothing closes",
        "regions: [EU, NO]",
        "regions: [EU, NO",
        "49:10: not YAML: expected `,` or `]`, but got `:`",
        None,
    ),
    (
        "a colon in text",
        "title: A small pack",
        "title: A: pack",
        "3:9: not YAML: mapping values are not allowed here",
        "put the text in quotes when it holds `: `",
    ),
    (
        "a tab",
        "    default: on",
        "\t default: on",
        "50:1: not YAML: found character `\\t` that cannot start any token",
        "indent with spaces",
    ),
    (
        "a sign that YAML keeps for itself",
        "title: A small pack",
        "title: @home",
        "3:8: not YAML: found character `@` that cannot start any token",
        "put the text in quotes",
    ),
    (
        "a comma too many",
        "regions: [EU, NO]",
        "regions: [EU,, NO]",
        "48:18: not YAML: a value is missing before `,`",
        None,
    ),
    (
        "a reference to nothing",
        "title: A small pack",
        "title: *home",
        "3:8: not YAML: found undefined alias `home`",
        "put the text in quotes",
    ),
    (
        "a line out of line",
        "pack: small",
        "- small",
        "2:1: not YAML: this line does not fit the lines before it",
        "check the indentation",
    ),
    (
        "two documents",
        "title: A small pack",
        "title: A\n---\nb: c",
        "4:1: not YAML: a second document begins here",
        "write one document to a file",
    ),
    (
        "a character that may not stand in YAML",
        "title: A small pack",
        "title: A\x00",
        "3:9: not YAML: the character U+0000 may not stand here",
        None,
    ),
    (
        "a value written by reference",
        "title: A small pack\nplatform: Somewhere",
        "title: &a Pack\nplatform: *a",
        "3:8: an anchor is used a second time",
        "write the value out",
    ),
    (
        "a value that holds itself",
        "title: A small pack",
        "title: &a [*a]",
        "3:8: an anchor is used a second time",
        "write the value out",
    ),
    ("a list before the colon", "title: A small pack", "? [a]\n: b", "3:3: expected a name before the `:`", None),
    ("brackets without end", "title: A small pack", "title: " + "[" * 5000, "1:1: not YAML: nested too deeply", None),
]


def named(mistakes: Sequence[tuple[str | None, ...]]) -> list[ParameterSet]:
    """Each mistake as a parameter that its first part names."""
    return [pytest.param(*mistake[1:], id=mistake[0]) for mistake in mistakes]


@pytest.mark.parametrize(("old", "new", "expected"), named(MISTAKES))
def test_mistake_is_placed_and_named(old: str, new: str, expected: str) -> None:
    """A mistake is reported once, with line, column, what was expected and the nearest known name."""
    assert complaint(changed((old, new))) == f"{FILE}:{expected}"


@pytest.mark.parametrize(("old", "new", "expected", "mend"), named(BROKEN))
def test_broken_yaml_is_placed(old: str, new: str, expected: str, mend: str | None) -> None:
    """Text that is not YAML, or YAML that a pack may not use, is reported with line and column and how to mend it."""
    text = changed((old, new))

    assert (complaint(text), hint(text)) == (f"{FILE}:{expected}", mend)


@pytest.mark.parametrize("text", ["", "# nothing but a comment\n"])
def test_empty_file_is_refused(text: str) -> None:
    """A file without content is said to be empty."""
    assert complaint(text) == f"{FILE}:1:1: the file is empty"


@pytest.mark.parametrize(("text", "shown"), [("- a\n", "a list"), ("just text\n", "`just text`")])
def test_file_that_is_no_mapping_is_refused(text: str, shown: str) -> None:
    """A list or plain text is not a pack."""
    assert complaint(text) == f"{FILE}:1:1: the pack: expected a mapping, got {shown}"


def test_every_mistake_is_reported_in_the_order_of_the_file() -> None:
    """All mistakes come at once, in the order of the lines, and the hint counts them."""
    text = changed(
        ("default: off", "default: of"),
        ("Résumés\n    use: in", "Résumés\n    use: inn"),
        ("certainty: A", "certainty: a"),
    )

    assert complaint(text).splitlines() == [
        f"{FILE}:7:73: `sources.text.certainty`: expected `A`, `B`, `C` or `?`, got `a`, did you mean `A`?",
        f"{FILE}:28:10: `categories.resume.use`: expected {USE}, got `inn`, did you mean `in`?",
        f"{FILE}:68:14: `regimes.world.default`: expected `on` or `off`, got `of`, did you mean `off`?",
    ]
    assert hint(text) == f"3 problems in `{FILE}`"


def test_a_misspelt_key_is_one_mistake() -> None:
    """A key that is missing because it was misspelt is not reported as missing too."""
    assert "\n" not in complaint(changed(("summary:", "summaryy:")))


@pytest.mark.parametrize(("old", "new"), named([mistake[:3] for mistake in (*MISTAKES, *BROKEN)]))
def test_messages_are_for_people(old: str, new: str) -> None:
    """No message names a class, a Python type or the library that found the mistake, or ends in a full stop."""
    message = complaint(changed((old, new)))

    assert not re.search(r"\b(None|True|False|str|int|dict|tuple|NoneType|Input|input|pydantic)\b", message)
    assert not re.search(r"\b[A-Z][a-z]+[A-Z]\w*", message)
    assert not message.endswith(".")


def test_every_truncated_pack_is_refused() -> None:
    """Wherever a pack is cut off before its last part, the loader answers with a placed complaint."""
    for end in range(0, len(SMALL) - len("not_established:") * 2, 17):
        assert re.match(rf"{FILE}:\d+:\d+: ", complaint(SMALL[:end]))
