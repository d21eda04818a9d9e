"""`kelp agent`: run a Fluentd configuration."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kelp import __version__
from kelp.agent.arguments import AgentCommand, config_path, fluentd_options, form_of
from kelp.common import log
from kelp.common.errors import KelpError

if TYPE_CHECKING:
    from kelp.agent.config import Element
    from kelp.agent.pipeline.system import SystemSection
    from kelp.agent.rpc import RpcServer
    from kelp.agent.supervisor import WatchParent
    from kelp.agent.worker import Settings

_VERBOSITY = ("fatal", "error", "warn", "info", "debug", "trace")
_SAMPLE = """\
# Takes events of other agents and over HTTP, and prints them.
<source>
  @type forward
  port 24224
</source>
<source>
  @type http
  port 9880
</source>
<match **>
  @type stdout
</match>
"""
_INFO = _VERBOSITY.index("info")


@click.command("agent", cls=AgentCommand)
@click.option(
    "-c", "--config", default=None, type=click.Path(path_type=Path),
    help="The configuration file; without it, FLUENTD_CONF or /etc/fluent/fluent.conf.",
)  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Check the configuration and exit.")
@click.option(
    "--explain", metavar="TAG", help="Show which filters and outputs the events of a tag pass, and exit."
)
@click.option("--no-supervisor", is_flag=True, help="Run in this process: a crash is not restarted.")
@click.version_option(__version__, prog_name="kelp agent")
@fluentd_options
def command(
    config: Path | None, dry_run: bool, explain: str | None, no_supervisor: bool, **more: Any
) -> None:
    """Collect logs as a Fluentd configuration says.

    Signals: TERM and INT stop, HUP and USR2 reload the configuration, USR1 flushes the buffers and opens the log file
    again, CONT writes what the threads of a worker are doing to sigdump-PID.log in the folder for temporary files.
    """
    level = _VERBOSITY[max(0, min(len(_VERBOSITY) - 1, _INFO + more["verbose"] - more["quiet"]))]
    log.setup(level)
    if more["plugin"] or more["require"] or more["gemfile"]:
        message = "Ruby plugins cannot be loaded: -p, -r and --gemfile have no effect"
        log.Log("agent").info(message)
    if more["show_plugin_config"] is not None:
        sys.exit(_tell_of_plugin(more["show_plugin_config"]))
    if more["setup_folder"] is not None:
        sys.exit(_write_sample(more["setup_folder"]))
    run = _Run(_settings(config, more), level if more["verbose"] or more["quiet"] else None)
    if dry_run or explain is not None:
        sys.exit(run.check(explain))
    sys.exit(run.start(no_supervisor, more["user"], more["group"], more["pid_file"]))


def _tell_of_plugin(name: str) -> int:
    """The exit code. Fluentd's own option does no more."""
    kind, _, type_name = name.partition(":")
    click.echo(
        f"the options of {kind} plugin {type_name!r} stand in docs/agent/reference/{kind}.md", err=True
    )
    return 0


def _write_sample(folder: Path) -> int:
    """Write `fluent.conf` and a folder for plugins, as Fluentd does; the exit code."""
    path = folder / "fluent.conf"
    try:
        (folder / "plugin").mkdir(parents=True, exist_ok=True)
        if path.exists():
            click.echo(f"{path} already exists.")
            return 0
        path.write_text(_SAMPLE)
    except OSError as error:
        click.echo(f"error: cannot write {path}: {error.strerror}", err=True)
        return 1
    click.echo(f"Installed {path}.")
    return 0


def _settings(config: Path | None, more: dict[str, Any]) -> "Settings":
    from kelp.agent.worker import Settings

    system = {
        name: str(more[name])
        for name in ("workers", "umask", "emit_error_log_interval")
        if more[name] is not None
    }
    for flag in ("without_source", "strict_config_value"):
        if more[flag]:
            system[flag] = "true"
    rotation = {
        "rotate_age": more["log_rotate_age"],
        "rotate_size": more["log_rotate_size"],
    }
    return Settings(
        config_path(config, os.environ),
        more["form_flag"] or form_of(more["config_type"]),
        sys.stdin.read() if more["inline_config"] == "-" else more["inline_config"],
        more["log_file"],
        system,
        {name: value for name, value in rotation.items() if value is not None},
    )


class _Run:
    """One call of the command."""

    def __init__(self, settings: "Settings", level: str | None) -> None:
        self._settings = settings
        self._level = level  # None: the configuration may say it

    def check(self, tag: str | None) -> int:
        """Load what every worker would run; show the way of a tag, if asked for."""
        from kelp.agent.config import ConfigError
        from kelp.agent.pipeline.explain import explain
        from kelp.agent.worker import EXIT_CONFIG, describe_faults, load

        try:
            first = load(self._settings)
            for worker_id in range(1, first.workers):
                load(self._settings, worker_id)
        except ConfigError as error:
            click.echo(describe_faults(error), err=True)
            return EXIT_CONFIG
        if tag is not None:
            click.echo(explain(first, tag))
            return 0
        found = f"{len(first.inputs)} inputs, {len(first.stages)} filters and outputs"
        warned = f"; {len(first.warnings)} warnings" if first.warnings else ""
        click.echo(f"{found}{warned}", err=True)
        click.echo(f"{self._settings.config}: the configuration is valid", err=True)
        return 0

    def start(self, alone: bool, user: str | None, group: str | None, pid_file: Path | None) -> int:
        """Run the agent, below a supervisor unless `alone`; the exit code."""
        from kelp.agent import process
        from kelp.agent.config import ConfigError
        from kelp.agent.worker import EXIT_CONFIG, EXIT_START, describe_faults, load_system

        try:
            system, root = load_system(self._settings)
        except ConfigError as error:
            click.echo(describe_faults(error), err=True)
            return EXIT_CONFIG
        if alone and system.workers > 1:
            click.echo(f"error: --no-supervisor runs one worker, but `workers` is {system.workers}", err=True)
            return EXIT_CONFIG
        try:
            if pid_file is not None:
                process.daemonize(pid_file)
            process.become(user, group)
            self._send_log(system)
            rpc = self._rpc(system, root)
        except (KelpError, OSError) as error:
            click.echo(f"error: {error}", err=True)
            return EXIT_CONFIG if isinstance(error, OSError) else EXIT_START
        if alone:
            if rpc is not None:
                rpc.serve_in_thread()
            return self._work(0)
        return self._supervise(system, rpc)

    def _send_log(self, system: "SystemSection") -> None:
        from kelp.agent.own_log import send_own_log

        try:
            send_own_log(system, self._level, self._settings.log_file)
        except OSError as error:
            raise OSError(f"cannot write the log: {error}") from error

    def _rpc(self, system: "SystemSection", root: "Element") -> "RpcServer | None":
        if system.rpc_endpoint is None:
            return None
        from kelp.agent.config import ConfigError
        from kelp.agent.config.dump import dump
        from kelp.agent.rpc import RpcServer, actions
        from kelp.agent.worker import load_tree

        loaded = dump(root)

        def current() -> str:
            """The configuration as the file has it now; with a fault in it, as it was at the start."""
            try:
                return dump(load_tree(self._settings))
            except ConfigError:
                return loaded

        return RpcServer(system.rpc_endpoint, actions(current, with_dump=bool(system.enable_get_dump)))

    def _supervise(self, system: "SystemSection", rpc: "RpcServer | None") -> int:
        from kelp.agent.config import ConfigError
        from kelp.agent.own_log import reopen_own_log
        from kelp.agent.process import set_name
        from kelp.agent.supervisor import Orders, Supervisor
        from kelp.agent.worker import load_system

        def count() -> int | None:
            try:
                return load_system(self._settings)[0].workers
            except ConfigError:
                return None  # the workers tell what is wrong, and go on

        if system.process_name:
            set_name(f"supervisor:{system.process_name}")
        orders = Orders(self._work, count, reopen_own_log, rpc, system.restart_worker_interval)
        return Supervisor(orders).run(system.workers)

    def _work(self, worker_id: int, watch_parent: "WatchParent | None" = None) -> int:
        """Be worker `worker_id`; the exit code."""
        from kelp.agent.config import ConfigError
        from kelp.agent.process import set_name
        from kelp.agent.worker import EXIT_CONFIG, Worker, describe_faults, load

        try:
            assembly = load(self._settings, worker_id)
        except ConfigError as error:
            click.echo(describe_faults(error), err=True)
            return EXIT_CONFIG
        system = assembly.system
        if system.umask is not None:
            os.umask(int(system.umask, 8))
        if system.process_name:
            set_name(f"worker:{system.process_name}{worker_id if system.workers > 1 else ''}")
        worker = Worker(self._settings, assembly)
        if watch_parent is not None:
            watch_parent(worker.stop_soon)
        return worker.run()
