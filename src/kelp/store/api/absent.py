"""What the store does not have, said plainly: users and roles, snapshots, resizing, stored scripts."""

from collections.abc import Callable
from typing import Any

from kelp.store.api.route import Call, Route
from kelp.store.errors import ApiError
from kelp.store.store import Store


def routes(store: Store) -> list[Route]:
    def nothing(call: Call) -> Any:
        return {}

    def no_tasks(call: Call) -> Any:
        return {"tasks": []}

    refusals = [
        Route(methods, path, _refuse(reason)) for methods, paths, reason in _REFUSED for path in paths.split()
    ]
    return [
        Route("GET", "/_snapshot", nothing),
        Route("GET", "/_remote/info", nothing),
        Route("GET", "/_cluster/pending_tasks", no_tasks),
        *refusals,
    ]


_ALL = "GET PUT POST DELETE"
_REFUSED = (
    (
        _ALL,
        "/_security/{what} /_security/{what}/{name} /_security/{what}/{name}/{more}",
        "cannot manage users and roles: the store knows one user; set --user and --password-file",
    ),
    (
        "GET PUT POST DELETE",
        "/_snapshot/{repository} /_snapshot/{repository}/{snapshot} /_snapshot/{repository}/{snapshot}/{action}",
        "cannot manage snapshots: the store writes none; copy its data directory while it is stopped",
    ),
    (
        "PUT POST",
        "/{index}/_shrink/{target} /{index}/_split/{target} /{index}/_clone/{target}",
        "cannot resize an index: every index of the store is one table",
    ),
    (_ALL, "/_scripts/{id} /_scripts/{id}/{context}", "cannot manage scripts: the store runs none"),
    (_ALL, "/_watcher/{what} /_watcher/{what}/{id}", "cannot manage watches: the store has no alerting"),
    (
        "POST GET",
        "/_ingest/pipeline/_simulate",
        "cannot simulate a pipeline: the store runs no ingest processors",
    ),
    (
        "PUT POST DELETE",
        "/_slm/policy/{name}",
        "cannot manage snapshot policies: the store writes no snapshots",
    ),
)


def _refuse(reason: str) -> Callable[[Call], Any]:
    def refuse(call: Call) -> Any:
        raise ApiError(400, "illegal_argument_exception", reason)

    return refuse
