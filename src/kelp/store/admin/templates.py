"""Which templates fit an index name, and what they give it.

Composable templates (`_index_template`) win over legacy ones (`_template`); of them the one with the highest
priority is taken alone, while legacy ones are merged by order.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from kelp.store.admin.compose import merge_mappings, merge_settings
from kelp.store.index.catalog import Catalog, NewIndex
from kelp.store.index.settings import flat_settings

LEGACY = "template"
COMPOSABLE = "index_template"
COMPONENT = "component_template"


@dataclass
class Composed:
    """What templates say together: flat settings, mappings, aliases, and whether a data stream is wanted."""

    settings: dict[str, Any] = field(default_factory=dict)
    mappings: dict[str, Any] = field(default_factory=dict)
    aliases: dict[str, dict[str, Any]] = field(default_factory=dict)
    template: str | None = None
    data_stream: dict[str, Any] | None = None

    def add(self, part: dict[str, Any]) -> None:
        """Lay `{"settings", "mappings", "aliases"}` over what is there."""
        self.settings = merge_settings(self.settings, part.get("settings"))
        self.mappings = merge_mappings(self.mappings, part.get("mappings") or {})
        self.aliases.update(part.get("aliases") or {})

    def new_index(self) -> NewIndex:
        return NewIndex(self.settings, self.mappings, self.aliases)


def patterns_of(template: dict[str, Any]) -> list[str]:
    """The index patterns of a template; version 5 called a single one `template`."""
    patterns = template.get("index_patterns", template.get("template", []))
    return [patterns] if isinstance(patterns, str) else list(patterns)


def fits(name: str, patterns: Iterable[str]) -> bool:
    """Whether an index name matches one of the patterns, in which only `*` is special."""
    return any(fnmatchcase(name, pattern.replace("[", "[[]").replace("?", "[?]")) for pattern in patterns)


def composable_for(catalog: Catalog, name: str) -> tuple[str, dict[str, Any]] | None:
    """Name and body of the composable template with the highest priority for this index name."""
    found = [
        (int(body.get("priority") or 0), key, body)
        for key, body in catalog.documents(COMPOSABLE).items()
        if fits(name, patterns_of(body))
    ]
    if not found:
        return None
    _, key, body = max(found, key=lambda entry: (entry[0], entry[1]))
    return key, body


def compose(catalog: Catalog, key: str, template: dict[str, Any]) -> Composed:
    """A composable template over its components, in their order."""
    composed = Composed(template=key, data_stream=template.get("data_stream"))
    components = catalog.documents(COMPONENT)
    for component in template.get("composed_of", []):
        if component in components:
            composed.add(components[component].get("template") or {})
    composed.add(template.get("template") or {})
    return composed


def legacy_for(catalog: Catalog, name: str) -> list[tuple[str, dict[str, Any]]]:
    """The legacy templates for this index name, lowest order first."""
    found = [(key, body) for key, body in catalog.documents(LEGACY).items() if fits(name, patterns_of(body))]
    return sorted(found, key=lambda entry: (int(entry[1].get("order", 0)), entry[0]))


def for_index(catalog: Catalog, name: str) -> Composed:
    """What all templates give an index of this name; `{index}` in aliases stands for it."""
    chosen = composable_for(catalog, name)
    if chosen is not None:
        composed = compose(catalog, *chosen)
    else:
        composed = Composed()
        for _, body in legacy_for(catalog, name):
            composed.add(body)
    composed.aliases = {alias.replace("{index}", name): body for alias, body in composed.aliases.items()}
    return composed


def shown_settings(settings: dict[str, Any] | None) -> dict[str, Any]:
    """The settings of a template as Elasticsearch shows them: strings, dotted names below `index.`."""
    return {f"index.{name}": value for name, value in flat_settings(settings).items()}
