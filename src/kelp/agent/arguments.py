"""The command line of `kelp agent`: Fluentd's options, and where the configuration is without `-c`."""

import os
import shlex
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import click

from kelp.agent.config.load import FORMS

_IMAGE_FOLDER = Path("/fluentd/etc")
_DEFAULTS = (_IMAGE_FOLDER / "fluent.conf", Path("/etc/fluent/fluent.conf"))
F = TypeVar("F", bound=Callable[..., Any])
_TYPES = {"guess": "auto", "yml": "yaml"}


class AgentCommand(click.Command):
    """A command that also takes the options in FLUENTD_OPT, as the entry points of Fluentd's images do."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        names = [name for option in self.get_params(ctx) for name in option.opts if name.startswith("--")]
        return super().parse_args(ctx, [full_name(arg, names) for arg in with_environment(args, os.environ)])


def full_name(argument: str, names: list[str]) -> str:
    """A shortened long option in full, where only one begins so: `--dry` is `--dry-run`."""
    name, equals, value = argument.partition("=")
    if not name.startswith("--") or name == "--" or name in names:
        return argument
    found = [one for one in names if one.startswith(name)]
    return found[0] + equals + value if len(found) == 1 else argument


def with_environment(args: list[str], environment: Mapping[str, str]) -> list[str]:
    """The arguments with those of FLUENTD_OPT before them, unless the caller has put them in already."""
    more = shlex.split(environment.get("FLUENTD_OPT", ""))
    places = range(len(args) - len(more) + 1)
    if not more or any(args[place : place + len(more)] == more for place in places):
        return args
    return more + args


def config_path(given: Path | None, environment: Mapping[str, str]) -> Path:
    """The configuration file: `-c`, else FLUENTD_CONF, FLUENT_CONF, or where Fluentd's images have it."""
    if given is not None:
        return given
    if named := environment.get("FLUENTD_CONF"):
        return _IMAGE_FOLDER / named  # an absolute path stays as it is
    if named := environment.get("FLUENT_CONF"):
        return Path(named)
    return next((path for path in _DEFAULTS if path.exists()), _DEFAULTS[-1])


def form_of(text: str) -> str:
    """The form of the configuration by Fluentd's name or ours."""
    return _TYPES.get(text, text)


def fluentd_options(command: F) -> F:
    """Add the options that Fluentd's command has and that need no thought of ours."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def _ignored(*names: str, takes_value: bool = True, optional: bool = False) -> Callable[[F], F]:
    """An option that has no meaning here; it is taken so that Fluentd's command lines work."""
    if not takes_value:
        return click.option(*names, is_flag=True, hidden=True, expose_value=False)
    if optional:
        return click.option(*names, is_flag=False, flag_value="", hidden=True, expose_value=False)
    return click.option(*names, multiple=True, hidden=True, expose_value=False)


_OPTIONS: tuple[Callable[[Any], Any], ...] = (
    click.option("-v", "--verbose", count=True, help="Log more: -v debug, -vv trace."),
    click.option("-q", "--quiet", count=True, help="Log less: -q warnings, -qq errors."),
    click.option(
        "--config-type", "--config-file-type",
        type=click.Choice([*FORMS, *_TYPES]), default="auto", help="Form of the configuration.",
    ),
    click.option("--use-v0-config", "form_flag", flag_value="v0", help="The same as --config-type v0."),
    click.option("--use-v1-config", "form_flag", flag_value="v1", help="The same as --config-type v1."),
    click.option("-i", "--inline-config", default="", help="Text added to the end of the configuration."),
    click.option("-o", "--log", "log_file", default=None, help="File the agent's own log goes to."),
    click.option("--log-rotate-age", default=None, help="Files kept, or daily, weekly, monthly."),
    click.option("--log-rotate-size", default=None, help="Bytes after which the log rotates."),
    click.option("--workers", default=None, help="Number of workers."),
    click.option("--without-source", is_flag=True, help="Start no inputs: only flush what the buffers hold."),
    click.option("--emit-error-log-interval", default=None, help="As the option of <system>."),
    click.option("--umask", default=None, help="Octal umask of the agent."),
    click.option("--user", default=None, help="User to run as."),
    click.option("--group", default=None, help="Group to run as."),
    click.option(
        "-d", "--daemon", "pid_file", type=click.Path(path_type=Path), default=None,
        help="Run in the background; this file gets the process id.",
    ),
    click.option(
        "--show-plugin-config", metavar="KIND:TYPE", default=None,
        help="Tell where the options of a plugin are described, and exit.",
    ),
    click.option(
        "-s", "--setup", "setup_folder", is_flag=False, flag_value="/etc/fluent", default=None,
        type=click.Path(path_type=Path), help="Write a sample configuration to the folder, and exit.",
    ),
    click.option("-p", "--plugin", multiple=True, hidden=True),
    click.option("-r", "--require", multiple=True, hidden=True),
    click.option("-g", "--gemfile", default=None, hidden=True),
    _ignored("-I"),
    _ignored("-G", "--gem-path"),
    _ignored("--conf-encoding"),
    _ignored("--suppress-repeated-stacktrace", optional=True),
    _ignored("--with-source-only", takes_value=False),
    _ignored("--suppress-config-dump", takes_value=False),
    _ignored("--log-event-verbose", takes_value=False),
    click.option("--strict-config-value", is_flag=True, help="As the option of <system>."),
    _ignored("--enable-input-metrics", takes_value=False),
    _ignored("--disable-input-metrics", takes_value=False),
    _ignored("--enable-size-metrics", takes_value=False),
    _ignored("--disable-shared-socket", takes_value=False),
    _ignored("--under-supervisor", takes_value=False),
)  # fmt: skip
