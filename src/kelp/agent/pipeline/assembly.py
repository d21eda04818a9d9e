"""The configured plugins of one worker."""

from dataclasses import dataclass, field
from pathlib import Path

from kelp.agent.config import ConfigError
from kelp.agent.pipeline.errors import ErrorSink
from kelp.agent.pipeline.router import LabelRouter
from kelp.agent.pipeline.system import SystemSection
from kelp.agent.plugin import Filter, Input, Output, Plugin

ERROR_LABEL = "@ERROR"
LOG_LABEL = "@FLUENT_LOG"
ROOT_LABEL = "@ROOT"


@dataclass
class Assembly:
    """Configured plugins, in the order of the configuration. It is the plugins' context."""

    system: SystemSection
    root_dir: Path | None = None
    workers: int = 1
    worker_id: int = 0
    config_path: str = ""
    log_path: str | None = None
    inputs: list[Input] = field(default_factory=list)
    stages: list[Filter | Output] = field(default_factory=list)
    routers: dict[str, LabelRouter] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    errors: ErrorSink = field(default_factory=ErrorSink)

    def router(self, label: str | None) -> LabelRouter:
        """The router of `label`. Raises ConfigError where no such label stands in the configuration."""
        name = "" if label in (None, ROOT_LABEL) else str(label)
        if name not in self.routers or label == "":
            known = ", ".join(sorted(one for one in self.routers if one)) or "none"
            raise ConfigError(f"label {name!r} not found; labels of this configuration: {known}")
        return self.routers[name]

    def plugins(self) -> list[Plugin]:
        """Inputs, then of the top level and of each label the outputs and the filters."""
        found: list[Plugin] = list(self.inputs)
        for router in self.routers.values():
            stages = [rule.stage for rule in router.rules]
            found += [one for one in stages if isinstance(one, Output)]
            found += [one for one in stages if isinstance(one, Filter)]
        return found

    def output_of(self, tag: str) -> Output | None:
        """The output of a tag at the top level."""
        return self.routers[""].resolve(tag).output

    @property
    def file_mode(self) -> int:
        return self.system.file_mode

    @property
    def dir_mode(self) -> int:
        return self.system.dir_mode

    @property
    def has_error_label(self) -> bool:
        return ERROR_LABEL in self.routers

    def is_error_stage(self, stage: Plugin) -> bool:
        """Whether a stage stands in `@ERROR`: it must outlive those that send records there."""
        router = self.routers.get(ERROR_LABEL)
        return router is not None and any(rule.stage is stage for rule in router.rules)


def all_plugins(plugins: "list[Plugin]") -> "list[Plugin]":
    """Plugins and the children they made, owners first."""
    return [one for plugin in plugins for one in (plugin, *all_plugins(plugin.children))]
