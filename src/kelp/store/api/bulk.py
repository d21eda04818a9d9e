"""`_bulk`."""

from typing import TYPE_CHECKING, Any

from kelp.store.api.parameters import Parameters
from kelp.store.api.route import Call, Reply, Route
from kelp.store.errors import illegal_argument
from kelp.store.ingest.bulk_request import BulkDefaults

if TYPE_CHECKING:
    from kelp.store.store import Store

_ERRORS_ONLY = frozenset({"took", "errors", "items.*.error", "items.*.error.*", "items.*.*.error"})
REFRESH_VALUES = ("true", "false", "wait_for")


def routes(store: "Store") -> list[Route]:
    def bulk(call: Call) -> Any:
        defaults = BulkDefaults(
            index=call.arg("index") or None,
            require_alias=call.parameters.flag("require_alias"),
            pipeline=call.parameters.get("pipeline"),
        )
        errors_only = _wants_errors_only(call.parameters)
        result = store.bulk(
            call.body, defaults, refresh=refresh_of(call.parameters), want_items=not errors_only
        )
        return result.errors_only() if errors_only else Reply(result.to_bytes())

    return [
        Route("POST PUT", path, bulk, pool="write")
        for path in ("/_bulk", "/{index}/_bulk", "/{index}/{type}/_bulk")
    ]


def refresh_of(parameters: Parameters) -> str:
    """The `refresh` parameter: `true`, `false` or `wait_for`."""
    value = parameters.text("refresh", "false") or "true"
    if value not in REFRESH_VALUES:
        raise illegal_argument(f"Unknown value for refresh: [{value}].")
    return value


def _wants_errors_only(parameters: Parameters) -> bool:
    """Whether `filter_path` leaves nothing of successful items: then they are not even made."""
    paths = parameters.names("filter_path")
    return bool(paths) and all(path in _ERRORS_ONLY for path in paths)
