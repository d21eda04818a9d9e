"""The order in which the files of a glob are read."""

import pytest

from kelp.agent.tail.paths import PathExpander, PathOptions
from kelp.common.log import Log

FILES = ["a.log", "a.log.1", "a/x.log", "b.log", "B.log"]


@pytest.mark.parametrize(
    ("options", "want"),
    [
        ({}, ["B.log", "a/x.log", "a.log", "a.log.1", "b.log"]),
        ({"siblings_first": True}, ["b.log", "a.log.1", "a.log", "a/x.log", "B.log"]),
    ],
)
def test_order(tmp_path, options, want):
    """Folder by folder and by bytes, as Dir.glob sorts since Ruby 3."""
    (tmp_path / "a").mkdir()
    for name in FILES:
        (tmp_path / name).touch()
    expander = PathExpander(PathOptions([f"{tmp_path}/**/*.log*"], **options), Log("test"))
    assert [path.removeprefix(f"{tmp_path}/") for path in expander.expand()] == want


def test_deep_globs_follow_no_links_to_folders(tmp_path):
    (tmp_path / "real" / "deep").mkdir(parents=True)
    (tmp_path / ".hidden").mkdir()
    for name in ("x.log", "real/x.log", "real/deep/x.log", ".hidden/x.log"):
        (tmp_path / name).touch()
    (tmp_path / "link").symlink_to("real")
    for pattern, want in (
        ("**/*.log", ["real/deep/x.log", "real/x.log", "x.log"]),
        ("**/deep/**/*.log", ["real/deep/x.log"]),
        ("*/*.log", ["link/x.log", "real/x.log"]),
        ("{real,none}/**/x.log", ["real/deep/x.log", "real/x.log"]),
    ):
        options = PathOptions([f"{tmp_path}/{pattern}"], glob_policy="always")
        found = PathExpander(options, Log("test")).expand()
        assert sorted(path.removeprefix(f"{tmp_path}/") for path in found) == want
