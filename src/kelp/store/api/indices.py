"""Create, delete, get, open and close indices."""

from typing import Any

from kelp.store.admin import data_streams, index_settings, templates
from kelp.store.admin.compose import merge_mappings
from kelp.store.api import describe
from kelp.store.api.members import object_of
from kelp.store.api.route import Call, Reply, Route
from kelp.store.api.targets import indices_of
from kelp.store.errors import ApiError, IndexNotFound, illegal_argument
from kelp.store.index.catalog import Catalog
from kelp.store.index.expression import date_math_name
from kelp.store.index.index import Index
from kelp.store.store import Store


def routes(store: Store) -> list[Route]:
    def create(call: Call) -> dict[str, Any]:
        return create_index(store, call)

    def delete(call: Call) -> dict[str, Any]:
        for index in _deletable(store, call):
            store.catalog.delete(index)
        return {"acknowledged": True}

    def get(call: Call) -> dict[str, Any]:
        streams = frozenset(store.catalog.documents(data_streams.KIND))
        return {index.name: _shown(index, call, streams) for index in indices_of(store, call, "open,closed")}

    def exists(call: Call) -> Reply:
        found = indices_of(store, call, "open,closed")
        return Reply({}, 200 if found or "*" in call.arg("index") else 404)

    def close(call: Call) -> dict[str, Any]:
        indices = indices_of(store, call, "open,closed")
        for index in indices:
            index.closed = True
            store.catalog.save(index)
        shown = {index.name: {"closed": True} for index in indices}
        return {"acknowledged": True, "shards_acknowledged": True, "indices": shown}

    def reopen(call: Call) -> dict[str, Any]:
        for index in indices_of(store, call, "closed"):
            index.closed = False
            store.catalog.save(index)
        return {"acknowledged": True, "shards_acknowledged": True}

    return [
        Route("PUT", "/{index}", create),
        Route("DELETE", "/{index}", delete),
        Route("GET", "/{index}", get),
        Route("HEAD", "/{index}", exists),
        Route("POST", "/{index}/_close", close),
        Route("POST", "/{index}/_open", reopen),
    ]


def create_index(store: Store, call: Call) -> dict[str, Any]:
    """`PUT /{index}`: the body over what templates say."""
    name = date_math_name(call.arg("index"))
    body = call.json_object()
    for key in body:
        if key not in ("settings", "mappings", "aliases"):
            raise ApiError(400, "parse_exception", f"unknown key [{key}] for create index")
    mappings = object_of(body, "mappings")
    object_of(body, "settings")
    object_of(body, "aliases")
    if "_doc" in mappings and not call.parameters.flag("include_type_name"):
        raise typed_mapping()
    composed = templates.for_index(store.catalog, name)
    if composed.data_stream is not None:
        raise illegal_argument(
            f"cannot create index with name [{name}], because it matches with template "
            f"[{composed.template}] that creates data streams only, use create data stream api instead"
        )
    composed.add(body)
    index_settings.check(composed.settings)
    aliases = {alias: alias_body(definition) for alias, definition in composed.aliases.items()}
    check_aliases(store.catalog, aliases)
    try:
        store.catalog.create(name, composed.settings, composed.mappings, aliases)
    except ApiError as error:
        if error.type != "mapper_parsing_exception":
            raise
        raise _in_mapping(error) from error
    return {"acknowledged": True, "shards_acknowledged": True, "index": name}


def _in_mapping(error: ApiError) -> ApiError:
    """A fault of the mapping, with the frame that creating an index puts around it."""
    cause = error.to_json()
    reason = f"Failed to parse mapping [_doc]: {error.reason}"
    return ApiError(error.status, error.type, reason, root_cause=[cause], caused_by=cause)


def typed_mapping() -> ApiError:
    """What Elasticsearch 7 says to a mapping with a type's name around it."""
    return illegal_argument(
        "The mapping definition cannot be nested under a type [_doc] unless include_type_name is set to true."
    )


def alias_body(definition: dict[str, Any] | None) -> dict[str, Any]:
    """An alias as it is kept: `routing` counts for indexing and for searching."""
    if not isinstance(definition, dict | None):
        raise illegal_argument(f"expected an object as definition of an alias, got [{definition}]")
    body = {
        key: value for key, value in (definition or {}).items() if key not in ("index", "indices", "alias")
    }
    body.pop("aliases", None)
    routing = body.pop("routing", None)
    if routing is not None:
        body.setdefault("index_routing", str(routing))
        body.setdefault("search_routing", str(routing))
    unknown = set(body) - {
        "filter",
        "index_routing",
        "search_routing",
        "is_write_index",
        "is_hidden",
        "must_exist",
    }
    if unknown:
        raise illegal_argument(f"unknown field [{sorted(unknown)[0]}] in the definition of an alias")
    body.pop("must_exist", None)
    return body


def check_aliases(catalog: Catalog, names: dict[str, Any] | list[str]) -> None:
    """Raise ApiError for an alias that is named like an index or not allowed as a name."""
    for name in names:
        if catalog.get(name) is not None:
            raise ApiError(
                400,
                "invalid_alias_name_exception",
                f"Invalid alias name [{name}]: an index or data stream exists with the same name as the alias",
                index=name,
                index_uuid="_na_",
            )
        if not name or name[0] in "_-+" or any(char in ' "*\\<|,>/?#' for char in name):
            raise ApiError(
                400,
                "invalid_alias_name_exception",
                f"Invalid alias name [{name}]: must not be empty, begin with '_', '-', '+' or contain any of "
                '[ , ", *, \\, <, |, ,, >, /, ?, #]',
                index=name,
                index_uuid="_na_",
            )


def _deletable(store: Store, call: Call) -> list[Index]:
    """Aliases and data streams cannot be deleted through this; wildcards do not match them."""
    expression = call.arg("index")
    aliases = store.catalog.aliases()
    ignore = call.parameters.flag("ignore_unavailable")
    names = expression.split(",")
    for name in names:
        if name in aliases:
            raise illegal_argument(
                f"The provided expression [{name}] matches an alias, specify the corresponding concrete indices instead."
            )
        if (
            not ignore
            and "*" not in name
            and name != "_all"
            and store.catalog.get(date_math_name(name)) is None
        ):
            raise IndexNotFound(name)
    found = indices_of(store, call, "open,closed")
    by_name = {index.name for index in found if _named(index.name, names)}
    streams = store.catalog.documents(data_streams.KIND)
    for stream, body in streams.items():
        if body["indices"][-1] in by_name:
            raise illegal_argument(
                f"index [{body['indices'][-1]}] is the write index for data stream [{stream}] and cannot be deleted"
            )
    return [index for index in found if index.name in by_name]


def _named(name: str, expressions: list[str]) -> bool:
    patterns = ["*" if part == "_all" else part for part in expressions if not part.startswith("-")]
    return name in patterns or templates.fits(name, [date_math_name(part) for part in patterns])


def _shown(index: Index, call: Call, streams: frozenset[str]) -> dict[str, Any]:
    mappings = merge_mappings({}, index.mapping.to_json())
    if call.parameters.flag("include_type_name") and mappings:
        mappings = {"_doc": mappings}
    shown = {
        "aliases": describe.aliases(index, streams),
        "mappings": mappings,
        "settings": describe.settings(index, call.parameters.flag("flat_settings")),
    }
    wanted = [feature.lstrip("_") for feature in call.parameters.names("features")]
    return {key: value for key, value in shown.items() if not wanted or key in wanted}
