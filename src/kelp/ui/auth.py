"""Who may see the page: a user and password by login form (signed cookie) or by basic authentication."""

import asyncio
import base64
import binascii
import hashlib
import hmac
import ipaddress
import time
from urllib.parse import parse_qs

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from kelp.common.log import Log
from kelp.ui.page import LOGIN_ASSETS, Page, depth_of
from kelp.ui.replies import error_reply
from kelp.ui.settings import Settings, is_loopback

COOKIE = "kelp_session"
SESSION_SECONDS = 12 * 3600
WRONG_PASSWORD_DELAY_SECONDS = 1.0
MAX_FORM_BYTES = 16 << 10
_OPEN_PATHS = {"/api/status", "/login", "/favicon.svg", *LOGIN_ASSETS}
_SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
_XSRF_HEADERS = ("kbn-xsrf", "osd-xsrf", "kbn-version")


class Sessions:
    """Makes and checks the signed cookie `user|expiry|signature`.

    The key comes from the password: sessions live through a restart and end when the password changes.
    """

    def __init__(self, username: str, password: str) -> None:
        self._username = username
        self._password = password
        salt = b"kelp ui session " + username.encode()
        self._key = hashlib.scrypt(password.encode(), salt=salt, n=1 << 14, r=8, p=1)

    def matches(self, username: str, password: str) -> bool:
        """Whether user and password are the right ones, in constant time."""
        same_user = hmac.compare_digest(username.encode(), self._username.encode())
        same_password = hmac.compare_digest(password.encode(), self._password.encode())
        return same_user and same_password

    def issue(self, now: float) -> str:
        """A cookie value that is good for SESSION_SECONDS from `now`, in seconds since the epoch."""
        text = f"{self._username}|{int(now) + SESSION_SECONDS}"
        return base64.urlsafe_b64encode(f"{text}|{self._sign(text)}".encode()).decode().rstrip("=")

    def valid(self, cookie: str, now: float) -> bool:
        """Whether a cookie was made by `issue` and has not expired."""
        try:
            text = base64.urlsafe_b64decode(cookie + "=" * (-len(cookie) % 4)).decode()
        except (binascii.Error, ValueError):
            return False
        signed, _, signature = text.rpartition("|")
        if not hmac.compare_digest(signature.encode(), self._sign(signed).encode()):
            return False
        return int(signed.rpartition("|")[2]) > now

    def _sign(self, text: str) -> str:
        return hmac.new(self._key, text.encode(), hashlib.sha256).hexdigest()


def basic_credentials(header: str) -> tuple[str, str] | None:
    """User and password of a basic Authorization header; None if it is another one or malformed."""
    scheme, _, value = header.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        user, colon, password = base64.b64decode(value.strip(), validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return (user, password) if colon else None


class Guard:
    """Refuses requests of strangers before any handler sees them.

    Three checks: a request that changes something needs a header no foreign page can send (Kibana's
    `kbn-xsrf`); a page open to this machine only answers no foreign host name (DNS rebinding); a protected
    page wants a session or basic credentials.
    """

    def __init__(self, app: ASGIApp, settings: Settings, page: Page) -> None:
        self._app = app
        self._page = page
        self._check_host = settings.loopback and not settings.protected and not settings.insecure
        self._sessions = (
            Sessions(settings.username or "", settings.password or "") if settings.protected else None
        )
        self._log = Log("ui.auth")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        reply = self._refusal(request)
        if reply is None and self._sessions is not None:
            reply = await self._session_reply(request, self._sessions)
        await (reply or self._app)(scope, receive, send)

    def _refusal(self, request: Request) -> Response | None:
        if self._check_host and not _own_host(request.headers.get("host", "")):
            return error_reply(
                403,
                "cannot answer under this host name: the page is open to this machine only; "
                "start it with --insecure or a password to use another name",
            )
        changes = request.method not in _SAFE_METHODS
        if changes and request.url.path.startswith("/api/") and not _has_xsrf_header(request.headers):
            return error_reply(400, "Request must contain a kbn-xsrf header.")
        return None

    async def _session_reply(self, request: Request, sessions: Sessions) -> Response | None:
        path = request.url.path
        if path == "/login" and request.method == "POST":
            return await self._login(request, sessions)
        if path == "/logout":
            reply = RedirectResponse("./", 303)
            reply.delete_cookie(COOKIE, path="")
            return reply
        if path in _OPEN_PATHS and path != "/login":
            return None
        if sessions.valid(request.cookies.get(COOKIE, ""), time.time()):
            return RedirectResponse("./", 303) if path == "/login" else None
        credentials = basic_credentials(request.headers.get("authorization", ""))
        if credentials is not None:
            if sessions.matches(*credentials):
                return None
            await asyncio.sleep(WRONG_PASSWORD_DELAY_SECONDS)
        return self._ask(request)

    def _ask(self, request: Request) -> Response:
        if "text/html" in request.headers.get("accept", "") and request.method == "GET":
            return self._page.login(depth_of(request.url.path), failed=False)
        # A page whose session ended must not make the browser open its own password box.
        from_page = request.headers.get("sec-fetch-mode") == "cors" or _has_xsrf_header(request.headers)
        headers = {} if from_page else {"www-authenticate": 'Basic realm="Kelp", charset="UTF-8"'}
        return error_reply(401, "sign in to see this", headers)

    async def _login(self, request: Request, sessions: Sessions) -> Response:
        if request.headers.get("sec-fetch-site") == "cross-site":
            return error_reply(403, "cannot sign in from another site's page")
        length = request.headers.get("content-length", "")
        if not length.isdigit() or int(length) > MAX_FORM_BYTES:
            return error_reply(413, "cannot read the login form: it is too large")
        form = parse_qs((await request.body()).decode(errors="replace"), keep_blank_values=True)
        user, password, goal = (form.get(name, [""])[0] for name in ("user", "password", "next"))
        if not sessions.matches(user, password):
            self._log.warning("wrong user or password", client=request.client.host if request.client else "?")
            await asyncio.sleep(WRONG_PASSWORD_DELAY_SECONDS)
            return self._page.login(0, failed=True)
        reply = RedirectResponse("./" + _safe_goal(goal), 303)
        secure = request.headers.get("x-forwarded-proto", request.url.scheme) == "https"
        # Without a path the cookie belongs to the folder of /login, whatever proxies put before it.
        reply.set_cookie(
            COOKIE,
            sessions.issue(time.time()),
            max_age=SESSION_SECONDS,
            path=None,
            httponly=True,
            samesite="lax",
            secure=secure,
        )
        return reply


def _has_xsrf_header(headers: Headers) -> bool:
    return any(name in headers for name in _XSRF_HEADERS)


def _own_host(header: str) -> bool:
    name = header.rsplit(":", 1)[0] if not header.endswith("]") else header
    if is_loopback(name):
        return True
    try:
        ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True


def _safe_goal(goal: str) -> str:
    # Only the part after the hash is taken over, so a link cannot lead elsewhere.
    return goal if goal.startswith("#/") and not any(c in goal for c in "\r\n") else ""
