"""Which way the events of a tag go: for `kelp agent --explain TAG`."""

from kelp.agent.pipeline.assemble import Assembly
from kelp.agent.plugin import Plugin


def explain(assembly: Assembly, tag: str) -> str:
    """Per label with plugins, the filters and the output that events of `tag` pass, with their places."""
    lines = []
    for name, router in assembly.routers.items():
        if not router.rules:
            continue
        route = router.resolve(tag)
        lines.append(f"{name or '@ROOT'}:")
        lines += [f"  filter {_title(stage)}" for stage in route.filters]
        lines.append(
            f"  match {_title(route.output)}" if route.output else "  nothing matches: events are dropped"
        )
        lines += (
            [f"    {child.kind} {_title(child)}" for child in route.output.children] if route.output else []
        )
    return "\n".join(lines)


def _title(plugin: Plugin) -> str:
    element = plugin.element
    label = element.attrs.get("@label")
    target = f" → {label.value}" if label else ""
    name = f" ({plugin.plugin_id})" if plugin.has_own_id else ""
    return f"{plugin.type_name}{name} {element.title()} at {element.place}{target}"
