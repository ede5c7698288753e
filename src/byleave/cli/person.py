"""What the commands for one person share: the rules to go by, and what the options say about somebody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from byleave.kernel.errors import UsageError

if TYPE_CHECKING:
    from datetime import date, datetime

    from byleave.archive.guide_model import Person
    from byleave.policy.model import Pack


def rules_of(platform: str, pack: str | None, today: datetime) -> Pack:
    """The rules to go by: those that were asked for, or the newest of the platform that are in force.

    Raises: UsageError when no shipped pack is about the platform, or the pack asked for is about another.
    """
    from byleave.adapters.packs import load_pack
    from byleave.archive.guide import newest_in_force
    from byleave.archive.guide_notes import platforms
    from byleave.archive.other_platforms import shipped_records
    from byleave.policy.loader import shipped_ids
    from byleave.policy.problems import nearest

    name = platform.casefold()
    if pack is not None:
        loaded = load_pack(pack)
        if name not in {loaded.pack, loaded.platform.casefold()}:
            raise UsageError(f"pack `{loaded.id}` is not about `{platform}`", hint=f"it is about `{loaded.pack}`")
        return loaded
    known = platforms()
    ids = [one for one in shipped_ids() if one.partition("@")[0] == name]
    if name not in known or not ids:
        near = nearest(name, [*known, *shipped_records().platforms])
        did = f"did you mean `{near}`? " if near else ""
        hint = f"{did}`byleave guide --list` shows what there is; rules of your own go with --pack"
        raise UsageError(f"there is no guide to `{platform}`", hint=hint)
    return newest_in_force([load_pack(one) for one in ids], today)


def person_of(country: str | None, opted_out: str | None, born: str | None, today: datetime) -> Person:
    """What the options say about a person. Raises: UsageError for what cannot be."""
    from byleave.archive.guide import latest_on
    from byleave.archive.guide_model import Person

    if country is None:
        if opted_out or born:
            raise UsageError("--opted-out and --born need --country", hint="the rules differ by country")
        return Person()
    off_on = day_of("--opted-out", opted_out, today)
    off_at = latest_on(off_on, today) if off_on else None
    return Person(country_code(country), off_at, off_on, day_of("--born", born, today))


def country_code(text: str) -> str:
    """The code of a country. Raises: UsageError when there is none."""
    from byleave.policy.regions import normalise_country

    code = normalise_country(text.strip().upper())
    if code is None:
        hint = "give the two letters of ISO 3166-1, such as DE for Germany, GB for the United Kingdom, US or CA"
        raise UsageError(f"there is no country `{text}`", hint=hint)
    return code


def day_of(option: str, text: str | None, today: datetime) -> date | None:
    """The day that an option names. Raises: UsageError for what is no day, or has not come."""
    from byleave.kernel.instants import parse_date

    if text is None:
        return None
    day = parse_date(text)
    if day is None:
        raise UsageError(f"`{text}` is not a day ({option})", hint="write it like 2025-12-01")
    if day > today.date():
        raise UsageError(f"`{text}` has not come yet ({option})", hint=f"today is {today.date().isoformat()}")
    return day
