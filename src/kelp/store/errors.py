"""What the store raises: every error knows the HTTP status and the type name Elasticsearch gives it."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from kelp.common.errors import KelpError


class ApiError(KelpError):
    """An error the client sees: `status` is the HTTP status, `type` and `reason` are the body's fields.

    `extra` holds further fields of Elasticsearch's error object (`index`, `resource.id`, `caused_by`…).
    """

    def __init__(self, status: int, type: str, reason: str, **extra: Any) -> None:
        super().__init__(reason)
        self.status = status
        self.type = type
        self.reason = reason
        self.extra = extra

    def to_json(self) -> dict[str, Any]:
        """The error object as it stands in an item of a bulk or multi-search response."""
        return {"type": self.type, "reason": self.reason, **self.extra}


class IndexNotFound(ApiError):
    """No index, alias or pattern of that name: 404."""

    def __init__(self, name: str, uuid: str = "_na_") -> None:
        super().__init__(
            404,
            "index_not_found_exception",
            f"no such index [{name}]",
            **{
                "resource.type": "index_or_alias",
                "resource.id": name,
                "index_uuid": uuid,
                "index": name,
            },
        )


class IndexExists(ApiError):
    """An index of that name exists already: 400."""

    def __init__(self, name: str, uuid: str) -> None:
        super().__init__(
            400,
            "resource_already_exists_exception",
            f"index [{name}/{uuid}] already exists",
            index_uuid=uuid,
            index=name,
        )


class Rejected(ApiError):
    """Too much is being written right now; the client should send the same request again later: 429."""

    def __init__(self, reason: str) -> None:
        super().__init__(429, "es_rejected_execution_exception", reason)


class DiskFull(ApiError):
    """Nothing was written because the disk is (nearly) full: 429, as Elasticsearch's flood stage."""

    def __init__(self, reason: str) -> None:
        super().__init__(429, "cluster_block_exception", reason)


class EngineError(ApiError):
    """The column engine refused a statement; `reason` holds its words: 500."""

    def __init__(self, reason: str) -> None:
        super().__init__(500, "engine_exception", reason)


def illegal_argument(reason: str) -> ApiError:
    """A request that asks for something impossible: 400."""
    return ApiError(400, "illegal_argument_exception", reason)


def mapper_parsing(reason: str, **extra: Any) -> ApiError:
    """A mapping or a document that cannot be understood: 400."""
    return ApiError(400, "mapper_parsing_exception", reason, **extra)


def storage_error(verb: str, path: Path, error: OSError) -> ApiError:
    """The error a client gets when the disk fails or is full."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return DiskFull(
            f"cannot {verb} {path.name}: the disk is full; free some space, then send the request again"
        )
    return ApiError(503, "storage_exception", f"cannot {verb} {path.name}: {error.strerror}")


@contextmanager
def reading(what: str) -> Iterator[None]:
    """Answer 400 for a member of the wrong type or form in `what` ("the query").

    For code that only turns JSON into typed values: there such a member shows as one of Python's own errors.
    """
    try:
        yield
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        reason = f"cannot read {what}: a member has the wrong type or form ({type(error).__name__}: {error})"
        raise ApiError(400, "parsing_exception", reason) from error
