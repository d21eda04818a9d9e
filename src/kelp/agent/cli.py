"""`kelp agent`: run a Fluentd configuration."""

import os
import sys
from collections.abc import Callable
from pathlib import Path

import click

from kelp.agent.config.load import FORMS
from kelp.common import log

_VERBOSITY = ("fatal", "error", "warn", "info", "debug", "trace")
_INFO = _VERBOSITY.index("info")


@click.command("agent")
@click.option(
    "-c", "--config", required=True, type=click.Path(path_type=Path), help="The configuration file."
)
@click.option("--dry-run", is_flag=True, help="Check the configuration and exit.")
@click.option(
    "--explain", metavar="TAG", help="Show which filters and outputs the events of a tag pass, and exit."
)
@click.option("-v", "--verbose", count=True, help="Log more: -v debug, -vv trace.")
@click.option("-q", "--quiet", count=True, help="Log less: -q warnings, -qq errors.")
@click.option("--no-supervisor", is_flag=True, help="Run in this process: a crash is not restarted.")
@click.option(
    "--config-type",
    "--config-file-type",
    type=click.Choice(FORMS),
    default="auto",
    help="Form of the configuration.",
)
@click.option("-i", "--inline-config", default="", help="Text added to the end of the configuration.")
@click.option("--use-v0-config", "form_flag", flag_value="v0", help="The same as --config-type v0.")
@click.option("--use-v1-config", "form_flag", flag_value="v1", help="The same as --config-type v1.")
@click.option("-o", "--log", "log_file", default=None, help="File the agent's own log goes to.")
@click.option(
    "-p", "--plugin", multiple=True, hidden=True, help="Fluentd's folder of Ruby plugins: has no effect."
)
@click.option(
    "-r", "--require", multiple=True, hidden=True, help="Fluentd's Ruby library to load: has no effect."
)
@click.option("-g", "--gemfile", default=None, hidden=True, help="Fluentd's Gemfile: has no effect.")
@click.option("--suppress-config-dump", is_flag=True, hidden=True, help="The configuration is never dumped.")
@click.option("--without-source", is_flag=True, help="Start no inputs: only flush what the buffers hold.")
def command(
    config: Path,
    dry_run: bool,
    explain: str | None,
    verbose: int,
    quiet: int,
    no_supervisor: bool,
    config_type: str,
    inline_config: str,
    form_flag: str | None,
    log_file: str | None,
    plugin: tuple[str, ...],
    require: tuple[str, ...],
    gemfile: str | None,
    suppress_config_dump: bool,
    without_source: bool,
) -> None:
    """Collect logs as a Fluentd configuration says.

    Signals: TERM and INT stop, HUP and USR2 reload the configuration, USR1 flushes the buffers.
    """
    from kelp.agent.config import ConfigError
    from kelp.agent.own_log import send_own_log
    from kelp.agent.worker import EXIT_CONFIG, Settings, Worker, describe_faults, load

    level = _VERBOSITY[max(0, min(len(_VERBOSITY) - 1, _INFO + verbose - quiet))]
    log.setup(level)
    if plugin or require or gemfile:
        message = "Ruby plugins cannot be loaded: -p, -r and --gemfile have no effect"
        log.Log("agent").warning(message)
    settings = Settings(config, form_flag or config_type, inline_config, without_source)

    def work(watch_parent: Callable[[Callable[[], None]], None] | None = None) -> int:
        try:
            assembly = load(settings)
        except ConfigError as error:
            click.echo(describe_faults(error), err=True)
            return EXIT_CONFIG
        if explain is not None:
            from kelp.agent.pipeline.explain import explain as explained

            click.echo(explained(assembly, explain))
            return 0
        if dry_run:
            click.echo(f"{config}: the configuration is valid", err=True)
            return 0
        try:
            send_own_log(assembly.system, level if verbose or quiet else None, log_file)
        except OSError as error:
            click.echo(f"error: cannot write the log: {error}", err=True)
            return EXIT_CONFIG
        if assembly.system.umask is not None:
            os.umask(int(assembly.system.umask, 8))
        worker = Worker(settings, assembly)
        if watch_parent is not None:
            watch_parent(worker.stop_soon)
        return worker.run()

    if dry_run or no_supervisor or explain is not None:
        sys.exit(work())
    from kelp.agent.supervisor import Supervisor

    sys.exit(Supervisor(work).run())
