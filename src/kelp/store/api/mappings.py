"""`_mapping`: show and extend mappings, whole or field by field."""

from typing import Any

from kelp.store.admin.compose import untyped
from kelp.store.api.indices import typed_mapping
from kelp.store.api.route import Call, Reply, Route
from kelp.store.api.targets import indices_of
from kelp.store.errors import illegal_argument
from kelp.store.index.index import Index
from kelp.store.mapping.field import Field
from kelp.store.store import Store


def routes(store: Store) -> list[Route]:
    def get(call: Call) -> Any:
        indices = indices_of(store, call, "open,closed")
        typed = call.parameters.flag("include_type_name")
        return {index.name: {"mappings": _typed(index.mapping.to_json(), typed)} for index in indices}

    def put(call: Call) -> Any:
        body = call.required_object()
        if "_doc" in body and not call.parameters.flag("include_type_name") and "type" not in call.args:
            raise typed_mapping()
        for index in indices_of(store, call, "open,closed"):
            store.catalog.put_mapping(index, untyped(body))
        return {"acknowledged": True}

    def get_field(call: Call) -> Any:
        shown = {}
        for index in indices_of(store, call, "open,closed"):
            shown[index.name] = {"mappings": _fields(index, call.arg("fields").split(","))}
        return Reply(shown, 200)

    return [
        Route("GET", "/_mapping", get),
        Route("GET", "/_mappings", get),
        Route("GET", "/{index}/_mapping", get),
        Route("GET", "/{index}/_mappings", get),
        Route("PUT POST", "/{index}/_mapping", put),
        Route("PUT POST", "/{index}/_mappings", put),
        Route("PUT POST", "/{index}/_mapping/{type}", put),
        Route("PUT POST", "/{index}/{type}/_mapping", put),
        Route("GET", "/_mapping/field/{fields}", get_field),
        Route("GET", "/{index}/_mapping/field/{fields}", get_field),
    ]


def _typed(mapping: dict[str, Any], typed: bool) -> dict[str, Any]:
    return {"_doc": mapping} if typed and mapping else mapping


def _fields(index: Index, patterns: list[str]) -> dict[str, Any]:
    shown = {}
    for pattern in patterns:
        if not pattern:
            raise illegal_argument("cannot show field mappings: a field name is empty")
        for field in index.mapping.match(pattern):
            name = field.path.rpartition(".")[2]
            shown[field.path] = {"full_name": field.path, "mapping": {name: _body(index, field)}}
    return shown


def _body(index: Index, field: Field) -> dict[str, Any]:
    body = field.to_json()
    subfields = {
        other.path[len(field.path) + 1 :]: other.to_json()
        for other in index.mapping.fields.values()
        if other.parent == field.path
    }
    return {**body, "fields": subfields} if subfields else body
