"""How often a member may call: generous where somebody reads, and without any limit where somebody refuses.

A refusal is never turned away. What gives leave, and what costs much to answer, has a limit for each account.
"""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

from django.core.cache import cache
from ninja.throttling import BaseThrottle

if TYPE_CHECKING:
    from django.http import HttpRequest

SECONDS = 60


class Reads(BaseThrottle):
    """Counts the calls of one account in this process, minute by minute.

    ninja's own class keeps what it counts in itself, where the calls of several threads would mix.
    """

    name, most = "reads", 300

    def counts(self, request: HttpRequest) -> bool:  # noqa: ARG002 - others look at the request
        """Whether this call is one of those that are limited."""
        return True

    def allow_request(self, request: HttpRequest) -> bool:
        """Whether the account may call once more in this minute."""
        if not self.counts(request):
            return True
        key = f"{self.name}-{request.user.pk}-{int(time.time()) // SECONDS}"
        cache.add(key, 0, SECONDS)
        return int(cache.incr(key)) <= self.most

    def wait(self) -> float:
        """Seconds after which the account may surely call again."""
        return SECONDS


class EndsRefusals(Reads):
    """Counts acts that give leave; the same calls with a refusal are not counted."""

    name, most = "ends-refusals", 30

    def counts(self, request: HttpRequest) -> bool:
        """Every call but one that switches off."""
        if request.method != "PUT":
            return True
        try:
            told = json.loads(request.body)
        except ValueError:
            return False
        return isinstance(told, dict) and told.get("value") == "on"
