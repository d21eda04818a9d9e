"""kubernetes_metadata with a watch: what the API server sends reaches records; what it does not is asked for once."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from kelp.agent.kubernetes.store import WatchedObjects
from kelp.agent.kubernetes.watch import Retry
from kelp.agent.plugin.driver import Driver
from tests.agent.plugins.kubernetes_api import CUT, END, WatchApi
from tests.agent.waiting import PATIENCE, wait_for


def container(letter: str) -> str:
    return letter * 64


def tag(letter: str = "a", name: str = "web-0") -> str:
    return f"kubernetes.var.log.containers.{name}_default_main-{container(letter)}.log"


def pod(uid: str = "u-1", letter: str = "a", app: str = "web", **metadata: Any) -> dict[str, Any]:
    return {
        "metadata": {"name": "web-0", "namespace": "default", "uid": uid, "labels": {"app": app}, **metadata},
        "spec": {"nodeName": "node-1"},
        "status": {
            "containerStatuses": [{"name": "main", "containerID": "containerd://" + container(letter)}]
        },
    }


def namespace(team: str = "red") -> dict[str, Any]:
    return {"metadata": {"name": "default", "uid": "n-1", "labels": {"team": team}}}


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Iterator[WatchApi]:
    for name in ("KUBERNETES_NODE_NAME", "NODE_NAME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("K8S_NODE_NAME", "node-1")
    one = WatchApi()
    one.items = {"pods": [pod()], "namespaces": [namespace()]}
    yield one
    one.close()


@pytest.fixture
def start(api: WatchApi) -> Iterator[Callable[..., Driver]]:
    drivers: list[Driver] = []

    def run(options: str = "") -> Driver:
        driver = Driver("filter", "kubernetes_metadata", f"kubernetes_url {api.url}\n{options}")
        drivers.append(driver)
        driver.start()
        return driver

    yield run
    for driver in drivers:
        driver.stop()


def kubernetes(driver: Driver, of: str) -> dict[str, Any]:
    found: dict[str, Any] = driver.filter([{}], of)[0]["kubernetes"]
    return found


def watching(api: WatchApi, times: int = 1) -> None:
    wait_for(lambda: min(len(api.requests(kind, watch=True)) for kind in ("pods", "namespaces")) >= times)


def app(driver: Driver, of: str) -> Any:
    return kubernetes(driver, of).get("labels", {}).get("app")


def test_pods_of_the_node_are_listed_once_and_never_asked_for(
    api: WatchApi, start: Callable[..., Driver]
) -> None:
    driver = start()
    watching(api)
    got = kubernetes(driver, tag())
    assert (got["pod_id"], got["labels"], got["namespace_labels"]) == ("u-1", {"app": "web"}, {"team": "red"})
    selector = {"fieldSelector": "spec.nodeName=node-1"}
    assert api.requests("pods") == [{**selector, "resourceVersion": "0"}]
    asked = api.requests("pods", watch=True)[0]
    assert asked.items() >= {**selector, "resourceVersion": "10", "allowWatchBookmarks": "true"}.items()
    assert {path for path, _ in api.asked} == {"pods", "namespaces"}


def test_changes_arrive(api: WatchApi, start: Callable[..., Driver]) -> None:
    driver = start()
    api.change("pods", "MODIFIED", pod(app="new"))
    api.change("namespaces", "MODIFIED", namespace("blue"))
    wait_for(lambda: app(driver, tag()) == "new")
    wait_for(lambda: kubernetes(driver, tag())["namespace_labels"] == {"team": "blue"})


def test_a_deleted_pod_is_kept_beside_its_successor(api: WatchApi, start: Callable[..., Driver]) -> None:
    driver = start()
    watching(api)
    api.change("pods", "DELETED", pod())
    api.change("pods", "ADDED", pod("u-2", "b", "next"))
    wait_for(lambda: app(driver, tag("b")) == "next")
    assert kubernetes(driver, tag("a"))["pod_id"] == "u-1"
    folder = "kubernetes.var.log.pods.default_web-0_{}.main.0.log"
    assert [app(driver, folder.format(uid)) for uid in ("u-1", "u-2", "u-3")] == ["web", "next", None]


@pytest.mark.parametrize("end", [CUT, END])
def test_a_watch_resumes_where_it_ended(api: WatchApi, start: Callable[..., Driver], end: object) -> None:
    driver = start("watch_retry_interval 0")
    api.send("pods", {"type": "BOOKMARK", "object": {"metadata": {"resourceVersion": "77"}}})
    api.send("pods", end)
    wait_for(lambda: len(api.requests("pods", watch=True)) == 2)
    assert api.requests("pods", watch=True)[1]["resourceVersion"] == "77"
    assert len(api.requests("pods")) == 1
    api.change("pods", "MODIFIED", pod(app="new"))
    wait_for(lambda: app(driver, tag()) == "new")


def test_a_version_that_is_gone_means_a_new_list(api: WatchApi, start: Callable[..., Driver]) -> None:
    driver = start()
    watching(api)
    api.items["pods"] = [pod("u-2", "b", "next")]
    api.send("pods", {"type": "ERROR", "object": {"code": 410, "message": "too old"}})
    wait_for(lambda: app(driver, tag("b")) == "next")
    assert api.requests("pods")[1] == {"fieldSelector": "spec.nodeName=node-1"}
    assert kubernetes(driver, tag("a"))["pod_id"] == "u-1"


def test_a_new_pod_is_asked_for_once(api: WatchApi, start: Callable[..., Driver]) -> None:
    driver = start()
    watching(api)
    api.objects["namespaces/default/pods/late"] = pod("u-9", "c", "late")
    assert [app(driver, tag("c", "late")) for _ in range(3)] == ["late"] * 3
    assert [kubernetes(driver, tag("d", "never")).get("namespace_id") for _ in range(3)] == ["n-1"] * 3
    assert [len(api.requests(f"namespaces/default/pods/{name}")) for name in ("late", "never")] == [1, 1]


@pytest.mark.parametrize(("options", "node"), [("watch false", "node-1"), ("", " ")])
def test_look_ups_serve_without_a_watch(
    api: WatchApi, start: Callable[..., Driver], monkeypatch: pytest.MonkeyPatch, options: str, node: str
) -> None:
    monkeypatch.setenv("K8S_NODE_NAME", node)
    api.objects = {"namespaces/default/pods/web-0": pod(), "namespaces/default": namespace()}
    assert app(start(options), tag()) == "web"
    assert [path for path, _ in api.asked] == ["namespaces/default/pods/web-0", "namespaces/default"]


def test_the_token_is_read_anew(api: WatchApi, start: Callable[..., Driver], tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("one\n")
    start(f"bearer_token_file {file}\nwatch_retry_interval 0")
    watching(api)
    assert set(api.tokens) == {"Bearer one"}
    file.write_text("two\n")
    api.send("pods", CUT)
    wait_for(lambda: "Bearer two" in api.tokens)


def test_a_failing_server_is_asked_less_and_less(api: WatchApi, start: Callable[..., Driver]) -> None:
    api.status = 500
    driver = start("watch_retry_interval 0\nwatch_retry_exponential_backoff_base 3")
    wait_for(lambda: len(api.moments.get("pods", [])) >= 3)
    pauses = [later - sooner for sooner, later in pairwise(api.moments["pods"])]
    assert pauses[0] >= 0.08
    assert pauses[1] >= 0.24
    for number in range(50):
        kubernetes(driver, tag("a", f"p-{number}"))
    assert sum(path.startswith("namespaces/") for path, _ in api.asked) == 1
    api.status = 200
    wait_for(lambda: app(driver, tag()) == "web")


def test_a_hanging_watch_ends_at_once_on_stop(
    api: WatchApi, start: Callable[..., Driver], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kelp.agent.kubernetes.watched._JOIN_SECONDS", PATIENCE)
    driver = start()
    watching(api)
    driver.stop()
    assert not [
        one for one in threading.enumerate() if one.name in ("kubernetes-pods", "kubernetes-namespaces")
    ]


@pytest.fixture
def silent(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The URL of a server that never answers."""
    monkeypatch.setenv("NODE_NAME", "node-1")
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


def test_a_server_that_never_answers_is_waited_for_once(silent: str) -> None:
    driver = Driver("filter", "kubernetes_metadata", f"kubernetes_url {silent}\nread_timeout 1")
    driver.start()
    for number in range(20):
        kubernetes(driver, tag("a", f"p-{number}"))
    assert driver.plugin._watched.stats()["look_ups"] == 1  # type: ignore[attr-defined]
    driver.stop()


def test_a_server_that_never_answers_does_not_hold_up_the_end(silent: str) -> None:
    driver = Driver("filter", "kubernetes_metadata", f"kubernetes_url {silent}\nread_timeout 600")
    driver.start()
    began = time.monotonic()
    driver.stop()
    assert time.monotonic() - began < PATIENCE


@pytest.mark.parametrize(
    ("failures", "seconds"), [(1, 1), (2, 2), (4, 8), (9, 256), (10, 300), (100_000, 300)]
)
def test_pauses_grow(failures: int, seconds: float) -> None:
    assert Retry().pause(failures) == seconds


@pytest.mark.parametrize(
    ("keep", "later", "kept"), [(9, 3000, ["0", "1", "2"]), (2, 0, ["1", "2"]), (9, 3601, [])]
)
def test_deleted_objects_are_bounded(keep: int, later: float, kept: list[str]) -> None:
    now = [0.0]
    objects = WatchedObjects(
        lambda one: str(one["metadata"]["name"]), keep_deleted=keep, clock=lambda: now[0]
    )
    objects.replace([{"metadata": {"uid": str(n), "name": str(n)}} for n in range(3)])
    for n in range(3):
        objects.delete({"metadata": {"uid": str(n), "name": str(n)}})
    now[0] = later
    objects.put({"metadata": {"uid": "new", "name": "new"}})
    assert [str(n) for n in range(3) if objects.find(None, str(n))] == kept
