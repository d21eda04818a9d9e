"""The label_router output: sends events on by the metadata of their pods."""

from collections.abc import Mapping
from typing import Any

from kelp.agent.config import Section, param
from kelp.agent.event import Batch, Record
from kelp.agent.metrics.families import Counter
from kelp.agent.metrics.registry import REGISTRY
from kelp.agent.plugin import Output, Router, register
from kelp.agent.ruby.regexp import compile_regexp

_COUNTER = "fluentd_router_records_total"


class MatchSection(Section):
    """What a pod must be like; options that are empty let every pod pass."""

    labels: dict[str, Any] = param.hash(default={}, description="Labels of the pod, such as app:nginx.")
    namespaces: list[str] = param.array(
        default=[], value_type="string", description="Names of namespaces, one of which is the pod's."
    )
    namespaces_regex: list[str] = param.array(
        default=[], value_type="string", description="Patterns, one of which the namespace matches."
    )
    namespace_labels: dict[str, Any] = param.hash(default={}, description="Labels of the namespace.")
    hosts: list[str] = param.array(default=[], value_type="string", description="Names of nodes.")
    container_names: list[str] = param.array(
        default=[], value_type="string", description="Names of containers."
    )
    negate: bool = param.boolean(default=False, description="Pods of this kind are not taken.")

    def configure(self) -> None:
        try:
            self._patterns = [compile_regexp(text) for text in self.namespaces_regex]
        except ValueError as error:
            raise self.error(f"option 'namespaces_regex': {error}", "namespaces_regex") from None

    def takes(self, pod: "_Pod") -> bool:
        """Whether the pod is of this kind."""
        return (
            (not self.hosts or pod.host in self.hosts)
            and (not self.container_names or pod.container in self.container_names)
            and (not self.namespaces or pod.namespace in self.namespaces)
            and (not self._patterns or any(pattern.search(pod.namespace) for pattern in self._patterns))
            and _has(pod.namespace_labels, self.namespace_labels)
            and _has(pod.labels, self.labels)
        )


class RouteSection(Section):
    """Where the events of some pods go."""

    label: str | None = param.named(
        "@label", param.string(default=None, description="Label to send the events to.")
    )
    tag: str = param.string(default="", description="New tag; empty: the tag stays.")
    metrics_labels: dict[str, Any] = param.hash(
        default={}, description="Labels of the counter: id, and flow in place of the route's label."
    )
    matches: list[MatchSection] = param.sections(
        "match", MatchSection, description="Tried in order; the first that fits decides."
    )

    def takes(self, pod: "_Pod") -> bool:
        """Whether the pod's events go here."""
        return next((not match.negate for match in self.matches if match.takes(pod)), False)


class _Pod:
    """What a record says of its pod."""

    __slots__ = ("container", "host", "labels", "namespace", "namespace_labels")

    def __init__(self, record: Record) -> None:
        pod = _hash(record.get("kubernetes"))
        self.labels = _hash(pod.get("labels"))
        self.namespace_labels = _hash(_hash(record.get("kubernetes_namespace")).get("labels"))
        self.namespace = _text(pod.get("namespace_name"))
        self.container = _text(pod.get("container_name"))
        self.host = _text(pod.get("host"))


class _Route:
    """A route's target, and what counts its events."""

    def __init__(self, router: Router, tag: str, series: tuple[str, str], counter: Counter | None) -> None:
        self.router = router
        self.tag = tag
        self._series = series
        self._counter = counter

    def emit(self, tag: str, batch: Batch) -> None:
        self.router.emit(self.tag or tag, batch)
        if self._counter is not None:
            self._counter.add(self._series, len(batch.records))


@register("output", "label_router")
class LabelRouterOutput(Output):
    """Send events on by what `kubernetes_metadata` found out about their pods: to every route that takes the pod."""

    emit_mode: str = param.enum(
        ["record", "batch"], "batch", description="Send events one by one, or together by their routes."
    )
    sticky_tags: bool = param.boolean(
        default=True, description="Send later events of a tag to the routes that its first events took."
    )
    default_route: str = param.string(default="", description="Label for events that no route takes.")
    default_metrics_labels: dict[str, Any] = param.hash(
        default={}, description="Labels of the counter for such events."
    )
    default_tag: str = param.string(default="", description="New tag of such events.")
    metrics: bool = param.boolean(default=False, description=f"Count events in {_COUNTER}.")
    routes: list[RouteSection] = param.sections("route", RouteSection, description="Where events go.")

    def configure(self) -> None:
        description = "Total number of events routed for the flow"
        self._counter = (
            REGISTRY.share(Counter(_COUNTER, description, ("flow", "id"))) if self.metrics else None
        )
        self._targets = [self._route(one.label, one.tag, one.metrics_labels) for one in self.routes]
        self._default: _Route | None = None
        if self.default_route or self.default_tag:
            self._default = self._route(self.default_route, self.default_tag, self.default_metrics_labels)
        self._known: dict[str, list[_Route]] = {}

    def _route(self, label: str | None, tag: str, series: Mapping[str, Any]) -> _Route:
        if unknown := set(series) - {"flow", "id"}:
            raise self.error(f"labels of the counter are flow and id, got {', '.join(sorted(unknown))}")
        router = self.context.router(label) if label else self.router
        names = (str(series.get("flow", label or "")), str(series.get("id", "default")))
        return _Route(router, tag, names, self._counter)

    def process(self, tag: str, batch: Batch) -> None:
        known = self._known.get(tag) if self.sticky_tags else None
        if known is not None:
            self._emit([(route, batch) for route in known], tag)
            return
        found: dict[_Route, Batch] = {}
        for time, record in zip(batch.times, batch.records, strict=True):
            for route in self._routes_of(record):
                found.setdefault(route, Batch()).append(time, record)
        if self.sticky_tags and found:
            self._known[tag] = list(found)
        self._emit(list(found.items()), tag)

    def _routes_of(self, record: Record) -> list[_Route]:
        pod = _Pod(record)
        found = [target for route, target in zip(self.routes, self._targets, strict=True) if route.takes(pod)]
        return found or ([self._default] if self._default is not None else [])

    def _emit(self, parts: list[tuple[_Route, Batch]], tag: str) -> None:
        for route, part in parts:
            # Filters change records in place, and an event may take several routes.
            own = part if len(parts) == 1 else Batch(list(part.times), [dict(one) for one in part.records])
            route.emit(tag, own)

    def onward(self, tag: str) -> list[tuple[Router, str]]:
        targets = self._targets + ([self._default] if self._default is not None else [])
        return [(target.router, target.tag or tag) for target in targets]


def _hash(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _has(labels: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    return all(name in labels and labels[name] == value for name, value in wanted.items())
