from pathlib import Path

import click

from kelp.ui import cli

TEXT = (Path(__file__).parents[2] / "docs" / "ui.md").read_text()


def test_every_option_and_variable_is_documented() -> None:
    for parameter in cli.command.params:
        assert isinstance(parameter, click.Option)
        variables = [parameter.envvar] if isinstance(parameter.envvar, str) else list(parameter.envvar or [])
        names = variables if parameter.hidden else [parameter.opts[0], *variables]
        for name in names:
            assert f"`{name}`" in TEXT, f"docs/ui.md does not name {name}"
