"""Letters on stderr, where a mail server is not configured: stdout is for what a command was asked for."""

from __future__ import annotations

import sys
from typing import Any

from django.core.mail.backends.console import EmailBackend


class OnStderr(EmailBackend):
    """Django's backend for the console, with the other stream."""

    def __init__(self, *arguments: Any, **options: Any) -> None:  # noqa: ANN401 - Django's signature
        """Take the stream where none is named."""
        options.setdefault("stream", sys.stderr)
        super().__init__(*arguments, **options)
