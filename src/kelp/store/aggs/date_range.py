"""`date_range`: a bucket for each of several ranges of dates."""

import time
from typing import Any

from kelp.store.aggs.node import Json, Key, register
from kelp.store.aggs.range import Range
from kelp.store.aggs.scope import Scope
from kelp.store.query.date_format import write
from kelp.store.query.date_math import NANOS_PER_MS, resolve, zone


@register("date_range")
class DateRange(Range):
    """Ranges of dates and date math, `from` included and `to` excluded."""

    options = frozenset({"field", "ranges", "keyed", "missing", "script", "format", "time_zone"})

    def configure(self) -> None:
        self.form: str | None = self.body.get("format")
        self.zone_name: str | None = self.body.get("time_zone")
        super().configure()

    def bounds(self, item: Json) -> tuple[Any, Any, str | None]:
        now = time.time_ns()

        def read(name: str) -> int | None:
            given = item.get(name)
            return None if given is None else resolve(given, self.form, self.zone_name, now)

        return read("from"), read("to"), item.get("key")

    def place(self, scope: Scope, bound: Any) -> str:
        return scope.bind(bound, "Int64")

    def keys(self, scope: Scope) -> list[Key] | None:
        keys = super().keys(scope)
        if self.form is None and self.value is not None and self.value.field is not None:
            self.form = self.value.field.params.get("format")
        return keys

    def shown(self, item: tuple[Any, Any, str | None]) -> Json:
        low, high, key = item
        where = zone(self.zone_name)
        texts = ["*" if nanos is None else write(nanos, self.form, where) for nanos in (low, high)]
        shown: Json = {"key": key or "-".join(texts)}
        for name, nanos, text in (("from", low, texts[0]), ("to", high, texts[1])):
            if nanos is not None:
                shown[name] = float(nanos // NANOS_PER_MS)
                shown[f"{name}_as_string"] = text
        return shown
