import pytest

from kelp.store.api.filter_path import apply

HITS = {
    "took": 1,
    "hits": {"total": {"value": 2}, "hits": [{"_id": "1", "_source": {"a": 1, "b": {"c": 2}}}, {"_id": "2"}]},
}


@pytest.mark.parametrize(
    ("paths", "want"),
    [
        ("took", {"took": 1}),
        ("hits.total.value", {"hits": {"total": {"value": 2}}}),
        ("hits.hits._id", {"hits": {"hits": [{"_id": "1"}, {"_id": "2"}]}}),
        ("hits.hits._source.a", {"hits": {"hits": [{"_source": {"a": 1}}]}}),
        ("hits.hits", {"hits": {"hits": HITS["hits"]["hits"]}}),
        ("*.total", {"hits": {"total": {"value": 2}}}),
        ("h*.t*", {"hits": {"total": {"value": 2}}}),
        ("**.c", {"hits": {"hits": [{"_source": {"b": {"c": 2}}}]}}),
        ("took,hits.total", {"took": 1, "hits": {"total": {"value": 2}}}),
        ("nothing", {}),
        ("-hits", {"took": 1}),
        ("-hits.hits._source,-took", {"hits": {"total": {"value": 2}, "hits": [{"_id": "1"}, {"_id": "2"}]}}),
        ("hits,-hits.hits", {"hits": {"total": {"value": 2}}}),
        ("-**._id,-took,-hits.total", {"hits": {"hits": [{"_source": {"a": 1, "b": {"c": 2}}}, {}]}}),
    ],
)
def test_apply(paths, want):
    assert apply(HITS, paths) == want


def test_dot_in_name():
    assert apply({"a.b": {"c": 1}, "a": {"b": 2}}, r"a\.b.c") == {"a.b": {"c": 1}}


def test_lists_at_the_top():
    assert apply([{"index": "a", "n": 1}, {"n": 2}], "index") == [{"index": "a"}]
