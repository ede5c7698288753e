"""Write `src/byleave/text/countries.yaml`: the names of countries in each language, from CLDR as Babel carries it."""  # noqa: INP001 - a script

from __future__ import annotations

from pathlib import Path

from babel import Locale

from byleave.policy.regions import regions
from byleave.text.catalogue import LANGUAGES

FILE = Path(__file__).parent.parent / "src/byleave/text/countries.yaml"
HEAD = "# Names of countries, from Unicode's CLDR (Unicode License v3); `make catalogue` writes this file.\n"


def text() -> str:
    """The file: language, then code and name, in the order of the codes."""
    lines = [HEAD]
    for language in LANGUAGES:
        names = Locale(language).territories
        lines.append(f"{language}:\n")
        lines += [f'  "{code}": "{names[code]}"\n' for code in sorted(regions().countries)]
    return "".join(lines)


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
