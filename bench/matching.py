"""How fast people are looked for in texts: identifiers against items, megabytes a second of one core, and peak memory.

Names, addresses and texts are made from syllables: a bad case, since all of them share their beginnings. A tenth of the
texts is in Cyrillic, a fifth holds letters with diacritics, and some hold addresses, numbers and links of others.
"""

from __future__ import annotations

import argparse
import random
import resource
import time
from typing import TYPE_CHECKING

from byleave.finding.identifiers import Identifier, Keys
from byleave.finding.search import Search, Sought

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

BATCH = 8_192
_SYLLABLES = [c + v for c in "bcdfghjklmnprstvwz" for v in ("a", "e", "i", "o", "u", "ar", "en", "is", "on")]
_CYRILLIC = str.maketrans("abcdefghijklmnoprstuvwz", "абцдефгхийклмнопрстувщз")


def _word(chance: random.Random, syllables: int) -> str:
    return "".join(chance.choices(_SYLLABLES, k=syllables))


def people(chance: random.Random, count: int, keys: Keys) -> Iterator[Sought]:
    """Half of the identifiers are names, a quarter e-mail addresses, the others phone numbers and profiles."""
    given = [_word(chance, chance.choice((2, 2, 3))) for _ in range(20_000)]
    family = [_word(chance, chance.choice((2, 3, 3, 4))) for _ in range(200_000)]
    for number in range(count):
        kind = ("name", "email", "name", "phone" if number % 8 < 4 else "url")[number % 4]
        if kind == "name":
            value = f"{chance.choice(given)} {chance.choice(family)}"
        elif kind == "email":
            value = keys.hash(kind, f"u{number}@example.com")
        elif kind == "phone":
            value = keys.hash(kind, f"4930{number:07d}")
        else:
            value = keys.hash(kind, f"example.com/in/u{number}")
        yield Sought(f"p-{number}", Identifier(kind, value))


def texts(chance: random.Random, count: int, people: int) -> list[str]:
    """Texts of about 200 bytes."""
    vocabulary = [_word(chance, chance.choice((1, 1, 2, 2, 3))) for _ in range(30_000)]
    accented = [word.replace("a", "ä").replace("e", "é") for word in vocabulary[:2_000]]
    made = []
    for _ in range(count):
        words = chance.choices(vocabulary, k=36)
        script = chance.random()
        if script < 0.1:
            made.append(" ".join(words[:20]).translate(_CYRILLIC))
            continue
        if script < 0.3:
            words[3], words[9], words[20] = chance.choices(accented, k=3)
        shape = chance.random()
        if shape < 0.05:
            words[4] = f"u{chance.randrange(people * 100)}@example.com"
        elif shape < 0.08:
            words[4] = f"+49 30 {chance.randrange(9_999_999):07d}"
        elif shape < 0.15:
            words[4] = f"https://example.com/{words[3]}/{words[2]}"
        made.append(f"{' '.join(words[:12])}, {' '.join(words[12:24])}. {' '.join(words[24:])}")
    return made


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def run(search: Search, corpus: Sequence[str], items: int) -> tuple[float, int, int]:
    """Search so many items, the corpus again and again; seconds of this process, bytes and items found."""
    size = sum(len(text.encode()) for text in corpus)
    rounds, found = max(items // len(corpus), 1), 0
    start = time.process_time()
    for _ in range(rounds):
        for first in range(0, len(corpus), BATCH):
            found += sum(1 for _ in search.batch(corpus[first : first + BATCH]))
    return time.process_time() - start, size * rounds, found


def main() -> None:
    """Print what was measured."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--identifiers", type=int, default=1_000_000)
    parser.add_argument("--items", type=int, default=10_000_000)
    parser.add_argument("--distinct", type=int, default=400_000, help="different texts, which are searched in turn")
    given = parser.parse_args()
    chance, keys = random.Random(2), Keys(b"k" * 32)  # noqa: S311 - the same texts each time
    start = time.process_time()
    search = Search(list(people(chance, given.identifiers, keys)), keys)
    print(f"{given.identifiers:,} identifiers: built in {time.process_time() - start:.1f} s, peak {_peak():,.0f} MiB")
    corpus = texts(chance, min(given.distinct, given.items), given.identifiers)
    print(f"{len(corpus):,} different texts made, peak {_peak():,.0f} MiB")
    seconds, size, found = run(search, corpus, given.items)
    print(
        f"{given.items:,} items, {size / 1e6:,.0f} MB: {seconds:.1f} s of one core, {size / 1e6 / seconds:.1f} MB/s,"
        f" {found:,} items found, peak {_peak():,.0f} MiB"
    )


if __name__ == "__main__":
    main()
