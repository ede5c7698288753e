"""What is known about other platforms is told with its sources, and what is not known is told as such."""

from __future__ import annotations

import json
import re

import pytest

from byleave.archive import guide_messages as messages
from byleave.archive.guide_layout import WIDTH, lines
from byleave.archive.guide_page import page
from byleave.archive.other_platforms import UNKNOWN, Record, parse_records, record_json, shipped_records, sourced
from byleave.archive.other_words import tell_platforms
from byleave.kernel.errors import PackError
from byleave.text.catalogue import LANGUAGES
from tests.archive.guides import NOW, told

OWN = "Not established|The newest source|Nicht belegt|Die neueste Quelle|Non établi|La source la plus récente"
"""What a guide says of itself."""
KNOWN = shipped_records()
NO_CONTROL = {"reddit", "stack-overflow", "meta-us"}
OUT_BY_DEFAULT = {"deviantart", "zoom", "vimeo"}
SAFE = {
    "github-copilot", "chatgpt", "claude", "gemini", "x", "meta-europe", "pinterest", "quora", "tumblr",
    "wordpress-com", "slack", "figma", "adobe", "medium",
}  # fmt: skip


def text(records: dict[str, Record], language: str = "en", country: str | None = None) -> str:
    """What the terminal shows of some records."""
    document = tell_platforms({}, records, KNOWN.sources, language, country, NOW)
    return "".join(f"{line}\n" for line in lines(document))


def value(record: Record, field: str) -> str:
    """The value of a field, or `unknown`."""
    found = getattr(record, field)
    return found if isinstance(found, str) else str(found.value)


def test_which_platforms() -> None:
    """M19: controls that are known, platforms without any, and platforms that leave people out by default."""
    records = KNOWN.platforms

    assert set(records) == SAFE | NO_CONTROL | OUT_BY_DEFAULT
    assert {name for name, one in records.items() if value(one, "control") == "none"} == NO_CONTROL
    assert {name for name, one in records.items() if value(one, "default") == "off"} == OUT_BY_DEFAULT
    assert all(one.steps != UNKNOWN for name, one in records.items() if name in SAFE)


def test_every_field_has_its_source() -> None:
    """M19: each field that is known cites a source with a date; each source is cited; nothing rests on a `?`."""
    cited = {part.source.source for one in KNOWN.platforms.values() for _, part in sourced(one)}

    assert cited == set(KNOWN.sources)
    assert {source.certainty for source in KNOWN.sources.values()} <= {"A", "B", "C"}
    for name, record in KNOWN.platforms.items():
        told_so = record_json(name, record, KNOWN.sources)
        fields = [told_so[field] for field in messages.UNKNOWNS]
        assert all((one["source"] is None) == (one["value"] == UNKNOWN) for one in fields)
        assert all(one["source"]["date"] for one in (*fields, *told_so["additions"]) if one["source"])
        json.dumps(told_so)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", KNOWN.platforms)
def test_every_sentence_has_its_mark(name: str, language: str) -> None:
    """M19: what is said about a platform is marked with its source; only the guide's own words are not."""
    record = KNOWN.platforms[name]
    document = tell_platforms({}, {name: record}, KNOWN.sources, language, None, NOW)
    points = [
        span
        for block in document.sections[0].blocks
        if not block.ordered  # type: ignore[union-attr]
        for point in block.points  # type: ignore[union-attr]
        for span in point.spans
    ]
    own = [span.text for span in points if span.reference is None]

    assert len(own) <= 2
    assert all(re.match(OWN, one) for one in own)
    assert {span.reference.number for span in points if span.reference} == {one.number for one in document.sources}


@pytest.mark.parametrize("language", LANGUAGES)
def test_additions_are_short_and_in_every_language(language: str) -> None:
    """M15: each sentence is short and stands in each language."""
    for record in KNOWN.platforms.values():
        for one in record.additions:
            assert all(len(re.findall(r"\w+", part)) <= 25 for part in re.split(r"[.;] ", one.text[language]))


def test_unknown_is_told() -> None:
    """M19: a field that nobody knows is named as not established; nothing is put in its place."""
    slack = text({"slack": KNOWN.platforms["slack"]})

    assert "Not established: a direct link, what an act does to older content." in slack
    assert "No switch and no form was found." in text({"reddit": KNOWN.platforms["reddit"]})


def test_no_control_is_not_a_way_out() -> None:
    """M19: where no control exists, no step and no link is shown."""
    for name in NO_CONTROL:
        shown = text({name: KNOWN.platforms[name]})
        assert "The way there" not in shown
        assert "Direct link" not in shown


@pytest.mark.parametrize(("country", "shown"), [("DE", {"meta-europe"}), ("US", {"meta-us"}), ("CH", set())])
def test_by_country(country: str, shown: set[str]) -> None:
    """M19: a record that is about some countries is shown to people there only."""
    limited = {name for name, one in KNOWN.platforms.items() if one.regions}

    assert {name for name in limited if KNOWN.platforms[name].applies_in(country)} == shown
    assert all(KNOWN.platforms[name].applies_in(None) for name in limited)


@pytest.mark.parametrize("language", LANGUAGES)
def test_one_page_for_all(language: str) -> None:
    """M19: all platforms on one page, guides first; sources are numbered across all of them, and every line fits."""
    document = tell_platforms({"linkedin": told("DE")}, KNOWN.platforms, KNOWN.sources, language, "DE", NOW)

    assert [one.name for one in document.sections] == ["linkedin", *KNOWN.platforms]
    assert [one.number for one in document.sources] == list(range(1, len(document.sources) + 1))
    assert not [line for line in lines(document) if len(line) > WIDTH and "https://" not in line]
    assert page(document).count("<h2") == len(document.sections) + 1


WRONG = """\
sources:
  page: {title: Page, publisher: Somebody, date: 2026-01-01, certainty: A}
platforms:
  somewhere:
    title: Somewhere
    regions: [Europe]
    default: {value: "on", source: pages}
    control: unknown
    steps: unknown
    link: unknown
    since: unknown
    reaches: unknown
"""


def test_wrong_records_are_refused() -> None:
    """M19: a field without a listed source, or a region that does not exist, stops the loading with its place."""
    with pytest.raises(PackError) as caught:
        parse_records(WRONG, "records.yaml")

    assert caught.value.message.splitlines() == [
        "records.yaml:6:15: `Europe` is neither a country nor a set of them",
        "records.yaml:7:36: `pages` is not a source here, did you mean `page`?",
    ]


def test_field_without_a_source_is_refused() -> None:
    """M19: a value alone is not enough: it has a source, or it is `unknown`."""
    text = WRONG.replace("[Europe]", "[EEA]").replace('{value: "on", source: pages}', '{value: "on"}')

    with pytest.raises(PackError, match=r"records.yaml:7:14: `.*default.*` lacks `source`"):
        parse_records(text, "records.yaml")
