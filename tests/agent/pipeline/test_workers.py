"""`<worker N>` sections and plugins that only one worker can run."""

from pathlib import Path

import pytest

from kelp.agent.config import ConfigError
from kelp.agent.config.v1 import parse_v1
from kelp.agent.pipeline.assemble import assemble
from kelp.agent.pipeline.assembly import Assembly

SYSTEM = "<system>\nworkers 3\n</system>\n"
TEXT = (
    SYSTEM
    + """
<source>
  @type sample
  @id everywhere
  tag all
</source>
<worker 0>
  <source>
    @type tail
    @id zero
    path /nowhere
    pos_file /nowhere.pos
    tag t
    <parse>
      @type none
    </parse>
  </source>
  <label @L>
    <match **>
      @type null
      @id labelled
    </match>
  </label>
</worker>
<worker 1-2>
  <source>
    @type sample
    @id others
    tag o
    typo x
  </source>
</worker>
<match **>
  @type null
  @id sink
</match>
"""
)


def load(text: str, worker_id: int = 0) -> Assembly:
    return assemble(parse_v1(text, "f", Path("/nowhere")), worker_id)


@pytest.mark.parametrize(
    ("worker", "ids"),
    [(0, ["everywhere", "zero", "sink", "labelled"]), (1, ["everywhere", "others", "sink"]), (2, ["everywhere", "others", "sink"])],
)  # fmt: skip
def test_each_worker_runs_its_own_and_the_common_sections(worker: int, ids: list[str]) -> None:
    assembly = load(TEXT, worker)
    assert [plugin.plugin_id for plugin in assembly.plugins()] == ids
    assert (assembly.workers, assembly.worker_id) == (3, worker)


def test_plugins_know_how_many_workers_run_them() -> None:
    assembly = load(TEXT, 1)
    assert {one.plugin_id: one.context.workers for one in assembly.plugins()} == {
        "everywhere": 3, "others": 2, "sink": 3,
    }  # fmt: skip
    assert {one.context.worker_id for one in assembly.plugins()} == {1}


def test_options_of_other_workers_are_not_reported_as_unused() -> None:
    assert load(TEXT).warnings == []
    (warning,) = load(TEXT, 1).warnings
    assert "option 'typo' is not used" in warning


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("<worker>\n</worker>", "f:4: <worker> needs the number of a worker: <worker 0> or <worker 0-1>"),
        ("<worker 3>\n</worker>", "f:4: <worker 3>: workers 0 to 2 exist, as `workers` of <system> is 3"),
        ("<worker 2-1>\n</worker>", "f:4: <worker 2-1>: the first worker must not be greater than the last"),
        (
            "<worker 0-1>\n</worker>\n<worker 1-2>\n</worker>",
            "f:6: <worker 1-2>: worker 1 is named by an earlier range",
        ),
        (
            "<worker 0>\n<system>\n</system>\n</worker>",
            "f:5: <worker 0> cannot have a section <system>; only source, match, filter, label",
        ),
        (
            "<source>\n@type tail\npath /x\ntag t\n<parse>\n@type none\n</parse>\n</source>",
            "f:4: <source>: plugin 'tail' does not support several workers; put it into a section <worker 0>",
        ),
        (
            "<match>\n@type file\npath /x\n<buffer>\n@type file\npath /nowhere/b.*.log\n</buffer>\n</match>",
            "f:9: <buffer time>: with several workers 'path' must be a folder: each gets one inside it; "
            "or set root_dir and @id",
        ),
    ],
)
def test_faults(text: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load(SYSTEM + text)
    assert str(caught.value) == message
