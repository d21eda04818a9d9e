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
