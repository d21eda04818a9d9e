"""A search request: its body and URL parameters as one typed value."""

from dataclasses import dataclass, field
from typing import Any

from kelp.store.api.parameters import Parameters, duration_ms
from kelp.store.dsl import Query, parse_query
from kelp.store.dsl.body import flag
from kelp.store.errors import ApiError, reading
from kelp.store.query.nodes import All, And, Node
from kelp.store.search.highlight import Highlight, parse_highlight
from kelp.store.search.sort import SortKey, parse_sort
from kelp.store.search.source_filter import SourceFilter, parse_source_filter

DEFAULT_TRACK_TOTAL_HITS = 10_000
MAX_RESULT_WINDOW = 10_000

UNSUPPORTED: dict[str, str] = {
    "runtime_mappings": "runtime fields are not supported; index the field instead",
    "script_fields": "scripts are not supported",
    "suggest": "suggesters are not supported",
    "rescore": "rescoring is not supported",
    "slice": "sliced scrolls are not supported",
    "knn": "vector search is not supported",
}
"""Parts of a body that are refused by name unless empty."""

KNOWN = frozenset(
    {
        "query", "from", "size", "sort", "_source", "aggs", "aggregations", "track_total_hits", "highlight",
        "fields", "docvalue_fields", "stored_fields", "version", "seq_no_primary_term", "explain", "profile",
        "post_filter", "min_score", "search_after", "timeout", "terminate_after", "track_scores", "indices_boost",
        "collapse", "pit", "stats", "ext",
    }
)  # fmt: skip


_TYPES: dict[str, type | tuple[type, ...]] = {
    "search_after": list,
    "pit": dict,
    "highlight": dict,
    "collapse": dict,
    "fields": (list, str),
    "docvalue_fields": (list, str),
}
"""Parts of a body that must have one JSON type."""


@dataclass(frozen=True, slots=True)
class FieldRequest:
    """A field wanted under `fields` of each hit, and the format of its dates."""

    pattern: str
    format: str | None = None
    include_unmapped: bool = False


@dataclass(slots=True)
class SearchRequest:
    """What is searched, and what of it the answer shows."""

    query: Node = field(default_factory=All)
    post_filter: Node | None = None
    size: int = 10
    offset: int = 0
    sort: tuple[SortKey, ...] = ()
    search_after: list[Any] | None = None
    track_total_hits: int | bool = DEFAULT_TRACK_TOTAL_HITS
    track_scores: bool = False
    min_score: float | None = None
    source: SourceFilter = field(default_factory=SourceFilter)
    fields: tuple[FieldRequest, ...] = ()
    docvalue_fields: tuple[FieldRequest, ...] = ()
    highlight: Highlight | None = None
    version: bool = False
    seq_no_primary_term: bool = False
    aggs: dict[str, Any] = field(default_factory=dict)
    collapse: str | None = None
    pit_id: str | None = None
    profile: bool = False
    timeout_ms: float = -1.0
    rest_total_hits_as_int: bool = False
    typed_keys: bool = False
    query_fault: ApiError | None = None
    """A query text that cannot be parsed: in Elasticsearch a fault of every index, not of the request."""
    filter_only: bool = False
    """The query has no scoring part, so every score is 0."""
    cached: bool = True
    """Whether a kept answer will do."""


def parse_search(body: dict[str, Any], parameters: Parameters) -> SearchRequest:
    """The request of a body and the URL's parameters, which win. Raises ApiError."""
    for key, value in body.items():
        if key in UNSUPPORTED:
            if value not in (None, {}, []):
                raise ApiError(400, "illegal_argument_exception", f"cannot use [{key}]: {UNSUPPORTED[key]}")
        elif key not in KNOWN or (value is not None and not isinstance(value, _TYPES.get(key, object))):
            raise ApiError(400, "parsing_exception", f"Unknown key for a {_token(value)} in [{key}].")
    request = SearchRequest(cached=parameters.flag("request_cache", True))
    with reading("the search request"):
        _read_query(request, body, parameters)
        _read_page(request, body, parameters)
        _read_shape(request, body, parameters)
    return request


def _token(value: Any) -> str:
    names = {dict: "START_OBJECT", list: "START_ARRAY", bool: "VALUE_BOOLEAN", str: "VALUE_STRING"}
    return names.get(type(value), "VALUE_NUMBER")


def _read_query(request: SearchRequest, body: dict[str, Any], parameters: Parameters) -> None:
    query = body.get("query")
    if query is not None:
        if not isinstance(query, dict):
            raise ApiError(400, "parsing_exception", f"Unknown key for a {_token(query)} in [query].")
        parsed = parse_query(query)
        _lower(request, parsed)
        request.filter_only = _is_filter_only(query)
    if parameters.get("q") is not None:
        _lower(request, url_query(parameters))
    if body.get("post_filter") is not None:
        request.post_filter = parse_query(body["post_filter"]).lower()
    if body.get("min_score") is not None:
        request.min_score = float(body["min_score"])
    aggs = body.get("aggs", body.get("aggregations"))
    if aggs:
        request.aggs = aggs


def _lower(request: SearchRequest, query: Query) -> None:
    try:
        request.query = query.lower()
    except ApiError as error:
        request.query_fault = error


def url_query(parameters: Parameters) -> Query:
    """The query of `?q=` in Lucene's syntax, with `df`, `default_operator`, `lenient`."""
    options: dict[str, Any] = {"query": parameters.text("q")}
    for name, key in (
        ("df", "default_field"),
        ("default_operator", "default_operator"),
        ("lenient", "lenient"),
    ):
        if parameters.get(name):
            options[key] = parameters.text(name)
    return parse_query({"query_string": options})


def _is_filter_only(query: dict[str, Any]) -> bool:
    clauses = query.get("bool")
    return isinstance(clauses, dict) and not clauses.get("must") and not clauses.get("should")


def _read_page(request: SearchRequest, body: dict[str, Any], parameters: Parameters) -> None:
    request.size = _number("size", parameters.integer("size", body.get("size", 10)))
    request.offset = _number("from", parameters.integer("from", body.get("from", 0)))
    sort = body.get("sort")
    if parameters.get("sort"):
        sort = [_url_sort(part) for part in parameters.names("sort")]
    request.sort = parse_sort(sort)
    after = body.get("search_after")
    if after is not None:
        if request.offset > 0:
            raise ApiError(
                400,
                "action_request_validation_exception",
                "`from` parameter must be set to 0 when `search_after` is used",
            )
        if not all(isinstance(value, str | int | float | None) for value in after):
            raise ApiError(
                400, "parsing_exception", f"expected only plain values as [search_after], got {after}"
            )
        request.search_after = list(after)
    pit = body.get("pit")
    if pit is not None:
        request.pit_id = str(pit.get("id", ""))
    collapse = body.get("collapse")
    if collapse is not None:
        if set(collapse) - {"field", "max_concurrent_group_searches"}:
            raise ApiError(400, "illegal_argument_exception", "cannot collapse: inner_hits are not supported")
        request.collapse = str(collapse["field"])


def _url_sort(part: str) -> Any:
    name, colon, order = part.rpartition(":")
    return {name: order} if colon and order in ("asc", "desc") else part


def _number(name: str, value: Any) -> int:
    try:
        number = int(value)
    except (TypeError, ValueError):
        raise ApiError(
            400, "parsing_exception", f"Failed to parse int parameter [{name}] with value [{value}]"
        ) from None
    if number < 0 and not (name == "size" and number == -1):
        raise ApiError(
            400, "illegal_argument_exception", f"[{name}] parameter cannot be negative, found [{number}]"
        )
    return 10 if number == -1 else number


def check_window(request: SearchRequest, limit: int = MAX_RESULT_WINDOW) -> None:
    """Raise Elasticsearch's error for a page too far from the start."""
    if request.offset + request.size > limit:
        raise ApiError(
            400,
            "illegal_argument_exception",
            "Result window is too large, from + size must be less than or equal to: "
            f"[{limit}] but was [{request.offset + request.size}]. See the scroll api for a more efficient way to "
            "request large data sets. This limit can be set by changing the [index.max_result_window] index level "
            "setting.",
        )


def _read_shape(request: SearchRequest, body: dict[str, Any], parameters: Parameters) -> None:
    request.source = parse_source_filter(body.get("_source"), parameters)
    stored = body.get("stored_fields", parameters.get("stored_fields"))
    if stored is not None and not request.source.explicit:
        wanted = stored if isinstance(stored, list) else [stored]
        request.source = SourceFilter(wanted="_source" in wanted)
    request.fields = _field_requests(body.get("fields"))
    request.docvalue_fields = _field_requests(
        body.get("docvalue_fields") or parameters.names("docvalue_fields")
    )
    if body.get("highlight"):
        request.highlight = parse_highlight(body["highlight"])
    request.version = flag(body.get("version", parameters.flag("version")))
    request.seq_no_primary_term = flag(
        body.get("seq_no_primary_term", parameters.flag("seq_no_primary_term"))
    )
    if flag(body.get("explain", parameters.flag("explain"))):
        raise ApiError(
            400,
            "illegal_argument_exception",
            "cannot explain scores: scores are constant here, leave out [explain]",
        )
    request.track_scores = flag(body.get("track_scores", parameters.flag("track_scores")))
    request.profile = flag(body.get("profile", False))
    request.rest_total_hits_as_int = parameters.flag("rest_total_hits_as_int")
    request.typed_keys = parameters.flag("typed_keys")
    timeout = parameters.get("timeout") or body.get("timeout")
    if timeout:
        request.timeout_ms = duration_ms(str(timeout), "timeout")
    request.track_total_hits = _track_total_hits(body, parameters)


def _track_total_hits(body: dict[str, Any], parameters: Parameters) -> int | bool:
    value: Any = parameters.get("track_total_hits")
    if value is None:
        value = body.get("track_total_hits")
    if value is None:
        return True if parameters.flag("rest_total_hits_as_int") else DEFAULT_TRACK_TOTAL_HITS
    if isinstance(value, bool):
        return value
    if value in ("true", "false", ""):
        return bool(value != "false")
    number = int(value)
    return True if number == -1 else number


def _field_requests(value: Any) -> tuple[FieldRequest, ...]:
    requests = []
    for item in [value] if isinstance(value, str) else value or []:
        if isinstance(item, str):
            requests.append(FieldRequest(item))
            continue
        form = item.get("format")
        unmapped = str(item.get("include_unmapped", "false")).lower() == "true"
        requests.append(
            FieldRequest(str(item.get("field", "")), None if form == "use_field_mapping" else form, unmapped)
        )
    return tuple(requests)


def with_filter(request: SearchRequest, extra: Node) -> Node:
    """The request's query and one more condition."""
    return And((request.query, extra))
