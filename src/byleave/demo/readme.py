"""The page that stands in the folder of the invented platform."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from byleave.demo.cast import Character

_PAGE = """# {name}: an invented platform

**Everything in this folder is synthetic.** {name} does not exist. No member, company, text or date is real; a program
(`byleave demo`, seed {seed}) made them all. Do not use the texts as examples of how people write. Every item also has
`synthetic = true`, and the Parquet files say so in their metadata.

- `items/`: {items:,} items of {members:,} members, created from 2012 to November 2025
- `register/`: where members live and when they were born (`members.csv`), who switched training on or off
  (`preferences.csv`, in the order of `seq`), who objected (`objections.csv`; ids starting with `x-` are people without
  an account), whom the notice of training reached (`notices.csv`), and single items taken out (`withholdings.csv`)
- `byleave-demo.json`: marks the folder as made by `byleave demo`, which replaces it when it runs again

The platform follows the rules that the packs tell: training begins on 18 September 2024 in most countries, and on
3 November 2025 in Europe (announced on 18 September 2025), unless a member switches it off.

## People to look at

| member | items | what there is to see |
|---|---|---|
{cast}

Try one:

```
byleave explain katrin-1 items --register register --pack linkedin@2025-10-24 \\
    --purpose generative-ai --recipient linkedin
```
"""


def readme(name: str, cast: Sequence[Character], members: int, items: int, seed: int) -> str:
    """The page, with a row for each member of the cast."""
    rows = []
    for person in cast:
        ids = ", ".join(f"`{item.item_id}`" for item in person.items)
        rows.append(f"| {person.name}, `{person.member_id}` | {ids} | {person.shows} |")
    return _PAGE.format(name=name, cast="\n".join(rows), members=members, items=items, seed=seed)
