"""The pages of monitor_agent and prometheus, over a configuration that runs in this process."""

import json
import socket
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from kelp.agent.config import ConfigError
from kelp.agent.config.v1 import parse_v1
from kelp.agent.pipeline.assemble import assemble
from kelp.agent.pipeline.lifecycle import Agent
from kelp.agent.plugins.in_prometheus import merge
from tests.agent.agent_runner import free_port
from tests.agent.waiting import PATIENCE, wait_for

TEXT = """
<source>
  @type monitor_agent
  @id monitor
  bind 127.0.0.1
  port {monitor}
  include_debug_info true
  {more}
</source>
<source>
  @type prometheus
  @id prom
  bind 127.0.0.1
  port {metrics}
</source>
<source>
  @type prometheus_monitor
  <labels>
    host ${{hostname}}
  </labels>
</source>
<source>
  @type prometheus_output_monitor
  <labels>
    host h
  </labels>
</source>
<source>
  @type prometheus_tail_monitor
</source>
<source>
  @type tail
  @id files
  path {folder}/in.log
  pos_file {folder}/pos
  tag t
  read_from_head true
  <parse>
    @type none
  </parse>
</source>
<filter t>
  @type record_transformer
  @id change
  <record>
    a b
  </record>
</filter>
<match t>
  @type copy
  @id both
  <store>
    @type http
    @id web
    endpoint http://127.0.0.1:1/
    password hidden
    <buffer>
      flush_interval 3600
    </buffer>
  </store>
  <store>
    @type null
    @id nowhere
  </store>
</match>
<match state>
  @type file
  @id state
  path {folder}/state
  append true
  <format>
    @type json
  </format>
  <buffer []>
    flush_mode immediate
  </buffer>
</match>
"""


class Running:
    def __init__(self, folder: Path, more: str = "") -> None:
        self.monitor, self.metrics = free_port(), free_port()
        (folder / "in.log").write_text("one\ntwo\n")
        text = TEXT.format(folder=folder, monitor=self.monitor, metrics=self.metrics, more=more)
        self.agent = Agent(assemble(parse_v1(text, "f", folder)))
        self.agent.start()
        wait_for(lambda: self.plugin("@id=files").get("emit_records") == 2)  # it counts what the others have

    def get(self, target: str, port: int | None = None) -> str:
        with urllib.request.urlopen(
            f"http://127.0.0.1:{port or self.monitor}{target}", timeout=PATIENCE
        ) as answer:
            return answer.read().decode()

    def plugins(self, query: str = "") -> list[dict]:
        return json.loads(self.get(f"/api/plugins.json?{query}"))["plugins"]

    def plugin(self, query: str) -> dict:
        (one,) = self.plugins(query)
        return one


@pytest.fixture
def running(tmp_path):
    one = Running(tmp_path)
    # What the buffer holds has nowhere to go.
    one.agent.assembly.stages[1].stores[0]._flush_at_shutdown = False
    yield one
    one.agent.stop()


def test_plugins_and_their_figures(running):
    assert [p["plugin_id"] for p in running.plugins() if not p["plugin_id"].startswith("prometheus_")] == [
        "monitor", "prom", "files", "both", "web", "nowhere", "state", "change",
    ]  # fmt: skip
    web = running.plugin("@id=web")
    assert {key: web[key] for key in web if key not in ("emit_count", "buffer_stage_byte_size", "buffer_total_queued_size")} == {
        "plugin_id": "web", "plugin_category": "output", "type": "http", "output_plugin": True,
        "emit_records": 2, "emit_size": 0, "write_count": 0, "write_secondary_count": 0, "rollback_count": 0,
        "num_errors": 0, "slow_flush_count": 0, "flush_time_count": 0, "drop_oldest_chunk_count": 0,
        "retry_count": 0, "buffer_stage_length": 1, "buffer_queue_length": 0, "buffer_queue_byte_size": 0,
        "buffer_queue_length_waiting": 0, "buffer_available_buffer_space_ratios": 100.0, "buffer_timekeys": [],
    }  # fmt: skip
    assert web["buffer_stage_byte_size"] == web["buffer_total_queued_size"] > 0
    files = running.plugin("@id=files")
    assert (files["plugin_category"], files["output_plugin"]) == ("input", False)
    assert (files["emit_records"], files["opened_file_count"]) == (2, 1)
    assert running.plugin("id=change")["emit_records"] == 2
    assert running.plugin("id=change")["retry_count"] is None
    both = running.plugin("id=both")
    assert (both["retry_count"], "emit_records" in both) == (0, False)
    assert running.get("/api/plugins.json/") == running.get("/api/plugins.json")


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("@type=copy", ["both"]),
        ("type=null", ["nowhere"]),
        ("tag=state", ["state"]),
        ("tag=other", []),
        ("@id=none", []),
    ],
)
def test_choosing_plugins(running, query, ids):
    assert [plugin["plugin_id"] for plugin in running.plugins(query)] == ids


def test_more_about_a_plugin(running):
    web = running.plugin("@id=web&with_config=true&with_retry=true")
    assert web["config"] == {
        "@type": "http", "@id": "web", "endpoint": "http://127.0.0.1:1/", "password": "xxxxxx",
    }  # fmt: skip
    assert web["retry"] == {}
    assert "config" not in running.plugin("@id=web")
    debug = running.plugin("@id=web&debug=1")["instance_variables"]
    assert debug["endpoint"] == "http://127.0.0.1:1/"
    assert "password" not in debug
    assert running.plugin("@id=web&with_ivars=open_timeout,nope")["instance_variables"] == {
        "open_timeout": None
    }


def test_ltsv_and_the_agent_itself(running):
    assert running.get("/api/plugins?@id=nowhere").startswith(
        "plugin_id:nowhere\tplugin_category:output\ttype:null\toutput_plugin:true\t"
    )
    info = json.loads(running.get("/api/config.json"))
    assert {"pid", "ppid", "version", "config_path", "log_path"} <= info.keys()
    assert running.get("/api/config").startswith(f"pid:{info['pid']}\t")
    with pytest.raises(urllib.error.HTTPError, match="404"):
        running.get("/api/nope")


def test_state_as_events(tmp_path):
    running = Running(tmp_path, "tag state\n  emit_interval 0.1")
    wait_for(lambda: list(tmp_path.glob("state*.log")))
    running.agent.assembly.stages[1].stores[0]._flush_at_shutdown = False
    running.agent.stop()
    (found,) = tmp_path.glob("state*.log")
    records = [json.loads(line) for line in found.read_text().splitlines()]
    assert {"monitor", "files", "web"} <= {record["plugin_id"] for record in records}


def test_metrics(running):
    wait_for(lambda: 'in.log"} 8' in running.get("/metrics", running.metrics))
    lines = running.get("/metrics", running.metrics).splitlines()
    host = socket.gethostname()
    for line in (
        'fluentd_output_status_emit_records{host="h",plugin_id="web",type="http"} 2',
        'fluentd_output_status_buffer_stage_length{host="h",plugin_id="web",type="http"} 1',
        'fluentd_output_status_buffer_available_space_ratio{host="h",plugin_id="web",type="http"} 100.0',
        'fluentd_output_status_retry_wait{host="h",plugin_id="web",type="http"} 0.0',
        "# TYPE fluentd_output_status_retry_count gauge",
        "# HELP fluentd_output_status_buffer_newest_timekey Newest timekey in buffer.",
        f'fluentd_status_buffer_queue_length{{host="{host}",plugin_id="web",plugin_category="output",type="http"}} 0',
    ):
        assert line in lines
    names = {line.split("{")[0] for line in lines if not line.startswith("#")}
    assert {f"fluentd_output_status_{name}" for name in (
        "buffer_total_bytes", "buffer_stage_byte_size", "buffer_queue_length", "queue_byte_size",
        "retry_count", "num_errors", "emit_count", "write_count", "rollback_count", "flush_time_count",
        "slow_flush_count",
    )} <= names  # fmt: skip
    (position,) = [line for line in lines if line.startswith("fluentd_tail_file_position{")]
    assert position.startswith('fluentd_tail_file_position{plugin_id="files",type="tail",path="')
    assert position.endswith('in.log"} 8')
    for name in ("inode", "opened", "closed", "rotated", "throttled"):
        assert f"fluentd_tail_file_{name}" in names
    assert "fluentd_output_status_emit_records" in running.get("/aggregated_metrics", running.metrics)


def test_metrics_of_several_workers():
    one = b'# TYPE a gauge\n# HELP a x y\na{w="0"} 1\n# TYPE b gauge\n# HELP b z\nb 2\n'
    two = b'# TYPE a gauge\n# HELP a x y\na{w="1"} 3\n'
    assert merge([one, two]) == (
        b'# TYPE a gauge\n# HELP a x y\na{w="0"} 1\na{w="1"} 3\n# TYPE b gauge\n# HELP b z\nb 2\n'
    )


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        ("a $.b", "record accessor syntax is not available in prometheus_monitor"),
        ("a-b c", "'a-b' is no label name"),
    ],
)
def test_labels_that_cannot_be(labels, message):
    text = f"<source>\n@type prometheus_monitor\n<labels>\n{labels}\n</labels>\n</source>"
    with pytest.raises(ConfigError, match=message):
        assemble(parse_v1(text, "f", Path("/nowhere")))
