"""`kelp check`: explain a configuration without running it."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kelp.common import log

if TYPE_CHECKING:
    from kelp.agent.pipeline.assembly import Assembly


@click.command("check")
@click.argument("config", type=click.Path(path_type=Path))
@click.option(
    "--strict", is_flag=True, help="End with status 3 when something is unused, unreachable or risky."
)
def command(config: Path, strict: bool) -> None:
    """Explain a Fluentd configuration: where events come from, which filters and outputs they pass, what is risky.

    Ends with status 1 where the configuration has a fault.
    """
    from kelp.agent.config import ConfigError
    from kelp.agent.pipeline.assemble import assemble
    from kelp.agent.worker import EXIT_CONFIG, Settings, describe_faults, load_tree

    log.setup("error")
    settings = Settings(config)
    try:
        first = assemble(load_tree(settings))
        others = [assemble(load_tree(settings), number) for number in range(1, first.workers)]
    except ConfigError as error:
        click.echo(describe_faults(error), err=True)
        sys.exit(EXIT_CONFIG)
    found: dict[str, None] = {}
    for assembly in (first, *others):
        if assembly.workers > 1:
            click.echo(f"# Worker {assembly.worker_id}")
        for line in flow(assembly):
            click.echo(line)
        found.update(dict.fromkeys(_sections(assembly)))
    for line in found or {"Nothing unused, unreachable or risky.": None}:
        click.echo(line)
    if strict and found:
        sys.exit(3)


def flow(assembly: "Assembly") -> Iterator[str]:
    """The inputs, and the way of their events."""
    from kelp.agent.check.flow import place_of, source_tag, start_of, way

    shown: dict[tuple[str, str], str] = {}
    for source in assembly.inputs:
        tag = source_tag(source)
        if tag is None:
            yield f"{place_of(source)}: emits nothing"
            continue
        said = "tags that its senders choose" if tag == "…" else f"tag {tag}"
        yield f"{place_of(source)}: {said}"
        start = start_of(source, assembly)
        if tag == "…":
            continue
        lines = list(way(start, tag, "  "))
        first = shown.setdefault((start.name, "\n".join(lines)), tag)
        if first != tag:
            yield f"  the same way as tag {first}"
        else:
            yield from lines
    yield ""


def _sections(assembly: "Assembly") -> Iterator[str]:
    from kelp.agent.check.reach import unreachable
    from kelp.agent.check.risks import risks

    for title, lines in (
        ("Unused", assembly.warnings),
        ("Unreachable", list(unreachable(assembly))),
        ("Risky", list(risks(assembly))),
    ):
        if lines:
            yield f"{title}:"
            for line in lines:
                yield f"  {line}"
