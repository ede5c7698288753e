"""What a server is told when it starts: a value made from environment variables whose names begin with `BYLEAVE_`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from byleave.kernel.errors import UsageError
from byleave.ledger.address import SQLITE, is_address, sqlite_path

if TYPE_CHECKING:
    from collections.abc import Mapping

PREFIX = "BYLEAVE_"
DATA = "byleave-data"
"""The folder of everything that is not told to be elsewhere."""
PACKS = "byleave@1"
INVENTED = "Lanterwick"
"""The small platform that comes with byleave."""
MOST_PORT = 65_535
ONE_MONTH, THREE_MONTHS, MOST_DAYS = 30, 90, 366
"""Within a month whoever asks is to be told what was done (GDPR, Article 12(3))."""
MOST_MINUTES = 7 * 24 * 60
LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
_YES_OR_NO = {"true": True, "false": False}


@dataclass(frozen=True, slots=True)
class Oidc:
    """The platform's own sign-in, of which this server is a client (OpenID Connect Core 1.0)."""

    issuer: str
    """Its address, below which `.well-known/openid-configuration` stands."""
    client: str
    secret_file: Path
    claim: str
    """The claim that holds the member's id."""


@dataclass(frozen=True, slots=True)
class Configuration:
    """One server."""

    data: Path
    ledger: str
    accounts: str
    """Address of the database of accounts, sessions and tokens."""
    copy: Path | str | None
    """The second copy: a file, or the address of a database; None: none."""
    models: Path
    """Folder whose folders are the models in service."""
    snapshots: Path
    """Folder whose folders are the snapshots that they were trained on."""
    forget_window: int
    """Minutes for which people are collected before a model that must be trained anew is."""
    forget_days: int
    """Days within which a model that was trained elsewhere is to be without somebody."""
    keys: Path
    """Folder of the keys that sign receipts."""
    key_name: str
    """Name of a first key, if one has to be made."""
    passphrase_file: Path | None
    suppression_key: Path
    session_key: Path
    packs: tuple[str, ...]
    """Each `pack`, for every purpose that it has, or `purpose=pack`."""
    url: str | None
    """The address by which people reach the server; None: this machine alone."""
    proxy: bool
    """Whether a proxy in front says by which scheme and from where a request came."""
    content: str | None
    """Address of the database that holds the items; None: the feed that comes with byleave."""
    content_table: str
    platform: str
    """What the platform is called on the pages."""
    notices: Path | None
    """Folder of the texts of notices; None: those that come with byleave."""
    mail: str
    """Where letters go: `console`, `file:FOLDER`, or `smtp://` or `smtps://` with the mail server's address."""
    mail_from: str
    mail_password_file: Path | None
    demo_password_file: Path | None
    """Set on a demonstration: the sign-in page then shows whom one can be, and with which password."""
    oidc: Oidc | None
    zone: str
    """The time zone in which the days of receipt and answer are counted."""
    holidays: str | None
    """The country whose public holidays move the end of a deadline; None: none do, and answers are due earlier."""
    revocations: Path
    """Folder of the signed lists that call copies back; they are served at a fixed address."""
    case_days: int
    """Days for which a case that is over can be appealed against, and for which what is needed for that is kept."""
    post_links: tuple[str, ...]
    """How links to posts are written, each with `{item}` in place of an item's id."""
    rewrite: str | None
    """Address of a server that rewrites drafts; None: the rewriter among the models, if there is one."""
    rewrite_model: str
    """What that server calls its model."""
    rewrite_key: Path | None
    """File of the key that it asks for."""
    metrics: tuple[str, int] | None
    """Host and port on which operators ask for metrics; None: nowhere."""
    log_requests: bool
    """Whether each request is logged; otherwise only those that failed because of the server."""

    @property
    def https(self) -> bool:
        """Whether people reach the server by https only."""
        return (self.url or "").startswith("https://")

    @property
    def hosts(self) -> tuple[str, ...]:
        """The names by which it may be called."""
        name = urlsplit(self.url).hostname if self.url else None
        return (name, *LOOPBACK) if name else LOOPBACK


def from_environment(told: Mapping[str, str]) -> Configuration:
    """Read the configuration.

    Args:
        told: the environment; what is blank or missing has its default.

    Raises: UsageError naming the variable and what it should be.
    """
    data, url = Path(_text(told, "DATA") or DATA), _url(told)
    ledger = _text(told, "LEDGER") or f"{SQLITE}{data}/ledger.db"
    return Configuration(
        data=data,
        ledger=ledger,
        accounts=_text(told, "ACCOUNTS") or accounts_beside(ledger),
        copy=_copy(told, ledger),
        models=_path(told, "MODELS") or data / "models",
        snapshots=_path(told, "SNAPSHOTS") or data / "snapshots",
        forget_window=_whole(told, "FORGET_WINDOW", 10, MOST_MINUTES),
        forget_days=_whole(told, "FORGET_DAYS", ONE_MONTH, MOST_DAYS),
        keys=_path(told, "KEYS") or data / "keys",
        key_name=_text(told, "KEY_NAME") or f"{urlsplit(url).netloc if url else 'localhost'}/receipts",
        passphrase_file=_path(told, "KEY_PASSPHRASE"),
        suppression_key=_path(told, "SUPPRESSION_KEY") or data / "suppression.key",
        session_key=_path(told, "SESSION_KEY") or data / "session.key",
        packs=tuple(re.split(r"[,\s]+", _text(told, "PACKS") or PACKS)),
        url=url,
        proxy=_flag(told, "PROXY"),
        content=_text(told, "CONTENT"),
        content_table=_table(told),
        platform=_text(told, "PLATFORM") or (INVENTED if _text(told, "CONTENT") is None else "byleave"),
        notices=_path(told, "NOTICES"),
        mail=_mail(told),
        mail_from=_text(told, "MAIL_FROM") or f"notices@{(urlsplit(url).hostname if url else None) or 'localhost'}",
        mail_password_file=_path(told, "MAIL_PASSWORD"),
        demo_password_file=_path(told, "DEMO_PASSWORD"),
        oidc=_oidc(told),
        zone=_zone(told),
        holidays=_text(told, "HOLIDAYS"),
        revocations=_path(told, "REVOCATIONS") or data / "revocations",
        case_days=_whole(told, "CASE_DAYS", THREE_MONTHS, MOST_DAYS, least=ONE_MONTH),
        post_links=_post_links(told),
        rewrite=_rewrite(told),
        rewrite_model=_text(told, "REWRITE_MODEL") or "default",
        rewrite_key=_path(told, "REWRITE_KEY"),
        metrics=_metrics(told),
        log_requests=_flag(told, "LOG_REQUESTS"),
    )


def accounts_beside(ledger: str) -> str:
    """Where the accounts are, unless told: a second file beside that of the ledger, or the same PostgreSQL database.

    Raises: UsageError for an address of neither kind.
    """
    path = sqlite_path(ledger)
    if path is None:
        return ledger
    file = Path(path)
    return f"{SQLITE}{file.with_name(f'{file.stem}-accounts{file.suffix}')}"


def _text(told: Mapping[str, str], name: str) -> str | None:
    return told.get(PREFIX + name, "").strip() or None


def _path(told: Mapping[str, str], name: str) -> Path | None:
    text = _text(told, name)
    return Path(text) if text else None


def _copy(told: Mapping[str, str], ledger: str) -> Path | str | None:
    """The second copy, which has to be another place than the ledger."""
    text = _text(told, "COPY")
    if text is None:
        return None
    if not is_address(text):
        if "://" in text:
            hint = "write a file, sqlite:///PATH or postgresql://…"
            raise UsageError(f"`{PREFIX}COPY` is of an unknown kind", hint=hint)
        return Path(text)
    path = sqlite_path(ledger)
    same = text == ledger if path is None else Path(sqlite_path(text) or "").absolute() == Path(path).absolute()
    if same:
        raise UsageError(f"`{PREFIX}COPY` is the ledger itself", hint="name another disk, or another database")
    return text


def _flag(told: Mapping[str, str], name: str) -> bool:
    text = _text(told, name) or "false"
    if text not in _YES_OR_NO:
        raise UsageError(f"`{PREFIX}{name}` is `{text}`", hint="write true or false")
    return _YES_OR_NO[text]


def _whole(told: Mapping[str, str], name: str, usual: int, most: int, *, least: int = 0) -> int:
    text = _text(told, name)
    if text is None:
        return usual
    if not text.isascii() or not text.isdigit() or not least <= int(text) <= most:
        raise UsageError(f"`{PREFIX}{name}` is `{text}`", hint=f"write a whole number from {least} to {most}")
    return int(text)


def _url(told: Mapping[str, str]) -> str | None:
    text = _text(told, "URL")
    if text is None:
        return None
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path.strip("/") or parts.query:
        hint = "write the address by which people reach the server, such as https://consent.example.org"
        raise UsageError(f"`{PREFIX}URL` is `{text}`", hint=hint)
    return f"{parts.scheme}://{parts.netloc}"


def _mail(told: Mapping[str, str]) -> str:
    text = _text(told, "MAIL") or "console"
    parts = urlsplit(text)
    if text == "console" or (parts.scheme == "file" and parts.path):
        return text
    if parts.scheme in ("smtp", "smtps") and parts.hostname and not parts.password:
        return text
    hint = "write console, file:FOLDER, or smtp://user@host:port; the password stands in a file, BYLEAVE_MAIL_PASSWORD"
    raise UsageError(f"`{PREFIX}MAIL` cannot be used", hint=hint)


def _table(told: Mapping[str, str]) -> str:
    """A table's name stands in statements as it is, so that it is held to be one."""
    text = _text(told, "CONTENT_TABLE") or "items"
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*([.][A-Za-z_][A-Za-z0-9_]*)?", text):
        raise UsageError(f"`{PREFIX}CONTENT_TABLE` is `{text}`", hint="write the name of a table, such as items")
    return text


def _zone(told: Mapping[str, str]) -> str:
    """The zone by its name. Raises: UsageError for one that is not known here."""
    text = _text(told, "ZONE") or "UTC"
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        hint = "write a name of the IANA database, such as Europe/Dublin"
        raise UsageError(f"`{PREFIX}ZONE` is `{text}`", hint=hint) from error
    return text


def _post_links(told: Mapping[str, str]) -> tuple[str, ...]:
    """Patterns of links. Raises: UsageError for one that names no item."""
    patterns = tuple((_text(told, "POST_LINKS") or "").split())
    for one in patterns:
        if one.count("{item}") != 1 or not one.startswith(("https://", "http://")):
            hint = "write links with one {item} in each, such as https://social.example.org/posts/{item}"
            raise UsageError(f"`{PREFIX}POST_LINKS` has `{one}`", hint=hint)
    return patterns


def _rewrite(told: Mapping[str, str]) -> str | None:
    text = _text(told, "REWRITE")
    if text is None:
        return None
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.username:
        hint = "write the address before /chat/completions, such as http://127.0.0.1:8080/v1; a key stands in a file"
        raise UsageError(f"`{PREFIX}REWRITE` is `{text}`", hint=hint)
    return text


def _metrics(told: Mapping[str, str]) -> tuple[str, int] | None:
    text = _text(told, "METRICS")
    if text is None:
        return None
    host, _, port = text.rpartition(":")
    if not host or not port.isdigit() or int(port) > MOST_PORT:
        raise UsageError(f"`{PREFIX}METRICS` is `{text}`", hint="write host and port, such as 127.0.0.1:9464")
    return host.strip("[]"), int(port)


def _oidc(told: Mapping[str, str]) -> Oidc | None:
    names = ("OIDC_ISSUER", "OIDC_CLIENT", "OIDC_SECRET")
    values = {name: _text(told, name) for name in names}
    if not any(values.values()):
        return None
    missing = [f"`{PREFIX}{name}`" for name, value in values.items() if value is None]
    if missing:
        raise UsageError(f"sign-in through the platform lacks {', '.join(missing)}", hint="set all three, or none")
    issuer, client, secret = (value or "" for value in values.values())
    return Oidc(issuer, client, Path(secret), _text(told, "OIDC_CLAIM") or "sub")
