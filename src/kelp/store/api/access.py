"""Who may use the API: everyone, or one user with a password (HTTP basic authentication)."""

import base64
import binascii
import hmac

from kelp.store.errors import ApiError


class Access:
    """Checks the Authorization header; without a password everyone may come in."""

    def __init__(self, user: str = "", password: str = "") -> None:
        self._expected = f"{user}:{password}".encode() if password else None

    def check(self, authorization: str | None) -> None:
        """Raises ApiError 401 when credentials are missing or wrong."""
        if self._expected is None:
            return
        if authorization is None:
            raise _denied("missing authentication credentials for REST request")
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "basic":
            raise _denied(f"unsupported authentication scheme [{scheme}], use basic authentication")
        try:
            given = base64.b64decode(token.strip(), validate=True)
        except binascii.Error:
            raise _denied("unable to read basic authentication credentials") from None
        if not hmac.compare_digest(given, self._expected):
            user = given.partition(b":")[0].decode("utf-8", "replace")
            raise _denied(f"unable to authenticate user [{user}]")


def _denied(reason: str) -> ApiError:
    return ApiError(401, "security_exception", reason)
