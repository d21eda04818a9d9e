"""`_ingest/pipeline`: pipelines are kept, but the store runs no processors and says so."""

from typing import Any

from kelp.store.api.route import Call, Reply, Route
from kelp.store.api.template import matching
from kelp.store.errors import ApiError
from kelp.store.store import Store

PIPELINE = "pipeline"


def routes(store: Store) -> list[Route]:
    def put(call: Call) -> Any:
        body = call.required_object()
        if not isinstance(body.get("processors"), list):
            raise ApiError(400, "parse_exception", "[processors] required property is missing")
        for processor in body["processors"]:
            name = next(iter(processor), "") if isinstance(processor, dict) else ""
            # A pipeline that would not run must not be accepted as if it did.
            raise ApiError(
                400,
                "parse_exception",
                f"No processor type exists with name [{name}]: the store runs no ingest processors, "
                "change documents in the agent's filters",
                processor_type=name,
            )
        store.catalog.put_document(PIPELINE, call.arg("name"), body)
        return {"acknowledged": True}

    def get(call: Call) -> Any:
        name = call.arg("name", "*")
        found = matching(store, PIPELINE, name)
        return found if found or "*" in name else Reply({}, 404)

    def delete(call: Call) -> Any:
        if not store.catalog.delete_document(PIPELINE, call.arg("name")) and "*" not in call.arg("name"):
            raise ApiError(404, "resource_not_found_exception", f"pipeline [{call.arg('name')}] is missing")
        return {"acknowledged": True}

    return [
        Route("PUT", "/_ingest/pipeline/{name}", put),
        Route("GET", "/_ingest/pipeline", get),
        Route("GET", "/_ingest/pipeline/{name}", get),
        Route("DELETE", "/_ingest/pipeline/{name}", delete),
    ]
