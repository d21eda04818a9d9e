"""The `<system>` section: options of the whole agent."""

import re
from pathlib import Path

from kelp.agent.config import Section, param
from kelp.agent.config.values import ruby_integer
from kelp.agent.ruby.numbers import to_octal
from kelp.common.log import Log

_log = Log("agent.config")
RPC_ENDPOINT = re.compile(r"\[?(?P<host>[0-9a-zA-Z:\-.]+)\]?:(?P<port>[0-9]+)")


class SystemLogSection(Section):
    """`<log>` inside `<system>`: how the agent's own log looks."""

    path: str | None = param.string(None, description="File the log goes to; standard error without it.")
    format: str = param.enum(["text", "json"], "text", description="Form of a log line.")
    time_format: str | None = param.string(
        None, description="strftime format of times, in the local zone; without it, ISO 8601 in UTC."
    )
    rotate_age: str | None = param.string(
        None, description="Files kept (a number), or daily, weekly, monthly: when the log of `path` rotates."
    )
    rotate_size: int | None = param.size(None, description="Bytes after which the log of `path` rotates.")
    forced_stacktrace_level: str = param.enum(
        ["none", "trace", "debug", "info", "warn", "error", "fatal"],
        "none",
        description="Accepted for Fluentd; tracebacks are part of the line they belong to.",
    )

    def configure(self) -> None:
        """Make `rotate_age` a plain number, unless it is one of the words."""
        if self.rotate_age is None or self.rotate_age in ("daily", "weekly", "monthly"):
            return
        try:
            self.rotate_age = str(ruby_integer(self.rotate_age))
        except ValueError:
            wanted = "a number, daily, weekly or monthly"
            raise self.error(
                f"option 'rotate_age' must be {wanted}, got {self.rotate_age!r}", "rotate_age"
            ) from None


class SystemSection(Section):
    """`<system>`: options of the whole agent."""

    workers: int = param.integer(1, description="Number of worker processes, each of which uses one core.")
    root_dir: str | None = param.string(
        None, description="Folder for buffers and storages of plugins that have an `@id`."
    )
    log_level: str | None = param.enum(
        ["trace", "debug", "info", "warn", "error", "fatal"], None, description="Least level that is logged."
    )
    log: SystemLogSection = param.section(
        "log", SystemLogSection, init=True, description="The agent's own log."
    )
    restart_worker_interval: float = param.time(
        0, description="Seconds before a crashed worker is started again; one second without it."
    )
    without_source: bool | None = param.boolean(
        None, description="Start no inputs: only flush what the buffers hold."
    )
    emit_error_log_interval: float | None = param.time(
        None, description="Seconds between two lines about events that an output refused."
    )
    suppress_config_dump: bool | None = param.boolean(
        None, description="Accepted: the configuration is never dumped."
    )
    suppress_repeated_stacktrace: bool | None = param.boolean(
        None, description="Accepted without effect: tracebacks are logged for unexpected faults only."
    )
    ignore_repeated_log_interval: float | None = param.time(
        None, description="Seconds in which a line is not logged again directly behind itself."
    )
    ignore_same_log_interval: float | None = param.time(
        None, description="Seconds in which the same line is not logged again."
    )
    log_event_verbose: bool | None = param.boolean(None, description="Accepted without effect.")
    rpc_endpoint: str | None = param.string(
        None,
        description="HOST:PORT where the agent takes commands over HTTP, such as `/api/plugins.flushBuffers`.",
    )
    enable_get_dump: bool | None = param.boolean(
        None, description="Let `/api/config.getDump` of the RPC answer the configuration, secrets hidden."
    )
    process_name: str | None = param.string(
        None, description="Name of the processes in lists; the system shows 15 bytes of `worker:NAME`."
    )
    strict_config_value: bool | None = param.boolean(
        None, description="Refuse numbers and booleans that are not written as such, for instance `10x`."
    )
    enable_msgpack_time_support: bool | None = param.boolean(None, description="Accepted without effect.")
    disable_shared_socket: bool | None = param.boolean(
        None,
        description="Accepted without effect: workers share ports by SO_REUSEPORT, without a socket of the supervisor.",
    )
    enable_input_metrics: bool | None = param.boolean(
        True, description="Accepted without effect: events of inputs are always counted."
    )
    enable_size_metrics: bool | None = param.boolean(None, description="Accepted without effect.")
    enable_jit: bool | None = param.boolean(False, description="Accepted without effect: this is not Ruby.")
    file_permission: str | None = param.string(
        None, description="Octal permission of files that plugins write: buffers, positions, outputs (644)."
    )
    dir_permission: str | None = param.string(
        None, description="Octal permission of folders that plugins make for them (755)."
    )
    config_include_dir: str | None = param.string(
        None, description="Accepted without effect: write `@include folder/*.conf`."
    )
    umask: str | None = param.string(None, description="Octal umask of the agent.")

    def configure(self) -> None:
        if self.workers < 1:
            raise self.error(f"option 'workers' must be at least 1, got {self.workers}", "workers")
        if self.rpc_endpoint is not None and not RPC_ENDPOINT.fullmatch(self.rpc_endpoint):
            raise self.error(
                f"option 'rpc_endpoint' must be HOST:PORT, got {self.rpc_endpoint!r}", "rpc_endpoint"
            )
        for option in ("file_permission", "dir_permission"):
            text = getattr(self, option)
            if text is not None and not to_octal(text):
                place = self.element.place_of(option)
                _log.warning("no octal number: the default holds", option=option, got=text, place=place)
        if self.umask is not None and not all(c in "01234567" for c in self.umask):
            raise self.error(f"option 'umask' must be octal digits, got {self.umask!r}", "umask")

    @property
    def file_mode(self) -> int:
        return self._mode("file_permission", 0o644)

    @property
    def dir_mode(self) -> int:
        return self._mode("dir_permission", 0o755)

    def _mode(self, option: str, default: int) -> int:
        """A permission; the default for what is no octal number: with Fluentd's 0 nobody could read the files."""
        text = getattr(self, option)
        return default if text is None else to_octal(text) or default

    @property
    def root_path(self) -> Path | None:
        return Path(self.root_dir) if self.root_dir else None
