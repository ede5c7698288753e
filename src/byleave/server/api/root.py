"""The API itself: its parts under their addresses."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from importlib import metadata
from typing import TYPE_CHECKING, Any

from ninja import NinjaAPI
from ninja.errors import HttpError
from ninja.parser import Parser
from ninja.renderers import JSONRenderer
from ninja.responses import NinjaJSONEncoder

from byleave.kernel.errors import InputError
from byleave.kernel.instants import format_instant
from byleave.proof.strict_json import read_json
from byleave.server.api import forgetting, ledger, lineage, me, members, platform, revocations
from byleave.server.api.problems import MEDIA_TYPE, handle_problems

if TYPE_CHECKING:
    from django.http import HttpRequest
    from ninja.openapi.schema import OpenAPISchema


class StrictParser(Parser):
    """JSON in which no name stands twice: nobody shall say two things at once."""

    def parse_body(self, request: HttpRequest) -> Any:  # noqa: ANN401 - any JSON value
        """The value of the body. Raises: HttpError 400 when it is none."""
        try:
            return read_json(request.body, "the body")
        except InputError as error:
            raise HttpError(400, error.message) from error


class Encoder(NinjaJSONEncoder):
    """Instants as everywhere in byleave: in UTC, with every microsecond that they have; a receipt says the same."""

    def default(self, o: Any) -> Any:  # noqa: ANN401 - any value
        """A value that JSON does not have."""
        return format_instant(o) if isinstance(o, datetime) else super().default(o)


class Renderer(JSONRenderer):
    """Answers with that encoder."""

    encoder_class = Encoder


class Api(NinjaAPI):
    """The API, whose document says that errors are problems."""

    def get_openapi_schema(self, *args: Any, **options: Any) -> OpenAPISchema:  # noqa: ANN401 - as ninja has it
        """The document: an error is of the media type of problem details."""
        document = super().get_openapi_schema(*args, **options)
        for methods in document["paths"].values():
            for one in methods.values():
                for status, answer in one["responses"].items():
                    if int(status) >= HTTPStatus.BAD_REQUEST and "content" in answer:
                        answer["content"] = {MEDIA_TYPE: next(iter(answer["content"].values()))}
        return document


api = Api(
    title="byleave",
    version=metadata.version("byleave"),
    description="What members chose about the training of AI: read, set, prove.",
    docs_url=None,
    urls_namespace="api",
    parser=StrictParser(),
    renderer=Renderer(),
)
handle_problems(api)
api.add_router("/me", me.router)
api.add_router("/members", members.router)
api.add_router("", platform.router)
api.add_router("/ledger", ledger.router)
api.add_router("", lineage.router)
api.add_router("", forgetting.router)
api.add_router("/revocations", revocations.router)
