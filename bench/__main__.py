"""`python -m bench ingest|query|agent`: one table each; a peer is measured by its URL or command."""

import sys
import tempfile
from pathlib import Path

import click

from bench import agent as agent_bench
from bench import corpus, ingest, query, soak
from bench.process import running

DOCUMENTS = 2_000_000
CRI_LINES = 1_500_000
KELP_AGENT = f"{sys.executable} -m kelp agent -c {{conf}} -q --no-supervisor"


def table(header: list[str], rows: list[list[str]]) -> None:
    """Print a Markdown table."""
    widths = [max(len(row[i]) for row in [header, *rows]) for i in range(len(header))]
    for row in [header, ["-" * w for w in widths], *rows]:
        click.echo("| " + " | ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)) + " |")


@click.group()
@click.option(
    "--corpus",
    "folder",
    type=click.Path(path_type=Path),
    default=Path(tempfile.gettempdir()) / "kelp-bench",
    show_default=True,
)
@click.pass_context
def main(ctx: click.Context, folder: Path) -> None:
    """Measure Kelp, or a peer of it."""
    ctx.obj = folder


@main.command("ingest")
@click.option("--documents", default=DOCUMENTS, show_default=True)
@click.option("--connections", default=2, show_default=True)
@click.option("--name", default="kelp store")
@click.option("--url", help="A running peer; without it a Kelp store is started in a fresh folder.")
@click.option("--pid", type=int, help="The peer's process, for CPU and memory.")
@click.option("--disk", type=click.Path(path_type=Path), help="The peer's data folder.")
@click.option("--path", default="/_bulk", show_default=True, help="The peer's bulk path.")
@click.option("--queries/--no-queries", default=True, help="Ask the questions of `query` afterwards.")
@click.pass_obj
def ingest_command(
    folder: Path,
    documents: int,
    connections: int,
    name: str,
    url: str | None,
    pid: int | None,
    disk: Path | None,
    path: str,
    queries: bool,
) -> None:
    """Send the corpus through _bulk."""
    bulk, _ = corpus.ensure(folder, documents, 0)
    if url:
        show_ingest(name, ingest.run(url, bulk, connections, path, pid, disk))
        return
    with tempfile.TemporaryDirectory(dir=folder) as data:
        command = [sys.executable, "-m", "kelp", "store", "--data", data, "--port", "9299"]
        with running(command, "http://127.0.0.1:9299/") as own:
            show_ingest(name, ingest.run("http://127.0.0.1:9299", bulk, connections, path, own, Path(data)))
            if queries:
                show_queries(name, query.run("http://127.0.0.1:9299", 7, logsql=False))


def show_ingest(name: str, done: ingest.Ingested) -> None:
    header = [
        "ingest",
        "documents",
        "MB",
        "s",
        "MB/s",
        "CPU-s",
        "disk MB",
        "peak RSS MB",
        "searchable after s",
    ]
    figures = [
        f"{done.megabytes:.0f}",
        f"{done.seconds:.1f}",
        f"{done.megabytes / done.seconds:.1f}",
        f"{done.cpu_seconds:.1f}",
    ]
    table(
        header,
        [
            [
                name,
                str(done.documents),
                *figures,
                f"{done.disk_mb:.0f}",
                f"{done.peak_mb:.0f}",
                f"{done.searchable_seconds:.1f}",
            ]
        ],
    )


@main.command("query")
@click.option("--url", required=True)
@click.option("--name", default="kelp store")
@click.option("--repeats", default=7, show_default=True)
@click.option("--logsql", is_flag=True, help="Ask in LogsQL at /select/logsql/query.")
def query_command(url: str, name: str, repeats: int, logsql: bool) -> None:
    """Ask the questions of a store that holds the corpus already."""
    show_queries(name, query.run(url, repeats, logsql))


def show_queries(name: str, timings: list[query.Timing]) -> None:
    rows = [[t.name, f"{t.first:.0f}", f"{t.best:.0f}", f"{t.median:.0f}", t.answer] for t in timings]
    table([f"query, ms: {name}", "first", "best", "median", "answer"], rows)


@main.command("agent")
@click.option("--lines", default=CRI_LINES, show_default=True)
@click.option("--pipeline", type=click.Choice(list(agent_bench.PIPELINES)), default="cri", show_default=True)
@click.option("--command", default=KELP_AGENT, help="The agent; {conf} stands for its configuration.")
@click.option("--name", default="kelp agent")
@click.option("--port", default=9298, show_default=True)
@click.pass_obj
def agent_command(folder: Path, lines: int, pipeline: str, command: str, name: str, port: int) -> None:
    """Tail CRI files into a counting sink."""
    show_agents(folder, [(name, pipeline, command, lines)], port)


@main.command("agents")
@click.option("--lines", default=CRI_LINES, show_default=True)
@click.option(
    "--fluentd", help="Its command; {conf} stands for the configuration. Ships a third of the lines."
)
@click.option("--fluent-bit", help="Its command, likewise.")
@click.option("--port", default=9298, show_default=True)
@click.pass_obj
def agents_command(folder: Path, lines: int, fluentd: str | None, fluent_bit: str | None, port: int) -> None:
    """Kelp beside its peers, one after the other, on the same files and sink."""
    runs = [("kelp agent", "whole", KELP_AGENT, lines), ("kelp agent", "cri", KELP_AGENT, lines)]
    if fluentd:
        runs += [("fluentd", pipeline, fluentd, lines // 3) for pipeline in ("whole", "cri")]
    if fluent_bit:
        runs += [("fluent-bit", "fluent-bit", fluent_bit, lines)]
    show_agents(folder, runs, port)


def show_agents(folder: Path, runs: list[tuple[str, str, str, int]], port: int) -> None:
    """Run each (name, pipeline, command, lines); *steady* is without start and last flush."""
    header = ["agent", "pipeline", "lines", "MB", "s", "MB/s", "steady MB/s", "steady lines/s", "CPU-s", "MB/CPU-s",
              "peak RSS MB"]  # fmt: skip
    rows = []
    for name, pipeline, command, lines in runs:
        _, cri = corpus.ensure(folder, 0, lines)
        done = agent_bench.run(cri, lines, pipeline, command, port)
        figures = [
            done.megabytes,
            done.seconds,
            done.megabytes_per_second,
            done.steady_megabytes_per_second,
            done.steady_megabytes_per_second / done.megabytes * lines,
            done.cpu_seconds,
            done.megabytes / done.cpu_seconds,
            done.peak_mb,
        ]
        shown = [f"{one:.0f}" if one >= 100 else f"{one:.1f}" for one in figures]
        rows.append([name, pipeline, str(lines), *shown])
    table(header, rows)


@main.command("soak")
@click.option(
    "--pipeline", type=click.Choice(list(agent_bench.PIPELINES)), default="whole", show_default=True
)
@click.option("--rate", default=5.0, show_default=True, help="Megabytes a second.")
@click.option("--minutes", default=10.0, show_default=True)
@click.option("--command", default=KELP_AGENT, help="The agent; {conf} stands for its configuration.")
@click.option("--port", default=9297, show_default=True)
@click.pass_obj
def soak_command(folder: Path, pipeline: str, rate: float, minutes: float, command: str, port: int) -> None:
    """Write container logs at a steady pace and watch the agent's memory."""
    _, cri = corpus.ensure(folder, 0, CRI_LINES)
    samples, missing = soak.run(cri, pipeline, command, port, rate, minutes * 60)
    rows = [
        [f"{one.seconds:.0f}", f"{one.rss_mb:.1f}", f"{one.cpu_seconds:.1f}", str(one.behind)]
        for one in samples
    ]
    table(["s", "RSS MB", "CPU-s", "lines behind"], rows)
    click.echo(f"lines missing in the end: {missing}")


if __name__ == "__main__":
    main()
