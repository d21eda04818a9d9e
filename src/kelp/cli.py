"""The `kelp` command. Each program's own options live beside that program and load on demand."""

import importlib

import click

from kelp import __version__

_COMMANDS = {
    "up": ("kelp.up", "command", "Run store, UI and agent together."),
    "agent": ("kelp.agent.cli", "command", "Collect logs: run a Fluentd configuration."),
    "check": (
        "kelp.agent.check.command",
        "command",
        "Explain a Fluentd configuration, and what in it is risky.",
    ),
    "store": ("kelp.store.cli", "command", "Store and search logs: the Elasticsearch API."),
    "ui": ("kelp.ui.cli", "command", "Show logs: the web page."),
}


class LazyGroup(click.Group):
    """Import a subcommand only when it runs: the agent must never pay for the store's engine."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        module, attribute, _ = _COMMANDS[cmd_name]
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, _, text) in _COMMANDS.items()])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="kelp")
def main() -> None:
    """Kubernetes logging: agent (Fluentd), store (Elasticsearch) and UI (Kibana)."""
