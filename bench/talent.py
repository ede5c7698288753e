"""Talent search: how well it ranks, how fast it finds, and what it costs that a member leaves.

Run `python bench/talent.py [--esco DIR] [--profiles N] [--large N]`. Without --esco everything is invented.
DIR holds the ESCO classification (v1.1.1, English) as `classification-en-csv.zip` and `relations-csv.zip`, or unpacked.
Profiles hold half of an occupation's titles and some of its skills; queries a title of the other half and two skills.
"""

from __future__ import annotations

import argparse
import csv
import io
import resource
import statistics
import sys
import tempfile
import time
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from byleave.adapters.talent.model_file import ModelFile  # noqa: E402 - after the path is set
from byleave.adapters.talent.opening import writing  # noqa: E402
from byleave.adapters.talent.visible_file import VisibleFile  # noqa: E402
from byleave.learn.talent.search import search  # noqa: E402
from tests.learn.talent.fictional import Occupation, asked, invented, people  # noqa: E402
from tests.learn.talent.ranking import KEY, Trained, forget, ndcg, train  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterator

BETTER, MOST_LOST, MOST_SECONDS, MOST_SECONDS_A_MEMBER = 0.05, 0.01, 0.050, 0.010
FEWEST_TITLES, FEWEST_SKILLS, CODE = 4, 3, 4
ALONE, TOGETHER = 50, 100


def rows(folder: Path, name: str) -> Iterator[dict[str, str]]:
    """The rows of a table of ESCO."""
    csv.field_size_limit(1 << 30)
    if (folder / name).exists():
        with (folder / name).open(encoding="utf-8", newline="") as stream:
            yield from csv.DictReader(stream)
        return
    for packed in sorted(folder.glob("*.zip")):
        with zipfile.ZipFile(packed) as archive:
            for inside in archive.namelist():
                if Path(inside).name == name:
                    with archive.open(inside) as stream:
                        yield from csv.DictReader(io.TextIOWrapper(stream, encoding="utf-8", newline=""))


def esco(folder: Path) -> list[Occupation]:
    """Occupations with enough titles and skills, under their ISCO unit group and a sign of their own."""
    labels = {row["conceptUri"]: row["preferredLabel"] for row in rows(folder, "skills_en.csv")}
    skills: dict[tuple[str, str], list[str]] = {}
    for row in rows(folder, "occupationSkillRelations.csv"):
        if row["skillUri"] in labels:
            skills.setdefault((row["occupationUri"], row["relationType"]), []).append(labels[row["skillUri"]])
    found = []
    for number, row in enumerate(sorted(rows(folder, "occupations_en.csv"), key=lambda row: row["conceptUri"])):
        titles = list(dict.fromkeys([row["preferredLabel"], *filter(None, row["altLabels"].split("\n"))]))
        essential, optional = (skills.get((row["conceptUri"], kind), []) for kind in ("essential", "optional"))
        if len(titles) >= FEWEST_TITLES and len(essential) >= FEWEST_SKILLS and len(row["iscoGroup"]) == CODE:
            code = row["iscoGroup"] + chr(0x4E00 + number)
            found.append(Occupation(code, tuple(titles), tuple(essential), tuple(optional)))
    return found


def quality(occupations: list[Occupation], number: int) -> bool:
    """Print nDCG@10 on held-out queries, before and after a tenth of the members left; whether the bars are held."""
    everybody, queries = people(occupations, number, 1), asked(occupations, 400, 2)
    trained = train(occupations, everybody, queries[:200])
    alone, ranked = ndcg(trained, everybody, queries[200:])
    forget(trained, everybody[::10])
    _, after = ndcg(trained, everybody, queries[200:])
    print(f"nDCG@10, {number:,} profiles, 200 queries learned from, 200 held out")
    print(f"  BM25 {alone:.4f}   talent search {ranked:.4f} ({ranked - alone:+.4f}, at least {BETTER:+})")
    print(f"  after a tenth of the members left {after:.4f} ({after - ranked:+.4f}, at least {-MOST_LOST:+})")
    return ranked >= alone + BETTER and after >= ranked - MOST_LOST


def speed(occupations: list[Occupation], number: int) -> bool:
    """Print what a query takes, and what it takes that a member leaves, on files; whether the bars are held."""
    everybody, queries = people(occupations, number, 3), asked(occupations, 300, 4)
    with tempfile.TemporaryDirectory() as place:
        folder, start = Path(place), time.perf_counter()
        built = train(occupations, everybody, queries[:100], folder)
        seconds = time.perf_counter() - start
        built.model.close()
        built.visible.close()
        again = ModelFile.open(folder / "model.db"), VisibleFile.open(folder / "visible.db")
        trained = Trained(*again, built.tokenize)
        size = sum(path.stat().st_size for path in folder.iterdir()) >> 20
        print(f"{number:,} profiles: built in {seconds:.1f} s, {size} MiB on disk")
        learned, taken = trained.learned(), list[float]()
        worked = time.process_time()
        for one in queries[100:]:
            start = time.perf_counter()
            hits = search(trained.query(one), trained.visible, learned)
            trained.visible.shown([hit.item for hit in hits])
            taken.append(time.perf_counter() - start)
        worked = (time.process_time() - worked) / len(taken)
        p95 = statistics.quantiles(taken, n=20)[-1]
        print(f"  a query: median {statistics.median(taken) * 1e3:.1f} ms, p95 {p95 * 1e3:.1f} ms (at most 50)")
        print(
            f"    of which the processor worked {worked * 1e3:.1f} ms on average; more is waiting for other processes"
        )
        fast = leaving(trained, [one.member for one in everybody])
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
        print(f"  peak of memory, people and all: {peak} MiB")
    return p95 <= MOST_SECONDS and fast


def leaving(trained: Trained, members: list[str]) -> bool:
    """Print what it takes that members leave, one by one and together, until it is on the disk."""
    alone, worked = [], time.process_time()
    for member in members[:ALONE]:
        start = time.perf_counter()
        with writing(trained.model.connection):
            trained.model.forget([KEY(member)])
        alone.append(time.perf_counter() - start)
    worked = (time.process_time() - worked) / ALONE
    start = time.perf_counter()
    with writing(trained.model.connection):
        trained.model.forget(map(KEY, members[ALONE : ALONE + TOGETHER]))
    together = (time.perf_counter() - start) / TOGETHER
    one = statistics.median(alone)
    print(f"  leaving: {one * 1e3:.1f} ms for one alone, {together * 1e3:.2f} ms each of {TOGETHER} (at most 10)")
    print(f"    of which the processor worked {worked * 1e3:.1f} ms for one alone")
    return one <= MOST_SECONDS_A_MEMBER and together <= MOST_SECONDS_A_MEMBER


def main() -> None:
    """Measure, and end with exit code 1 where a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0] if __doc__ else None)
    parser.add_argument("--esco", type=Path, help="folder of the ESCO classification")
    parser.add_argument("--profiles", type=int, default=20_000, help="for the quality")
    parser.add_argument("--large", type=int, default=100_000, help="for the speed")
    options = parser.parse_args()
    occupations = esco(options.esco) if options.esco else invented()
    print(f"{len(occupations):,} occupations: {'ESCO, of the European Commission' if options.esco else 'invented'}")
    held = [quality(occupations, options.profiles), speed(occupations, options.large)]
    sys.exit(0 if all(held) else 1)


if __name__ == "__main__":
    main()
