"""Reading a configuration file, whichever form it is in."""

from pathlib import Path

from kelp.agent.config.element import Element
from kelp.agent.config.errors import ConfigError
from kelp.agent.config.include import read_config
from kelp.agent.config.v0 import parse_v0
from kelp.agent.config.v1 import parse_v1

FORMS = ("auto", "v1", "v0", "yaml")


def load_config(path: Path, form: str = "auto", inline: str = "") -> Element:
    """The tree of the file at `path`, with `inline` text appended (v1 and v0). Raises ConfigError.

    `form` auto takes YAML for .yaml and .yml, v1 for everything else.
    """
    if path.suffix == ".rb" and form == "auto":
        raise ConfigError(
            f"cannot read {path}: Fluentd's Ruby DSL is not known; write it in the v1 or YAML form"
        )
    text = read_config(path)
    if form == "auto":
        form = "yaml" if path.suffix in (".yaml", ".yml") else "v1"
    folder = path.absolute().parent
    if form == "yaml":
        # PyYAML costs 30 ms to import: only those who use it wait.
        from kelp.agent.config.yaml_form import parse_yaml

        return parse_yaml(text, str(path), folder)
    if inline:
        text += "\n" + inline.replace("\\n", "\n")
    parse = parse_v0 if form == "v0" else parse_v1
    return parse(text, str(path), folder)
