"""Running and controlling agents: several workers, RPC, the log file, Fluentd's command line."""

import json
import os
import re
import signal
import socket
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from click.testing import CliRunner

from kelp.agent.arguments import config_path, with_environment
from kelp.agent.cli import command
from tests.agent.agent_runner import Runner, children, free_port
from tests.agent.waiting import PATIENCE, wait_for

WORKERS = """
<system>
  workers %(workers)s
  root_dir %(folder)s/root
  rpc_endpoint 127.0.0.1:%(rpc)s
  enable_get_dump true
  process_name shop
</system>
<source>
  @type forward
  port %(port)s
  bind 127.0.0.1
</source>
<worker 0>
  <source>
    @type tail
    path %(folder)s/in.log
    pos_file %(folder)s/pos
    read_from_head true
    tag from.tail
    <parse>
      @type none
    </parse>
  </source>
</worker>
<match from.**>
  @type file
  @id out
  path %(folder)s/out.#{worker_id}
  append true
  <format>
    @type json
  </format>
  <inject>
    worker_id_key worker
    tag_key tag
  </inject>
  <buffer []>
    @type file
    flush_mode interval
    flush_interval 0.1
    flush_thread_interval 0.05
  </buffer>
</match>
"""


class Agent:
    """An agent with two workers and RPC."""

    def __init__(self, runner: Runner, workers: int = 2, *options: str) -> None:
        self.folder = runner.folder
        self.runner = runner
        (self.folder / "in.log").write_text("line\n")
        self.values = {"folder": self.folder, "rpc": free_port(), "port": free_port(), "workers": workers}
        self.config = self.write()
        self.process = runner.start(self.config, *options)
        wait_for(lambda: runner.log().count("agent is running") == workers)

    def write(self) -> Path:
        text = WORKERS.replace("out.#{worker_id}", '"out.#{worker_id}"')
        text = text.replace('path %(folder)s/"out', 'path "%(folder)s/out')
        return self.runner.config(text % self.values)

    def records(self) -> list[dict]:
        found = sorted(self.folder.glob("out*.log"))
        return [json.loads(line) for path in found for line in path.read_text().splitlines()]

    def call(self, path: str) -> dict:
        with urllib.request.urlopen(
            f"http://127.0.0.1:{self.values['rpc']}{path}", timeout=PATIENCE
        ) as answer:
            return json.loads(answer.read())

    def send(self, text: str) -> None:
        with socket.create_connection(("127.0.0.1", self.values["port"]), PATIENCE) as sock:
            sock.sendall(json.dumps(["from.net", int(time.time()), {"m": text}]).encode())


def test_workers_share_a_port_and_have_buffers_of_their_own(runner):
    agent = Agent(runner)
    for number in range(40):
        agent.send(str(number))
    wait_for(lambda: len(agent.records()) == 41)
    net = [record for record in agent.records() if record["tag"] == "from.net"]
    assert sorted(int(record["m"]) for record in net) == list(range(40))
    assert {record["worker"] for record in net} == {0, 1}
    assert [r["worker"] for r in agent.records() if r["tag"] == "from.tail"] == [0]
    for worker in (0, 1):
        assert (agent.folder / f"root/worker{worker}/out/buffer").is_dir()
    names = {Path(f"/proc/{pid}/comm").read_text().strip() for pid in children(agent.process.pid)}
    assert names == {"worker:shop0", "worker:shop1"}
    assert runner.stop(agent.process) == 0


def test_one_crashed_worker_starts_again_and_the_other_stays(runner):
    agent = Agent(runner)
    first, second = children(agent.process.pid)
    os.kill(second, signal.SIGKILL)
    wait_for(lambda: runner.log().count("agent is running") == 3)
    assert first in children(agent.process.pid)
    assert len(children(agent.process.pid)) == 2


def test_a_worker_that_was_told_to_end_starts_again(runner):
    agent = Agent(runner, 1)
    (worker,) = children(agent.process.pid)
    os.kill(worker, signal.SIGTERM)
    wait_for(lambda: "worker ended, starting it again" in runner.log())
    wait_for(lambda: runner.log().count("agent is running") == 2)


@pytest.mark.parametrize("options", [(), ("--no-supervisor",)])
def test_a_configuration_that_cannot_start_ends_the_agent_at_reload(runner, options):
    agent = Agent(runner, 1, *options)
    agent.config.write_text("<source>\n@type http\nport 1\nbind 203.0.113.1\n</source>\n")
    agent.process.send_signal(signal.SIGUSR2)
    assert agent.process.wait(PATIENCE) == 2
    assert "cannot start: cannot listen on 203.0.113.1:1" in runner.log()


def test_reloading_follows_the_number_of_workers(runner):
    agent = Agent(runner)
    agent.values["workers"] = 3
    agent.write()
    agent.process.send_signal(signal.SIGHUP)
    wait_for(lambda: runner.log().count("agent is running") == 5)
    assert len(children(agent.process.pid)) == 3
    agent.values["workers"] = 1
    agent.write()
    agent.process.send_signal(signal.SIGUSR2)
    wait_for(lambda: runner.log().count("agent is running") == 6)
    assert len(children(agent.process.pid)) == 1
    agent.send("after")
    wait_for(lambda: [r for r in agent.records() if r.get("m") == "after"])


def test_rpc(runner):
    agent = Agent(runner, 1)
    dumped = agent.call("/api/config.getDump")
    assert dumped["ok"] is True
    assert f"port {agent.values['port']}" in dumped["conf"]
    assert agent.call("/api/config.dump") == {"ok": True}
    wait_for(lambda: "<worker 0>" in runner.log())
    assert agent.call("/api/plugins.flushBuffers") == {"ok": True}
    wait_for(lambda: "flushing the buffers" in runner.log())
    assert agent.call("/api/config.reload") == {"ok": True}
    wait_for(lambda: runner.log().count("agent is running") == 2)
    assert agent.call("/api/config.gracefulReload") == {"ok": True}
    wait_for(lambda: runner.log().count("agent is running") == 3)
    with pytest.raises(urllib.error.HTTPError, match="404"):
        agent.call("/api/nope")
    assert agent.call("/api/processes.interruptWorkers") == {"ok": True}
    assert agent.process.wait(PATIENCE) == 0


def test_rpc_without_a_supervisor(runner):
    agent = Agent(runner, 1, "--no-supervisor")
    assert agent.call("/api/processes.flushBuffersAndKillWorkers") == {"ok": True}
    assert agent.process.wait(PATIENCE) == 0


def test_a_busy_rpc_endpoint_is_named(runner):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        config = runner.config(f"<system>\nrpc_endpoint 127.0.0.1:{port}\n</system>\n")
        code, said = runner.run(config)
    assert code == 2
    assert f"cannot listen for RPC on 127.0.0.1:{port}: Address already in use" in said


def test_usr1_opens_the_log_file_again(runner):
    log = runner.folder / "agent.log"
    process = runner.start(runner.config("<match **>\n@type null\n</match>\n"), "-o", str(log))
    wait_for(lambda: log.exists() and "agent is running" in log.read_text())
    log.rename(runner.folder / "agent.log.old")
    process.send_signal(signal.SIGUSR1)
    wait_for(lambda: log.exists() and "flushing the buffers" in log.read_text())
    assert runner.stop(process) == 0
    assert "stopped" in log.read_text()


def test_a_signal_that_comes_while_a_worker_loads_is_not_lost(runner):
    pipe = runner.folder / "part.conf"
    os.mkfifo(pipe)
    process = runner.start(runner.config(f"@include {pipe}\n<match **>\n@type null\n</match>\n"))
    wait_for(lambda: is_read(pipe))  # by the supervisor
    wait_for(lambda: children(process.pid))
    (worker,) = children(process.pid)  # waits to read it, too
    process.send_signal(signal.SIGUSR1)
    wait_for(lambda: signal.SIGUSR1 in pending_signals(worker))
    wait_for(lambda: is_read(pipe))
    wait_for(lambda: "flushing the buffers" in runner.log())
    assert runner.stop(process) == 0


def is_read(pipe: Path) -> bool:
    """Whether somebody reads a pipe; it then ends for him."""
    try:
        os.close(os.open(pipe, os.O_WRONLY | os.O_NONBLOCK))
    except OSError:
        return False
    return True


def pending_signals(pid: int) -> set[int]:
    """The signals that were sent to a process and wait to be delivered."""
    (mask,) = re.findall(r"^ShdPnd:\s*(\w+)", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE)
    return {number for number in range(1, 65) if int(mask, 16) >> number - 1 & 1}


def test_permissions_of_files_that_plugins_write(runner):
    folder = runner.folder
    (folder / "in.log").write_text("one\n")
    config = runner.config(f"""
<system>
  file_permission 0640
  dir_permission 0750
</system>
<source>
  @type tail
  path {folder}/in.log
  pos_file {folder}/pos
  read_from_head true
  tag t
  <parse>
    @type none
  </parse>
</source>
<match t>
  @type file
  path {folder}/out/t
  <buffer>
    @type file
    path {folder}/buffer
    flush_mode immediate
  </buffer>
</match>
""")
    process = runner.start(config)
    wait_for(lambda: list(folder.glob("out/*.log")))
    assert runner.stop(process) == 0
    made = [folder / "out", folder / "buffer", folder / "pos", *folder.glob("out/*.log")]
    assert [oct(path.stat().st_mode & 0o777) for path in made] == ["0o750", "0o750", "0o640", "0o640"]


def test_cont_tells_what_the_threads_do(runner, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(runner.folder))
    process = runner.start(runner.config("<match **>\n@type null\n</match>\n"))
    wait_for(lambda: "agent is running" in runner.log())
    (worker,) = children(process.pid)
    os.kill(worker, signal.SIGCONT)
    dump = runner.folder / f"sigdump-{worker}.log"
    wait_for(lambda: dump.exists() and "worker.py" in dump.read_text())
    assert runner.stop(process) == 0


def test_the_command_line_of_fluentds_images(runner):
    config = runner.config("<match **>\n@type null\n</match>\n")
    options = (
        "-p /fluentd/plugins --gemfile /fluentd/Gemfile -r x --no-supervisor --use-v1-config -v "
        "--suppress-config-dump --suppress-repeated-stacktrace --disable-input-metrics --emit-error-log-interval 5 "
        "--log-rotate-age 3 --log-rotate-size 1000 --umask 022 --config-file-type guess --dry-run"
    )
    code, said = runner.run(config, *options.split())
    assert code == 0
    assert "have no effect" in said
    assert said.splitlines()[-1] == f"{config}: the configuration is valid"


def test_options_of_the_command_line_replace_those_of_the_configuration(runner):
    config = runner.config("<system>\nworkers 1\n</system>\n")
    code, said = runner.run(config, "--workers", "0", "--dry-run")
    assert code == 1
    assert "option 'workers' must be at least 1, got 0" in said


def test_a_daemon_leaves_its_number(runner):
    pid_file = runner.folder / "run" / "agent.pid"
    config = runner.config("<match **>\n@type null\n</match>\n")
    code, _said = runner.run(config, "-d", str(pid_file), "-o", str(runner.folder / "agent.log"))
    assert code == 0
    wait_for(lambda: pid_file.exists() and pid_file.read_text().strip())
    pid = int(pid_file.read_text())
    log = runner.folder / "agent.log"
    try:
        wait_for(lambda: log.exists() and "agent is running" in log.read_text())
    finally:
        os.kill(pid, signal.SIGTERM)
    wait_for(lambda: "stopped" in log.read_text())


@pytest.mark.parametrize(
    ("args", "environment", "want"),
    [
        (["-c", "x"], {}, ["-c", "x"]),
        (["-c", "x"], {"FLUENTD_OPT": "-q --no-supervisor"}, ["-q", "--no-supervisor", "-c", "x"]),
        (["-c", "x", "-v"], {"FLUENTD_OPT": "-v"}, ["-c", "x", "-v"]),
    ],
)
def test_fluentd_opt(args, environment, want):
    assert with_environment(args, environment) == want


@pytest.mark.parametrize(
    ("given", "environment", "want"),
    [
        (Path("a"), {"FLUENTD_CONF": "b"}, "a"),
        (None, {"FLUENTD_CONF": "b.conf"}, "/fluentd/etc/b.conf"),
        (None, {"FLUENTD_CONF": "/x/b.conf"}, "/x/b.conf"),
        (None, {"FLUENT_CONF": "/y/c.conf"}, "/y/c.conf"),
        (None, {}, "/etc/fluent/fluent.conf"),
    ],
)
def test_where_the_configuration_is(given, environment, want):
    assert str(config_path(given, environment)) == want


def test_an_unknown_user_is_named(tmp_path):
    config = tmp_path / "f.conf"
    config.write_text("")
    result = CliRunner().invoke(command, ["-c", str(config), "--user", "no-such-user"])
    assert result.exit_code == 2
    assert re.search(r"error: cannot become 'no-such-user': ", result.output)
