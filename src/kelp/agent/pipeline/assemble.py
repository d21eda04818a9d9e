"""From an element tree to configured plugins on their routers; all faults in one run."""

from kelp.agent.config import ConfigError, Element, join_faults
from kelp.agent.config.section import unused_options
from kelp.agent.config.values import strict_values, to_boolean
from kelp.agent.pipeline.assembly import ERROR_LABEL, LOG_LABEL, ROOT_LABEL, Assembly
from kelp.agent.pipeline.errors import ErrorSink, RoutedErrors
from kelp.agent.pipeline.match import compile_tag_patterns
from kelp.agent.pipeline.names import (
    KNOWN_SECTIONS,
    doubled_ids,
    doubled_labels,
    everywhere,
    unknown_sections,
)
from kelp.agent.pipeline.router import LabelRouter
from kelp.agent.pipeline.system import SystemSection
from kelp.agent.pipeline.workers import WorkerScope, flatten_workers, leave_unread
from kelp.agent.plugin import Context, Filter, Input, Output, build, label_of


def assemble(whole: Element, worker_id: int = 0) -> Assembly:
    """Build every plugin that a worker runs. Raises ConfigError with all faults found."""
    faults: list[ConfigError] = []
    system = _read_system(whole, faults)
    with strict_values(bool(system.strict_config_value)):
        return _assemble(whole, worker_id, system, faults)


def _assemble(whole: Element, worker_id: int, system: SystemSection, faults: list[ConfigError]) -> Assembly:
    assembly = Assembly(system)
    assembly.root_dir = assembly.system.root_path if not faults else None
    assembly.workers = assembly.system.workers if not faults else 1
    assembly.worker_id = worker_id
    root = flatten_workers(whole, assembly.workers, worker_id, faults)
    assembly.routers[""] = LabelRouter("", assembly.errors)
    faults += doubled_labels(everywhere(whole))
    labels = _declare_labels(root, assembly, faults)
    _add_stages(root, assembly.routers[""], assembly, faults)
    for name in _flow_order(root, labels):
        _add_stages(labels[name], assembly.routers[name], assembly, faults)
    for source in root.children("source"):
        if system.without_source:
            leave_unread(source)
        else:
            _add_source(source, assembly, faults)
    own = {id(one) for one in root.elements}
    faults += doubled_ids(
        [*assembly.stages, *assembly.inputs], [one for one in everywhere(whole) if id(one) not in own]
    )
    if faults:
        raise join_faults(sorted(faults, key=lambda fault: fault.place is None))
    known = [child for child in (*root.elements, *_shells(whole)) if child.name in KNOWN_SECTIONS]
    assembly.warnings = unknown_sections(root) + unused_options(
        Element("ROOT", attrs=root.attrs, elements=known)
    )
    return assembly


def _shells(whole: Element) -> list[Element]:
    """The `<worker>` sections without what stands in them: their own options have no effect."""
    workers = [one for one in whole.elements if one.name == "worker"]
    return [Element(one.name, one.arg, one.attrs, file=one.file, line=one.line, used=True) for one in workers]


def read_system(root: Element) -> SystemSection:
    """The options of the whole agent. Raises ConfigError."""
    faults: list[ConfigError] = []
    system = _read_system(root, faults)
    if faults:
        raise join_faults(faults)
    return system


def _read_system(root: Element, faults: list[ConfigError]) -> SystemSection:
    found = root.children("system")
    if len(found) > 1:
        faults.append(ConfigError("<system> may stand once only", found[1].place))
    section = found[0] if found else Element("system")
    try:
        with strict_values(_is_strict(section)):
            return SystemSection.read(section)
    except ConfigError as error:
        faults.append(error)
        return SystemSection.read(Element("system"))


def _is_strict(system: Element) -> bool:
    value = system.get("strict_config_value")
    return value is not None and bool(to_boolean(value))


def _declare_labels(root: Element, assembly: Assembly, faults: list[ConfigError]) -> dict[str, Element]:
    """Make a router for every label first, so that plugins may name labels that come later."""
    labels: dict[str, Element] = {}
    for label in root.children("label"):
        name = label.arg
        if not name:
            faults.append(ConfigError("<label> needs a name: <label @NAME>", label.place))
        elif name == ROOT_LABEL:
            faults.append(ConfigError(f"{ROOT_LABEL} is reserved for the top level", label.place))
        elif name not in labels:
            if not label.children("match"):
                fault = f"<label {name}> needs a <match>: nothing takes its events"
                faults.append(ConfigError(fault, label.place))
            labels[name] = label
            # What fails inside @ERROR itself is only logged.
            handler = ErrorSink() if name == ERROR_LABEL else assembly.errors
            assembly.routers[name] = LabelRouter(name, handler)
    if ERROR_LABEL in assembly.routers:
        assembly.errors.target = RoutedErrors(assembly.routers[ERROR_LABEL])
    if LOG_LABEL in assembly.routers:
        assembly.routers[LOG_LABEL].warns_unmatched = False
    return labels


def _flow_order(root: Element, labels: dict[str, Element]) -> list[str]:
    """Label names so that each comes after those that send to it, `@ERROR` last: the order of shutdown."""
    order: list[str] = []
    seen: set[str] = set()

    def visit(element: Element) -> None:
        for name in _named_labels(element):
            if name in labels and name not in seen:
                seen.add(name)
                visit(labels[name])
                order.append(name)

    visit(Element("ROOT", elements=[one for one in root.elements if one.name != "label"]))
    for name, label in labels.items():
        if name not in seen:
            seen.add(name)
            visit(label)
            order.append(name)
    order.reverse()
    return sorted(order, key=lambda name: name == ERROR_LABEL)


def _named_labels(element: Element) -> list[str]:
    """The values of `@label` in an element and everything inside it."""
    own = [str(element.attrs["@label"].value)] if "@label" in element.attrs else []
    return own + [name for child in element.elements for name in _named_labels(child)]


def _add_stages(parent: Element, router: LabelRouter, assembly: Assembly, faults: list[ConfigError]) -> None:
    for element in parent.children("match", "filter"):
        try:
            stage = _build_stage(element, router, assembly)
        except ConfigError as error:
            faults.append(error)
        else:
            assembly.stages.append(stage)


def _build_stage(element: Element, router: LabelRouter, assembly: Assembly) -> Filter | Output:
    try:
        matches = compile_tag_patterns(element.arg or "**")
    except ValueError as error:
        raise element.error(str(error)) from None
    kind = "filter" if element.name == "filter" else "output"
    target = _label_of(kind, element, router, assembly)
    stage = build(kind, element.get("@type"), element, _context_of(element, assembly), target)
    assert isinstance(stage, Filter | Output)
    router.add(matches, stage)
    return stage


def _add_source(element: Element, assembly: Assembly, faults: list[ConfigError]) -> None:
    try:
        router = _label_of("input", element, assembly.routers[""], assembly)
        source = build("input", element.get("@type"), element, _context_of(element, assembly), router)
        assert isinstance(source, Input)
        assembly.inputs.append(source)
    except ConfigError as error:
        faults.append(error)


def _context_of(element: Element, assembly: Assembly) -> Context:
    """The agent, as a plugin in a `<worker>` section sees it."""
    return assembly if element.workers is None else WorkerScope(assembly, element.workers)


def _label_of(kind: str, element: Element, default: LabelRouter, assembly: Assembly) -> LabelRouter:
    """The router an element's plugin emits to: its `@label`, or where it stands."""
    label = label_of(kind, element)
    if label is None:
        return default
    try:
        router = assembly.router(label)
    except ConfigError as error:
        raise error.at(element.place_of("@label")) from None
    return default if element.name == "filter" else router
