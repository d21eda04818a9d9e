"""Free text finds values that appeared since the last search."""

import json
from collections.abc import Mapping

from kelp.store.dsl import parse_query
from kelp.store.ingest.bulk_request import BulkDefaults
from kelp.store.search.context import SearchContext
from kelp.store.search.search import count
from kelp.store.store import Store


def write(store: Store, *documents: Mapping[str, object]) -> None:
    lines = [line for document in documents for line in ({"index": {"_index": "words"}}, document)]
    body = "".join(json.dumps(line) + "\n" for line in lines).encode()
    assert not store.bulk(body, BulkDefaults(), refresh="true").errors


def found(store: Store, text: str) -> tuple[int, str]:
    index = store.catalog.get("words")
    assert index is not None
    context = SearchContext(store.engine, [index])
    context.narrow(parse_query({"query_string": {"query": text}}).lower())
    return count(context), " ".join(branch.where for branch in context.branches)


def test_new_values_are_found_and_absent_ones_cost_nothing(store: Store) -> None:
    write(store, *({"log": f"line {number}", "app": "billing", "host": "n1"} for number in range(100)))
    matched, where = found(store, "billing")
    assert matched == 100
    assert "`app`" in where
    assert "`host`" not in where
    assert found(store, "checkout")[0] == 0
    write(store, {"log": "one more", "app": "checkout", "host": "n1"})
    assert found(store, "checkout")[0] == 1
    assert found(store, "NOT checkout")[0] == 100
    write(store, {"log": "other", "zone": "eu-west"}, {"log": "other", "zone": "eu-west"})
    assert found(store, "west")[0] == 2
    write(store, {"log": "arrays", "app": ["mailer", "search"]})
    assert found(store, "mailer")[0] == 1
