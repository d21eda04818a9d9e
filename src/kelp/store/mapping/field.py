"""One field of a mapping."""

from dataclasses import dataclass, field
from typing import Any, Literal

Kind = Literal["string", "long", "double", "boolean", "date"]
"""The five families of columns behind Elasticsearch's types."""

KIND_BY_TYPE: dict[str, Kind] = {
    "text": "string",
    "match_only_text": "string",
    "annotated_text": "string",
    "keyword": "string",
    "wildcard": "string",
    "constant_keyword": "string",
    "ip": "string",
    "version": "string",
    "binary": "string",
    "search_as_you_type": "string",
    "long": "long",
    "integer": "long",
    "short": "long",
    "byte": "long",
    "unsigned_long": "long",
    "token_count": "long",
    "double": "double",
    "float": "double",
    "half_float": "double",
    "scaled_float": "double",
    "rank_feature": "double",
    "boolean": "boolean",
    "date": "date",
    "date_nanos": "date",
}

OVERFLOW_TYPES = frozenset(
    {
        "flattened",
        "join",
        "percolator",
        "dense_vector",
        "sparse_vector",
        "rank_features",
        "completion",
        "geo_point",
        "geo_shape",
        "point",
        "shape",
        "histogram",
        "aggregate_metric_double",
        "integer_range",
        "long_range",
        "float_range",
        "double_range",
        "date_range",
        "ip_range",
    }
)
"""Types without a column: their values live in `_overflow` and in `_source`."""

INTEGER_RANGES: dict[str, tuple[int, int]] = {
    "long": (-(2**63), 2**63 - 1),
    "integer": (-(2**31), 2**31 - 1),
    "short": (-(2**15), 2**15 - 1),
    "byte": (-(2**7), 2**7 - 1),
    "unsigned_long": (0, 2**64 - 1),
    "token_count": (-(2**31), 2**31 - 1),
}

_COLUMN_BY_TYPE = {
    "long": "Int64",
    "integer": "Int32",
    "short": "Int16",
    "byte": "Int8",
    "unsigned_long": "UInt64",
    "token_count": "Int32",
}


@dataclass(slots=True)
class Field:
    """A field and the column that holds its values; see "Store" in docs/architecture.md.

    `live` is set once a document had a value for the field: only then it gets a column.
    """

    path: str
    type: str
    keys: tuple[str, ...]
    column: str
    low_cardinality: bool | None = None
    array_column: str | None = None
    overflowed: bool = False
    parent: str | None = None
    params: dict[str, Any] = field(default_factory=dict)
    live: bool = False

    @property
    def kind(self) -> Kind | None:
        """The family of the column; None for types that have none (`flattened`…)."""
        return KIND_BY_TYPE.get(self.type)

    @property
    def form_column(self) -> str | None:
        """The column that says how the value was written; only dates and doubles have one."""
        return f"{self.column}@form" if self.kind in ("date", "double") and self.parent is None else None

    @property
    def element_type(self) -> str:
        """The engine's type of one value, without Nullable."""
        kind = self.kind
        if kind == "date":
            return "DateTime64(9,'UTC')"
        if kind == "long":
            return _COLUMN_BY_TYPE[self.type]
        return {"string": "String", "double": "Float64", "boolean": "Bool"}[kind or "string"]

    def to_json(self) -> dict[str, Any]:
        """The field as a mapping shows it, without its multi-fields and properties."""
        return {"type": self.type, **self.params}
