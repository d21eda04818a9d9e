"""`_component_template`: building blocks of composable templates."""

from typing import Any

from kelp.store.admin import templates
from kelp.store.api import describe
from kelp.store.api.route import Call, Route
from kelp.store.api.template import check_template, matching
from kelp.store.errors import ApiError, illegal_argument
from kelp.store.store import Store

_KNOWN = frozenset({"template", "version", "_meta", "allow_auto_create", "deprecated"})


def routes(store: Store) -> list[Route]:
    def put(call: Call) -> Any:
        name = call.arg("name")
        body = call.required_object()
        unknown = set(body) - _KNOWN
        if unknown:
            raise ApiError(
                400, "x_content_parse_exception", f"[component_template] unknown field [{sorted(unknown)[0]}]"
            )
        if not isinstance(body.get("template"), dict):
            raise ApiError(400, "illegal_argument_exception", "Required [template]")
        if call.parameters.flag("create") and name in store.catalog.documents(templates.COMPONENT):
            raise illegal_argument(f"component template [{name}] already exists")
        check_template(body["template"])
        store.catalog.put_document(templates.COMPONENT, name, body)
        return {"acknowledged": True}

    def get(call: Call) -> Any:
        name = call.arg("name", "*")
        found = matching(store, templates.COMPONENT, name)
        if not found and "*" not in name:
            raise _missing(f"component template matching [{name}] not found")
        shown = [
            {"name": each, "component_template": {**body, "template": shown_template(body["template"])}}
            for each, body in found.items()
        ]
        return {"component_templates": shown}

    def delete(call: Call) -> Any:
        name = call.arg("name")
        found = matching(store, templates.COMPONENT, name)
        if not found and name != "*":
            raise _missing(name)
        _check_unused(store, set(found))
        for each in found:
            store.catalog.delete_document(templates.COMPONENT, each)
        return {"acknowledged": True}

    return [
        Route("PUT POST", "/_component_template/{name}", put),
        Route("GET", "/_component_template", get),
        Route("GET", "/_component_template/{name}", get),
        Route("DELETE", "/_component_template/{name}", delete),
    ]


def shown_template(template: dict[str, Any]) -> dict[str, Any]:
    """A template's content with its settings nested and as strings."""
    shown = dict(template)
    if "settings" in template:
        shown["settings"] = describe.nested(templates.shown_settings(template["settings"]))
    return shown


def _missing(reason: str) -> ApiError:
    return ApiError(404, "resource_not_found_exception", reason)


def _check_unused(store: Store, doomed: set[str]) -> None:
    for name, body in store.catalog.documents(templates.COMPOSABLE).items():
        used = doomed & set(body.get("composed_of", []))
        if used:
            raise illegal_argument(
                f"component templates {sorted(used)} cannot be removed as they are still in use by index templates "
                f"[{name}]"
            )
