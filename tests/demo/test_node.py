import json
import re
from pathlib import Path

import pytest

from kelp.demo.node import CRI_PART_BYTES, ContainerLog, Node
from kelp.demo.shop import APPS, Line, Shop

TIME_NS = 1_793_520_000_123_456_789
CRI = re.compile(rb"^2026-11-01T08:00:00\.123456789Z (stdout|stderr) ([FP]) (.*)$")


def container(root: Path, docker: bool, rotate_bytes: int = 1 << 20) -> ContainerLog:
    return ContainerLog(root, "cart-1", "shop", "cart", docker, rotate_bytes)


def link(root: Path) -> Path:
    (found,) = (root / "containers").iterdir()
    return found


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("one line", [(b"F", b"one line")]),
        ("", [(b"F", b"")]),
        ("two\nlines", [(b"F", b"two"), (b"F", b"lines")]),
        ("x" * (CRI_PART_BYTES + 5), [(b"P", b"x" * CRI_PART_BYTES), (b"F", b"xxxxx")]),
    ],
)
def test_cri_lines(tmp_path: Path, text: str, parts: list[tuple[bytes, bytes]]) -> None:
    log = container(tmp_path, docker=False)
    log.write("stderr", text, TIME_NS)
    log.close()
    matches = [CRI.match(line) for line in link(tmp_path).read_bytes().splitlines()]
    assert [(m[2], m[3]) for m in matches if m] == parts
    assert all(m and m[1] == b"stderr" for m in matches)


def test_docker_lines_are_json_with_a_newline_inside(tmp_path: Path) -> None:
    log = container(tmp_path, docker=True)
    log.write("stdout", "Kraków", TIME_NS)
    log.close()
    record = json.loads(link(tmp_path).read_bytes())
    assert record == {"log": "Kraków\n", "stream": "stdout", "time": "2026-11-01T08:00:00.123456789Z"}


def test_rotation_renames_and_keeps_the_link(tmp_path: Path) -> None:
    log = container(tmp_path, docker=False, rotate_bytes=100)
    for number in range(20):
        log.write("stdout", f"line {number} {'.' * 60}", TIME_NS)
    log.close()
    folder = link(tmp_path).resolve().parent
    assert len(list(folder.glob("0.log.*"))) == 3
    assert (folder / "0.log").exists()
    assert link(tmp_path).is_symlink()


def test_every_app_of_the_shop_has_a_pod(tmp_path: Path) -> None:
    node = Node(tmp_path)
    for app in APPS:
        node.write(Line(app.name, "stdout", "hello"), TIME_NS)
    node.close()
    names = [path.name.split("_")[2].rsplit("-", 1)[0] for path in (tmp_path / "containers").iterdir()]
    assert sorted(set(names)) == sorted(app.name for app in APPS)
    assert len(names) == sum(app.replicas for app in APPS)


def test_a_visit_in_trouble_has_stack_traces_and_shares_its_trace_id() -> None:
    shop = Shop(seed=3)
    lines = [line for _ in range(300) for line in shop.visit("01/Nov/2026:08:00:00 +0000", trouble=True)]
    assert any("\nTraceback (most recent call last):" in line.text for line in lines if line.app == "payment")
    assert any("\n\tat com.example.shop" in line.text for line in lines if line.app == "checkout")
    visit = list(Shop(seed=3).visit("01/Nov/2026:08:00:00 +0000"))
    traces = {match[0] for line in visit for match in [re.search(r"\b[0-9a-f]{32}\b", line.text)] if match}
    assert len(traces) == 1
