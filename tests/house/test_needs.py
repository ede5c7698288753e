"""The count of what could not run cannot be fooled."""

from __future__ import annotations

from pathlib import Path

import pytest

CONFTEST = Path(__file__).parents[1] / "conftest.py"

TESTS = """
import pytest

@pytest.mark.needs("chromium")
def test_browser(): ...

@pytest.mark.needs("chromium")
def test_other(): ...

@pytest.mark.needs("root")
def test_root(): ...

def test_plain(): ...

def test_late():
    pytest.skip("no luck")
"""

MISSING = """
DETECT["chromium"] = lambda: "no Chromium"
DETECT["root"] = lambda: None
"""


@pytest.fixture
def outer(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A test run of its own with this conftest, on a machine without a browser."""
    monkeypatch.delenv("BYLEAVE_REQUIRE", raising=False)
    pytester.makeconftest(CONFTEST.read_text(encoding="utf-8") + MISSING)
    pytester.makeini("[pytest]\nmarkers =\n    needs(*names): x\n")
    return pytester


@pytest.mark.parametrize("processes", [[], ["-n", "2", "--dist=loadfile"]], ids=["one process", "two processes"])
def test_counts_by_reason(outer: pytest.Pytester, processes: list[str]) -> None:
    """Every skip is counted under its reason, also across processes; what can run does."""
    outer.makepyfile(TESTS)
    result = outer.runpytest_subprocess(*processes)
    result.assert_outcomes(passed=2, skipped=3)
    result.stdout.fnmatch_lines(["could not run: 3", "  no Chromium: 2 tests", "  no luck: 1 test"])


def test_says_zero(outer: pytest.Pytester) -> None:
    """The line is there also when everything ran, so that its absence means something."""
    outer.makepyfile("def test_plain(): ...")
    outer.runpytest_subprocess().stdout.fnmatch_lines(["could not run: 0"])


def test_required_need_fails(outer: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """With BYLEAVE_REQUIRE a missing need fails the run instead of shrinking it."""
    monkeypatch.setenv("BYLEAVE_REQUIRE", "java,chromium")
    outer.makepyfile(TESTS)
    result = outer.runpytest_subprocess()
    result.assert_outcomes(passed=2, skipped=1, errors=2)
    assert result.ret == pytest.ExitCode.TESTS_FAILED


def test_unknown_need_is_refused(outer: pytest.Pytester) -> None:
    """A misspelt need stops the run, since it would otherwise never be missing."""
    outer.makepyfile('import pytest\n\n@pytest.mark.needs("jaav")\ndef test_x(): ...\n')
    result = outer.runpytest_subprocess()
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*unknown need `jaav`*"])


def test_what_needs_torch_is_run_as_one() -> None:
    """`make test-learn` leaves out no file that needs torch: what nobody runs rots."""
    root = CONFTEST.parents[1]
    rule = (root / "Makefile").read_text(encoding="utf-8").partition("\ntest-learn:")[2].partition("\n\n")[0]
    paths = [root / word for word in rule.split() if word.startswith("tests/")]
    files = [path for path in CONFTEST.parent.rglob("test_*.py") if path != Path(__file__)]
    found = {path for path in files if 'needs("torch")' in path.read_text(encoding="utf-8")}

    assert all(path.exists() for path in paths)
    assert found
    assert [path for path in found if not {path, *path.parents} & {*paths}] == []
