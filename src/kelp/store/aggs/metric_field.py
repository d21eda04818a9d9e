"""Metrics over the numbers of one field."""

from collections.abc import Sequence
from typing import Any, ClassVar

from kelp.store.aggs.node import Json, Metric
from kelp.store.aggs.scope import Scope
from kelp.store.aggs.show import date_format, number
from kelp.store.errors import ApiError
from kelp.store.query.date_format import write
from kelp.store.query.date_math import NANOS_PER_MS, resolve
from kelp.store.sql.values import ValueType


class FieldMetric(Metric):
    """A metric with a `field` and a value for documents that miss it (`missing`). Dates count in milliseconds."""

    options = frozenset({"field", "missing", "script", "format", "value_type"})
    numeric: ClassVar[bool] = True
    """Only number, date and boolean fields will do."""
    value: ValueType | None = None

    def configure(self) -> None:
        self.field()

    def input(self, scope: Scope) -> tuple[str, bool] | None:
        """The alias or expression of the values and whether it is an array; None where no index has the field."""
        self.value = scope.value_type(self.field())
        if self.value is None:
            return None
        if self.numeric and self.value.kind in ("string", "ip"):
            kind = self.value.field.type if self.value.field is not None else "keyword"
            raise self.unsupported(kind)
        sql = scope.values(self.value) if self.value.many else scope.scalar(self.value)
        if self.value.kind == "date" and self.numeric:
            sql = (
                f"arrayMap(x -> intDiv(x, {NANOS_PER_MS}), {sql})"
                if self.value.many
                else f"intDiv({sql}, {NANOS_PER_MS})"
            )
        missing = self.body.get("missing")
        if missing is not None:
            place = self.missing_place(scope, missing)
            sql = f"if(empty({sql}), [{place}], {sql})" if self.value.many else f"ifNull({sql}, {place})"
        return sql, self.value.many

    def missing_place(self, scope: Scope, missing: Any) -> str:
        assert self.value is not None
        if self.value.kind == "date":
            return scope.bind(resolve(missing, self.body.get("format"), None, 0) // NANOS_PER_MS, "Int64")
        if self.value.kind in ("string", "ip"):
            return scope.bind(str(missing), "String")
        if self.value.kind == "double":
            return scope.bind(float(missing), "Float64")
        return scope.bind(int(float(missing)), "Int64")

    def unsupported(self, kind: str) -> ApiError:
        return ApiError(
            400,
            "illegal_argument_exception",
            f"Field [{self.field()}] of type [{kind}] is not supported for aggregation [{self.type_name}]",
        )

    def call(self, function: str, scope: Scope, arguments: str = "") -> str:
        """The aggregate function over the field; NULL where no index has it."""
        given = self.input(scope)
        if given is None:
            return "NULL"
        sql, many = given
        return f"{function}{'Array' if many else ''}{arguments}({sql})"

    def texts(self, name: str, shown: float | None) -> Json:
        """`value_as_string` and its like for dates and formatted numbers."""
        if shown is None or self.value is None:
            return {}
        if self.value.kind == "date":
            text = write(int(shown) * NANOS_PER_MS, date_format(self.value, self.body))
            return {name: text}
        if self.value.kind == "boolean":
            return {name: "true" if shown else "false"}
        return {}


class SingleValue(FieldMetric):
    """A metric with one number, `value`."""

    function: ClassVar[str] = ""

    def columns(self, scope: Scope) -> list[str]:
        return [self.call(self.function, scope)]

    def result(self, values: Sequence[Any] | None) -> Json:
        shown = number(values[0]) if values is not None else None
        return {"value": shown, **self.texts("value_as_string", shown)}
