"""The shape of the Kubernetes addon's ConfigMap: one file for each of its keys, included as its image does.

Shortened from kubernetes/cluster/addons/fluentd-elasticsearch/fluentd-es-configmap.yaml (Apache-2.0): the plugins and
options are the same, repeated sources are left out, and folders, ports and the host can be set.
"""

import json
import signal
import socket
import time
import urllib.request
from pathlib import Path

import msgpack

from bench.addon import CONTAINERS, OUTPUT
from tests.agent.agent_runner import Runner, free_port
from tests.agent.bulk_sink import bulk_sink
from tests.agent.waiting import PATIENCE, wait_for

KEYS = {
    "system.conf": "<system>\n  root_dir {tmp}/fluentd-buffers/\n</system>",
    "containers.input.conf": CONTAINERS,
    "system.input.conf": r"""
<source>
  @id minion
  @type tail
  format /^(?<time>[^ ]* [^ ,]*)[^\[]*\[[^\]]*\]\[(?<severity>[^ \]]*) *\] (?<message>.*)$/
  time_format %Y-%m-%d %H:%M:%S
  path {log}/salt/minion
  pos_file {log}/salt.pos
  tag salt
</source>
<source>
  @id startupscript.log
  @type tail
  format syslog
  path {log}/startupscript.log
  pos_file {log}/es-startupscript.log.pos
  tag startupscript
</source>
<source>
  @id docker.log
  @type tail
  format /^time="(?<time>[^"]*)" level=(?<severity>[^ ]*) msg="(?<message>[^"]*)"( err="(?<error>[^"]*)")?( statusCode=($<status_code>\d+))?/
  path {log}/docker.log
  pos_file {log}/es-docker.log.pos
  tag docker
</source>
<source>
  @id etcd.log
  @type tail
  format none
  path {log}/etcd.log
  pos_file {log}/es-etcd.log.pos
  tag etcd
</source>
<source>
  @id kubelet.log
  @type tail
  format multiline
  multiline_flush_interval 5s
  format_firstline /^\w\d{{4}}/
  format1 /^(?<severity>\w)(?<time>\d{{4}} [^\s]*)\s+(?<pid>\d+)\s+(?<source>[^ \]]+)\] (?<message>.*)/
  time_format %m%d %H:%M:%S.%N
  path {log}/kubelet.log
  pos_file {log}/es-kubelet.log.pos
  tag kubelet
</source>
<source>
  @id journald-container-runtime
  @type systemd
  path {log}/journal
  matches [{{ "_SYSTEMD_UNIT": "{{{{ fluentd_container_runtime_service }}}}.service" }}]
  <storage>
    @type local
    persistent true
    path {log}/journald-container-runtime.pos
  </storage>
  read_from_head true
  tag container-runtime
</source>
<source>
  @id kernel
  @type systemd
  path {log}/journal
  matches [{{ "_TRANSPORT": "kernel" }}]
  <storage>
    @type local
    persistent true
    path {log}/kernel.pos
  </storage>
  <entry>
    fields_strip_underscores true
    fields_lowercase true
  </entry>
  read_from_head true
  tag kernel
</source>
""",
    "forward.input.conf": "<source>\n  @id forward\n  @type forward\n  port {forward}\n</source>",
    "monitoring.conf": """
<source>
  @id prometheus
  @type prometheus
  port {prometheus}
</source>
<source>
  @id monitor_agent
  @type monitor_agent
  port {monitor}
</source>
<source>
  @id prometheus_monitor
  @type prometheus_monitor
  <labels>
    host ${{hostname}}
  </labels>
</source>
<source>
  @id prometheus_output_monitor
  @type prometheus_output_monitor
  <labels>
    host ${{hostname}}
  </labels>
</source>
<source>
  @id prometheus_tail_monitor
  @type prometheus_tail_monitor
  <labels>
    host ${{hostname}}
  </labels>
</source>
""",
    "output.conf": OUTPUT,
}
NO_JOURNAL = "cannot read the journal: it is tried again"
POD = "web-0_shop_app-" + "0" * 64


class Addon:
    """The addon's files and an agent that runs them."""

    def __init__(self, runner: Runner, sink: int) -> None:
        self.runner = runner
        self.log = runner.folder / "var" / "log"
        (self.log / "containers").mkdir(parents=True)
        self.ports = {name: free_port() for name in ("forward", "prometheus", "monitor")}
        (runner.folder / "config.d").mkdir()
        for name, text in KEYS.items():
            filled = text.format(
                tmp=runner.folder / "tmp", log=self.log, cri=self.log / "containers", state=self.log,
                port=sink, **self.ports,
            )  # fmt: skip
            (runner.folder / "config.d" / name).write_text(filled)
        self.config = runner.config("@include config.d/*.conf\n", "fluent.conf")

    def write(self, *lines: str) -> Path:
        path = self.log / "containers" / f"{POD}.log"
        with path.open("a") as file:
            file.writelines(line + "\n" for line in lines)
        return path

    def get(self, name: str, path: str) -> str:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.ports[name]}{path}", timeout=PATIENCE) as answer:
            return answer.read().decode()

    def forward(self, tag: str, record: dict) -> None:
        with socket.create_connection(("127.0.0.1", self.ports["forward"]), PATIENCE) as sock:
            sock.sendall(msgpack.packb([tag, int(time.time()), record]))


def test_the_addon_runs_and_answers_on_its_ports(runner: Runner) -> None:
    with bulk_sink() as sink:
        addon = Addon(runner, sink.port)
        code, said = runner.run(addon.config, "--dry-run")
        assert (code, said.splitlines()) == (
            0,
            ["14 inputs, 5 filters and outputs", f"{addon.config}: the configuration is valid"],
        )
        path = addon.write(
            "2026-11-23T10:00:00.123456789+00:00 stdout F plain text",
            '{"log":"from docker\\n","stream":"stderr","time":"2026-11-23T10:00:01.5Z"}',
            '2026-11-23T10:00:02.0+00:00 stdout F {"level":"info","n":1}',
        )
        process = runner.start(addon.config)
        wait_for(lambda: "agent is running" in runner.log())
        addon.forward("app", {"by": "forward"})
        check_pages(addon, path)
        assert runner.stop(process) == 0
        again = runner.start(addon.config)  # what the file buffer has is for the next start
        wait_for(lambda: runner.log().count("agent is running") == 2)
        again.send_signal(signal.SIGUSR1)
        wait_for(lambda: len(own(sink.docs())) == 4)
        wait_for(lambda: runner.log().count(NO_JOURNAL) == 4)  # two inputs, started twice
        assert runner.stop(again) == 0
    check_documents(own(sink.docs()))
    check_log(runner.log())


def own(docs: list[dict]) -> list[dict]:
    """Without the agent's own log, which the addon's output takes, too."""
    return [doc for doc in docs if not doc["tag"].startswith("fluent.")]


def check_pages(addon: Addon, path: Path) -> None:
    wait_for(lambda: f'path="{path}"' in addon.get("prometheus", "/metrics"))
    metrics = addon.get("prometheus", "/metrics")
    host = socket.gethostname()
    assert (
        f'fluentd_output_status_retry_count{{host="{host}",plugin_id="elasticsearch",type="elasticsearch"}} 0'
        in metrics
    )
    assert (
        f'fluentd_tail_file_position{{host="{host}",plugin_id="fluentd-containers.log",type="tail",path="{path}"}} '
        in metrics
    )
    plugins = json.loads(addon.get("monitor", "/api/plugins.json"))["plugins"]
    ids = {plugin["plugin_id"] for plugin in plugins}
    assert {
        "fluentd-containers.log",
        "kernel",
        "forward",
        "raw.kubernetes",
        "filter_concat",
        "elasticsearch",
    } <= ids
    assert json.loads(addon.get("monitor", "/api/config.json"))["config_path"] == str(addon.config)


def check_documents(docs: list[dict]) -> None:
    by_text = {doc.get("message", doc.get("n", doc.get("by"))): doc for doc in docs}
    assert set(by_text) == {"plain text", "from docker\n", 1, "forward"}
    assert by_text["from docker\n"]["stream"] == "stderr"
    assert by_text[1]["level"] == "info"
    tag = by_text["plain text"]["tag"]
    assert tag.startswith("kubernetes.")
    assert tag.endswith(f"containers.{POD}.log")
    assert by_text["plain text"]["kubernetes"]["pod_name"] == "web-0"


def check_log(text: str) -> None:
    """Nothing worse than a warning about the journal that is not there, once for each of its inputs."""
    loud = [line for line in text.splitlines() if " info " not in line]
    assert all(NO_JOURNAL in line for line in loud), loud
    assert len(loud) == 4
