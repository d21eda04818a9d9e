"""`/api/shorten_url` and `/goto/ID`: links that are too long for a chat."""

import hashlib
import re

import orjson
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from kelp.ui.page import base_href, depth_of
from kelp.ui.replies import json_reply
from kelp.ui.saved_objects.endpoint import bind
from kelp.ui.saved_objects.model import SavedObject, SavedObjectError, now_iso
from kelp.ui.saved_objects.repository import Repository
from kelp.ui.upstream import Upstream

# A path of this page, so that a short link cannot lead to another site.
_OWN_URL = re.compile(r"^/(?:app/[\w/-]*)?(?:#/[^\s\\]*)?$")


def routes(upstream: Upstream, forward_auth: bool) -> list[Route]:
    """The two routes."""

    return [
        Route("/api/shorten_url", bind(_shorten, upstream, forward_auth), methods=["POST"]),
        Route("/goto/{id}", bind(_goto, upstream, forward_auth), methods=["GET"]),
    ]


async def _shorten(request: Request, repository: Repository) -> Response:
    try:
        url = orjson.loads(await request.body())["url"]
    except (orjson.JSONDecodeError, KeyError, TypeError) as error:
        raise SavedObjectError(400, 'cannot shorten the link: send {"url": …}') from error
    if not isinstance(url, str) or not _OWN_URL.match(url):
        raise SavedObjectError(
            400, "cannot shorten the link: it must be one of this page, such as /#/discover"
        )
    # The same link always gets the same id.
    url_id = hashlib.sha256(url.encode()).hexdigest()[:32]
    attributes = {"url": url, "accessCount": 0, "createDate": now_iso(), "accessDate": now_iso()}
    await repository.create(SavedObject("url", url_id, attributes, [], now_iso()), overwrite=True)
    return json_reply({"urlId": url_id})


async def _goto(request: Request, repository: Repository) -> Response:
    item = await repository.get("url", request.path_params["id"])
    url = str(item.attributes["url"])
    if not _OWN_URL.match(url):
        raise SavedObjectError(400, "cannot follow the link: it does not lead into this page")
    return RedirectResponse(base_href(depth_of(request.url.path)) + url.removeprefix("/"), 303)
