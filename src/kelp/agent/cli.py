"""`kelp agent`: run a Fluentd configuration."""

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
@click.option("--without-source", is_flag=True, help="Start no inputs: only flush what the buffers hold.")
def command(
    config: Path,
    dry_run: bool,
    verbose: int,
    quiet: int,
    no_supervisor: bool,
    config_type: str,
    inline_config: str,
    without_source: bool,
) -> None:
    """Collect logs as a Fluentd configuration says.

    Signals: TERM and INT stop, HUP and USR2 reload the configuration, USR1 flushes the buffers.
    """
    from kelp.agent.config import ConfigError
    from kelp.agent.worker import EXIT_CONFIG, Settings, Worker, describe_faults, load

    level = _VERBOSITY[max(0, min(len(_VERBOSITY) - 1, _INFO + verbose - quiet))]
    log.setup(level)
    settings = Settings(config, config_type, inline_config, without_source)

    def work(watch_parent: Callable[[Callable[[], None]], None] | None = None) -> int:
        try:
            assembly = load(settings)
        except ConfigError as error:
            click.echo(describe_faults(error), err=True)
            return EXIT_CONFIG
        if assembly.system.log_level and not (verbose or quiet):
            log.setup(assembly.system.log_level)
        if dry_run:
            click.echo(f"{config}: the configuration is valid", err=True)
            return 0
        worker = Worker(settings, assembly)
        if watch_parent is not None:
            watch_parent(worker.stop_soon)
        return worker.run()

    if dry_run or no_supervisor:
        sys.exit(work())
    from kelp.agent.supervisor import Supervisor

    sys.exit(Supervisor(work, 0).run())
