"""`kelp agent` from the outside: exit codes, messages, signals, restarts."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.agent.agent_runner import Runner, children
from tests.agent.waiting import PATIENCE, wait_for

RUNNING = """
<source>
  @type sample
  tag t
  rate 50
  sample {"a": 1}
</source>
<match **>
  @type file
  path %s
  append true
  <format>
    @type json
  </format>
  <buffer []>
    @type memory
    flush_mode interval
    flush_interval 0.1
    flush_thread_interval 0.05
  </buffer>
</match>
"""


HELD = """
<source>
  @type sample
  tag t
  rate 50
  sample {"a": 1}
</source>
<match **>
  @type copy
  <store>
    @type file
    path %s
    append true
    <format>
      @type json
    </format>
    <buffer []>
      @type memory
      flush_mode lazy
    </buffer>
  </store>
  <store>
    @type file
    path %s
    append true
    <buffer []>
      @type memory
      flush_mode immediate
    </buffer>
  </store>
</match>
"""


def start_holding(runner: Runner, out: Path, *options: str) -> "subprocess.Popen[str]":
    """An agent whose buffer holds events that are to come to `out`."""
    seen = runner.folder / "seen"
    process = runner.start(runner.config(HELD % (out, seen)), *options)
    wait_for(lambda: lines(seen))
    assert lines(out) == []
    return process


def lines(path: Path) -> list[str]:
    return [line for found in path.parent.glob(path.name + "*") for line in found.read_text().splitlines()]


def test_a_valid_configuration(runner: Runner) -> None:
    config = runner.config("<match **>\n@type null\n</match>\n")
    code, said = runner.run(config, "--dry-run")
    assert (code, said.splitlines()[-1]) == (0, f"{config}: the configuration is valid")


@pytest.mark.parametrize("options", [("--dry-run",), (), ("--no-supervisor",)])
def test_faults_end_with_exit_code_1_and_no_traceback(runner: Runner, options: tuple[str, ...]) -> None:
    config = runner.config("<match **>\n@type nul\n</match>\n<match>\n</match>\n")
    code, said = runner.run(config, *options)
    assert code == 1
    assert said.splitlines()[:2] == [
        "error: the configuration has 2 faults",
        f"{config}:2: <match **>: unknown output plugin 'nul'; did you mean 'null'?",
    ]


def test_a_missing_file(runner: Runner) -> None:
    code, said = runner.run(runner.folder / "nope.conf")
    assert code == 1
    assert f"cannot read {runner.folder / 'nope.conf'}: No such file or directory" in said


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--dry", "--strict"), "option 'rate' must be an integer, got '5x'"),
        (("--no-supervisor", "--workers=2"), "--no-supervisor runs one worker, but `workers` is 2"),
        (("--dry-run", "-i", "<match>\\n</match>"), "option '@type' is required"),
    ],
)
def test_options_that_lead_to_a_fault(runner: Runner, options: tuple[str, ...], message: str) -> None:
    code, said = runner.run(runner.config("<source>\n@type sample\ntag a\nrate 5x\n</source>\n"), *options)
    assert code == 1
    assert message in said


def test_the_root_folder_is_made(runner: Runner) -> None:
    text = "<system>\nroot_dir %s\n</system>\n"
    assert runner.run(runner.config(text % (runner.folder / "a" / "b")), "--dry-run")[0] == 0
    assert (runner.folder / "a" / "b").is_dir()
    config = runner.config(text % (runner.folder / "agent.conf" / "b"))
    code, said = runner.run(config, "--dry-run")
    assert code == 1
    assert f"{config}:2: <system>: 'root_dir' {config}/b cannot be made: Not a directory" in said


def test_setup_writes_a_configuration_once(runner: Runner) -> None:
    folder = runner.folder / "new"
    for _ in range(2):
        assert runner.run(Path("unread"), "--setup", str(folder))[0] == 0
    assert runner.run(folder / "fluent.conf", "--dry-run")[0] == 0


@pytest.mark.parametrize("options", [(), ("--no-supervisor",)])
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_stopping_flushes_what_is_held(
    runner: Runner, options: tuple[str, ...], number: signal.Signals
) -> None:
    out = runner.folder / "out"
    process = start_holding(runner, out, *options)
    process.send_signal(number)
    assert process.wait(PATIENCE) == 0
    assert json.loads(lines(out)[0]) == {"a": 1}


def test_usr1_flushes(runner: Runner) -> None:
    out = runner.folder / "out"
    process = start_holding(runner, out)
    process.send_signal(signal.SIGUSR1)
    wait_for(lambda: lines(out))


def test_hup_takes_the_new_configuration_and_keeps_the_old_one_when_it_is_broken(runner: Runner) -> None:
    first, second = runner.folder / "first", runner.folder / "second"
    config = runner.config(RUNNING % first)
    process = runner.start(config)
    wait_for(lambda: lines(first))
    config.write_text("<match>\n")
    process.send_signal(signal.SIGHUP)
    wait_for(lambda: "goes on with the old configuration" in runner.log())
    count = len(lines(first))
    wait_for(lambda: len(lines(first)) > count)
    config.write_text(RUNNING % second)
    process.send_signal(signal.SIGHUP)
    wait_for(lambda: lines(second))
    assert runner.stop(process) == 0


def test_a_crashed_worker_is_started_again(runner: Runner) -> None:
    out = runner.folder / "out"
    process = runner.start(runner.config(RUNNING % out))
    wait_for(lambda: lines(out))
    (worker,) = children(process.pid)
    os.kill(worker, signal.SIGKILL)
    wait_for(lambda: "worker crashed" in runner.log())
    wait_for(lambda: children(process.pid) not in ([], [worker]))
    count = len(lines(out))
    wait_for(lambda: len(lines(out)) > count)
    assert runner.stop(process) == 0


def test_the_worker_ends_with_its_supervisor(runner: Runner) -> None:
    process = runner.start(runner.config(RUNNING % (runner.folder / "out")))
    wait_for(lambda: "agent is running" in runner.log())
    (worker,) = children(process.pid)
    process.kill()
    process.wait()
    wait_for(lambda: not Path(f"/proc/{worker}").exists() or "stopped" in runner.log())


def test_what_cannot_start_ends_with_exit_code_2(runner: Runner) -> None:
    text = "<source>\n@type http\nport 1\nbind 203.0.113.1\n</source>\n<match **>\n@type null\n</match>\n"
    code, said = runner.run(runner.config(text))
    assert code == 2
    assert "cannot start: " in said
    assert "Traceback" not in said


def test_the_agent_never_imports_the_store(runner: Runner) -> None:
    program = (
        "import sys; from kelp.agent.cli import command\n"
        "try: command(['-c', sys.argv[1], '--dry-run'])\n"
        "except SystemExit: print([m for m in sys.modules if m.startswith(('chdb', 'kelp.store', 'starlette'))])"
    )
    config = runner.config("<match **>\n@type stdout\n</match>\n")
    done = subprocess.run(
        [sys.executable, "-c", program, str(config)], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"
