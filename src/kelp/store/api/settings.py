"""`_settings`: show and change settings of indices."""

from typing import Any

from kelp.store.admin import index_settings
from kelp.store.api import describe
from kelp.store.api.members import object_of
from kelp.store.api.route import Call, Route
from kelp.store.api.targets import indices_of
from kelp.store.errors import ApiError, illegal_argument
from kelp.store.index.settings import flat_settings
from kelp.store.store import Store

_FINAL = frozenset({"number_of_shards", "routing_partition_size", "codec", "uuid", "creation_date", "version.created", "provided_name"})  # fmt: skip
_DEFAULTS = {
    "index.refresh_interval": "1s",
    "index.max_result_window": "10000",
    "index.mapping.total_fields.limit": "1000",
    "index.translog.durability": "REQUEST",
    "index.hidden": "false",
}


def routes(store: Store) -> list[Route]:
    def get(call: Call) -> Any:
        flat = call.parameters.flag("flat_settings")
        patterns = [name for name in call.arg("name", "_all").split(",") if name != "_all"]
        shown: dict[str, Any] = {}
        for index in indices_of(store, call, "open,closed"):
            shown[index.name] = {"settings": describe.settings(index, flat, patterns)}
            if call.parameters.flag("include_defaults"):
                rest = {name: value for name, value in _DEFAULTS.items() if name[6:] not in index.settings}
                shown[index.name]["defaults"] = rest if flat else describe.nested(rest)
        return shown

    def put(call: Call) -> Any:
        body = call.required_object()
        changed = flat_settings(object_of(body, "settings") if "settings" in body else body)
        if not changed:
            raise ApiError(
                400, "action_request_validation_exception", "Validation Failed: 1: no settings to update;"
            )
        index_settings.check(changed)
        indices = indices_of(store, call, "open,closed")
        fixed = [f"index.{name}" for name in changed if name in _FINAL]
        if fixed:
            named = ", ".join(f"[{index.name}/{index.uuid}]" for index in indices)
            raise illegal_argument(
                f"Can't update non dynamic settings [[{', '.join(fixed)}]] for open indices [{named}]"
            )
        for index in indices:
            kept = changed
            if call.parameters.flag("preserve_existing"):
                kept = {name: value for name, value in changed.items() if name not in index.settings}
            store.catalog.put_settings(index, kept)
        return {"acknowledged": True}

    return [
        Route("GET", "/_settings", get),
        Route("GET", "/_settings/{name}", get),
        Route("GET", "/{index}/_settings", get),
        Route("GET", "/{index}/_settings/{name}", get),
        Route("PUT", "/_settings", put),
        Route("PUT", "/{index}/_settings", put),
    ]
