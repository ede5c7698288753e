"""The API itself: its parts under their addresses."""

from __future__ import annotations

from importlib import metadata
from typing import TYPE_CHECKING, Any

from ninja import NinjaAPI
from ninja.errors import HttpError
from ninja.parser import Parser

from byleave.kernel.errors import InputError
from byleave.proof.strict_json import read_json
from byleave.server.api import ledger, me, members, platform
from byleave.server.api.problems import handle_problems

if TYPE_CHECKING:
    from django.http import HttpRequest


class StrictParser(Parser):
    """JSON in which no name stands twice: nobody shall say two things at once."""

    def parse_body(self, request: HttpRequest) -> Any:  # noqa: ANN401 - any JSON value
        """The value of the body. Raises: HttpError 400 when it is none."""
        try:
            return read_json(request.body, "the body")
        except InputError as error:
            raise HttpError(400, error.message) from error


api = NinjaAPI(
    title="byleave",
    version=metadata.version("byleave"),
    description="What members chose about the training of AI: read, set, prove.",
    docs_url=None,
    urls_namespace="api",
    parser=StrictParser(),
)
handle_problems(api)
api.add_router("/me", me.router)
api.add_router("/members", members.router)
api.add_router("", platform.router)
api.add_router("/ledger", ledger.router)
