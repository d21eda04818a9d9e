"""Agent throughput: tail CRI files and ship them to a counting `_bulk` sink."""

import json
import shlex
import sys
import tempfile
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from bench.addon import CONTAINERS, OUTPUT
from bench.process import cost, folder_mb, running

CRI = """
<source>
  @type tail
  path {cri}/*.log
  pos_file {state}/cri.pos
  tag kubernetes.*
  read_from_head true
  <parse>
    @type regexp
    expression /^(?<time>[^ ]+) (?<stream>stdout|stderr) [^ ]* (?<log>.*)$/
    time_format %Y-%m-%dT%H:%M:%S.%N%:z
  </parse>
</source>
<match **>
  @type elasticsearch
  host 127.0.0.1
  port {port}
  logstash_format true
  <buffer>
    @type file
    path {state}/buffer
    flush_interval 1s
    flush_thread_count 1
    chunk_limit_size 4M
    total_limit_size 512M
    overflow_action block
  </buffer>
</match>
"""

# The same work as CRI in Fluent Bit's language.
FLUENT_BIT = """
[SERVICE]
    flush 1
    log_level error
    parsers_file {state}/parsers.conf
[INPUT]
    name tail
    path {cri}/*.log
    tag kubernetes.*
    read_from_head true
    parser cri
[OUTPUT]
    name es
    match *
    host 127.0.0.1
    port {port}
    logstash_format on
    suppress_type_name on
    buffer_size false
"""
FLUENT_BIT_PARSERS = """
[PARSER]
    name cri
    format regex
    regex ^(?<time>[^ ]+) (?<stream>stdout|stderr) (?<logtag>[^ ]*) (?<log>.*)$
    time_key time
    time_format %Y-%m-%dT%H:%M:%S.%L%z
"""

PIPELINES = {"cri": CRI, "whole": CONTAINERS + OUTPUT, "fluent-bit": FLUENT_BIT}


@dataclass(slots=True)
class Shipped:
    """One run's figures; megabytes are those of the log files."""

    lines: int
    megabytes: float
    seconds: float  # from the start of the program to the last line
    steady_share: float  # of the lines, that came…
    steady_seconds: float  # … in this time: without start and last flush
    cpu_seconds: float
    peak_mb: float

    @property
    def megabytes_per_second(self) -> float:
        return self.megabytes / self.seconds

    @property
    def steady_megabytes_per_second(self) -> float:
        return self.megabytes * self.steady_share / self.steady_seconds


def received(port: int) -> int:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/count", timeout=5) as response:
        documents: int = json.load(response)["documents"]
    return documents


def run(
    cri: Path, lines: int, pipeline: str, command: str, port: int, patience_seconds: float = 1800
) -> Shipped:
    """Start the agent on the files and wait until the sink has every line."""
    with tempfile.TemporaryDirectory() as state:
        config = Path(state) / "fluent.conf"
        text = PIPELINES[pipeline]
        config.write_text(
            text.replace("{cri}", str(cri)).replace("{state}", state).replace("{port}", str(port))
        )
        (Path(state) / "parsers.conf").write_text(FLUENT_BIT_PARSERS)
        sink = [sys.executable, "-m", "bench.sink", str(port)]
        with (
            running(sink, f"http://127.0.0.1:{port}/"),
            running(shlex.split(command.replace("{conf}", str(config)))) as pid,
        ):
            arrivals = _arrivals(port, lines, patience_seconds)
            spent = cost(pid)
        first = next(one for one in arrivals if one[1] >= lines * 0.1)
        last = next((one for one in arrivals if one[1] >= lines * 0.9 and one[0] > first[0]), arrivals[-1])
        share, seconds = (last[1] - first[1]) / lines, last[0] - first[0]
        return Shipped(
            lines, folder_mb(cri), arrivals[-1][0], share, seconds, spent.cpu_seconds, spent.peak_mb
        )


def _arrivals(port: int, lines: int, patience_seconds: float) -> list[tuple[float, int]]:
    """Seconds since now and lines at the sink, until all are there."""
    started = time.monotonic()
    arrivals = [(0.0, 0)]
    while arrivals[-1][1] < lines:
        time.sleep(0.1)
        arrivals.append((time.monotonic() - started, received(port)))
        if arrivals[-1][0] > patience_seconds:
            raise RuntimeError(
                f"cannot ship all lines: {arrivals[-1][1]} of {lines} after {patience_seconds:.0f} s"
            )
    return arrivals
