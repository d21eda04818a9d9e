import re
import socket
from pathlib import Path

import pytest
from click.testing import CliRunner

from kelp.up.cli import command
from tests.ports import reserved_port


@pytest.mark.parametrize("option", ["--store-port", "--ui-port"])
def test_a_busy_port_is_named_with_its_option(tmp_path: Path, option: str) -> None:
    with reserved_port() as free, socket.socket() as taken:
        ports = {"--store-port": free, "--ui-port": free}
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        ports[option] = taken.getsockname()[1]
        flags = [str(part) for pair in ports.items() for part in pair]
        result = CliRunner().invoke(command, ["--data", str(tmp_path), *flags])
    assert result.exit_code == 1
    assert re.search(
        rf"cannot listen on 127.0.0.1:{ports[option]}: .*choose another port with {option}", result.output
    )


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    result = CliRunner().invoke(command, ["--data", str(tmp_path), "--logs", str(tmp_path / "nope")])
    assert result.exit_code == 1
    assert f"cannot collect logs from {tmp_path}/nope: there is no such folder" in result.output
