"""`filter_path`: keep or drop parts of any answer.

See https://www.elastic.co/guide/en/elasticsearch/reference/7.17/common-options.html#common-options-response-filtering
"""

from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Any

Path = tuple[str, ...]
_NOTHING = object()


@lru_cache(maxsize=256)
def parse(text: str) -> tuple[tuple[Path, ...], tuple[Path, ...]]:
    """Split `a.b,-c.*` into the paths to keep and the paths to drop."""
    keep: list[Path] = []
    drop: list[Path] = []
    for part in text.split(","):
        part = part.strip()
        if part.startswith("-"):
            drop.append(_steps(part[1:]))
        elif part:
            keep.append(_steps(part))
    return tuple(keep), tuple(drop)


def _steps(path: str) -> Path:
    # A backslash keeps a dot inside a name: `_nodes.a\.b`.
    escaped = path.replace("\\.", "\0")
    return tuple(step.replace("\0", ".") for step in escaped.split(".") if step)


def apply(value: Any, text: str) -> Any:
    """The filtered copy of an object or array; `{}` when nothing is left. Other values stay as they are."""
    keep, drop = parse(text)
    if drop:
        value = _drop(value, drop)
    if keep:
        value = _keep(value, keep)
        if value is _NOTHING:
            return {}
    return value


def _step(paths: tuple[Path, ...], key: str) -> tuple[Path, ...]:
    """What is left of the paths below `key`; a path that ends here leaves an empty one."""
    rest: list[Path] = []
    for path in paths:
        head, tail = path[0], path[1:]
        if head == "**":
            rest.append(path)
            if tail and fnmatchcase(key, tail[0]):
                rest.append(tail[1:])
            elif not tail:
                rest.append(())
        elif head == key or ("*" in head and fnmatchcase(key, head.replace("[", "[[]"))):
            rest.append(tail)
    return tuple(rest)


def _keep(value: Any, paths: tuple[Path, ...]) -> Any:
    if isinstance(value, dict):
        kept: dict[str, Any] = {}
        for key, child in value.items():
            rest = _step(paths, key)
            if not rest:
                continue
            result = child if () in rest else _keep(child, rest)
            if result is not _NOTHING:
                kept[key] = result
        return kept or _NOTHING
    if isinstance(value, list):
        results = [_keep(child, paths) for child in value]
        kept_list = [result for result in results if result is not _NOTHING]
        return kept_list or _NOTHING
    return _NOTHING


def _drop(value: Any, paths: tuple[Path, ...]) -> Any:
    if isinstance(value, dict):
        left: dict[str, Any] = {}
        for key, child in value.items():
            rest = _step(paths, key)
            if () in rest:
                continue
            left[key] = _drop(child, rest) if rest else child
        return left
    if isinstance(value, list):
        return [_drop(child, paths) for child in value]
    return value
