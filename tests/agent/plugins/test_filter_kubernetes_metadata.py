"""kubernetes_metadata: names from the tag, or from fields that are there."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from kelp.agent.config import ConfigError
from kelp.agent.plugin.driver import Driver

ID = "0123456789abcdef" * 4
NAMES = {"container_name": "main", "namespace_name": "default", "pod_name": "web-0.x"}


@pytest.mark.parametrize(
    ("tag", "added"),
    [
        (
            f"kubernetes.var.log.containers.web-0.x_default_main-{ID}.log",
            {"docker": {"container_id": ID}, "kubernetes": NAMES},
        ),
        ("kubernetes.var.log.pods.default_web-0.x_1234-ab.main.0.log", {"kubernetes": NAMES}),
        ("kubernetes.var.log.containers.web.log", {}),
        ("app", {}),
    ],
)
def test_names_come_from_the_tag(tag: str, added: dict[str, Any]) -> None:
    assert Driver("filter", "kubernetes_metadata").filter([{"log": "x"}], tag) == [{"log": "x", **added}]


def test_fields_of_the_record_win() -> None:
    record = {"kubernetes": {**NAMES, "host": "n"}, "docker": {"container_id": "abc"}}
    assert Driver("filter", "kubernetes_metadata").filter([record], "app") == [
        {"kubernetes": NAMES, "docker": {"container_id": "abc"}}
    ]


def test_records_do_not_share_what_is_added() -> None:
    tag = f"var.log.containers.web-0.x_default_main-{ID}.log"
    first, second = Driver("filter", "kubernetes_metadata").filter([{}, {}], tag)
    first["kubernetes"]["pod_name"] = "changed"
    assert second["kubernetes"] == NAMES


POD = {
    "metadata": {
        "name": "web-0.x",
        "namespace": "default",
        "uid": "u-1",
        "labels": {"app": "web", "app.kubernetes.io/name": "w"},
        "annotations": {"a.b/c": "1", "other": "2"},
        "ownerReferences": [{"kind": "StatefulSet", "name": "web", "uid": "x"}],
    },
    "spec": {"nodeName": "node-1"},
    "status": {
        "podIP": "10.0.0.1",
        "containerStatuses": [
            {"name": "main", "image": "web:1", "imageID": "sha256:1", "containerID": "containerd://" + ID}
        ],
    },
}
NAMESPACE = {"metadata": {"name": "default", "uid": "n-1", "labels": {"team": "a"}}}
TAG = f"kubernetes.var.log.containers.web-0.x_default_main-{ID}.log"


class Api:
    """A small API server that counts what it is asked."""

    def __init__(self) -> None:
        self.objects: dict[str, Any] = {
            "/api/v1/namespaces/default/pods/web-0.x": POD,
            "/api/v1/namespaces/default": NAMESPACE,
        }
        self.asked: list[str] = []
        api = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                path = self.path.split("?")[0]
                api.asked.append(path)
                body = json.dumps(api.objects.get(path, {"code": 404})).encode()
                self.send_response(200 if path in api.objects else 404)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args: object) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def api() -> Iterator[Api]:
    one = Api()
    yield one
    one.server.shutdown()
    one.server.server_close()


def online(api: Api, options: str = "") -> Driver:
    return Driver(
        "filter", "kubernetes_metadata", f"kubernetes_url {api.url}\nskip_master_url true\n{options}"
    )


FULL = {
    **NAMES,
    "container_image": "web:1",
    "container_image_id": "sha256:1",
    "pod_id": "u-1",
    "pod_ip": "10.0.0.1",
    "host": "node-1",
    "labels": {"app": "web", "app.kubernetes.io/name": "w"},
    "namespace_id": "n-1",
    "namespace_labels": {"team": "a"},
}


def without(*names: str) -> dict[str, Any]:
    return {name: value for name, value in FULL.items() if name not in names}


@pytest.mark.parametrize(
    ("options", "kubernetes"),
    [
        ("", FULL),
        ("skip_labels true", without("labels", "namespace_labels")),
        ("skip_namespace_metadata true", without("namespace_id", "namespace_labels")),
        ("skip_container_metadata true", without("container_image", "container_image_id")),
        ('annotation_match ["^a\\\\.b"]', FULL | {"annotations": {"a.b/c": "1"}}),
        (
            'de_dot true\nannotation_match ["(", "^a"]',
            FULL | {"annotations": {"a_b/c": "1"}, "labels": {"app": "web", "app_kubernetes_io/name": "w"}},
        ),
        (
            "de_slash true\nde_dot true\nde_dot_separator -",
            FULL | {"labels": {"app": "web", "app-kubernetes-io__name": "w"}},
        ),
        ("include_ownerrefs_metadata true", FULL | {"ownerrefs": [{"kind": "StatefulSet", "name": "web"}]}),
    ],
)
def test_the_api_server_is_asked(api: Api, options: str, kubernetes: dict[str, Any]) -> None:
    assert online(api, options).filter([{}], TAG) == [
        {"docker": {"container_id": ID}, "kubernetes": kubernetes}
    ]


def test_a_pod_is_asked_for_once(api: Api) -> None:
    driver = online(api)
    for _ in range(3):
        driver.filter([{}, {}], TAG)
    assert len(api.asked) == 2


def test_a_pod_that_is_gone(api: Api) -> None:
    del api.objects["/api/v1/namespaces/default/pods/web-0.x"]
    got = online(api).filter([{}], TAG)[0]["kubernetes"]
    assert got == {**NAMES, "pod_id": ID, "namespace_id": "n-1", "namespace_labels": {"team": "a"}}


def test_a_namespace_made_after_the_line_says_nothing_of_its_pod(api: Api) -> None:
    del api.objects["/api/v1/namespaces/default/pods/web-0.x"]
    made = {**NAMESPACE["metadata"], "creationTimestamp": "2020-01-01T00:00:00Z"}
    api.objects["/api/v1/namespaces/default"] = {"metadata": made}
    known = {**NAMES, "namespace_id": "n-1", "namespace_labels": {"team": "a"}}
    assert online(api).filter([{}], TAG, time=10**18)[0]["kubernetes"] == known
    assert online(api).filter([{}], TAG, time=2 * 10**18)[0]["kubernetes"] == known | {"pod_id": ID}


JOURNAL = {"CONTAINER_NAME": "k8s_main.7f_web-0.x_default_u-1_a", "CONTAINER_ID_FULL": ID}


@pytest.mark.parametrize(
    ("options", "tag", "record", "added"),
    [
        ("", "app", JOURNAL, True),
        ("use_journal true", "app", JOURNAL, True),
        ("use_journal true", TAG, {"log": "x"}, False),
        ("use_journal false", "app", JOURNAL, False),
        ("", "app", {"CONTAINER_NAME": "k8s_main.7f_web-0.x_default_u-1_a"}, False),
        ("", "app", {**JOURNAL, "CONTAINER_NAME": "registry"}, False),
    ],
)
def test_names_of_the_journal(options: str, tag: str, record: dict[str, Any], added: bool) -> None:
    more = {"docker": {"container_id": ID}, "kubernetes": NAMES} if added else {}
    assert Driver("filter", "kubernetes_metadata", options).filter([dict(record)], tag) == [record | more]


@pytest.mark.parametrize(
    "options", ["de_dot true\nde_dot_separator a.b", "de_slash true\nde_slash_separator a/b"]
)
def test_separators_hold_nothing_to_replace(options: str) -> None:
    with pytest.raises(ConfigError, match="must not hold"):
        Driver("filter", "kubernetes_metadata", options)


def test_a_pod_in_a_namespace_that_is_not_there_is_an_orphan(api: Api) -> None:
    del api.objects["/api/v1/namespaces/default"]
    assert online(api).filter([{}], TAG)[0]["kubernetes"]["orphaned_namespace"] == "default"


def test_a_pod_that_goes_is_remembered(api: Api) -> None:
    driver = online(api, "cache_ttl 0")
    driver.filter([{}], TAG)
    api.objects.clear()
    assert driver.filter([{}], TAG)[0]["kubernetes"] == FULL


def test_orphans(api: Api) -> None:
    api.objects.clear()
    orphan = {"orphaned_namespace": "default", "namespace_name": ".orphaned", "namespace_id": "orphaned"}
    assert online(api).filter([{}], TAG)[0]["kubernetes"] == NAMES | orphan
    assert online(api, "allow_orphans false").filter([{}], TAG)[0]["kubernetes"] == NAMES


def test_a_server_that_is_away_costs_nothing_but_labels() -> None:
    driver = Driver("filter", "kubernetes_metadata", "kubernetes_url http://127.0.0.1:1\nallow_orphans false")
    assert driver.filter([{}], TAG)[0]["kubernetes"] == NAMES
