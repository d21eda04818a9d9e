"""kill -9 at random moments while files rotate: no line is lost, and each file stays in order."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from test_follow import Storm, expected

HERE = Path(__file__).parent

READER = """
import os, sys, time
sys.path.insert(0, {here!r})
from follow import Follow

class Writing:
    multiline = False
    def __init__(self, fd):
        self.fd = fd
    def consume(self, reader, data, take):
        end = data.rfind(b"\\n") + 1
        if end:
            os.write(self.fd, data[:end])
        return end

fd = os.open({out!r}, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
tail = Follow({log!r}, pos_file={pos!r}, consumer=Writing(fd))
tail.loop.run()
"""


@pytest.mark.crash
@pytest.mark.parametrize("kind", ["rename", "copytruncate"])
def test_killed_while_rotating(tmp_path, kind):
    log, out = tmp_path / "a.log", tmp_path / "out"
    log.touch()
    script = READER.format(here=str(HERE), out=str(out), log=str(log), pos=str(tmp_path / "pos"))
    storm = Storm(log, kind, 6.0, keep=400)
    deaths = 0
    while not deaths or storm.is_alive():
        reader = subprocess.Popen([sys.executable, "-c", script])
        if not deaths:  # files rotated before anybody ever looked are history
            deadline = time.monotonic() + 10
            while not (tmp_path / "pos.kelp").exists():
                assert time.monotonic() < deadline
                time.sleep(0.01)
            storm.start()
        time.sleep(random.uniform(0.4, 1.2))
        reader.send_signal(signal.SIGKILL)
        reader.wait()
        deaths += 1
    reader = subprocess.Popen([sys.executable, "-c", script])
    want = set(expected(0, storm.count))
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        got = out.read_text().splitlines()
        if want <= set(got):
            break
        time.sleep(0.2)
    reader.kill()
    reader.wait()
    missing = want - set(got)
    positions = sorted(int(line.split()[1]) for line in missing)
    assert not missing, (deaths, storm.count, len(missing), positions[:3], positions[-3:])
    assert storm.rotations > 50
    print(json.dumps({"deaths": deaths, "lines": storm.count, "repeated": len(got) - len(want)}), os.getpid())
