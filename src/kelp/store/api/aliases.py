"""Aliases: `_aliases` (many changes at once) and `_alias` (one)."""

from fnmatch import fnmatchcase
from typing import Any

from kelp.store.admin import data_streams
from kelp.store.api import describe
from kelp.store.api.indices import alias_body, check_aliases
from kelp.store.api.members import strings_of
from kelp.store.api.route import Call, Reply, Route
from kelp.store.api.targets import indices_of
from kelp.store.errors import ApiError, IndexNotFound, illegal_argument
from kelp.store.index.index import Index
from kelp.store.store import Store


def routes(store: Store) -> list[Route]:
    def change(call: Call) -> Any:
        actions = call.required_object().get("actions")
        if not isinstance(actions, list) or not actions:
            raise illegal_argument("No action specified")
        change_aliases(store, actions)
        return {"acknowledged": True}

    def put(call: Call) -> Any:
        body = call.json_object()
        index = call.arg("index") or ",".join(strings_of(body, "index"))
        alias = call.arg("alias") or ",".join(strings_of(body, "alias"))
        change_aliases(store, [{"add": {**body, "index": index, "alias": alias}}])
        return {"acknowledged": True}

    def delete(call: Call) -> Any:
        action = {"index": call.arg("index"), "aliases": call.arg("alias").split(","), "must_exist": True}
        change_aliases(store, [{"remove": action}])
        return {"acknowledged": True}

    def get(call: Call) -> Reply:
        return _get(store, call)

    routes = [Route("POST", "/_aliases", change), Route("GET", "/_aliases", get)]
    for name in ("_alias", "_aliases"):
        routes += [
            Route("PUT POST", f"/{{index}}/{name}/{{alias}}", put),
            Route("DELETE", f"/{{index}}/{name}/{{alias}}", delete),
            Route("GET", f"/{{index}}/{name}", get),
            Route("GET", f"/{{index}}/{name}/{{alias}}", get),
        ]
    return [
        *routes,
        Route("GET", "/_alias", get),
        Route("GET", "/_alias/{alias}", get),
        Route("PUT POST", "/_alias/{alias}", put),
    ]


def _get(store: Store, call: Call) -> Reply:
    streams = frozenset(store.catalog.documents(data_streams.KIND))
    wanted = [name for name in call.arg("alias").split(",") if name not in ("", "_all")]
    shown: dict[str, Any] = {}
    seen: set[str] = set()
    for index in indices_of(store, call, "all"):
        aliases = describe.aliases(index, streams)
        if wanted:
            aliases = {
                name: body for name, body in aliases.items() if any(fnmatchcase(name, w) for w in wanted)
            }
            seen.update(aliases)
        if aliases or not wanted:
            shown[index.name] = {"aliases": aliases}
    missing = [name for name in wanted if "*" not in name and name not in seen]
    if missing:
        noun = "alias" if len(missing) == 1 else "aliases"
        error = {"error": f"{noun} [{','.join(sorted(missing))}] missing", "status": 404}
        return Reply({**error, **shown}, 404)
    return Reply(shown)


def change_aliases(store: Store, actions: list[Any]) -> None:
    """Check all actions, then carry them out and save what changed. Raises ApiError, changing nothing."""
    plan: dict[str, dict[str, dict[str, Any]]] = {}
    touched: dict[str, Index] = {}
    doomed: list[Index] = []
    removals = 0
    missing: list[str] = []
    for action in actions:
        kind, body = _action(action)
        indices = _indices(store, body)
        if kind == "remove_index":
            doomed += indices
            continue
        names = _strings(body, "alias", "aliases")
        if not names:
            raise illegal_argument("One of [alias] or [aliases] is required")
        for index in indices:
            touched[index.name] = index
            aliases = plan.setdefault(index.name, dict(index.aliases))
            if kind == "add":
                check_aliases(store.catalog, names)
                aliases.update({name: alias_body(body) for name in names})
            else:
                gone = [key for key in aliases if any(fnmatchcase(key, name) for name in names)]
                removals += len(gone)
                for key in gone:
                    del aliases[key]
        if kind == "remove":
            missing += [name for name in names if not _exists(name, indices)]
            if body.get("must_exist") and missing:
                raise aliases_missing(missing)
    adds = any("add" in action for action in actions)
    if missing and not removals and not adds and not doomed:
        raise aliases_missing(missing)
    for name, aliases in plan.items():
        touched[name].aliases = aliases
        store.catalog.save(touched[name])
    for index in doomed:
        store.catalog.delete(index)


def aliases_missing(names: list[str]) -> ApiError:
    """404 for aliases that cannot be removed because they are not there."""
    listed = ",".join(dict.fromkeys(names))
    return ApiError(
        404,
        "aliases_not_found_exception",
        f"aliases [{listed}] missing",
        **{"resource.type": "aliases", "resource.id": listed},
    )


def _exists(pattern: str, indices: list[Index]) -> bool:
    return any(fnmatchcase(alias, pattern) for index in indices for alias in index.aliases)


def _action(action: Any) -> tuple[str, dict[str, Any]]:
    if not isinstance(action, dict) or len(action) != 1:
        raise illegal_argument("each alias action is an object with one of [add], [remove], [remove_index]")
    (kind, body), *_ = action.items()
    if kind not in ("add", "remove", "remove_index"):
        raise illegal_argument(f"unknown alias action [{kind}], expected [add], [remove] or [remove_index]")
    if not isinstance(body, dict):
        raise illegal_argument(f"expected an object as alias action [{kind}], got [{body}]")
    return kind, body


def _strings(body: dict[str, Any], single: str, plural: str) -> list[str]:
    return strings_of(body, single) or strings_of(body, plural)


def _indices(store: Store, body: dict[str, Any]) -> list[Index]:
    names = _strings(body, "index", "indices")
    if not names:
        raise illegal_argument("One of [index] or [indices] is required")
    found = store.catalog.resolve(",".join(names), expand_wildcards="open,closed")
    if not found and not any("*" in name for name in names):
        raise IndexNotFound(",".join(names))
    return found
