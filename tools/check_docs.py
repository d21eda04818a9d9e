"""The reference of the agent's options, made from their declarations, and the tests that a page names.

Run as `python tools/check_docs.py`: exits 1 when a page is stale, an option has no description or a test that is named
is not there; with `--write` the reference is written.
"""

import re
import sys
from pathlib import Path
from typing import Any

from kelp.agent.config.param import Param, SectionParam
from kelp.agent.config.section import Configurable
from kelp.agent.pipeline.system import SystemSection
from kelp.agent.plugin import registry

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "docs" / "agent" / "reference"
NO_LOSS = ROOT / "docs" / "agent" / "no-loss.md"
TESTS = ROOT / "tests" / "agent"
KINDS = {
    "input": "Inputs: `<source>`",
    "filter": "Filters: `<filter>`",
    "output": "Outputs: `<match>`",
    "parser": "Parsers: `<parse>`",
    "formatter": "Formatters: `<format>`",
    "buffer": "Buffers: `<buffer>`",
}
_NOTE = "Made by `make docs` from the declarations in the code; do not edit."


class Reference:
    """Renders declared options and collects those that lack a description."""

    def __init__(self) -> None:
        self.faults: list[str] = []

    def page(self, kind: str, title: str) -> str:
        parts = [f"# {title}", _NOTE]
        for name in registry.type_names(kind):
            cls = registry.find(kind, name)
            if cls is None:
                self.faults.append(f"{kind} {name}: its file does not register this name")
            elif cls.type_name != name:
                parts.append(f"## {name}\n\nThe same as `{cls.type_name}`.")
            else:
                parts.append(f"## {name}\n\n{self.text(cls, f'{kind} {name}')}")
        return "\n\n".join(parts) + "\n"

    def system(self) -> str:
        return (
            "\n\n".join(["# The agent itself: `<system>`", _NOTE, self.text(SystemSection, "system")]) + "\n"
        )

    def text(self, cls: type[Configurable], where: str) -> str:
        """What a class says about itself, its options, and its sections below."""
        if not cls.__doc__ or cls.__doc__ == cls.__mro__[1].__doc__:
            self.faults.append(f"{where}: {cls.__name__} has no docstring")
        parts = [_unindented(cls.__doc__ or "")]
        params = [self._row(param, where) for param in cls.params.values()]
        if params:
            parts.append("| option | type | default | meaning |\n|---|---|---|---|\n" + "\n".join(params))
        parts += [self._section(section, where) for section in cls.section_params.values()]
        return "\n\n".join(parts)

    def _row(self, param: Param, where: str) -> str:
        self._check(param.description, f"{where}: option {param.name}")
        kind = (
            param.type if not param.values else "one of " + ", ".join(f"`{value}`" for value in param.values)
        )
        notes = [f"also `{param.alias}`"] if param.alias else []
        notes += [f"deprecated: {param.deprecated}"] if param.deprecated else []
        notes += [f"removed: {param.obsoleted}"] if param.obsoleted else []
        name = f"*argument* `{param.name}`" if param.argument else f"`{param.name}`"
        meaning = param.description + (f" ({'; '.join(notes)})" if notes else "")
        return f"| {name} | {kind} | {_default(param)} | {_cell(meaning)} |"

    def _section(self, section: SectionParam, where: str) -> str:
        self._check(section.description, f"{where}: section <{section.tag}>")
        number = "any number of times" if section.many else "once"
        need = "required" if section.required else "optional"
        text = f"**`<{section.tag}>`** ({need}, {number}): {section.description}"
        if section.section is None:
            kind = section.plugin_kind
            return text + (f" See [{kind}s]({kind}.md)." if kind in KINDS else "")
        inner = self.text(section.section, f"{where} <{section.tag}>")
        return text + "\n\n" + "\n".join(f"> {line}".rstrip() for line in inner.split("\n"))

    def _check(self, description: str, where: str) -> None:
        if not description.strip():
            self.faults.append(f"{where}: no description")


def _unindented(text: str) -> str:
    first, _, rest = text.strip().partition("\n")
    return "\n".join([first, *(line.strip() for line in rest.split("\n"))]).strip()


def _default(param: Param) -> str:
    if param.required:
        return "required"
    value: Any = param.default
    if value is None:
        return ""
    if isinstance(value, bool):
        return "`true`" if value else "`false`"
    if value in ("", [], {}):
        return "empty"
    if isinstance(value, re.Pattern):
        return f"`/{_cell(value.pattern.replace('(?P<', '(?<'))}/`"
    return f"`{_cell(str(value))}`"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", "\\n")


def pages(reference: Reference) -> dict[Path, str]:
    """Every page by its path."""
    found = {FOLDER / f"{kind}.md": reference.page(kind, title) for kind, title in KINDS.items()}
    found[FOLDER / "system.md"] = reference.system()
    return found


def missing_tests(page: str, tests: Path) -> list[str]:
    """Faults of the tests that rows of `page` name: `folder/test_file.py`, then the functions in it."""
    faults = []
    for number, row in enumerate(page.splitlines(), 1):
        source: str | None = None
        for name in re.findall(r"`((?:\w+/)*test_\w+(?:\.py)?)`", row):
            if name.endswith(".py"):
                path = tests / name
                source = path.read_text(encoding="utf-8") if path.is_file() else ""
                if not source:
                    faults.append(f"line {number}: there is no {name}")
            elif source is None:
                faults.append(f"line {number}: name the file of {name} before it")
            elif f"def {name}(" not in source:
                faults.append(f"line {number}: {name} is not in the file named before it")
    return faults


def main() -> int:
    reference = Reference()
    made = pages(reference)
    if "--write" in sys.argv[1:]:
        FOLDER.mkdir(parents=True, exist_ok=True)
        for path, text in made.items():
            path.write_text(text, encoding="utf-8")
    stale = [p for p, text in made.items() if not p.exists() or p.read_text(encoding="utf-8") != text]
    faults = reference.faults + [f"{path.relative_to(ROOT)}: stale, run `make docs`" for path in stale]
    missing = missing_tests(NO_LOSS.read_text(encoding="utf-8"), TESTS)
    faults += [f"{NO_LOSS.relative_to(ROOT)}: {fault}" for fault in missing]
    for fault in faults:
        print(fault)
    print(f"docs: {len(made)} pages; {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
