"""Single documents: `_doc`, `_create`, `_source`, `_update`, `_mget`."""

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

import orjson

from kelp.store.api import errors
from kelp.store.api.bulk import refresh_of
from kelp.store.api.members import objects_of, strings_of
from kelp.store.api.parameters import Parameters
from kelp.store.api.route import Call, Reply, Route
from kelp.store.errors import ApiError, IndexNotFound, illegal_argument
from kelp.store.index.index import Index
from kelp.store.ingest.bulk import write_body, write_index
from kelp.store.ingest.bulk_request import MAX_ID_BYTES, Action, long_id, validation
from kelp.store.ingest.document import Document
from kelp.store.ingest.writer import Outcome

if TYPE_CHECKING:
    from kelp.store.store import Store

_VERSION_TYPES = ("internal", "external", "external_gt", "external_gte")


def routes(store: "Store") -> list[Route]:
    documents = Documents(store)
    found = [
        Route("PUT POST", "/{index}/_doc/{id}", documents.put, pool="write"),
        Route("POST", "/{index}/_doc", documents.put, pool="write"),
        Route("PUT POST", "/{index}/_create/{id}", documents.create, pool="write"),
        Route("DELETE", "/{index}/_doc/{id}", documents.delete, pool="write"),
        Route("POST", "/{index}/_update/{id}", documents.update, pool="write"),
        Route("GET HEAD", "/{index}/_doc/{id}", documents.get, pool="search"),
        Route("GET HEAD", "/{index}/_source/{id}", documents.source, pool="search"),
    ]
    for path in ("/_mget", "/{index}/_mget", "/{index}/_doc/_mget"):
        found.append(Route("GET POST", path, documents.mget, pool="search"))
    return found


class Documents:
    """The handlers."""

    def __init__(self, store: "Store") -> None:
        self._store = store

    def put(self, call: Call) -> Reply:
        operation = call.parameters.text("op_type", "index")
        if operation not in ("index", "create"):
            raise illegal_argument(f"opType must be 'create' or 'index', found: [{operation}]")
        return self._write(call, operation, _body(call))

    def create(self, call: Call) -> Reply:
        return self._write(call, "create", _body(call))

    def delete(self, call: Call) -> Reply:
        return self._write(call, "delete", b"")

    def update(self, call: Call) -> Reply:
        return self._write(call, "update", _body(call))

    def _write(self, call: Call, name: str, source: bytes) -> Reply:
        action = _action(name, call)
        _refuse_pipeline(action)
        index = write_index(
            self._store.catalog,
            call.arg("index"),
            require_alias=action.require_alias,
            create=name != "delete",
        )
        refresh = refresh_of(call.parameters)
        outcome = self._store.write_one(index, action, source, refresh=refresh)
        body = {"_index": index.name, "_type": "_doc", "_id": outcome.id, **write_body(index, outcome)}
        if refresh == "true" and outcome.result != "noop":
            body["forced_refresh"] = True
        if outcome.result == "noop":
            body["_shards"] = {"total": 0, "successful": 0, "failed": 0}
        if name == "update":
            _add_new_source(body, call, outcome, source)
        return Reply(body, outcome.status)

    def _read_index(self, name: str) -> Index:
        """The one index that documents of `name` are read from."""
        try:
            found = self._store.catalog.resolve(name, allow_no_indices=False)
        except IndexNotFound as error:
            error.extra["resource.type"] = "index_expression"
            raise
        if len(found) > 1:
            names = ", ".join(index.name for index in found)
            raise illegal_argument(
                f"alias [{name}] has more than one index associated with it [{names}], "
                "can't execute a single index op"
            )
        return found[0]

    def get(self, call: Call) -> Reply:
        index = self._read_index(call.arg("index"))
        realtime = call.parameters.flag("realtime", True)
        if call.parameters.flag("refresh"):
            self._store.refresh([index])
        document = self._store.get_document(index, call.arg("id"), realtime=realtime)
        filters = _source_parameters(call.parameters)
        body = _found(index, document, filters)
        return Reply(body, 200 if document.exists else 404)

    def source(self, call: Call) -> Reply:
        index = self._read_index(call.arg("index"))
        document = self._store.get_document(index, call.arg("id"))
        if not document.exists or document.source is None:
            raise ApiError(
                404,
                "resource_not_found_exception",
                f"Document not found [{index.name}]/[_doc]/[{document.id}]",
            )
        filters = _source_parameters(call.parameters)
        return Reply(
            document.source if filters is None else filter_source(orjson.loads(document.source), filters)
        )

    def mget(self, call: Call) -> dict[str, Any]:
        body = call.required_object()
        default = call.arg("index") or None
        wanted = objects_of(body, "docs") or [{"_id": each} for each in strings_of(body, "ids")]
        if not wanted:
            raise validation(["no documents to get"])
        faults = []
        for at, entry in enumerate(wanted):
            if not entry.get("_index", default):
                faults.append(f"index is missing for doc {at}")
            if entry.get("_id") is None:
                faults.append(f"id is missing for doc {at}")
        if faults:
            raise validation(faults)
        filters = _source_parameters(call.parameters)
        return {"docs": [self._mget_one(entry, default, filters) for entry in wanted]}

    def _mget_one(self, entry: dict[str, Any], default: str | None, filters: "Filters") -> dict[str, Any]:
        name, document_id = str(entry.get("_index", default)), str(entry["_id"])
        try:
            index = self._read_index(name)
            document = self._store.get_document(index, document_id)
        except ApiError as error:
            return {"_index": name, "_type": None, "_id": document_id, "error": errors.body(error)["error"]}
        return _found(index, document, _filters(entry["_source"]) if "_source" in entry else filters)


def _body(call: Call) -> bytes:
    if not call.body.strip():
        raise ApiError(400, "parse_exception", "request body is required")
    # A segment line is one line: documents sent over several lines are joined, which JSON allows outside strings.
    return call.body.replace(b"\r", b" ").replace(b"\n", b" ")


def _action(name: str, call: Call) -> Action:
    parameters = call.parameters
    version_type = parameters.text("version_type", "internal").lower()
    if version_type not in _VERSION_TYPES:
        raise illegal_argument(f"No version type match [{version_type}]")
    if "version" in parameters and version_type == "internal":
        raise validation(
            [
                "internal versioning can not be used for optimistic concurrency control. "
                "Please use `if_seq_no` and `if_primary_term` instead"
            ]
        )
    if len(call.arg("id").encode("utf-8", "replace")) > MAX_ID_BYTES:
        raise validation([long_id(call.arg("id"))])
    for number in ("version", "if_seq_no", "if_primary_term"):
        if parameters.integer(number, 0) not in range(2**63):
            raise illegal_argument(
                f"Failed to parse value [{parameters.get(number)}] of [{number}]: expected a whole number >= 0"
            )
    if ("if_seq_no" in parameters) != ("if_primary_term" in parameters):
        raise validation(["ifSeqNo and ifPrimaryTerm must be given together"])
    return Action(
        name,
        call.arg("index"),
        call.args.get("id"),
        version=parameters.integer("version", 0) if "version" in parameters else None,
        version_type=version_type,
        if_seq_no=parameters.integer("if_seq_no", 0) if "if_seq_no" in parameters else None,
        if_primary_term=parameters.integer("if_primary_term", 1) if "if_primary_term" in parameters else None,
        require_alias=parameters.flag("require_alias"),
        pipeline=parameters.get("pipeline"),
    )


def _refuse_pipeline(action: Action) -> None:
    if action.pipeline not in (None, "", "_none"):
        raise illegal_argument(
            f"pipeline with id [{action.pipeline}] cannot be run: this store has no ingest pipelines"
        )


def _add_new_source(body: dict[str, Any], call: Call, outcome: Outcome, raw: bytes) -> None:
    """`_source` of an update, in the URL or the body, asks for the new document."""
    asked = call.parameters.get("_source")
    filters = _source_parameters(call.parameters) if asked is not None else None
    wanted = asked not in (None, "false")
    if asked is None:
        in_body = orjson.loads(raw).get("_source")
        wanted = in_body not in (None, False)
        filters = _filters(in_body) if wanted else None
    if wanted and outcome.source is not None:
        body["get"] = {
            "_seq_no": outcome.sequence_number,
            "_primary_term": 1,
            "found": True,
            "_source": filter_source(orjson.loads(outcome.source), filters),
        }


def _found(index: Index, document: Document, filters: "Filters") -> dict[str, Any]:
    body: dict[str, Any] = {"_index": index.name, "_type": "_doc", "_id": document.id}
    if not document.exists:
        return {**body, "found": False}
    body |= {
        "_version": document.version,
        "_seq_no": document.sequence_number,
        "_primary_term": 1,
        "found": True,
    }
    if filters is None:
        body["_source"] = orjson.Fragment(document.source or b"{}")
    elif filters != NO_SOURCE:
        body["_source"] = filter_source(orjson.loads(document.source or b"{}"), filters)
    return body


Filters = tuple[tuple[str, ...], tuple[str, ...]] | None
"""Patterns of paths to keep and to drop; None: everything."""
NO_SOURCE: Filters = ((), ("*",))


def _source_parameters(parameters: Parameters) -> Filters:
    value = parameters.get("_source")
    if value == "false" or (value is None and "stored_fields" in parameters):
        return NO_SOURCE
    keep = parameters.names("_source_includes") or parameters.names("_source_include")
    drop = parameters.names("_source_excludes") or parameters.names("_source_exclude")
    if value not in (None, "", "true"):
        keep = [*keep, *parameters.names("_source")]
    return (tuple(keep), tuple(drop)) if keep or drop else None


def _filters(value: Any) -> Filters:
    """`_source` as in a request body: true, false, a pattern, patterns, or includes and excludes."""
    if isinstance(value, bool):
        return None if value else NO_SOURCE
    if isinstance(value, dict):
        return _names(value.get("includes", value.get("include"))), _names(
            value.get("excludes", value.get("exclude"))
        )
    return _names(value), ()


def _names(value: Any) -> tuple[str, ...]:
    if value is None:
        return ()
    return (value,) if isinstance(value, str) else tuple(value)


def filter_source(document: dict[str, Any], filters: Filters) -> dict[str, Any]:
    """The parts of a document whose paths match; a pattern for an object stands for all below it."""
    if filters is None:
        return document
    return _filtered(document, "", *filters)


def _filtered(
    node: dict[str, Any], prefix: str, keep: tuple[str, ...], drop: tuple[str, ...]
) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for key, value in node.items():
        path = prefix + key
        if any(fnmatchcase(path, pattern) for pattern in drop):
            continue
        kept = not keep or any(fnmatchcase(path, pattern) for pattern in keep)
        if isinstance(value, dict):
            inner = _filtered(value, path + ".", () if kept else keep, drop)
            if inner or (kept and not value):
                out[key] = inner
        elif kept:
            out[key] = value
    return out
