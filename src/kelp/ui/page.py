"""The built page: index.html below any path, assets with the right cache headers, the login form."""

import html
import mimetypes
import re
import secrets
from contextlib import suppress
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from kelp.common.errors import KelpError
from kelp.ui.replies import error_reply

STATIC = Path(__file__).parent / "static"
ASSETS = Path(__file__).parent / "assets"
LOGIN_ASSETS = ("/login.css", "/login.js")

_ENCODINGS = (("br", ".br"), ("gzip", ".gz"))
_BASE = '<base href="./" />'
_FOREVER = "public, max-age=31536000, immutable"
_HASHED = re.compile(r"-[\w-]{8}\.\w+$")


def depth_of(path: str) -> int:
    """How many folders deep a path is: `/` and `/app` are 0, `/app/kibana` is 1, `/app/kibana/` is 2."""
    return max(path.count("/") - 1, 0)


def base_href(depth: int) -> str:
    """The relative URL of the root, seen from a page `depth` folders deep."""
    return "../" * depth or "./"


def security_headers(nonce: str = "") -> dict[str, str]:
    """Headers of every answer. Styles need the nonce: the widgets write their theme as a style element."""
    style = f"'self' 'nonce-{nonce}'" if nonce else "'self'"
    policy = (
        f"default-src 'self'; script-src 'self'; style-src {style}; img-src 'self' data:; font-src 'self'; "
        "connect-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'self'"
    )
    return {
        "content-security-policy": policy,
        "x-content-type-options": "nosniff",
        "x-frame-options": "SAMEORIGIN",
        "referrer-policy": "same-origin",
    }


class Page:
    """Serves the files of `folder`; raises KelpError when the page has not been built.

    A page built anew while the server runs is served from then on.
    """

    def __init__(self, folder: Path = STATIC) -> None:
        self._folder = folder
        self._login = (ASSETS / "login.html").read_text()
        self._built_ns = -1
        self._index = ""
        self._files: dict[str, Path] = {}
        self._load()

    def _load(self) -> None:
        index = self._folder / "index.html"
        try:
            built_ns = index.stat().st_mtime_ns
            if built_ns == self._built_ns:
                return
            text = index.read_text()
        except OSError as error:
            raise KelpError(
                f"cannot read the built page {index}: {error.strerror}; build it with tools/build_web.py"
            ) from error
        if _BASE not in text:
            raise KelpError(f"cannot use the built page {index}: it has no {_BASE}; build it again")
        # Listed once per build: a request can only name a file that is in the list.
        files = {
            "/" + path.relative_to(self._folder).as_posix(): path
            for path in self._folder.rglob("*")
            if path.is_file() and path.suffix not in {".br", ".gz"} and path != index
        }
        files |= {name: ASSETS / name[1:] for name in LOGIN_ASSETS}
        self._index, self._files, self._built_ns = text, files, built_ns

    def index(self, depth: int) -> Response:
        """index.html for a URL that is `depth` folders deep; never cached."""
        with suppress(KelpError):  # being built right now: the one in memory still does
            self._load()
        nonce = secrets.token_urlsafe(16)
        head = f'<base href="{base_href(depth)}" /><meta name="csp-nonce" content="{nonce}" />'
        return _html(self._index.replace(_BASE, head, 1), 200, nonce)

    def login(self, depth: int, failed: bool) -> Response:
        """The login form, in place of a page `depth` folders deep."""
        message = "Wrong user or password." if failed else ""
        text = self._login.replace("{base}", base_href(depth)).replace("{message}", html.escape(message))
        return _html(text, 401, "")

    async def serve(self, request: Request) -> Response:
        """The page itself for `/` and `/app/…`."""
        return self.index(depth_of(request.url.path))

    async def file(self, request: Request) -> Response:
        """A file of the built page, compressed if the build did so and the browser can read it."""
        path = self._files.get(request.url.path)
        if path is None:
            return error_reply(404, f"no file {request.url.path}")
        hashed = request.url.path.startswith("/assets/") and _HASHED.search(path.name)
        stat = path.stat()
        etag = f'"{stat.st_mtime_ns:x}-{stat.st_size:x}"'
        headers = {
            "cache-control": _FOREVER if hashed else "no-cache",
            "etag": etag,
            "vary": "accept-encoding",
        }
        if request.headers.get("if-none-match") == etag:
            return Response(status_code=304, headers=headers)
        accepted = {
            part.partition(";")[0].strip() for part in request.headers.get("accept-encoding", "").split(",")
        }
        for encoding, suffix in _ENCODINGS:
            packed = path.with_name(path.name + suffix)
            if encoding in accepted and packed.is_file():
                headers["content-encoding"] = encoding
                path = packed
                break
        media = mimetypes.guess_type(request.url.path)[0] or "application/octet-stream"
        return Response(
            path.read_bytes(), 200, headers, "text/javascript" if media.endswith("javascript") else media
        )


def _html(text: str, status: int, nonce: str) -> Response:
    headers = {"cache-control": "no-store" if nonce else "no-cache", **security_headers(nonce)}
    return Response(text, status, headers, "text/html")
