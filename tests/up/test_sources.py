from pathlib import Path

import pytest
from click.testing import CliRunner

from kelp.agent.cli import command
from kelp.up.sources import Sources, configuration, in_folder, on_this_machine


@pytest.mark.parametrize(
    ("files", "containers", "system"),
    [
        ([], False, False),
        (["containers/a.log"], True, False),
        (["syslog.log"], False, True),
        (["containers/a.log", "kern.log"], True, True),
    ],
)
def test_on_this_machine(tmp_path: Path, files: list[str], containers: bool, system: bool) -> None:
    for name in files:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    found = on_this_machine(tmp_path)
    assert (bool(found.containers), bool(found.system)) == (containers, system)


def test_in_folder_reads_everything_below(tmp_path: Path) -> None:
    assert in_folder(tmp_path).containers == (f"{tmp_path}/*.log", f"{tmp_path}/**/*.log")


def test_in_folder_laid_out_like_var_log_reads_the_links_only(tmp_path: Path) -> None:
    (tmp_path / "containers").mkdir()
    assert in_folder(tmp_path).containers == (f"{tmp_path}/containers/*.log",)


@pytest.mark.parametrize(
    ("sources", "ids"),
    [
        (Sources(), []),
        (Sources(containers=("/a/*.log",)), ["containers"]),
        (Sources(system=("/b/*.log",)), ["system"]),
        (Sources(journal=Path("/run/log/journal")), ["journal"]),
        (Sources(("/a/*.log",), ("/b/*.log",), Path("/j")), ["containers", "system", "journal"]),
    ],
)
def test_configuration_has_a_source_for_each(sources: Sources, ids: list[str]) -> None:
    text = configuration(sources, Path("/state"), "127.0.0.1", 9210)
    assert [name for name in ("containers", "system", "journal") if f"@id {name}\n" in text] == ids
    assert "port 9210" in text
    assert not any(mark in text for mark in ("{path}", "{state}", "{host}", "{port}"))


def test_the_agent_accepts_the_configuration(tmp_path: Path) -> None:
    config = tmp_path / "fluent.conf"
    sources = Sources(("/var/log/containers/*.log",), ("/var/log/*.log",), tmp_path)
    config.write_text(configuration(sources, tmp_path, "127.0.0.1", 9210))
    result = CliRunner().invoke(command, ["-c", str(config), "--dry-run"])
    assert result.exit_code == 0, result.output
