"""The google_cloud output, against a local endpoint."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from kelp.agent.config import ConfigError
from kelp.agent.metrics.registry import Registry
from kelp.agent.output.google.fields import adjust_time, severity
from kelp.agent.plugins import out_google_cloud
from kelp.agent.plugins.out_google_cloud import GoogleCloudError
from tests.agent.output_driver import NS, T0, make, running
from tests.agent.waiting import PATIENCE, wait_for

TIME = "2026-11-23T10:00:00.000000000Z"
REFUSED = {"error": {"code": 400, "message": "some are bad", "details": [{
    "@type": "type.googleapis.com/google.logging.v2.WriteLogEntriesPartialErrors",
    "logEntryErrors": {"1": {"code": 3, "message": "too large"}}}]}}  # fmt: skip


@dataclass
class Cloud:
    """Cloud Logging and the metadata service."""

    port: int = 0
    requests: list[dict[str, Any]] = field(default_factory=list)
    answers: list[tuple[int, Any]] = field(default_factory=list)
    metadata: dict[str, str] = field(default_factory=dict)

    @property
    def entries(self) -> list[dict[str, Any]]:
        return [entry for request in self.requests for entry in request["entries"]]


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch) -> Iterator[Cloud]:
    cloud = Cloud()
    monkeypatch.setattr("kelp.agent.output.google.resource._METADATA_TIMEOUT", PATIENCE)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = cloud.metadata.get(self.path.removeprefix("/computeMetadata/v1/"))
            self.reply(404 if found is None else 200, (found or "").encode())

        def do_POST(self) -> None:
            assert self.path.partition("?")[0] == "/v2/entries:write"
            cloud.requests.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            status, body = cloud.answers.pop(0) if cloud.answers else (200, {})
            self.reply(status, json.dumps(body).encode())

        def reply(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    cloud.port = server.server_address[1]
    monkeypatch.setenv("GCE_METADATA_HOST", f"127.0.0.1:{cloud.port}")
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    yield cloud
    server.shutdown()
    server.server_close()


def config(cloud: Cloud, options: str = "") -> str:
    return f"@type google_cloud\n@id g\nlogging_api_url http://127.0.0.1:{cloud.port}\nproject_id p\nvm_name vm\n{options}"


def write(
    cloud: Cloud, options: str, *records: dict[str, Any], tag: str = "app", time_ns: int = T0
) -> list[dict[str, Any]]:
    """The entries that records become."""
    with running(config(cloud, options)) as driver:
        driver.emit(tag, *[(time_ns, record) for record in records])
        driver.output.flush()
        wait_for(lambda: driver.output.chunks.size == 0)
        assert driver.output.stats.num_errors == 0
    assert all(request["partialSuccess"] for request in cloud.requests)
    return cloud.entries


@pytest.mark.parametrize(
    ("options", "record", "wanted"),
    [
        ("", {"message": "m"}, {"textPayload": "m", "timestamp": TIME, "logName": "projects/p/logs/app"}),
        ("", {"message": "m", "a": 1}, {"jsonPayload": {"message": "m", "a": 1}}),
        ("", {"a": 1, "severity": "warn"}, {"severity": "WARNING", "jsonPayload": {"a": 1}}),
        ("", {"a": 1, "time": "2026-11-22T00:00:00.5Z"}, {"timestamp": "2026-11-22T00:00:00.500000000Z"}),
        ("", {"a": 1, "timestamp": {"seconds": 1, "nanos": 2}}, {"timestamp": "1970-01-01T00:00:01.000000002Z"}),
        ("", {"a": 1, "timestampSeconds": "1", "timestampNanos": 0}, {"timestamp": "1970-01-01T00:00:01.000000000Z"}),
        ("", {"a": 1, "httpRequest": {"status": "200", "latency": "1.5s", "x": 1}},
         {"httpRequest": {"status": 200, "latency": "1.500000000s"}, "jsonPayload": {"a": 1, "httpRequest": {"x": 1}}}),
        ("", {"a": 1, "logging.googleapis.com/operation": {"id": 7, "first": "true"},
              "logging.googleapis.com/sourceLocation": {"file": "f", "line": "12"}},
         {"operation": {"id": "7", "first": True}, "sourceLocation": {"file": "f", "line": 12}, "jsonPayload": {"a": 1}}),
        ("", {"a": 1, "logging.googleapis.com/trace": "0" * 32, "logging.googleapis.com/spanId": "s",
              "logging.googleapis.com/trace_sampled": True, "logging.googleapis.com/insertId": "i"},
         {"trace": "projects/p/traces/" + "0" * 32, "spanId": "s", "traceSampled": True, "insertId": "i"}),
        ("labels {\"x\":\"1\"}\nlabel_map {\"k\":\"key\"}",
         {"a": 1, "k": 5, "logging.googleapis.com/labels": {"own": "o"}},
         {"labels": {"x": "1", "key": "5", "own": "o", "compute.googleapis.com/resource_name": "vm"}, "jsonPayload": {"a": 1}}),
        ("detect_json true", {"log": ' {"b":2,"severity":"E"}', "severity": "INFO"},
         {"jsonPayload": {"b": 2}, "severity": "ERROR"}),
        ("detect_json true", {"log": '{"b":2}', "c": 1}, {"jsonPayload": {"log": '{"b":2}', "c": 1}}),
        ("detect_json true", {"message": "{no"}, {"textPayload": "{no"}),
        ("vm_id 1\nzone z", {"a": 1}, {"resource": {"type": "gce_instance", "labels": {"instance_id": "1", "zone": "z"}}}),
        ("k8s_cluster_name c\nk8s_cluster_location l",
         {"log": "x", "logging.googleapis.com/local_resource_id": "k8s_container.ns.pod-1.main"},
         {"resource": {"type": "k8s_container", "labels": {
             "cluster_name": "c", "location": "l", "namespace_name": "ns", "pod_name": "pod-1", "container_name": "main"}},
          "jsonPayload": {"log": "x"}}),
        ("k8s_cluster_name c\nk8s_cluster_location l", {"a": 1, "logging.googleapis.com/local_resource_id": "k8s_node.n1"},
         {"resource": {"type": "k8s_node", "labels": {"cluster_name": "c", "location": "l", "node_name": "n1"}}}),
    ],
)  # fmt: skip
def test_entries(cloud: Cloud, options: str, record: dict[str, Any], wanted: dict[str, Any]) -> None:
    (entry,) = write(cloud, options, record)
    assert {key: entry.get(key) for key in wanted} == wanted


def test_a_node_of_gke(cloud: Cloud) -> None:
    cloud.metadata = {
        "instance/id": "42", "instance/zone": "projects/1/zones/eu-1", "instance/attributes/": "kube-env\ncluster-name",
        "instance/attributes/cluster-name": "c",
    }  # fmt: skip
    record = {"log": "line\n", "stream": "stderr", "docker": {}, "kubernetes": {
        "namespace_name": "ns", "pod_name": "pod", "pod_id": "u1", "labels": {"app": "a"}}}  # fmt: skip
    (entry,) = write(cloud, "", record, tag="kubernetes.var.log.containers.pod_ns_main-x")
    assert entry["resource"] == {"type": "container", "labels": {
        "instance_id": "42", "zone": "eu-1", "cluster_name": "c", "container_name": "main-x", "namespace_id": "ns",
        "pod_id": "u1"}}  # fmt: skip
    assert entry["labels"] == {
        "compute.googleapis.com/resource_name": "vm", "container.googleapis.com/stream": "stderr",
        "container.googleapis.com/namespace_name": "ns", "container.googleapis.com/pod_name": "pod", "label/app": "a",
    }  # fmt: skip
    assert (entry["severity"], entry["textPayload"]) == ("ERROR", "line\n")
    assert entry["logName"] == "projects/p/logs/main-x"


@pytest.mark.parametrize(("split", "requests"), [("false", 1), ("true", 2)])
def test_requests(cloud: Cloud, split: str, requests: int) -> None:
    with running(config(cloud, f"split_logs_by_tag {split}")) as driver:
        driver.emit("a/b", (T0, {"n": 1}))
        driver.emit("c", (T0, {"n": 2}), (T0, {"n": 3}))
        driver.output.flush()
        wait_for(lambda: driver.output.chunks.size == 0)
    assert len(cloud.requests) == requests
    assert [entry["logName"] for entry in cloud.entries] == [
        f"projects/p/logs/{name}" for name in ("a%2Fb", "c", "c")
    ]
    ids = [entry["insertId"] for entry in cloud.entries]
    assert ids == sorted(set(ids))


BUFFER = "<buffer>\nflush_mode immediate\nretry_wait 0.05\n</buffer>"


@pytest.mark.parametrize(
    ("status", "kept"), [(500, False), (503, False), (429, False), (401, False), (400, True), (403, True)]
)
def test_refusals(cloud: Cloud, tmp_path: Path, status: int, kept: bool) -> None:
    cloud.answers = [(status, {"error": {"message": "no"}})]
    with running(config(cloud, BUFFER), tmp_path) as driver:
        driver.emit("a", (T0, {"n": 1}))
        wait_for(lambda: driver.output.chunks.size == 0)
    assert len(cloud.requests) == (1 if kept else 2)
    assert len({entry["insertId"] for entry in cloud.entries}) == 1
    assert len(list(tmp_path.glob("backup/worker0/g/*"))) == kept


def test_entries_refused_among_others(
    cloud: Cloud, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry = Registry()
    monkeypatch.setattr(out_google_cloud, "REGISTRY", registry)
    cloud.answers = [(400, REFUSED)]
    with running(config(cloud, f"enable_monitoring true\n{BUFFER}")) as driver:
        driver.emit("a", (T0, {"n": 1}), (T0, {"n": 2}), (T0, {"n": 3}))
        wait_for(lambda: driver.output.chunks.size == 0)
    assert len(cloud.requests) == 1
    assert "dropped entries that Cloud Logging refused" in caplog.messages
    shown = registry.render().decode()
    assert 'stackdriver_dropped_entries_count{grpc="false",code="400"} 1.0' in shown
    assert 'stackdriver_ingested_entries_count{grpc="false",code="200"} 2.0' in shown


@pytest.mark.parametrize(
    ("value", "wanted"),
    [("info", "INFO"), (" err ", "ERROR"), ("W", "WARNING"), ("250", 200), (9000, 800), ("loud", "DEFAULT"), (None, "DEFAULT")],
)  # fmt: skip
def test_severities(value: Any, wanted: Any) -> None:
    assert severity(value) == wanted


def test_times_ahead(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "time_ns", lambda: T0)
    day = 86400 * NS
    assert adjust_time(T0 + day - 1) == T0 + day - 1
    assert adjust_time(T0 + 2 * day) == T0 + 2 * day - 365 * day, "a log without years: last year"
    assert adjust_time(T0 + 60 * day) is None


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            "auth_method private_key",
            "option 'auth_method' was removed: sign in with GOOGLE_APPLICATION_CREDENTIALS",
        ),
        ("logging_api_url nowhere", "option 'logging_api_url' must be a URL, got 'nowhere'"),
        (
            "enable_monitoring true\nmonitoring_type opencensus",
            "option 'monitoring_type' supports only prometheus",
        ),
        (
            "subservice_name ml.googleapis.com",
            "must be one of compute.googleapis.com, container.googleapis.com",
        ),
    ],
)
def test_config_errors(options: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        make(f"@type google_cloud\n{options}")
    assert message in str(caught.value)


def test_a_project_is_needed(cloud: Cloud) -> None:
    with pytest.raises(GoogleCloudError, match="cannot find the project of Google Cloud; set project_id"):
        make(f"@type google_cloud\nlogging_api_url http://127.0.0.1:{cloud.port}").start()
