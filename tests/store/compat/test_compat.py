"""The cases in the YAML files beside this one, run on Kelp and, where one is named, on a real Elasticsearch.

A case holds a request and what Elasticsearch answers; `kelp` is there where Kelp answers otherwise, with a `reason`.
"""

from pathlib import Path
from typing import Any

import httpx2
import orjson
import pytest
import yaml

from kelp.store.api import errors
from kelp.store.api.parameters import Parameters
from kelp.store.errors import ApiError
from kelp.store.search.request import parse_search
from kelp.store.search.search import run_search
from kelp.store.store import Store

FILES = sorted(Path(__file__).parent.glob("*.yaml"))
SUITES = {path.stem: yaml.safe_load(path.read_text(encoding="utf-8")) for path in FILES}


def index_of(suite: str) -> str:
    """The index that holds the documents of a file."""
    return f"kelp-compat-{suite.replace('_', '-')}"


def bulk_lines(suite: str) -> bytes:
    lines = []
    for number, document in enumerate(SUITES[suite]["documents"], 1):
        lines.append(orjson.dumps({"index": {"_index": index_of(suite), "_id": str(number)}}))
        lines.append(orjson.dumps(document))
    return b"\n".join(lines) + b"\n"


def answer_of(body: dict[str, Any], status: int) -> dict[str, Any]:
    """An answer in the short form of the files."""
    if status != 200:
        reason: str = body["error"]["root_cause"][0]["reason"]
        if reason.startswith("[1:"):
            reason = reason.partition("] ")[2]
        return {"status": status, "error": reason.partition(" at [1:")[0]}
    if "aggregations" in body:
        return {"aggregations": body["aggregations"]}
    return {"hits": [hit["_id"] for hit in body["hits"]["hits"]], "total": body["hits"]["total"]["value"]}


def same(want: Any, got: Any) -> bool:
    """Equal, types included; floating numbers to the ninth digit."""
    if isinstance(want, dict) and isinstance(got, dict):
        return want.keys() == got.keys() and all(same(want[key], got[key]) for key in want)
    if isinstance(want, list) and isinstance(got, list):
        return len(want) == len(got) and all(map(same, want, got))
    if isinstance(want, float) and isinstance(got, float):
        return want == pytest.approx(got, rel=1e-9)
    return type(want) is type(got) and want == got


@pytest.fixture(scope="module")
def loaded(store: Store) -> Store:
    for suite, content in SUITES.items():
        store.catalog.create(index_of(suite), mappings=content["mapping"])
        store.bulk(bulk_lines(suite), refresh="true")
    return store


@pytest.fixture(scope="module")
def real(elasticsearch: str) -> httpx2.Client:
    client = httpx2.Client(base_url=elasticsearch, timeout=120)
    for suite, content in SUITES.items():
        client.delete(f"/{index_of(suite)}")
        client.put(f"/{index_of(suite)}", json={"mappings": content["mapping"]})
        headers = {"content-type": "application/x-ndjson"}
        client.post("/_bulk?refresh=true", content=bulk_lines(suite), headers=headers)
    yield client
    for suite in SUITES:
        client.delete(f"/{index_of(suite)}")
    client.close()


CASES = [
    pytest.param(suite, case, id=f"{suite}-{number}")
    for suite, content in SUITES.items()
    for number, case in enumerate(content["cases"])
]


@pytest.mark.parametrize(("suite", "case"), CASES)
def test_kelp(loaded: Store, suite: str, case: dict[str, Any]) -> None:
    indices = loaded.catalog.resolve(index_of(suite))
    try:
        body, status = run_search(loaded.engine, indices, parse_search(case["request"], Parameters())), 200
    except ApiError as error:
        body, status = errors.body(error), error.status
    got = answer_of(body, status)
    want = case.get("kelp", case["expected"])
    assert same(want, got), f"{case['request']}\nwant {want}\ngot  {got}"


@pytest.mark.elasticsearch
@pytest.mark.parametrize(("suite", "case"), CASES)
def test_elasticsearch(real: httpx2.Client, suite: str, case: dict[str, Any]) -> None:
    response = real.post(f"/{index_of(suite)}/_search", json=case["request"])
    got = answer_of(response.json(), response.status_code)
    assert same(case["expected"], got), f"{case['request']}\nwant {case['expected']}\ngot  {got}"


@pytest.mark.parametrize("suite", SUITES)
def test_deviations_have_reasons(suite: str) -> None:
    deviating = [case for case in SUITES[suite]["cases"] if "kelp" in case]
    assert all(case["reason"] for case in deviating)
    assert not [case["request"] for case in deviating if same(case["kelp"], case["expected"])]
