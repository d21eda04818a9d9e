"""Binds handlers that use saved objects to their repository, and turns faults into answers."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response

from kelp.ui.replies import error_reply
from kelp.ui.saved_objects.model import SavedObjectError
from kelp.ui.saved_objects.repository import Repository
from kelp.ui.upstream import Upstream, UpstreamDown, UpstreamTimeout

Handler = Callable[[Request, Repository], Awaitable[Response]]
Endpoint = Callable[[Request], Awaitable[Response]]


def bind(handler: Handler, upstream: Upstream, forward_auth: bool) -> Endpoint:
    """The endpoint of a handler; `forward_auth` hands the caller's Authorization header on to Elasticsearch."""

    async def endpoint(request: Request) -> Response:
        authorization = request.headers.get("authorization") if forward_auth else None
        try:
            return await handler(request, Repository(upstream, authorization))
        except SavedObjectError as error:
            # Elasticsearch wants a password: the browser asks for it, and its header goes through.
            asks = forward_auth and error.status == 401
            headers = {"www-authenticate": 'Basic realm="Elasticsearch"'} if asks else None
            return error_reply(error.status, str(error), headers)
        except UpstreamDown as error:
            return error_reply(502, str(error), type="elasticsearch_down")
        except UpstreamTimeout as error:
            return error_reply(504, str(error), type="elasticsearch_timeout")

    return endpoint
