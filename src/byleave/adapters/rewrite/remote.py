"""A rewriter behind an address: any server that speaks the chat completions of OpenAI's API.

Such a model was trained elsewhere and has seen no member through byleave, so there is nothing to forget here. Drafts
are sent to it; whether it keeps them is between the operator and whoever runs it, and pages say where drafts go.
"""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import TYPE_CHECKING

from byleave.adapters.rewrite.prompts import GRAMMAR, SYSTEM, TONES
from byleave.kernel.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SECONDS = 30
MOST_BYTES = 1 << 20
_MORE_TOKENS = 2
"""An answer has at most so many tokens for each character of four of the draft."""
_CHARACTERS = 4


@dataclass(frozen=True, slots=True)
class RemoteWriter:
    """Asks one server, without a redirection to another."""

    url: str
    """The address before `/chat/completions`, such as `http://127.0.0.1:8080/v1`."""
    model: str
    key_file: Path | None = None

    def attempts(
        self,
        draft: str,
        tone: str,
        *,
        adapted: bool = True,  # noqa: ARG002 - it is all theirs
        enough: Callable[[str], bool] | None = None,
    ) -> list[str]:
        """Rewrites to choose from: in the tone, and with nothing but the grammar mended unless that was enough.

        Raises: InputError when the server cannot be asked, or answers something else.
        """
        first = self._answer(draft, TONES[tone])
        return [first] if enough and enough(first) else [first, self._answer(draft, GRAMMAR)]

    def _answer(self, draft: str, asked: str) -> str:
        told = {
            "model": self.model,
            "messages": [{"role": "system", "content": SYSTEM}, {"role": "user", "content": f"{asked}\n\n{draft}"}],
            "temperature": 0,
            "max_tokens": _MORE_TOKENS * (len(draft) // _CHARACTERS + 8),
        }
        headers = {"Content-Type": "application/json"}
        if self.key_file is not None:
            headers["Authorization"] = f"Bearer {self.key_file.read_text(encoding='utf-8').strip()}"
        address = f"{self.url.rstrip('/')}/chat/completions"
        request = urllib.request.Request(address, json.dumps(told).encode(), headers)  # noqa: S310 - http or https
        try:
            with urllib.request.build_opener(_Stay).open(request, timeout=SECONDS) as answer:
                found = json.loads(answer.read(MOST_BYTES))["choices"][0]["message"]["content"]
        except (OSError, ValueError, KeyError, IndexError, TypeError, urllib.error.URLError) as error:
            hint = "see that it runs and speaks OpenAI's chat completions"
            raise InputError(f"the rewriter at `{self.url}` does not answer", hint=hint) from error
        if not isinstance(found, str):
            raise InputError(f"the rewriter at `{self.url}` answers something else than text")
        return found.strip()


class _Stay(urllib.request.HTTPRedirectHandler):
    """A draft goes nowhere else."""

    def redirect_request(self, *_: object, **__: object) -> None:
        return None
