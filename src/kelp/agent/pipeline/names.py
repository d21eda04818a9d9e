"""Names that stand twice in a configuration, and sections of unknown names."""

import difflib
from collections.abc import Iterator

from kelp.agent.config import ConfigError, Element
from kelp.agent.pipeline.assembly import all_plugins
from kelp.agent.plugin import Plugin

# Kinds of plugins that live in another one and have no `@id` of their own.
_NAMELESS = ("parser", "formatter", "buffer")
KNOWN_SECTIONS = ("source", "match", "filter", "label", "system", "worker")


def unknown_sections(root: Element) -> list[str]:
    """Warnings about sections no one reads: Fluentd starts with them all the same."""
    warnings = []
    for child in root.elements:
        if child.name not in KNOWN_SECTIONS:
            near = difflib.get_close_matches(child.name, KNOWN_SECTIONS, 1, 0.6)
            mend = f"did you mean <{near[0]}>?" if near else "known: " + ", ".join(KNOWN_SECTIONS)
            warnings.append(f"{child.place}: unknown section {child.title()} has no effect; {mend}")
    return warnings


def everywhere(whole: Element) -> list[Element]:
    """The sections of the top level and of every `<worker>`: names must differ across all of them."""
    workers = [one for one in whole.elements if one.name == "worker"]
    return [one for parent in (whole, *workers) for one in parent.elements if one.name != "worker"]


def doubled_labels(sections: list[Element]) -> list[ConfigError]:
    names: set[str] = set()
    faults = []
    for label in sections:
        if label.name == "label":
            if label.arg in names:
                faults.append(ConfigError(f"section <label {label.arg}> appears twice", label.place))
            names.add(label.arg)
    return faults


def _given_ids(element: Element) -> Iterator[tuple[str, Element]]:
    """The `@id`s in a section and all sections within it."""
    if (given := element.attrs.get("@id")) is not None and given.value:
        yield str(given.value), element
    for child in element.elements:
        yield from _given_ids(child)


def doubled_ids(plugins: list[Plugin], foreign: list[Element]) -> list[ConfigError]:
    """Faults of `@id`s that stand twice, also in the sections of other workers."""
    faults = []
    others = {given: element for section in foreign for given, element in _given_ids(section)}
    seen: dict[str, Plugin] = {}
    for plugin in all_plugins(plugins):
        if plugin.kind in _NAMELESS:
            continue
        first = seen.setdefault(plugin.plugin_id, plugin)
        taken = first.element if first is not plugin else others.get(plugin.plugin_id)
        if taken is not None:
            place = plugin.element.place_of("@id")
            text = f"'@id {plugin.plugin_id}' is taken by {taken.place}: give another"
            faults.append(plugin.element.error(text, place))
    return faults
