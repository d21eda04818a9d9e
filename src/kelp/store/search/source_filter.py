"""`_source` filtering: which parts of a document a hit shows."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from kelp.store.api.parameters import Parameters
from kelp.store.errors import ApiError


@dataclass(frozen=True, slots=True)
class SourceFilter:
    """Paths to show and to hide, with `*`; `wanted` False shows no source at all."""

    wanted: bool = True
    includes: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()
    explicit: bool = False

    @property
    def changes(self) -> bool:
        return bool(self.includes or self.excludes)

    def apply(self, document: dict[str, Any]) -> dict[str, Any]:
        """The document without what is not wanted; objects left empty are kept as Elasticsearch keeps them."""
        return _filter(document, "", self.includes, self.excludes, inside=not self.includes)


@lru_cache(maxsize=1024)
def _regex(pattern: str) -> "re.Pattern[str]":
    return re.compile("".join(".*" if char == "*" else re.escape(char) for char in pattern), re.DOTALL)


@lru_cache(maxsize=8192)
def _selects(pattern: str, path: str) -> bool:
    return _regex(pattern).fullmatch(path) is not None


@lru_cache(maxsize=8192)
def _may_select_below(pattern: str, path: str) -> bool:
    """Whether the pattern could match something below the object at `path`."""
    given, wanted = path.split("."), pattern.split(".")
    for have, want in zip(given, wanted, strict=False):
        if "*" in want:
            return True
        if have != want:
            return False
    return len(wanted) > len(given)


def _filter(
    value: dict[str, Any], prefix: str, includes: tuple[str, ...], excludes: tuple[str, ...], inside: bool
) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for key, item in value.items():
        path = f"{prefix}{key}"
        if any(_selects(pattern, path) for pattern in excludes):
            continue
        chosen = inside or any(_selects(pattern, path) for pattern in includes)
        if isinstance(item, dict):
            if chosen or any(_may_select_below(pattern, path) for pattern in includes):
                kept = _filter(item, path + ".", includes, excludes, chosen)
                if kept or chosen:
                    out[key] = kept
        elif isinstance(item, list) and any(isinstance(element, dict) for element in item):
            kept_items = [
                _filter(element, path + ".", includes, excludes, chosen)
                if isinstance(element, dict)
                else element
                for element in item
                if chosen or isinstance(element, dict)
            ]
            if chosen or any(kept_items):
                out[key] = [element for element in kept_items if chosen or element]
        elif chosen:
            out[key] = item
    return out


def parse_source_filter(value: Any, parameters: Parameters) -> SourceFilter:
    """The filter of `_source` in the body, or of `_source`, `_source_includes`, `_source_excludes` in the URL."""
    url = parameters.get("_source")
    includes, excludes = parameters.names("_source_includes"), parameters.names("_source_excludes")
    if url in ("false", "true", ""):
        value = url != "false"
    elif url is not None:
        includes = [*includes, *parameters.names("_source")]
    if includes or excludes:
        return SourceFilter(True, tuple(includes), tuple(excludes), True)
    if value is None:
        return SourceFilter()
    if isinstance(value, bool) or value in ("true", "false"):
        return SourceFilter(wanted=value in (True, "true"), explicit=True)
    if isinstance(value, str):
        return SourceFilter(True, (value,), (), True)
    if isinstance(value, list):
        return SourceFilter(True, tuple(map(str, value)), (), True)
    if isinstance(value, dict):
        return SourceFilter(
            True, _patterns(value, "includes", "include"), _patterns(value, "excludes", "exclude"), True
        )
    raise ApiError(
        400, "parsing_exception", f"Expected one of [VALUE_BOOLEAN, START_OBJECT] but found [{value}]"
    )


def _patterns(value: dict[str, Any], *names: str) -> tuple[str, ...]:
    for name in names:
        if name in value:
            given = value[name]
            return tuple(map(str, given if isinstance(given, list) else [given]))
    return ()
