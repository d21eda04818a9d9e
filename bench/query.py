"""Query latencies: what Discover and people ask, best and median of several runs, over one connection."""

import http.client
import json
import statistics
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

_NEWEST = {
    "size": 500,
    "sort": [{"@timestamp": {"order": "desc", "unmapped_type": "boolean"}}],
    "track_total_hits": True,
}
_HISTOGRAM = {"date_histogram": {"field": "@timestamp", "fixed_interval": "30m", "min_doc_count": 1}}


def _top(field: str) -> dict[str, Any]:
    return {"terms": {"field": field, "size": 10}}


@dataclass(frozen=True, slots=True)
class Question:
    """One query in Elasticsearch's language and in LogsQL."""

    name: str
    body: dict[str, Any]
    logsql: str


QUESTIONS = (
    Question("count all", {"size": 0, "track_total_hits": True}, "* | count()"),
    Question(
        "count common term",
        {"size": 0, "track_total_hits": True, "query": {"match": {"log": "timeout"}}},
        "_msg:timeout | count()",
    ),
    Question(
        "count rare term",
        {"size": 0, "track_total_hits": True, "query": {"match": {"log": "89999"}}},
        "_msg:89999 | count()",
    ),
    Question(
        "count phrase",
        {"size": 0, "track_total_hits": True, "query": {"match_phrase": {"log": "was slow"}}},
        '_msg:"was slow" | count()',
    ),
    Question(
        "newest 500 of common term",
        _NEWEST | {"query": {"match": {"log": "timeout"}}},
        "_msg:timeout | sort by (_time) desc | limit 500",
    ),
    Question("newest 500", _NEWEST, "* | sort by (_time) desc | limit 500"),
    Question("histogram 30 min", {"size": 0, "aggs": {"h": _HISTOGRAM}}, "* | stats by (_time:30m) count()"),
    Question(
        "histogram by namespace",
        {"size": 0, "aggs": {"n": _top("kubernetes.namespace_name.keyword") | {"aggs": {"h": _HISTOGRAM}}}},
        "* | stats by (kubernetes.namespace_name, _time:30m) count()",
    ),
    Question(
        "top pods",
        {"size": 0, "aggs": {"p": _top("kubernetes.pod_name.keyword")}},
        "* | top 10 by (kubernetes.pod_name)",
    ),
    Question(
        "label equals",
        {
            "size": 0,
            "track_total_hits": True,
            "query": {"term": {"kubernetes.labels.app.keyword": "billing"}},
        },
        "kubernetes.labels.app:=billing | count()",
    ),
    Question(
        "discover: newest 500, total, histogram",
        _NEWEST | {"aggs": {"h": _HISTOGRAM}, "highlight": {"fields": {"*": {}}}, "query": {"match_all": {}}},
        "",
    ),
    Question(
        "discover with a term",
        _NEWEST
        | {
            "aggs": {"h": _HISTOGRAM},
            "highlight": {"fields": {"*": {}}},
            "query": {"query_string": {"query": "failed AND timeout"}},
        },
        "",
    ),
)


@dataclass(frozen=True, slots=True)
class Timing:
    """Milliseconds of one question: first (cold), best and median; `answer` is a short proof that it was answered."""

    name: str
    first: float
    best: float
    median: float
    answer: str


def ask(connection: http.client.HTTPConnection, question: Question, logsql: bool) -> tuple[float, str]:
    """Seconds and what came back, shortened."""
    if logsql:
        path, body = "/select/logsql/query", urlencode({"query": question.logsql}).encode()
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
    else:
        # Without its cache of answers each repetition is work, as it is for the peers.
        path, body = "/logstash-bench/_search?request_cache=false", json.dumps(question.body).encode()
        headers = {"Content-Type": "application/json"}
    started = time.perf_counter()
    connection.request("POST", path, body, headers)
    response = connection.getresponse()
    data = response.read()
    seconds = time.perf_counter() - started
    if response.status != 200:
        raise RuntimeError(f"cannot ask {question.name!r}: status {response.status}: {data[:300]!r}")
    if logsql:
        found = data.count(b"\n")
        return seconds, f"{found} lines" if found > 1 else data.decode().strip()[:40]
    answer = json.loads(data)
    buckets = [len(a.get("buckets", ())) for a in answer.get("aggregations", {}).values()]
    return (
        seconds,
        f"total {answer['hits']['total']['value']} hits {len(answer['hits']['hits'])} buckets {buckets}",
    )


def run(url: str, repeats: int, logsql: bool) -> list[Timing]:
    """Every question `repeats` times; questions without a form in the peer's language are left out."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "127.0.0.1", parts.port, timeout=300)
    timings = []
    for question in QUESTIONS:
        if logsql and not question.logsql:
            continue
        results = [ask(connection, question, logsql) for _ in range(repeats)]
        times = [seconds * 1000 for seconds, _ in results]
        timings.append(Timing(question.name, times[0], min(times), statistics.median(times), results[-1][1]))
    connection.close()
    return timings
