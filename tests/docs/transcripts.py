"""The commands and programs on a page, run as a reader would, and what comes out compared with what stands there.

In a page, ` ```console ` holds commands after `$ ` with their output, ` ```python ` a whole program (its output may
follow in ` ```text `), and ` ```kind file=NAME ` the content of a file. In an output `…` stands for anything on its
line, and a line that is `…` alone for any lines. `<!-- needs: demo -->` asks for invented data in the folder
`lanterwick`, and `<!-- needs: page.md -->` for the files of another page. `BYLEAVE_GOLDEN=write` writes the outputs
anew.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

from byleave.demo import write_demo
from tests.docs.pages import ROOT, Block, blocks

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

SERVER = Path(__file__).with_name("byleave_server.py")
WILD = "…"
_NEEDS = re.compile(r"<!-- needs: (.+?) -->")
_FILE = re.compile(r"\bfile=(\S+)")
MEMBERS, ITEMS = 300, 3000
"""How large the data of `needs: demo` is."""


@dataclass(frozen=True, slots=True)
class Step:
    """Something to run, and where its output stands in the page: lines `start` to `end`, from 0."""

    command: list[str]
    shown: str
    expected: tuple[str, ...]
    start: int


class Machine:
    """What runs commands: `byleave` itself in a process that has it imported, everything else in a shell."""

    def __init__(self, home: Path) -> None:
        """Start; plans are cached under `home`."""
        self._environment = {
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
            "PYTHONPATH": str(ROOT / "src"),
            "HOME": str(home),
            "LC_ALL": "C.UTF-8",
            "NO_COLOR": "1",
            "COLUMNS": "80",
        }
        self._output = home / f"output-{os.getpid()}"
        self._server = subprocess.Popen(
            [sys.executable, str(SERVER)],
            env=self._environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def close(self) -> None:
        """Stop."""
        self._server.communicate()

    def execute(self, command: list[str], folder: Path) -> tuple[int, list[str]]:
        """Exit status and lines; output and errors together, as a terminal shows them."""
        if command[0] == "byleave":
            status, printed = self._ask(command, folder)
        else:
            done = subprocess.run(
                command, cwd=folder, env=self._environment, stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT, text=True, check=False,
            )  # fmt: skip
            status, printed = done.returncode, done.stdout
        return status, [line.rstrip() for line in printed.splitlines()]

    def _ask(self, command: list[str], folder: Path) -> tuple[int, str]:
        assert self._server.stdin is not None
        assert self._server.stdout is not None
        asked = {"argv": command, "folder": str(folder), "output": str(self._output)}
        self._server.stdin.write(json.dumps(asked) + "\n")
        self._server.stdin.flush()
        status = int(self._server.stdout.readline())
        return status, self._output.read_text(encoding="utf-8")


@dataclass(slots=True)
class Run:
    """A page run in a folder of its own: what came out wrong, and the page with the outputs that came."""

    text: str
    wrong: list[str] = field(default_factory=list)
    steps: int = 0


def runnable(text: str) -> bool:
    """Whether a page has anything to run."""
    return any(_kind(block) in {"console", "python"} for block in blocks(text))


def run_page(page: Path, folder: Path, machine: Machine) -> Run:
    """Run what is on a page, in order, and compare."""
    text = page.read_text(encoding="utf-8")
    for need in _NEEDS.findall(text):
        _provide(need, page, folder)
    run = Run(text)
    replaced: list[tuple[Step, Sequence[str]]] = []
    found = list(blocks(text))
    for number, block in enumerate(found):
        following = found[number + 1] if number + 1 < len(found) else None
        _write_file(block, folder)
        for step in _steps(block, following):
            status, actual = machine.execute(step.command, folder)
            run.steps += 1
            run.wrong += _complaints(step, status, actual)
            if step.start >= 0:
                replaced.append((step, refreshed(step.expected, actual)))
    lines = text.splitlines()
    for step, output in reversed(replaced):
        lines[step.start : step.start + len(step.expected)] = output
    run.text = "".join(f"{line}\n" for line in lines)
    return run


def _complaints(step: Step, status: int, actual: Sequence[str]) -> Iterator[str]:
    told = any(line.startswith("error:") for line in actual)
    if (status != 0) != told:
        yield f"{step.shown}\nended with status {status}:\n" + "\n".join(actual)
    elif step.start >= 0 and not matches(step.expected, actual):
        yield f"{step.shown}\nexpected:\n" + "\n".join(step.expected) + "\ngot:\n" + "\n".join(actual)


def _provide(need: str, page: Path, folder: Path) -> None:
    if need == "demo":
        write_demo(folder / "lanterwick", members=MEMBERS, items=ITEMS)
        return
    for block in blocks((page.parent / need).read_text(encoding="utf-8")):
        _write_file(block, folder)


def _write_file(block: Block, folder: Path) -> None:
    named = _FILE.search(block.info)
    if named:
        path = folder / named[1]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(block.text, encoding="utf-8")


def _kind(block: Block) -> str:
    return block.info.partition(" ")[0]


def _steps(block: Block, following: Block | None) -> Iterator[Step]:
    if _kind(block) == "console":
        yield from _commands(block)
    elif _kind(block) == "python":
        shown = following is not None and following.info == "text"
        expected, start = (following.lines, following.start) if shown and following else ((), -1)
        yield Step([sys.executable, "-c", block.text], block.text, expected, start)


def _commands(block: Block) -> Iterator[Step]:
    number = 0
    while number < len(block.lines):
        command = block.lines[number].removeprefix("$ ")
        while command.endswith("\\"):
            number += 1
            command += f"\n{block.lines[number]}"
        number += 1
        first = number
        while number < len(block.lines) and not block.lines[number].startswith("$ "):
            number += 1
        yield Step(_argv(command), command, block.lines[first:number], block.start + first)


def _argv(command: str) -> list[str]:
    """The words of a plain `byleave` command; anything else is for a shell.

    `make demo` is what the Makefile runs once everything is installed.
    """
    if command == "make demo":
        assert "@$(BIN)/byleave demo $(ARGS)" in (ROOT / "Makefile").read_text(encoding="utf-8")
        return ["byleave", "demo"]
    if command.startswith("byleave ") and not re.search(r"[|&;<>$`*?]", command):
        return shlex.split(command.replace("\\\n", " "))
    return ["sh", "-c", command]


def matches(expected: Sequence[str], actual: Sequence[str]) -> bool:
    """Whether an output is what the page shows, `…` standing for anything."""
    pattern = "".join("(?:.*\n)*?" if line == WILD else f"{_pattern(line)}\n" for line in expected)
    return re.fullmatch(pattern, "".join(f"{line}\n" for line in actual)) is not None


def refreshed(expected: Sequence[str], actual: Sequence[str]) -> Sequence[str]:
    """The output that came, with `…` where it stood before, as far as the lines around it are still there."""
    if matches(expected, actual):
        return expected
    volatile = [line for line in expected if WILD in line and line != WILD]
    lines = [next((old for old in volatile if re.fullmatch(_pattern(old), line)), line) for line in actual]
    for number, line in enumerate(expected):
        if line == WILD:
            _leave_out(lines, expected, number)
    return lines


def _leave_out(lines: list[str], expected: Sequence[str], number: int) -> None:
    """Put `…` between the lines that stood around it."""
    first, end = 0, len(lines)
    if number > 0:
        before = get_close_matches(expected[number - 1], lines, n=1)
        first = lines.index(before[0]) + 1 if before else end
    if number + 1 < len(expected):
        after = get_close_matches(expected[number + 1], lines[first:], n=1)
        end = lines.index(after[0], first) if after else first
    if end > first:
        lines[first:end] = [WILD]


def _pattern(line: str) -> str:
    return ".*?".join(re.escape(part) for part in line.rstrip().split(WILD))
