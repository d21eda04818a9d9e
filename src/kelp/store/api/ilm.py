"""`_ilm`, `_slm`: lifecycle policies, of which the store carries out the delete phase."""

import time
from typing import Any

from kelp.store.admin.retention import LIFECYCLE
from kelp.store.api.cat.table import time_text
from kelp.store.api.route import Call, Route
from kelp.store.api.targets import indices_of
from kelp.store.api.template import matching
from kelp.store.errors import ApiError, illegal_argument
from kelp.store.index.index import Index
from kelp.store.store import Store

_PHASES = ("hot", "warm", "cold", "frozen", "delete")


def routes(store: Store) -> list[Route]:
    def put(call: Call) -> Any:
        policy = call.required_object().get("policy")
        if not isinstance(policy, dict) or not isinstance(policy.get("phases"), dict):
            raise illegal_argument("Required [policy] with [phases]")
        for phase in policy["phases"]:
            if phase not in _PHASES:
                raise illegal_argument(f"lifecycle type [timeseries] does not support phase [{phase}]")
        known = store.catalog.documents(LIFECYCLE).get(call.arg("name"))
        stamp = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime())
        version = known["version"] + 1 if known else 1
        body = {"version": version, "modified_date": stamp, "policy": policy}
        store.catalog.put_document(LIFECYCLE, call.arg("name"), body)
        return {"acknowledged": True}

    def get(call: Call) -> Any:
        name = call.arg("name", "*")
        found = matching(store, LIFECYCLE, name)
        if not found and "*" not in name:
            raise _missing(f"Lifecycle policy not found: {name}")
        return {each: {**body, "in_use_by": _users(store, each)} for each, body in found.items()}

    def delete(call: Call) -> Any:
        name = call.arg("name")
        users = _users(store, name)["indices"]
        if users:
            raise illegal_argument(
                f"Cannot delete policy [{name}]. It is in use by one or more indices: {users}"
            )
        if not store.catalog.delete_document(LIFECYCLE, name):
            raise _missing(f"Lifecycle policy not found: {name}")
        return {"acknowledged": True}

    def status(call: Call) -> Any:
        return {"operation_mode": "RUNNING"}

    def explain(call: Call) -> Any:
        indices = indices_of(store, call, "all")
        return {"indices": {index.name: _explained(index) for index in indices}}

    def no_policies(call: Call) -> Any:
        return {}

    return [
        Route("PUT", "/_ilm/policy/{name}", put),
        Route("GET", "/_ilm/policy", get),
        Route("GET", "/_ilm/policy/{name}", get),
        Route("DELETE", "/_ilm/policy/{name}", delete),
        Route("GET", "/_ilm/status", status),
        Route("GET", "/{index}/_ilm/explain", explain),
        Route("GET", "/_slm/policy", no_policies),
        Route("GET", "/_slm/status", status),
    ]


def _explained(index: Index) -> dict[str, Any]:
    """Where an index stands: the store knows the phase before the delete phase, and that one."""
    policy = index.settings.get("lifecycle.name")
    if policy is None:
        return {"index": index.name, "managed": False}
    age_ms = time.time() * 1000 - index.created_ms
    return {
        "index": index.name,
        "managed": True,
        "policy": policy,
        "lifecycle_date_millis": index.created_ms,
        "age": time_text(age_ms),
        "phase": "hot",
        "phase_time_millis": index.created_ms,
        "action": "complete",
        "step": "complete",
    }


def _users(store: Store, policy: str) -> dict[str, list[str]]:
    names = [each.name for each in store.catalog.indices() if each.settings.get("lifecycle.name") == policy]
    return {"indices": names, "data_streams": [], "composable_templates": []}


def _missing(reason: str) -> ApiError:
    return ApiError(404, "resource_not_found_exception", reason)
