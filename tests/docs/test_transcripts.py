"""What a reader types runs, and prints what the page shows."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.docs.pages import every_page, name_of, text_of
from tests.docs.transcripts import Machine, matches, refreshed, run_page, runnable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

WRITE = os.environ.get("BYLEAVE_GOLDEN") == "write"
MUST_RUN = {
    "README.md",
    "docs/tutorial/first-snapshot.md",
    *(
        f"docs/how-to/{name}.md"
        for name in (
            "write-a-pack",
            "test-a-pack",
            "map-columns-and-zones",
            "use-from-python",
            "read-a-snapshot",
            "when-a-run-is-refused",
            "verify-a-receipt",
            "make-and-rotate-keys",
        )
    ),
}

TOO_LONG = {"docs/reference/benchmarks.md"}
"""Pages whose commands take many minutes; their figures are of one day and one machine."""
RUN = [page for page in every_page() if runnable(text_of(page)) and name_of(page) not in TOO_LONG]


@pytest.fixture(scope="session")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """What runs commands, one for each process of the tests; the cache of plans is shared."""
    home = tmp_path_factory.getbasetemp().parent / "docs-home"
    home.mkdir(exist_ok=True)
    machine = Machine(home)
    yield machine
    machine.close()


def test_pages_that_teach_are_run() -> None:
    """README, tutorial and how-to pages have something to run; none of them is prose alone."""
    assert {name_of(page) for page in RUN} >= MUST_RUN


@pytest.mark.parametrize("page", RUN, ids=name_of)
def test_page_runs(page: Path, tmp_path: Path, machine: Machine) -> None:
    """Every command and program on the page runs in a new folder and prints what the page shows."""
    run = run_page(page, tmp_path, machine)
    if WRITE:
        page.write_text(run.text, encoding="utf-8")
        return

    assert run.steps
    assert run.wrong == [], "\n\n".join(run.wrong)


PAGE = """\
# Planted

```yaml file=data/one.yaml
a: 1
```

```console
$ cat data/one.yaml
a: 1
$ echo one \\
    two
one …
```

```python
print("a"); print("b")
```

```text
a
b
```
"""


@pytest.mark.parametrize(
    ("old", "new", "wrong"),
    [
        ("a: 1\n$", "a: 2\n$", 1),
        ("one …", "three …", 1),
        ("cat data/one.yaml", "cat data/two.yaml", 1),
        ('print("b")', "raise SystemExit(3)", 1),
        ("a\nb\n", "b\na\n", 1),
        ("# Planted", "# Harmless", 0),
    ],
)
def test_difference_is_found(tmp_path: Path, machine: Machine, old: str, new: str, wrong: int) -> None:
    """An output that is not what the page shows, or a command that fails, is told."""
    assert old in PAGE
    page = tmp_path / "page.md"
    page.write_text(PAGE.replace(old, new), encoding="utf-8")

    assert len(run_page(page, tmp_path, machine).wrong) == wrong


def test_an_error_must_be_shown(tmp_path: Path, machine: Machine) -> None:
    """A command that fails shows its error, and only such a command does."""
    page = tmp_path / "page.md"
    block = "```console\n$ echo error: no; exit 1\nerror: no\n$ echo error: no\nerror: no\n```\n"
    page.write_text(block, encoding="utf-8")

    assert len(run_page(page, tmp_path, machine).wrong) == 1


@pytest.mark.parametrize(
    ("expected", "actual", "same"),
    [
        (["a", "…", "z"], ["a", "b", "c", "z"], True),
        (["a", "…", "z"], ["a", "z"], True),
        (["a", "…", "z"], ["a", "b"], False),
        (["as of …Z"], ["as of 2026-01-01T00:00:00Z"], True),
        (["as of …Z"], ["as at 2026-01-01T00:00:00Z"], False),
        (["(1)"], ["(1)"], True),
        ([], [], True),
        ([], ["a"], False),
    ],
)
def test_wild_marks(expected: list[str], actual: list[str], *, same: bool) -> None:
    """`…` stands for anything on its line, or alone for any lines, and for nothing else."""
    assert matches(expected, actual) is same


def test_refresh_keeps_the_marks() -> None:
    """An output that is written anew keeps `…` where it stood: on its line, and between the same lines."""
    expected = ["as of …", "10 rows", "…", "last"]
    actual = ["as of today", "12 rows", "a", "b", "last", "new"]

    assert refreshed(expected, actual) == ["as of …", "12 rows", "…", "last", "new"]


def test_refresh_writes_the_page(tmp_path: Path, machine: Machine) -> None:
    """What is written anew is the output alone; the rest of the page stays as it is."""
    page = tmp_path / "page.md"
    page.write_text(PAGE.replace("a: 1\n$", "old\nolder\n$"), encoding="utf-8")

    assert run_page(page, tmp_path, machine).text == PAGE
