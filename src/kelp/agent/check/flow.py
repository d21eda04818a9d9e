"""The ways that events take: from the tags that inputs give to the outputs that write them."""

import re
from collections.abc import Iterator

from kelp.agent.pipeline.assembly import Assembly
from kelp.agent.pipeline.router import LabelRouter
from kelp.agent.plugin import Input, Output, Plugin
from kelp.agent.tail.paths import tag_part

_UNKNOWN = "…"
_MOST_HOPS = 20


def place_of(plugin: Plugin) -> str:
    """`type (id) <match a.**> at file:line`."""
    element = plugin.element
    name = f" ({plugin.plugin_id})" if plugin.has_own_id else ""
    return f"{plugin.type_name}{name} {element.title()} at {element.place}"


def label_of(router: object) -> str:
    """The name of the label whose router it is."""
    return (router.name if isinstance(router, LabelRouter) else "") or "@ROOT"


def source_tag(source: Input) -> str | None:
    """The tag of an input's events, `…` for what only they can tell; None for inputs that emit none of their own."""
    tag = getattr(source, "tag", None)
    if tag is None:
        return None if _is_silent(source) else _UNKNOWN
    if source.type_name == "tail" and "*" in tag:
        first = re.split(r",\s*", str(getattr(source, "path", "")))[0]
        return str(tag).replace("*", tag_part(first).replace("*", _UNKNOWN))
    if source.type_name == "syslog":
        return f"{tag}.{_UNKNOWN}"
    return str(tag)


def _is_silent(source: Input) -> bool:
    return source.type_name in ("monitor_agent", "debug_agent") or source.type_name.startswith("prometheus")


def way(router: LabelRouter, tag: str, indent: str = "") -> Iterator[str]:
    """The filters and outputs that events of a tag pass, one line each, through labels and under new tags."""
    yield from _way(router, tag, indent, ())


def _way(router: LabelRouter, tag: str, indent: str, before: tuple[tuple[str, str], ...]) -> Iterator[str]:
    here = (router.name, tag)
    if here in before or len(before) >= _MOST_HOPS:
        yield f"{indent}a loop: these events come here again and again"
        return
    route = router.resolve(tag)
    for stage in route.filters:
        yield f"{indent}filter {place_of(stage)}"
    if route.output is None:
        yield f"{indent}nothing matches: events are dropped"
        return
    yield f"{indent}match {place_of(route.output)}"
    yield from _stores(route.output, indent + "  ")
    for target, new_tag in route.output.onward(tag):
        yield f"{indent}  → {label_of(target)}" + ("" if new_tag == tag else f" with tag {new_tag}") + ":"
        if isinstance(target, LabelRouter):
            yield from _way(target, new_tag, indent + "    ", (*before, here))


def _stores(output: Output, indent: str) -> Iterator[str]:
    for child in output.children:
        if isinstance(child, Output):
            yield f"{indent}{child.element.name} {place_of(child)}"
            yield from _stores(child, indent + "  ")


def start_of(source: Input, assembly: Assembly) -> LabelRouter:
    """The router an input emits to."""
    return source.router if isinstance(source.router, LabelRouter) else assembly.router(None)
