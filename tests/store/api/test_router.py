import pytest

from kelp.store.api.route import Route
from kelp.store.api.router import Router


def handler(call):
    return {}


ROUTER = Router(
    Route(methods, path, handler)
    for methods, path in [
        ("GET", "/"),
        ("GET PUT", "/{index}"),
        ("HEAD", "/{index}"),
        ("GET POST", "/_search"),
        ("GET POST", "/{index}/_search"),
        ("GET", "/{index}/_doc/{id}"),
        ("GET", "/_cat/indices/{index}"),
    ]
)


@pytest.mark.parametrize(
    ("method", "path", "want", "args"),
    [
        ("GET", "/", "/", {}),
        ("GET", "", "/", {}),
        ("HEAD", "/", "/", {}),
        ("GET", "/logs", "/{index}", {"index": "logs"}),
        ("GET", "/logs/", "/{index}", {"index": "logs"}),
        ("GET", "//logs", "/{index}", {"index": "logs"}),
        ("POST", "/_search", "/_search", {}),
        ("GET", "/a,b-*/_search", "/{index}/_search", {"index": "a,b-*"}),
        ("GET", "/%3Clogs-%7Bnow%2Fd%7D%3E/_search", "/{index}/_search", {"index": "<logs-{now/d}>"}),
        ("GET", "/a/_doc/x%2Fy", "/{index}/_doc/{id}", {"index": "a", "id": "x/y"}),
        ("PUT", "/_search", "/{index}", {"index": "_search"}),
        ("GET", "/_cat/indices/a", "/_cat/indices/{index}", {"index": "a"}),
    ],
)
def test_match(method, path, want, args):
    found = ROUTER.match(method, path)
    assert found is not None
    assert found.route is not None
    assert (found.route.path, found.args) == (want, args)


def test_no_such_path():
    assert ROUTER.match("GET", "/a/b/c/d") is None


def test_wrong_method():
    found = ROUTER.match("DELETE", "/a/_search")
    assert found is not None
    assert found.route is None
    assert found.allowed == ["GET", "HEAD", "POST"]


def test_head_of_its_own():
    found = ROUTER.match("HEAD", "/a")
    assert found is not None
    assert found.route is not None
    assert found.route.methods == "HEAD"


def test_claimed_twice():
    with pytest.raises(ValueError, match=r"cannot add route GET /\{name\}: /\{index\} has it already"):
        Router([Route("GET", "/{index}", handler), Route("GET", "/{name}", handler)])
