"""What is checked of a register once its tables are loaded: countries, the order of acts, whose they are, on what."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from byleave.adapters.duckdb_engine.columns import literal
from byleave.adapters.duckdb_engine.tables import FILE, ROW
from byleave.kernel.errors import RefusedError
from byleave.policy.regions import regions

if TYPE_CHECKING:
    from byleave.adapters.duckdb_engine.session import Session
    from byleave.gate.request import Waivers
    from byleave.policy.rules import Rules


def settle_countries(session: Session) -> None:
    """Turn synonyms into ISO codes; refuse what is neither."""
    known = regions()
    synonyms = ", ".join(literal(code) for code in known.synonyms)
    if session.one(f"SELECT count(*) FROM members WHERE country IN ({synonyms})"):
        cases = " ".join(f"WHEN {literal(old)} THEN {literal(new)}" for old, new in known.synonyms.items())
        session.run(f"UPDATE members SET country = CASE country {cases} ELSE country END")
    refuse_strange_countries(session)


def refuse_strange_countries(session: Session) -> None:
    """Refuse a country that ISO does not know. Raises: RefusedError."""
    known = regions()
    present = [country for (country,) in session.rows("SELECT DISTINCT country FROM members WHERE country IS NOT NULL")]
    strange = [country for country in present if country not in known.countries]
    if strange:
        first = f"SELECT {FILE}, {ROW}, country FROM members WHERE list_contains(?, country) ORDER BY 1, 2 LIMIT 1"
        file, row, country = session.rows(first, [strange])[0]
        near = f"did you mean `{country.upper()}`? " if country.upper() in known.countries else ""
        hint = f"{near}write an ISO 3166-1 alpha-2 code, or leave it blank: blank is the gap `unknown-region`"
        raise RefusedError(f"`{file}`, row {row}: `{country}` is not a country", hint=hint)


def check_preferences(session: Session, rules: Rules, waivers: Waivers) -> dict[str, Any]:
    """Refuse acts without an order, of nobody, or on settings that nobody knows; what of it was waived."""
    check_order(session)
    return check_matched(session, rules, waivers)


def check_matched(session: Session, rules: Rules, waivers: Waivers) -> dict[str, Any]:
    """Refuse acts of nobody, and on settings that nobody knows; what of it was waived."""
    waived: dict[str, Any] = {}
    ignored = _unknown_settings(session, sorted(rules.known_settings), waivers)
    if ignored:
        waived["ignored_settings"] = ignored
    # members may be many more than those who chose: they pass by the ids of the few, each once
    strangers = "SELECT count(*) FROM (SELECT DISTINCT member_id FROM preferences) ANTI JOIN members USING (member_id)"
    orphans = session.one(strangers) and session.rows(
        f"SELECT {FILE}, {ROW}, member_id, count(*) OVER () FROM preferences"
        " ANTI JOIN members USING (member_id) ORDER BY 1, 2 LIMIT 1"
    )
    if orphans:
        file, row, member, count = orphans[0]
        if not waivers.allow_orphans:
            hint = "complete the table of members, or go on with --allow-orphans, which the manifest will say"
            message = f"`{file}`, row {row}: a preference of `{member}`, who is not among the members"
            raise RefusedError(message, hint=hint)
        waived["orphan_preferences"] = count
    return waived


def check_order(session: Session) -> None:
    """Insist that acts have one order for each member. Raises: RefusedError naming file and row."""
    mixed = session.rows(
        f"SELECT {FILE}, {ROW} FROM preferences WHERE seq IS NULL AND EXISTS (FROM preferences WHERE seq IS NOT NULL)"
        " ORDER BY 1, 2 LIMIT 1"
    )
    if mixed:
        message = f"`{mixed[0][0]}`, row {mixed[0][1]}: no `seq`, while other rows have one"
        raise RefusedError(message, hint="give every act its `seq`, or none")
    twice = session.rows(
        f"SELECT max_by({FILE}, {ROW}), max({ROW}), member_id, seq FROM preferences WHERE seq IS NOT NULL"
        " GROUP BY member_id, seq HAVING count(*) > 1 ORDER BY 1, 2 LIMIT 1"
    )
    if twice:
        file, row, member, seq = twice[0]
        message = f"`{file}`, row {row}: `{member}` has two acts with seq `{seq}`"
        raise RefusedError(message, hint="the order of acts is the order of `seq`; make it unique")


def _unknown_settings(session: Session, known: list[str], waivers: Waivers) -> dict[str, int]:
    """The ignored settings that occur, with their rows.

    Raises: RefusedError for a setting that neither the pack nor a waiver knows.
    """
    rows = session.rows(
        f"SELECT setting, count(*), min_by({FILE}, {ROW}), min({ROW}) FROM preferences"
        f" WHERE NOT list_contains([{', '.join(map(literal, known))}]::VARCHAR[], setting)"
        " GROUP BY setting ORDER BY setting"
    )
    for setting, _, file, row in rows:
        if setting not in waivers.ignore_settings:
            near = get_close_matches(setting, known, n=1, cutoff=0.5)
            did = f"did you mean `{near[0]}`? " if near else ""
            hint = f"{did}it may be somebody's refusal; if it surely is none of training: --ignore-setting {setting}"
            raise RefusedError(f"`{file}`, row {row}: the pack knows no setting `{setting}`", hint=hint)
    return {setting: count for setting, count, _, _ in rows}
