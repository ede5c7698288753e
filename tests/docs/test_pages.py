"""The pages hold together: links, headings, language, records of decisions, the map, and what is generated."""

from __future__ import annotations

import importlib.util
import itertools
import re
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import create_model

from byleave.policy.model import Age, Pack
from tests.docs.pages import DOCS, ROOT, anchors, coded, every_page, grade, headings, links, name_of, prose, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

RECORD = ("Context", "Options considered", "Decision", "Consequences")
MACHINE = re.compile(r"(?<![\w.~:/-])/(?:home|root|tmp|Users|opt|mnt|var|work|srv|etc|usr|private)\b")
EMPTY_WORDS = re.compile(r"\b(?:simply|just|obviously|of course|easily|basically)\b", re.IGNORECASE)
PLACES = ("src/byleave", "tests", "docs", "bench")


@pytest.fixture(scope="module")
def generate() -> Any:
    """The script that writes the generated pages, as a module."""
    spec = importlib.util.spec_from_file_location("generate", DOCS / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# links


def broken(page: Path, text: str) -> Iterator[str]:
    """The links of a page that lead nowhere; those to other sites are not followed."""
    for link in links(text):
        target, _, anchor = link.partition("#")
        if "://" in target:
            continue
        path = (page.parent / target).resolve() if target else page
        if (
            not path.exists()
            or ROOT not in (path, *path.parents)
            or (anchor and anchor not in _anchors(path, page, text))
        ):
            yield link


def _anchors(path: Path, page: Path, text: str) -> set[str]:
    if path.suffix != ".md":
        return set()
    return anchors(text if path == page else text_of(path))


@pytest.mark.parametrize("page", every_page(), ids=name_of)
def test_links_lead_somewhere(page: Path) -> None:
    """Every link to a file of the repository finds it, and every anchor its heading."""
    assert list(broken(page, text_of(page))) == []


@pytest.mark.parametrize("link", ["nowhere.md", "README.md#nowhere", "#nowhere", "../../outside.md"])
def test_broken_link_is_found(link: str) -> None:
    """A planted link that leads nowhere is told."""
    page = DOCS / "README.md"

    assert list(broken(page, f"# Somewhere\n\nSee [this]({link}) and [that](#somewhere).\n")) == [link]


def test_every_page_is_in_the_index() -> None:
    """Each page but the records is linked from the index."""
    index = {(DOCS / link.partition("#")[0]).resolve() for link in links(text_of(DOCS / "README.md"))}
    pages = {page for page in DOCS.rglob("*.md") if page.parent.name != "adr"}

    assert pages - index == {DOCS / "README.md"}


# language


@pytest.mark.parametrize("page", every_page(), ids=name_of)
def test_no_path_of_a_machine(page: Path) -> None:
    """No page names a folder of the machine on which it was written, in prose or in an output."""
    assert MACHINE.findall(text_of(page)) == []


def test_path_of_a_machine_is_found() -> None:
    """Planted paths are found; addresses and paths of the repository are none."""
    assert MACHINE.findall("see /home/me/x, `/opt/x`, at /root") == ["/home", "/opt", "/root"]
    assert MACHINE.findall("docs/opt, https://example.org/home/x, src/root, ~/opt") == []


@pytest.mark.parametrize("page", every_page(), ids=name_of)
def test_no_empty_words(page: Path) -> None:
    """No page tells its reader that something is simple or obvious."""
    assert EMPTY_WORDS.findall(prose(text_of(page))) == []


FOR_USERS = [
    ROOT / "README.md",
    *(page for part in ("tutorial", "how-to", "explanation") for page in (DOCS / part).glob("*")),
]


@pytest.mark.parametrize("page", FOR_USERS, ids=name_of)
def test_can_be_read_at_twelve(page: Path) -> None:
    """The pages for users ask for no more than the seventh year of school."""
    assert grade(text_of(page)) <= 7


def test_hard_text_is_found() -> None:
    """Long sentences of long words are not for twelve-year-olds."""
    hard = "Notwithstanding organisational considerations, administrators necessarily communicate alterations."

    assert grade(hard) > 12
    assert grade("We wrote this page for you. It has short words.") < 7


@pytest.mark.parametrize("page", every_page(), ids=name_of)
def test_headings(page: Path) -> None:
    """One title, no level left out, and words in sentence case."""
    found = headings(text_of(page))
    depths = [depth for depth, _ in found]

    assert depths.count(1) == 1
    assert depths[0] == 1
    assert all(later <= earlier + 1 for earlier, later in itertools.pairwise(depths))
    assert [heading for _, heading in found if in_title_case(heading)] == []


NAMES = {"Python", "PostgreSQL", "Schema", "Parquet", "Ibis", "DuckDB", "Spark", "SQLite"}
"""Words that are written with a capital wherever they stand, beside abbreviations."""


def in_title_case(heading: str) -> bool:
    """Whether a word has a capital that neither begins a sentence nor is a name."""
    words = re.sub(r"`[^`]*`", "code", heading).split()
    within = (word for before, word in itertools.pairwise(words) if before[-1] not in ".:")
    return any(word[0].isupper() and not word.isupper() and word not in NAMES for word in within)


def test_title_case_is_found() -> None:
    """Planted headings in title case are found; names, abbreviations and new sentences are none."""
    assert [in_title_case(one) for one in ("Write a Pack", "Map Your Columns")] == [True, True]
    assert not any(
        map(in_title_case, ["0001. Lock it", "Use it from Python", "The JSON of UTC", "1. Seen: Your choice"])
    )


# records of decisions


@pytest.mark.parametrize("page", sorted((DOCS / "adr").glob("*.md")), ids=name_of)
def test_record_has_its_four_parts(page: Path) -> None:
    """Each record has its number in name and title, and says context, options, decision and consequences in order."""
    text = text_of(page)

    assert re.fullmatch(r"\d{4}(-[a-z0-9]+)+\.md", page.name)
    assert text.startswith(f"# {page.name[:4]}. ")
    assert tuple(re.findall(r"^\*\*([A-Z][a-z ]+)\.\*\*", text, re.MULTILINE)) == RECORD


def test_no_number_is_used_twice() -> None:
    """A record is named by its number."""
    numbers = [page.name[:4] for page in (DOCS / "adr").glob("*.md")]

    assert len(set(numbers)) == len(numbers)


# the map


def places(root: Path) -> Iterator[str]:
    """Every folder that holds code or data of its own."""
    for top in PLACES:
        for folder in [root / top, *(root / top).rglob("*")]:
            if folder.is_dir() and any(file.suffix in {".py", ".yaml"} for file in folder.iterdir() if file.is_file()):
                yield folder.relative_to(root).as_posix()


def test_every_package_is_on_the_map() -> None:
    """Each package, and each folder of data or tests, is named on the map, and the map names no other."""
    named = {word for word in coded(text_of(DOCS / "map.md")) if word.startswith(PLACES)}

    assert "src/byleave/policy/packs" in set(places(ROOT))
    assert set(places(ROOT)) - named == set()
    assert [place for place in named if not (ROOT / place).exists()] == []


def test_planted_package_is_found(tmp_path: Path) -> None:
    """A package that is added is missing from the map."""
    planted = tmp_path / "src" / "byleave" / "planted"
    planted.mkdir(parents=True)
    (planted / "one.py").touch()

    assert not set(places(tmp_path)) <= coded(text_of(DOCS / "map.md"))


# what is generated


def test_generated_pages_are_up_to_date() -> None:
    """What `make docs` would write is what stands there."""
    checked = subprocess.run(
        [sys.executable, DOCS / "generate.py", "--check"], capture_output=True, text=True, check=False
    )

    assert (checked.returncode, checked.stderr) == (0, "")


def test_late_page_is_found(generate: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that is not what would be written fails the check, and nothing is written."""
    monkeypatch.setattr(generate, "PAGES", {"README.md": lambda: "other"})
    monkeypatch.setattr(sys, "argv", ["generate.py", "--check"])

    assert generate.main() == 1
    assert text_of(DOCS / "README.md") != "other"


def test_every_keyword_is_documented(generate: Any) -> None:
    """Each keyword of packs and cases has a row with its meaning; a pack names no keyword that the page lacks."""
    for page, root in (("pack", Pack), ("cases", generate.cases.CaseFile)):
        text = text_of(DOCS / "reference" / f"{page}.md")
        for part in generate.parts_of(root):
            for keyword in part.model_fields:
                assert re.search(rf"^\| `{keyword}` \|.*\| \S.* \|$", text, re.MULTILINE), f"{part.__name__}.{keyword}"


def test_planted_keyword_is_found(generate: Any) -> None:
    """A keyword that nobody explains stops the generator, also one deep inside."""
    planted = create_model("Planted", __base__=Age, planted=(str, ...))
    pack = create_model("PlantedPack", __base__=Pack, age=(planted, ...))
    monthly = next(part for part in generate.parts_of(pack) if part is planted)

    with pytest.raises(SystemExit, match=r"Planted\.planted is explained 0 times"):
        generate.meaning(monthly, "planted")


def test_claims_name_tests_that_exist(generate: Any, tmp_path: Path) -> None:
    """Tests are found by the claims in their docstrings, and each that the mission names is there."""
    (tmp_path / "test_planted.py").write_text('def test_a():\n    """`M5` and M12: so."""\n', encoding="utf-8")
    found = generate.claimed_tests(tmp_path)
    named = re.findall(r"^- `([^`]+)::(test_\w+)`$", text_of(DOCS / "mission.md"), re.MULTILINE)

    assert found == {claim: [f"{tmp_path.name}/test_planted.py::test_a"] for claim in ("M12", "M5")}
    assert named
    assert [f"{path}::{test}" for path, test in named if f"def {test}(" not in (ROOT / path).read_text()] == []


def test_every_claim_of_the_mission_is_told() -> None:
    """The page has the twenty claims in order, and says of each what is done or that it is not yet."""
    text = text_of(DOCS / "mission.md")

    assert [words for depth, words in headings(text) if depth == 2] == [f"M{number}" for number in range(1, 21)]
    assert text.count("\nTests:") == 20
