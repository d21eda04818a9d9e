"""Bound parameters: values get a place in the SQL text and travel beside it."""

from typing import Any


class Binder:
    """The parameters of one statement, named `p0`, `p1`…; equal values share a place."""

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}
        self._places: dict[tuple[str, str], str] = {}

    def bind(self, value: Any, type_name: str) -> str:
        """The place for a value of the engine's type `type_name`, such as `{p0:Array(String)}`."""
        key = (type_name, repr(value))
        place = self._places.get(key)
        if place is None:
            name = f"p{len(self.values)}"
            self.values[name] = value
            place = self._places[key] = "{" + f"{name}:{type_name}" + "}"
        return place

    def text(self, value: str) -> str:
        return self.bind(value, "String")

    def texts(self, values: list[str]) -> str:
        return self.bind(values, "Array(String)")

    def integer(self, value: int) -> str:
        return self.bind(value, "Int64")

    def moment(self, nanos: int) -> str:
        """A date column's value from nanoseconds since the epoch."""
        return f"fromUnixTimestamp64Nano({self.integer(nanos)}, 'UTC')"
