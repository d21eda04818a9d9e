"""`/api/saved_objects/…` with Kibana's requests and answers."""

from fnmatch import fnmatchcase
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kelp.ui.replies import json_reply
from kelp.ui.saved_objects.endpoint import Handler, bind
from kelp.ui.saved_objects.model import TYPES, SavedObject, SavedObjectError, from_json, now_iso
from kelp.ui.saved_objects.repository import Repository, not_found
from kelp.ui.saved_objects.transfer import (
    export_lines,
    file_of,
    import_items,
    parse_lines,
    with_references,
)
from kelp.ui.upstream import Upstream

MAX_BODY_BYTES = 26 << 20
"""Kibana's `savedObjects.maxImportPayloadBytes`."""


def routes(upstream: Upstream, forward_auth: bool) -> list[Route]:
    """The routes; `forward_auth` hands the caller's Authorization header on to Elasticsearch."""
    root = "/api/saved_objects"
    table: list[tuple[str, str, Handler]] = [
        ("GET", "/_find", _find),
        ("POST", "/_bulk_get", _bulk_get),
        ("POST", "/_bulk_create", _bulk_create),
        ("POST", "/_export", _export),
        ("POST", "/_import", _import),
        ("GET", "/{type}/{id:path}", _get),
        ("POST", "/{type}", _create),
        ("POST", "/{type}/{id:path}", _create),
        ("PUT", "/{type}/{id:path}", _update),
        ("DELETE", "/{type}/{id:path}", _delete),
    ]
    return [
        Route(root + path, bind(handler, upstream, forward_auth), methods=[method])
        for method, path, handler in table
    ]


async def _find(request: Request, repository: Repository) -> Response:
    params = request.query_params
    kinds = [kind for text in params.getlist("type") for kind in text.split(",") if kind] or list(TYPES)
    page, per_page = _number(params.get("page"), 1, "page"), _number(params.get("per_page"), 20, "per_page")
    items = await repository.all(kinds)
    words = params.get("search", "").lower().split()
    if words:
        items = [item for item in items if _matches(item, words)]
    sort = params.get("sort_field", "title")
    items.sort(key=lambda item: _sort_key(item, sort), reverse=params.get("sort_order") == "desc")
    start = (page - 1) * per_page
    shown = [{**item.to_json(), "score": 0} for item in items[start : start + per_page]]
    return json_reply({"page": page, "per_page": per_page, "total": len(items), "saved_objects": shown})


async def _get(request: Request, repository: Repository) -> Response:
    return json_reply((await repository.get(*_key(request))).to_json())


async def _create(request: Request, repository: Repository) -> Response:
    body = await _json_object(request)
    item = from_json({**body, "type": request.path_params["type"], "id": request.path_params.get("id")})
    overwrite = request.query_params.get("overwrite") == "true"
    return json_reply((await repository.create(item, overwrite=overwrite)).to_json())


async def _update(request: Request, repository: Repository) -> Response:
    kind, object_id = _key(request)
    body = await _json_object(request)
    attributes, references = body.get("attributes"), body.get("references")
    if not isinstance(attributes, dict):
        raise SavedObjectError(400, f"cannot change {kind} {object_id!r}: 'attributes' is missing")
    if references is not None and not isinstance(references, list):
        raise SavedObjectError(400, f"cannot change {kind} {object_id!r}: 'references' must be a list")
    return json_reply((await repository.update(kind, object_id, attributes, references)).to_json())


async def _delete(request: Request, repository: Repository) -> Response:
    await repository.delete(*_key(request))
    return json_reply({})


async def _bulk_get(request: Request, repository: Repository) -> Response:
    shown: list[dict[str, Any]] = []
    for wanted in await _json_list(request):
        kind, object_id = str(wanted.get("type")), str(wanted.get("id"))
        try:
            shown.append((await repository.get(kind, object_id)).to_json())
        except SavedObjectError as error:
            if error.status != 404:
                raise
            fault = {"statusCode": 404, "error": "Not Found", "message": str(not_found(kind, object_id))}
            shown.append({"id": object_id, "type": kind, "error": fault})
    return json_reply({"saved_objects": shown})


async def _bulk_create(request: Request, repository: Repository) -> Response:
    items = [from_json(value) for value in await _json_list(request)]
    overwrite = request.query_params.get("overwrite") == "true"
    faults = await repository.create_many(items, overwrite=overwrite)
    shown = []
    for item, fault in zip(items, faults, strict=True):
        if fault is None:
            shown.append(item.to_json())
        else:
            error = {"statusCode": fault.status, "message": str(fault)}
            shown.append({"id": item.id, "type": item.type, "error": error})
    return json_reply({"saved_objects": shown})


async def _export(request: Request, repository: Repository) -> Response:
    body = await _json_object(request)
    if isinstance(body.get("objects"), list):
        items = [await repository.get(str(one.get("type")), str(one.get("id"))) for one in body["objects"]]
    elif body.get("type"):
        kinds = body["type"] if isinstance(body["type"], list) else [body["type"]]
        items = await repository.all(list(TYPES) if "*" in kinds else kinds)
    else:
        raise SavedObjectError(400, "Either `type` or `objects` are required.")
    missing: list[dict[str, str]] = []
    if body.get("includeReferencesDeep"):
        items, missing = await with_references(repository, items)
    headers = {"content-disposition": 'attachment; filename="export.ndjson"', "cache-control": "no-store"}
    return Response(export_lines(items, missing), 200, headers, "application/ndjson")


async def _import(request: Request, repository: Repository) -> Response:
    params = request.query_params
    new_ids, overwrite = params.get("createNewCopies") == "true", params.get("overwrite") == "true"
    if new_ids and overwrite:
        raise SavedObjectError(400, "cannot use [overwrite] with [createNewCopies]")
    data = file_of(await _body(request), request.headers.get("content-type", ""))
    items = parse_lines(data, new_ids=new_ids)
    for item in items:
        item.updated_at = now_iso()
    return json_reply((await import_items(repository, items, overwrite=overwrite)).to_json())


def _key(request: Request) -> tuple[str, str]:
    return request.path_params["type"], request.path_params["id"]


def _matches(item: SavedObject, words: list[str]) -> bool:
    title = str(item.attributes.get("title", "")).lower()
    return all(fnmatchcase(title, f"*{word.strip('*')}*") for word in words)


def _sort_key(item: SavedObject, name: str) -> tuple[str, str]:
    if name in ("updated_at", "type"):
        return str(getattr(item, name)), item.id
    return str(item.attributes.get(name, "")).lower(), item.id


def _number(text: str | None, default: int, name: str) -> int:
    if text is None:
        return default
    if not text.isdigit() or not 0 < int(text) <= 10_000:
        raise SavedObjectError(400, f"cannot use {name} {text!r}: it must be a number from 1 to 10000")
    return int(text)


async def _body(request: Request) -> bytes:
    data = bytearray()
    async for block in request.stream():
        data += block
        if len(data) > MAX_BODY_BYTES:
            raise SavedObjectError(
                413, f"cannot take the request: its body is over {MAX_BODY_BYTES >> 20} MB"
            )
    return bytes(data)


async def _json(request: Request) -> Any:
    try:
        return orjson.loads(await _body(request) or b"null")
    except orjson.JSONDecodeError as error:
        raise SavedObjectError(400, f"cannot read the request body: {error}") from error


async def _json_object(request: Request) -> dict[str, Any]:
    value = await _json(request)
    if not isinstance(value, dict):
        raise SavedObjectError(400, "cannot read the request body: it must be a JSON object")
    return value


async def _json_list(request: Request) -> list[dict[str, Any]]:
    value = await _json(request)
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise SavedObjectError(400, "cannot read the request body: it must be a list of JSON objects")
    return value
