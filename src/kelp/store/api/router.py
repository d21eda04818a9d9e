"""From method and path to route: a tree of path parts, literal parts before named ones."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import unquote

from kelp.store.api.route import Route


@dataclass(slots=True)
class _Node:
    literals: dict[str, "_Node"] = field(default_factory=dict)
    named: "_Node | None" = None
    routes: dict[str, tuple[Route, tuple[str, ...]]] = field(default_factory=dict)


@dataclass(slots=True)
class Match:
    """What a path leads to: `route` is None when the path is known but not with this method."""

    route: Route | None
    args: dict[str, str]
    allowed: list[str]


class Router:
    """Routes by path; raises ValueError when two routes claim the same method and path."""

    def __init__(self, routes: Iterable[Route] = ()) -> None:
        self._root = _Node()
        for route in routes:
            self.add(route)

    def add(self, route: Route) -> None:
        node = self._root
        names: list[str] = []
        for part in _split(route.path):
            if part.startswith("{"):
                names.append(part[1:-1])
                node.named = node = node.named or _Node()
            else:
                node = node.literals.setdefault(part, _Node())
        methods = route.methods.split()
        if "GET" in methods and "HEAD" not in methods and "HEAD" not in node.routes:
            methods.append("HEAD")
        for method in methods:
            taken = node.routes.get(method)
            if taken is not None and not (method == "HEAD" and "HEAD" in route.methods):
                raise ValueError(f"cannot add route {method} {route.path}: {taken[0].path} has it already")
            node.routes[method] = (route, tuple(names))

    def match(self, method: str, raw_path: str) -> Match | None:
        """The route for a percent-encoded path; None when no route has such a path."""
        allowed: set[str] = set()
        parts = [unquote(part) for part in _split(raw_path)]
        found = _find(self._root, method, parts, 0, (), allowed)
        if found is not None:
            (route, names), values = found
            return Match(route, dict(zip(names, values, strict=True)), [])
        return Match(None, {}, sorted(allowed)) if allowed else None


def _split(path: str) -> list[str]:
    return [part for part in path.split("/") if part]


_Found = tuple[tuple[Route, tuple[str, ...]], tuple[str, ...]]


def _find(
    node: _Node, method: str, parts: list[str], at: int, values: tuple[str, ...], allowed: set[str]
) -> _Found | None:
    if at == len(parts):
        entry = node.routes.get(method)
        if entry is None:
            allowed.update(node.routes)
            return None
        return entry, values
    part = parts[at]
    literal = node.literals.get(part)
    if literal is not None:
        found = _find(literal, method, parts, at + 1, values, allowed)
        if found is not None:
            return found
    if node.named is not None:
        return _find(node.named, method, parts, at + 1, (*values, part), allowed)
    return None
