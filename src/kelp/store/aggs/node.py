"""What every aggregation is: a metric, a bucketing or a pipeline, with a name, and the registry of types."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, TypeVar

from kelp.store.aggs.scope import Scope
from kelp.store.errors import ApiError

Json = dict[str, Any]


@dataclass
class Aggregation(ABC):
    """An aggregation of a request. `type_name` is the name in the request."""

    name: str
    type_name: str
    body: Json
    meta: Json | None = None
    subs: "list[Aggregation]" = field(default_factory=list)

    options: ClassVar[frozenset[str] | None] = None
    """The keys its body may have; None where it checks them itself."""

    def __post_init__(self) -> None:
        self.configure()

    def configure(self) -> None:  # noqa: B027 - many have nothing to read
        """Read the body. Raises ApiError for what is wrong in it."""

    def typed_name(self, scope: Scope | None) -> str:
        """The prefix of the result's name under `typed_keys`."""
        return self.type_name

    def field(self) -> str:
        """The field the aggregation is about."""
        if "script" in self.body:
            raise self.fault("scripts are not supported, name a [field]")
        name = self.body.get("field")
        if not name:
            raise ApiError(
                400,
                "illegal_argument_exception",
                "Required one of fields [field, script], but none were specified. ",
            )
        return str(name)

    def fault(self, why: str) -> ApiError:
        return ApiError(
            400,
            "illegal_argument_exception",
            f"cannot run aggregation [{self.name}] of type [{self.type_name}]: {why}",
        )


class Metric(Aggregation):
    """Numbers computed within each bucket by the same GROUP BY that counts it."""

    @abstractmethod
    def columns(self, scope: Scope) -> list[str]:
        """SQL aggregate functions over the scope's columns."""

    @abstractmethod
    def result(self, values: Sequence[Any] | None) -> Json:
        """The JSON of one bucket from the columns' values; None for a bucket without documents."""

    def order_column(self, scope: Scope, part: str) -> str:
        """The SQL by which buckets are ordered; `part` is what stands behind the dot (`stats.avg`)."""
        columns = self.columns(scope)
        if len(columns) != 1 or part not in ("", "value"):
            raise self.fault(f"buckets cannot be ordered by [{self.name}.{part}]")
        return columns[0]


@dataclass(slots=True)
class Key:
    """One key of a bucketing. `joined` marks an array each of whose elements is a key."""

    sql: str
    type_name: str
    joined: bool = False
    null_wanted: bool = False


@dataclass(slots=True)
class BucketRow:
    """A bucket as the engine counted it."""

    key: tuple[Any, ...]
    count: int
    metrics: dict[str, Sequence[Any]]
    total: int = 0
    """Documents in all buckets of the same parent, those past the limit included."""


SubResults = Callable[[tuple[Any, ...]], Json]
"""The results of the sub-aggregations in the bucket of a key; of an empty bucket where there is none."""


class Bucketing(Aggregation):
    """Splits documents into buckets by keys."""

    @abstractmethod
    def keys(self, scope: Scope) -> list[Key] | None:
        """The keys of a document; None where no index has the field, so that there are no buckets."""

    def where(self, scope: Scope, aliases: list[str]) -> str:
        """SQL that limits which keys make buckets; `aliases` name the keys."""
        return ""

    def order(self, scope: Scope, aliases: list[str]) -> str:
        """ORDER BY of the buckets of one parent."""
        return ", ".join(aliases)

    def limit(self) -> int | None:
        """How many buckets of a parent are wanted from the engine; None for all."""
        return None

    def having(self) -> str:
        """SQL on the count `n` of a bucket."""
        return ""

    @abstractmethod
    def result(self, rows: list[BucketRow], subs: SubResults) -> Json:
        """The JSON for one parent; rows are in order."""

    def prepare(self, scope: Scope) -> None:
        """Look at the data before the keys are asked for."""


class Hits(Aggregation):
    """Documents or values of the first documents of each bucket: a statement of its own."""

    @abstractmethod
    def find(self, scope: Scope, chain: str, key_aliases: list[str]) -> dict[tuple[Any, ...], Json]:
        """The JSON by bucket. `chain` is the relation with the buckets' keys under `key_aliases`."""

    @abstractmethod
    def register(self, scope: Scope) -> None:
        """Ask the scope for columns."""

    @abstractmethod
    def empty(self) -> Json:
        """The JSON of a bucket without documents."""


class Pipeline(Aggregation):
    """Computed from the results of other aggregations."""

    parent: ClassVar[bool] = True
    """Works on the buckets of the aggregation it stands in; siblings work on one that stands beside it."""

    def apply(self, buckets: list[Json]) -> list[Json]:
        """The buckets of the parent with this aggregation's values."""
        raise NotImplementedError

    def result(self, siblings: Json) -> Json:
        """The value over the buckets of a sibling."""
        raise NotImplementedError


AGGREGATIONS: dict[str, type[Aggregation]] = {}
A = TypeVar("A", bound=type[Aggregation])


def register(*names: str) -> Callable[[A], A]:
    """Make the decorated class the aggregation of these names."""

    def add(cls: A) -> A:
        for name in names:
            AGGREGATIONS[name] = cls
        return cls

    return add
