"""Which indices a request means, and the `_shards` section of its answer."""

from collections.abc import Sequence
from typing import Any

from kelp.store.api.route import Call
from kelp.store.errors import ApiError
from kelp.store.index.index import Index
from kelp.store.store import Store


def indices_of(store: Store, call: Call, expand_wildcards: str = "open") -> list[Index]:
    """The indices of `{index}` (all of them when the path names none), by the usual three parameters.

    Where wildcards find open indices only, naming a closed one is an error unless `ignore_unavailable` is set.
    """
    ignore_unavailable = call.parameters.flag("ignore_unavailable")
    found = store.catalog.resolve(
        call.arg("index", "_all"),
        allow_no_indices=call.parameters.flag("allow_no_indices", True),
        ignore_unavailable=ignore_unavailable,
        expand_wildcards=call.parameters.text("expand_wildcards") or expand_wildcards,
    )
    return open_ones(found, ignore_unavailable) if expand_wildcards == "open" else found


def open_ones(indices: list[Index], ignore_unavailable: bool) -> list[Index]:
    """The open indices. Raises ApiError for a closed one unless `ignore_unavailable`."""
    closed = [index for index in indices if index.closed]
    if closed and not ignore_unavailable:
        first = closed[0]
        raise ApiError(400, "index_closed_exception", "closed", index_uuid=first.uuid, index=first.name)
    return [index for index in indices if not index.closed]


def shards(index: Index) -> int:
    """Primary shards as the settings say; the store keeps every index in one table."""
    return int(index.settings.get("number_of_shards", 1))


def replicas(index: Index) -> int:
    """Replicas as the settings ask for; a store of one node has none of them."""
    return int(index.settings.get("number_of_replicas", 1))


def shards_section(indices: Sequence[Index]) -> dict[str, Any]:
    """`{"total", "successful", "failed"}`: replicas count as asked for but not there."""
    primaries = sum(shards(index) for index in indices)
    wanted = sum(shards(index) * (1 + replicas(index)) for index in indices)
    return {"total": wanted, "successful": primaries, "failed": 0}
