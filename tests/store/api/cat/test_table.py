import pytest

from kelp.store.api.cat.table import Bytes, Column, Millis, Table, render, size_text, time_text
from kelp.store.api.parameters import Parameters
from kelp.store.api.route import Call
from kelp.store.errors import ApiError

ROWS = [
    {"name": "long-name", "docs": 7, "size": Bytes(2048), "node": "vm"},
    {"name": "b", "docs": 120, "size": Bytes(10)},
]
TABLE = Table(
    ("/_cat/x",),
    (
        Column("name", "n", "the name"),
        Column("docs", "d,docsCount", "how many", right=True),
        Column("size", "ss", "how large", right=True),
        Column("node", "", "where"),
        Column("secret", "", "not shown", shown=False),
    ),
    lambda call: ROWS,
)


def shown(query, accept=""):
    result = render(TABLE, Call("GET", "/_cat/x", parameters=Parameters(query), headers={"accept": accept}))
    return getattr(result, "body", result)


@pytest.mark.parametrize(
    ("query", "want"),
    [
        ("", "long-name   7 2kb vm\nb         120 10b \n"),
        ("v", "name      docs size node\nlong-name    7  2kb vm\nb          120  10b \n"),
        ("h=d,n", "  7 long-name\n120 b\n"),
        ("v&h=docsCount,nope", "docsCount\n        7\n      120\n"),
        ("h=s*&v", "size secret\n 2kb \n 10b \n"),
        ("h=n&s=docs:desc", "b\nlong-name\n"),
        ("h=n&s=size", "b\nlong-name\n"),
        ("h=n&s=node,name:desc", "b\nlong-name\n"),
        ("h=ss&bytes=b", "2048\n  10\n"),
        (
            "help",
            "name   | n           | the name\ndocs   | d,docsCount | how many\nsize   | ss          | how large\n"
            "node   |             | where\nsecret |             | not shown\n",
        ),
    ],
)
def test_text(query, want):
    assert shown(query) == want


@pytest.mark.parametrize(
    ("query", "accept"),
    [
        ("format=json&h=n,ss", ""),
        ("h=n,ss", "application/json"),
        ("h=n,ss", "application/vnd.elasticsearch+json; compatible-with=8"),
    ],
)
def test_json(query, accept):
    assert shown(query, accept) == [{"n": "long-name", "ss": "2kb"}, {"n": "b", "ss": "10b"}]


def test_text_wins_where_it_is_asked_for():
    assert shown("h=n&format=text", "application/json") == "long-name\nb\n"


def test_missing_values_are_null():
    assert shown("format=json&h=node") == [{"node": "vm"}, {"node": None}]


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("s=nope", "Unable to sort by unknown sort key `nope`"),
        ("s=docs:up", "cannot sort by [docs:up]: expected [asc] or [desc] after the colon"),
        ("bytes=x", "cannot show sizes in [x], expected one of"),
    ],
)
def test_faults(query, reason):
    with pytest.raises(ApiError) as fault:
        shown(query)
    assert fault.value.reason.startswith(reason)


@pytest.mark.parametrize(
    ("count", "want"),
    [
        (0, "0b"),
        (1023, "1023b"),
        (1024, "1kb"),
        (3511, "3.4kb"),
        (21759547, "20.7mb"),
        (2**50, "1pb"),
        (2**61, "2048pb"),
    ],
)
def test_size_text(count, want):
    assert size_text(count) == want


@pytest.mark.parametrize(
    ("millis", "want"), [(0, "0ms"), (999, "999ms"), (1500, "1.5s"), (90_000, "1.5m"), (86_400_000, "1d")]
)
def test_time_text(millis, want):
    assert time_text(millis) == want


def test_millis_cell():
    table = Table(("/",), (Column("t"),), lambda call: [{"t": Millis(1500)}])
    result = render(table, Call("GET", "/", parameters=Parameters("time=ms")))
    assert result.body == "1500\n"
