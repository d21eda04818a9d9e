"""Reading the body of a bulk request: action lines and the documents that follow them."""

from dataclasses import dataclass
from typing import Any

import orjson

from kelp.store.errors import ApiError, illegal_argument

MAX_ID_BYTES = 512
_ACTIONS = frozenset({"index", "create", "delete", "update"})
_PARAMETERS = frozenset(
    {
        "_index",
        "_type",
        "_id",
        "routing",
        "_routing",
        "op_type",
        "version",
        "_version",
        "version_type",
        "_version_type",
        "retry_on_conflict",
        "_retry_on_conflict",
        "pipeline",
        "_source",
        "if_seq_no",
        "if_primary_term",
        "require_alias",
        "dynamic_templates",
        "parent",
        "_parent",
        "timestamp",
        "ttl",
        "list_executed_pipelines",
        "require_data_stream",
    }
)  # fmt: skip
_VERSION_TYPES = ("internal", "external", "external_gt", "external_gte")


@dataclass(slots=True)
class Action:
    """One action line. Lines that are alike share one object."""

    name: str
    """`index`, `create`, `delete` or `update`."""
    index: str
    id: str | None
    version: int | None = None
    version_type: str = "internal"
    if_seq_no: int | None = None
    if_primary_term: int | None = None
    require_alias: bool = False
    pipeline: str | None = None


@dataclass(slots=True, frozen=True)
class BulkDefaults:
    """What the request's URL gives actions that do not say it themselves."""

    index: str | None = None
    require_alias: bool = False
    pipeline: str | None = None

    @property
    def plain(self) -> bool:
        """The URL says nothing that changes what an action line means."""
        return not self.require_alias and self.pipeline is None


def parse(body: bytes, defaults: BulkDefaults) -> tuple[list[Action], list[bytes]]:
    """Actions and their documents (b"" for deletions). Raises ApiError where Elasticsearch refuses the request."""
    if not body:
        raise ApiError(400, "parse_exception", "request body is required")
    lines = body.split(b"\n")
    if lines.pop() != b"":
        raise illegal_argument("The bulk request must be terminated by a newline [\\n]")
    return _uniform(lines, defaults) or _line_by_line(lines, defaults)


def _uniform(lines: list[bytes], defaults: BulkDefaults) -> tuple[list[Action], list[bytes]] | None:
    """Actions that are all the same line, as shippers send them without ids; None where they are not."""
    heads = lines[::2]
    if len(lines) % 2 or not heads or heads.count(heads[0]) != len(heads) or not heads[0].strip():
        return None
    faults: list[str] = []
    action = _action(heads[0], 1, defaults, faults)
    if faults or action.id is not None or action.name == "delete":
        return None
    return [action] * len(heads), lines[1::2]


def _line_by_line(lines: list[bytes], defaults: BulkDefaults) -> tuple[list[Action], list[bytes]]:
    actions: list[Action] = []
    sources: list[bytes] = []
    known: dict[bytes, Action] = {}
    faults: list[str] = []
    at, end = 0, len(lines)
    while at < end:
        line = lines[at]
        action = known.get(line)
        if action is None:
            if not line.strip():
                at += 1
                continue
            action = _action(line, at + 1, defaults, faults)
            if action.id is None:
                known[line] = action
        at += 1
        if action.name == "delete":
            sources.append(b"")
        elif at < end:
            sources.append(lines[at])
            at += 1
        else:
            break  # Elasticsearch drops an action whose document is missing at the very end
        actions.append(action)
    if not actions:
        faults.insert(0, "no requests added")
    if faults:
        raise validation(faults)
    return actions, sources


def validation(faults: list[str]) -> ApiError:
    """Elasticsearch's error for a request that lacks something."""
    listed = "".join(f" {number}: {fault};" for number, fault in enumerate(faults, 1))
    return ApiError(400, "action_request_validation_exception", "Validation Failed:" + listed)


def long_id(document_id: str) -> str:
    """What is wrong with an id beyond the limit."""
    size = len(document_id.encode("utf-8", "replace"))
    return f"id [{document_id}] is too long, must be no longer than {MAX_ID_BYTES} bytes but was: {size}"


def _action(line: bytes, number: int, defaults: BulkDefaults, faults: list[str]) -> Action:
    try:
        parsed = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise ApiError(400, "json_parse_exception", f"cannot read action line [{number}]: {error}") from error
    if not isinstance(parsed, dict):
        raise illegal_argument(
            f"Malformed action/metadata line [{number}], expected START_OBJECT but found [{_token(parsed)}]"
        )
    if not parsed:
        raise illegal_argument(
            f"Malformed action/metadata line [{number}], expected FIELD_NAME but found [END_OBJECT]"
        )
    name, body = next(iter(parsed.items()))
    if name == "index" and len(parsed) == 1 and type(body) is dict and defaults.plain:
        index, document_id = body.get("_index"), body.get("_id")
        if (
            index
            and type(index) is str
            and type(document_id) is str
            and len(body) == 2
            and len(document_id) <= MAX_ID_BYTES // 4
        ):
            return Action("index", index, document_id)  # the usual line with an id, without ceremony
    if not isinstance(body, dict):
        raise illegal_argument(
            f"Malformed action/metadata line [{number}], expected START_OBJECT but found [{_token(body)}]"
        )
    if name not in _ACTIONS:
        raise illegal_argument(
            f"Malformed action/metadata line [{number}], expected field [create], [delete], [index] or [update] "
            f"but found [{name}]"
        )
    for parameter in body:
        if parameter not in _PARAMETERS:
            raise illegal_argument(
                f"Action/metadata line [{number}] contains an unknown parameter [{parameter}]"
            )
    return _build(name, body, defaults, faults)


def _build(name: str, body: dict[str, Any], defaults: BulkDefaults, faults: list[str]) -> Action:
    index = body.get("_index", defaults.index)
    if not isinstance(index, str | None):
        index = orjson.dumps(index).decode()
    document_id = body.get("_id")
    if document_id is not None and not isinstance(document_id, str):
        document_id = orjson.dumps(document_id).decode()
    if not index:
        faults.append("index is missing")
    if document_id is None and name in ("delete", "update"):
        faults.append("id is missing")
    if document_id is not None and len(document_id.encode("utf-8", "replace")) > MAX_ID_BYTES:
        faults.append(long_id(document_id))
    if name == "index" and body.get("op_type") == "create":
        name = "create"
    version = _integer(body, "version", "_version")
    version_type = str(body.get("version_type", body.get("_version_type", "internal"))).lower()
    if version_type not in _VERSION_TYPES:
        raise illegal_argument(f"No version type match [{version_type}]")
    if version is not None and version_type == "internal":
        faults.append(
            "internal versioning can not be used for optimistic concurrency control. "
            "Please use `if_seq_no` and `if_primary_term` instead"
        )
    pipeline = body.get("pipeline", defaults.pipeline)
    return Action(
        name,
        index or "",
        document_id,
        version=version,
        version_type=version_type,
        if_seq_no=_integer(body, "if_seq_no"),
        if_primary_term=_integer(body, "if_primary_term"),
        require_alias=str(body.get("require_alias", defaults.require_alias)).lower() == "true",
        pipeline=None if pipeline is None else str(pipeline),
    )


def _integer(body: dict[str, Any], *names: str) -> int | None:
    """A whole number that is not negative and fits 64 bits; None where none of the names is there."""
    for name in names:
        value = body.get(name)
        if value is None:
            continue
        if isinstance(value, str) and value.isascii() and value.isdigit():
            value = int(value)
        if type(value) is not int or not 0 <= value < 2**63:
            raise illegal_argument(
                f"Failed to parse value [{value}] of [{name}]: expected a whole number >= 0"
            )
        return value
    return None


def _token(value: Any) -> str:
    if value is None:
        return "VALUE_NULL"
    if isinstance(value, bool):
        return "VALUE_BOOLEAN"
    if isinstance(value, str):
        return "VALUE_STRING"
    return "START_ARRAY" if isinstance(value, list) else "VALUE_NUMBER"
