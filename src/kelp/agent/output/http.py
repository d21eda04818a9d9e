"""What outputs say and hear over HTTP."""

import base64


def basic_auth(user: str | None, password: str | None) -> str:
    """The header `Authorization` of a user."""
    return "Basic " + base64.b64encode(f"{user or ''}:{password or ''}".encode()).decode()


def shorten(body: bytes, limit: int = 300) -> str:
    """An answer's beginning, for messages."""
    text = body[:limit].decode("utf-8", "replace").strip()
    return text + ("…" if len(body) > limit else "")
