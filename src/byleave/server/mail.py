"""How letters leave the server: Django's settings for what the configuration says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from byleave.adapters.small_file import read_bytes

if TYPE_CHECKING:
    from byleave.server.configuration import Configuration

_BACKEND = "django.core.mail.backends"
SECONDS = 20
"""A mail server that does not answer for so long is not there."""


def mail_settings(configuration: Configuration) -> dict[str, Any]:
    """Django's settings for mail. Raises: InputError when the password's file cannot be read."""
    common = {"DEFAULT_FROM_EMAIL": configuration.mail_from, "SERVER_EMAIL": configuration.mail_from}
    parts = urlsplit(configuration.mail)
    if configuration.mail == "console":
        return {**common, "EMAIL_BACKEND": "byleave.server.notices.console.OnStderr"}
    if parts.scheme == "file":
        return {**common, "EMAIL_BACKEND": f"{_BACKEND}.filebased.EmailBackend", "EMAIL_FILE_PATH": parts.path}
    file = configuration.mail_password_file
    return {
        **common,
        "EMAIL_BACKEND": f"{_BACKEND}.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": parts.port or (465 if parts.scheme == "smtps" else 587),
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": read_bytes(file).decode().strip() if file else "",
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        "EMAIL_USE_TLS": parts.scheme == "smtp",
        "EMAIL_TIMEOUT": SECONDS,
    }
