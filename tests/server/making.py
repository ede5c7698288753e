"""A process that makes accounts and tokens in the database of a server under test: one JSON object a line.

`{"member": ID}`, `{"staff": NAME, …}` or `{"token": NAME, "scopes": [...]}`, each with `password`; the answer is the
name with which one signs in, or the token.
"""

from __future__ import annotations

import json
import os
import sys
from contextlib import suppress
from datetime import UTC, datetime

import django


def serve() -> None:
    """Answer until nobody asks any more."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "byleave.server.settings"
    django.setup()
    from allauth.mfa.totp.internal.auth import TOTP

    from byleave.kernel.errors import ConflictError
    from byleave.server.accounts.people import new_account
    from byleave.server.accounts.tokens import new_token

    for line in sys.stdin:
        asked, now = json.loads(line), datetime.now(UTC)
        if "token" in asked:
            answer = new_token(asked["token"], asked["scopes"], now).text
        else:
            member = asked.get("member")
            answer = f"u-{member}" if member else asked["staff"]
            with suppress(ConflictError):  # made before
                account = new_account(answer, asked["password"], member=member, now=now, role=asked.get("role", ""))
                if asked.get("factor"):
                    TOTP.activate(account, asked["factor"])
        print(json.dumps(answer), flush=True)  # noqa: T201 - the answer


if __name__ == "__main__":
    serve()
