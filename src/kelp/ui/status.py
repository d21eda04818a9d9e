"""`/api/status`: whether the page and its Elasticsearch work, in Kibana's shape."""

import platform
import time
import uuid

from starlette.requests import Request
from starlette.responses import Response

from kelp import __version__
from kelp.ui.replies import json_reply
from kelp.ui.saved_objects.model import now_iso
from kelp.ui.settings import KIBANA_VERSION, Settings
from kelp.ui.upstream import Upstream, UpstreamDown, UpstreamTimeout

FRESH_SECONDS = 2.0
_ICONS = {"green": ("Green", "success", "secondary"), "red": ("Red", "danger", "danger")}


class Status:
    """Answers 200 whenever the server itself works: a probe must not restart it for Elasticsearch's sake."""

    def __init__(self, settings: Settings, upstream: Upstream) -> None:
        self._settings = settings
        self._upstream = upstream
        self._id = str(uuid.uuid5(uuid.NAMESPACE_DNS, f"{settings.name}.{platform.node()}"))
        self._checked = float("-inf")
        self._state, self._message, self._since = "red", "not asked yet", now_iso()

    async def show(self, request: Request) -> Response:
        """The state of Elasticsearch, asked at most every FRESH_SECONDS."""
        if time.monotonic() - self._checked > FRESH_SECONDS:
            await self._check()
        part = self._part()
        elasticsearch = {**part, "id": f"core:elasticsearch@{KIBANA_VERSION}", "message": self._message}
        return json_reply(
            {
                "name": self._settings.name,
                "uuid": self._id,
                "version": {"number": KIBANA_VERSION, "build_snapshot": False, "kelp": __version__},
                "status": {"overall": part, "statuses": [elasticsearch]},
            }
        )

    async def _check(self) -> None:
        try:
            status, _ = await self._upstream.json("GET", "/")
            # 401: it is up, and each user brings their own password.
            state = "green" if status < 500 else "red"
            message = (
                "Elasticsearch is available" if state == "green" else f"Elasticsearch answers status {status}"
            )
        except (UpstreamDown, UpstreamTimeout) as error:
            state, message = "red", str(error)
        if state != self._state:
            self._since = now_iso()
        self._state, self._message, self._checked = state, message, time.monotonic()

    def _part(self) -> dict[str, str]:
        title, icon, colour = _ICONS[self._state]
        return {"state": self._state, "title": title, "icon": icon, "uiColor": colour, "since": self._since}
