import base64

import pytest

from kelp.store.api.access import Access
from kelp.store.errors import ApiError


def basic(text):
    return "Basic " + base64.b64encode(text.encode()).decode()


def test_open():
    Access().check(None)


@pytest.mark.parametrize(
    "header", [basic("elastic:geheim:ß"), basic("elastic:geheim:ß").replace("Basic", "basic")]
)
def test_let_in(header):
    Access("elastic", "geheim:ß").check(header)


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        (None, "missing authentication credentials for REST request"),
        ("Bearer x", "unsupported authentication scheme [Bearer], use basic authentication"),
        ("Basic ?", "unable to read basic authentication credentials"),
        (basic("elastic:wrong"), "unable to authenticate user [elastic]"),
        (basic("other:secret"), "unable to authenticate user [other]"),
        (basic("elastic"), "unable to authenticate user [elastic]"),
    ],
)
def test_denied(header, reason):
    with pytest.raises(ApiError) as fault:
        Access("elastic", "secret").check(header)
    assert (fault.value.status, fault.value.type, fault.value.reason) == (401, "security_exception", reason)
