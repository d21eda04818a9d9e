"""`_template`: legacy templates, merged by order into every index whose name they fit."""

from fnmatch import fnmatchcase
from typing import Any

from kelp.store.admin import index_settings, templates
from kelp.store.admin.compose import untyped
from kelp.store.api import describe
from kelp.store.api.indices import alias_body
from kelp.store.api.members import integer_of, object_of, strings_of
from kelp.store.api.route import Call, Reply, Route
from kelp.store.errors import ApiError, illegal_argument
from kelp.store.index.settings import flat_settings
from kelp.store.mapping.mapping import Mapping
from kelp.store.store import Store

_KNOWN = frozenset(
    {"index_patterns", "template", "order", "version", "settings", "mappings", "aliases", "_meta"}
)


def routes(store: Store) -> list[Route]:
    def put(call: Call) -> Any:
        name = call.arg("name")
        body = _checked(name, call.required_object())
        if call.parameters.flag("create") and name in store.catalog.documents(templates.LEGACY):
            raise illegal_argument(f"index_template [{name}] already exists")
        if "order" in call.parameters:
            body["order"] = call.parameters.integer("order", 0)
        store.catalog.put_document(templates.LEGACY, name, body)
        return {"acknowledged": True}

    def get(call: Call) -> Any:
        found = matching(store, templates.LEGACY, call.arg("name", "*"))
        if not found and call.args and "*" not in call.arg("name"):
            return Reply({}, 404)
        flat, typed = call.parameters.flag("flat_settings"), call.parameters.flag("include_type_name")
        return {name: _shown(body, flat, typed) for name, body in found.items()}

    def delete(call: Call) -> Any:
        name = call.arg("name")
        found = matching(store, templates.LEGACY, name)
        if not found and name != "*":
            raise missing(name)
        for each in found:
            store.catalog.delete_document(templates.LEGACY, each)
        return {"acknowledged": True}

    return [
        Route("PUT POST", "/_template/{name}", put),
        Route("GET", "/_template", get),
        Route("GET", "/_template/{name}", get),
        Route("DELETE", "/_template/{name}", delete),
    ]


def matching(store: Store, kind: str, expression: str) -> dict[str, dict[str, Any]]:
    """The stored documents of a kind whose names match a comma-separated list with wildcards."""
    patterns = expression.split(",")
    return {
        name: body
        for name, body in sorted(store.catalog.documents(kind).items())
        if any(fnmatchcase(name, pattern) for pattern in patterns)
    }


def missing(name: str) -> ApiError:
    """404 for a template that cannot be deleted because it is not there."""
    return ApiError(404, "index_template_missing_exception", f"index_template [{name}] missing")


def check_template(part: dict[str, Any]) -> None:
    """Raise ApiError when mappings or aliases of a template could not be given to an index."""
    Mapping.from_json(untyped(object_of(part, "mappings")))
    for definition in object_of(part, "aliases").values():
        alias_body(definition)
    index_settings.check(flat_settings(object_of(part, "settings")))


def _checked(name: str, body: dict[str, Any]) -> dict[str, Any]:
    unknown = set(body) - _KNOWN
    if unknown:
        raise ApiError(400, "parse_exception", f"unknown key [{sorted(unknown)[0]}] in the template [{name}]")
    patterns = strings_of(body, "index_patterns") or strings_of(body, "template")
    if not patterns:
        raise ApiError(
            400, "action_request_validation_exception", "Validation Failed: 1: index patterns are missing;"
        )
    check_template(body)
    kept = {key: value for key, value in body.items() if key not in ("template", "settings")}
    return {
        **kept,
        "order": integer_of(body, "order", 0),
        "index_patterns": patterns,
        "settings": templates.shown_settings(body.get("settings")),
        "mappings": untyped(body.get("mappings")),
        "aliases": {alias: alias_body(each) for alias, each in (body.get("aliases") or {}).items()},
    }


def _shown(body: dict[str, Any], flat: bool, typed: bool) -> dict[str, Any]:
    mappings = {"_doc": body["mappings"]} if typed and body["mappings"] else body["mappings"]
    settings = body["settings"] if flat else describe.nested(body["settings"])
    return {**body, "settings": settings, "mappings": mappings}
