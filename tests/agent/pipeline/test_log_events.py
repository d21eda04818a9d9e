"""The agent's own log as events."""

import logging
from pathlib import Path

import pytest

from kelp.agent.config.v1 import parse_v1
from kelp.agent.event import Batch
from kelp.agent.pipeline.assemble import assemble
from kelp.agent.pipeline.log_events import LogEvents
from kelp.agent.plugin import Output, register
from kelp.common.log import Log


@register("output", "test_log_sink")
class LogSink(Output):
    """Keeps what it gets."""

    def configure(self) -> None:
        self.kept: list[tuple[str, object]] = []

    def process(self, tag: str, batch: Batch) -> None:
        self.kept += [(tag, record) for record in batch.records]


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        (
            "<label @FLUENT_LOG>\n<match fluent.warn>\n@type test_log_sink\n</match>\n</label>",
            ["fluent.warn"],
        ),
        ("<match **>\n@type test_log_sink\n</match>", ["fluent.info", "fluent.warn"]),
        ("<match app.**>\n@type test_log_sink\n</match>", []),
    ],
)
def test_log_lines_become_events(text: str, tags: list[str]) -> None:
    logging.getLogger("kelp").setLevel(logging.INFO)
    assembly = assemble(parse_v1(text, "f", Path("/nowhere")))
    events = LogEvents(assembly)
    events.start()
    Log("agent.test", "test").info("one", size=5, path=Path("/a"))
    Log("agent.test").warning("two")
    events.stop()
    Log("agent.test").warning("after")
    (sink,) = assembly.stages
    assert isinstance(sink, LogSink)
    assert [tag for tag, _ in sink.kept] == tags
    if "fluent.info" in tags:
        assert sink.kept[0][1] == {"size": 5, "path": "/a", "message": '[test] one size=5 path="/a"'}
