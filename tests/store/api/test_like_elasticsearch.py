"""The same requests to a real Elasticsearch and to the store: the same shapes and the same stable values."""

import re
import uuid
from collections.abc import Iterator

import httpx2
import pytest

pytestmark = pytest.mark.elasticsearch

PREFIX = f"kelp-like-{uuid.uuid4().hex[:6]}"

# Values that differ by nature; where Elasticsearch has one of these keys, only the type must agree.
VOLATILE = {
    "uuid", "creation_date", "index_uuid", "took", "took_ms", "cluster_name", "cluster_uuid", "name", "timestamp",
    "_seq_no", "_id", "reason",
}  # fmt: skip
# Parts that Elasticsearch adds because of what the store does not have: tiers, other nodes, shard allocation.
ABSENT = {"routing", "forced_refresh"}


@pytest.fixture(scope="module")
def both(server, elasticsearch) -> Iterator[tuple[httpx2.Client, httpx2.Client]]:
    with httpx2.Client(base_url=elasticsearch, timeout=120) as real:
        yield real, server.client
        for client in (real, server.client):
            client.delete(f"/{PREFIX}*")
            client.delete(f"/_template/{PREFIX}*")
            client.delete(f"/_index_template/{PREFIX}*")
            client.delete(f"/_component_template/{PREFIX}*")


@pytest.fixture(autouse=True)
def _clean() -> None:
    """Unlike in other modules, these requests build on each other."""


def differences(want, got, path="$"):
    """What the store's answer lacks or has otherwise; it may have more keys."""
    if isinstance(want, dict) and isinstance(got, dict):
        found = []
        for key, value in want.items():
            if key in ABSENT:
                continue
            if key not in got:
                found.append(f"{path}.{key}: missing")
            elif key in VOLATILE:
                if type(got[key]) is not type(value):
                    found.append(f"{path}.{key}: {value!r} but {got[key]!r}")
            else:
                found += differences(value, got[key], f"{path}.{key}")
        found += [f"{path}.{key}: too much" for key in got if key not in want and key not in ABSENT]
        return found
    if isinstance(want, list) and isinstance(got, list) and len(want) == len(got):
        return [
            d
            for at, (a, b) in enumerate(zip(want, got, strict=True))
            for d in differences(a, b, f"{path}[{at}]")
        ]
    return [] if want == got else [f"{path}: {want!r} but {got!r}"]


STEPS = [
    ("PUT", "/{p}-a", {"mappings": {"properties": {"a": {"type": "keyword"}, "b": {"properties": {"c": {"type": "text", "fields": {"keyword": {"type": "keyword"}}}}}}}, "aliases": {"{p}-al": {"filter": {"term": {"a": "b"}}, "is_write_index": True}}}),
    ("PUT", "/{p}-a", None),
    ("GET", "/{p}-a", None),
    ("GET", "/{p}-a?flat_settings=true&filter_path=*.aliases,*.mappings", None),
    ("GET", "/{p}-a/_mapping", None),
    ("GET", "/{p}-a/_mapping?include_type_name=true", None),
    ("GET", "/{p}-a/_mapping/field/b.c", None),
    ("GET", "/{p}-a/_alias", None),
    ("GET", "/_alias/{p}-al", None),
    ("GET", "/_alias/{p}-none", None),
    ("HEAD", "/_alias/{p}-none", None),
    ("GET", "/_resolve/index/{p}-*", None),
    ("GET", "/{p}-a/_settings/index.number*", None),
    ("PUT", "/{p}-a/_settings", {"index": {"number_of_replicas": 0}}),
    ("PUT", "/{p}-a/_settings", {"index": {"number_of_shards": 3}}),
    ("PUT", "/{p}-a/_settings", {}),
    ("PUT", "/{p}-a/_mapping", {"properties": {"z": {"type": "long"}}}),
    ("PUT", "/{p}-a/_mapping", {"properties": {"a": {"type": "long"}}}),
    ("PUT", "/{p}-b", {"mappings": {"properties": {"a": {"type": "nope"}}}}),
    ("PUT", "/{p}-b", {"nope": {}}),
    ("PUT", "/{p}-B", None),
    ("PUT", "/_{p}", None),
    ("PUT", "/{p}-b", {"mappings": {"_doc": {"properties": {}}}}),
    ("GET", "/{p}-none", None),
    ("DELETE", "/{p}-none", None),
    ("DELETE", "/{p}-none*", None),
    ("DELETE", "/{p}-al", None),
    ("HEAD", "/{p}-none", None),
    ("HEAD", "/{p}-a", None),
    ("GET", "/_cluster/health/{p}-a?level=shards", None),
    ("GET", "/{p}-a/_stats/docs,store?filter_path=_shards,indices.*.total.docs", None),
    ("POST", "/{p}-a/_refresh", None),
    ("POST", "/{p}-a/_flush", None),
    ("POST", "/{p}-a/_forcemerge", None),
    ("POST", "/{p}-a/_cache/clear", None),
    ("POST", "/{p}-a/_rollover", None),
    ("POST", "/_aliases", {"actions": [{"add": {"index": "{p}-a", "alias": "{p}-q", "routing": "1"}}]}),
    ("POST", "/_aliases", {"actions": []}),
    ("POST", "/_aliases", {"actions": [{"remove": {"index": "{p}-a", "alias": "{p}-none"}}]}),
    ("GET", "/{p}-a/_alias/{p}-q", None),
    ("DELETE", "/{p}-a/_alias/{p}-none", None),
    ("DELETE", "/{p}-a/_alias/{p}-q", None),
    ("PUT", "/_template/{p}-t", {"index_patterns": ["{p}-t-*"], "order": 3, "settings": {"number_of_shards": 1}, "mappings": {"properties": {"q": {"type": "keyword"}}}, "aliases": {"{p}-tal": {}}}),
    ("GET", "/_template/{p}-t", None),
    ("GET", "/_template/{p}-none", None),
    ("HEAD", "/_template/{p}-none", None),
    ("PUT", "/_template/{p}-u", {"mappings": {}}),
    ("PUT", "/{p}-t-1", None),
    ("GET", "/{p}-t-1/_mapping", None),
    ("GET", "/{p}-t-1/_alias", None),
    ("PUT", "/_component_template/{p}-c", {"template": {"settings": {"index.refresh_interval": "3s"}, "mappings": {"properties": {"w": {"type": "ip"}}}}, "version": 2, "_meta": {"a": 1}}),
    ("GET", "/_component_template/{p}-c", None),
    ("PUT", "/_index_template/{p}-i", {"index_patterns": ["{p}-i-*"], "composed_of": ["{p}-none"]}),
    ("PUT", "/_index_template/{p}-i", {"index_patterns": ["{p}-i-*"], "composed_of": ["{p}-c"], "priority": 7, "template": {"aliases": {"{p}-ial": {}}}}),
    ("GET", "/_index_template/{p}-i", None),
    ("GET", "/_index_template/{p}-none", None),
    ("POST", "/_index_template/_simulate_index/{p}-i-1", None),
    ("PUT", "/{p}-i-1", {"mappings": {"properties": {"x": {"type": "date"}}}}),
    ("GET", "/{p}-i-1/_mapping", None),
    ("DELETE", "/_index_template/{p}-none", None),
    ("DELETE", "/_template/{p}-none", None),
    ("DELETE", "/_component_template/{p}-none", None),
    ("POST", "/{p}-i-1/_close", None),
    ("POST", "/{p}-i-1/_open", None),
    ("POST", "/_analyze", {"text": "Hello, World foo.bar a_b 1.5 fóo"}),
    ("POST", "/{p}-a/_analyze", {"field": "a", "text": "Hello, World"}),
    ("PUT", "/_cluster/settings", {"persistent": {"{p}.nope": 1}}),
    ("PUT", "/_cluster/settings", {"transient": {}}),
    ("GET", "/_snapshot", None),
    ("GET", "/_remote/info", None),
    ("GET", "/_ingest/pipeline/{p}-none", None),
    ("POST", "/_cluster/health", None),
    ("GET", "/{p}/x/y/z", None),
    ("GET", "/?filter_path=tagline,version.number,version.lucene*", None),
    ("GET", "/_cat/indices/{p}-a?h=index,pri,rep,docs.count&v", None),
    ("GET", "/_cat/indices/{p}-none", None),
    ("GET", "/_cat/aliases/{p}-al?v", None),
    ("GET", "/_cat/templates/{p}-*?v", None),
    ("GET", "/_cat/shards/{p}-a?v&h=index,shard,prirep,state,docs,ip", None),
    ("GET", "/_cat/count/{p}-a?h=count&v", None),
    ("GET", "/_cat/pending_tasks?v", None),
    ("GET", "/_cat/repositories?v", None),
    ("GET", "/_cat/plugins?v", None),
]  # fmt: skip


def filled(value):
    if isinstance(value, dict):
        return {filled(key): filled(item) for key, item in value.items()}
    if isinstance(value, list):
        return [filled(item) for item in value]
    return value.replace("{p}", PREFIX) if isinstance(value, str) else value


@pytest.mark.parametrize(("method", "path", "body"), STEPS, ids=[f"{m} {p}" for m, p, _ in STEPS])
def test_step(both, method, path, body):
    path, body = path.replace("{p}", PREFIX), filled(body)
    # What the step before left to be done in the background shows in answers about the cluster.
    both[0].get("/_cluster/health?wait_for_events=languid&timeout=60s")
    real, ours = (
        client.request(method, path, json=body) if body is not None else client.request(method, path)
        for client in both
    )
    assert ours.status_code == real.status_code, ours.text
    if not real.headers.get("content-type", "").startswith("application/json"):
        assert ours.text == real.text
        return
    if not real.content:
        assert not ours.content
        return
    found = differences(real.json(), ours.json())
    assert [d for d in found if not re.match(r"\$\.error: 'Incorrect HTTP method", d)] == []
