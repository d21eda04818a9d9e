"""`_index_template`: composable templates, of which the one with the highest priority counts."""

from typing import Any

from kelp.store.admin import templates
from kelp.store.admin.compose import merge_mappings
from kelp.store.admin.templates import Composed
from kelp.store.api import describe
from kelp.store.api.component_template import shown_template
from kelp.store.api.members import integer_of, object_of, strings_of
from kelp.store.api.route import Call, Route
from kelp.store.api.template import check_template, matching, missing
from kelp.store.errors import ApiError, illegal_argument
from kelp.store.store import Store

_KNOWN = frozenset(
    {
        "index_patterns",
        "template",
        "composed_of",
        "priority",
        "version",
        "_meta",
        "data_stream",
        "allow_auto_create",
        "ignore_missing_component_templates",
        "deprecated",
    }
)


def routes(store: Store) -> list[Route]:
    def put(call: Call) -> Any:
        name = call.arg("name")
        if call.parameters.flag("create") and name in store.catalog.documents(templates.COMPOSABLE):
            raise illegal_argument(f"index template [{name}] already exists")
        store.catalog.put_document(templates.COMPOSABLE, name, _checked(store, name, call.required_object()))
        return {"acknowledged": True}

    def get(call: Call) -> Any:
        name = call.arg("name", "*")
        found = matching(store, templates.COMPOSABLE, name)
        if not found and "*" not in name:
            raise ApiError(404, "resource_not_found_exception", f"index template matching [{name}] not found")
        return {
            "index_templates": [
                {"name": each, "index_template": _shown(body)} for each, body in found.items()
            ]
        }

    def delete(call: Call) -> Any:
        name = call.arg("name")
        found = matching(store, templates.COMPOSABLE, name)
        if not found and name != "*":
            raise missing(name)
        for each in found:
            store.catalog.delete_document(templates.COMPOSABLE, each)
        return {"acknowledged": True}

    def simulate_index(call: Call) -> Any:
        name = call.arg("name")
        if call.body.strip():
            body = _checked(store, name, call.json_object())
            return _simulated(store, templates.compose(store.catalog, "simulated", body))
        if templates.composable_for(store.catalog, name) is None:
            return {}
        return _simulated(store, templates.for_index(store.catalog, name), name)

    def simulate(call: Call) -> Any:
        name = call.arg("name")
        if call.body.strip():
            body = _checked(store, name or "simulated", call.json_object())
        else:
            known = store.catalog.documents(templates.COMPOSABLE).get(name)
            if known is None:
                raise illegal_argument(f"unable to simulate template [{name}] that does not exist")
            body = known
        return _simulated(store, templates.compose(store.catalog, name, body))

    return [
        Route("PUT POST", "/_index_template/{name}", put),
        Route("GET", "/_index_template", get),
        Route("GET", "/_index_template/{name}", get),
        Route("DELETE", "/_index_template/{name}", delete),
        Route("POST", "/_index_template/_simulate_index/{name}", simulate_index),
        Route("POST", "/_index_template/_simulate", simulate),
        Route("POST", "/_index_template/_simulate/{name}", simulate),
    ]


def _checked(store: Store, name: str, body: dict[str, Any]) -> dict[str, Any]:
    unknown = set(body) - _KNOWN
    if unknown:
        raise ApiError(
            400, "x_content_parse_exception", f"[index_template] unknown field [{sorted(unknown)[0]}]"
        )
    patterns = strings_of(body, "index_patterns")
    if not patterns:
        raise ApiError(
            400, "action_request_validation_exception", "Validation Failed: 1: index patterns are missing;"
        )
    composed_of = strings_of(body, "composed_of")
    absent = [each for each in composed_of if each not in store.catalog.documents(templates.COMPONENT)]
    absent = [each for each in absent if each not in strings_of(body, "ignore_missing_component_templates")]
    if absent:
        raise _invalid(
            name,
            f"index template [{name}] specifies component templates [{','.join(absent)}] that do not exist",
        )
    priority = integer_of(body, "priority", 0)
    object_of(body, "data_stream")
    if priority < 0:
        raise _invalid(name, "index template priority must be >= 0")
    checked = {**body, "index_patterns": patterns, "composed_of": composed_of}
    if "priority" in body:
        checked["priority"] = priority
    _check_rivals(store, name, checked)
    check_template(object_of(body, "template"))
    return checked


def _check_rivals(store: Store, name: str, body: dict[str, Any]) -> None:
    """Two templates with the same priority must not claim the same pattern."""
    for other, known in store.catalog.documents(templates.COMPOSABLE).items():
        shared = set(known["index_patterns"]) & set(body["index_patterns"])
        if other != name and shared and int(known.get("priority") or 0) == int(body.get("priority") or 0):
            raise illegal_argument(
                f"index template [{name}] has index patterns {body['index_patterns']} matching patterns from existing "
                f"templates [{other}] with patterns ({other} => {known['index_patterns']}) that have the same priority "
                f"[{int(body.get('priority') or 0)}], multiple index templates may not match during index creation, "
                "please use a different priority"
            )


def _invalid(name: str, cause: str) -> ApiError:
    return ApiError(
        400, "invalid_index_template_exception", f"index_template [{name}] invalid, cause [{cause}]"
    )


def _shown(body: dict[str, Any]) -> dict[str, Any]:
    shown = dict(body)
    if "template" in body:
        shown["template"] = shown_template(body["template"])
    if body.get("data_stream") is not None:
        shown["data_stream"] = {"hidden": False, "allow_custom_routing": False, **body["data_stream"]}
    return shown


def _simulated(store: Store, composed: Composed, name: str = "") -> dict[str, Any]:
    """The merged template, and the templates that fit too but do not count."""
    settings = {f"index.{key}": value for key, value in composed.settings.items()}
    rivals = [
        {"name": other, "index_patterns": body["index_patterns"]}
        for other, body in templates.legacy_for(store.catalog, name)
    ]
    rivals += [
        {"name": other, "index_patterns": body["index_patterns"]}
        for other, body in store.catalog.documents(templates.COMPOSABLE).items()
        if name and other != composed.template and templates.fits(name, body["index_patterns"])
    ]
    return {
        "template": {
            "settings": describe.nested(settings),
            "mappings": merge_mappings({}, composed.mappings),
            "aliases": composed.aliases,
        },
        "overlapping": rivals,
    }
