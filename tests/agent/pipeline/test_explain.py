"""`kelp agent --explain TAG`."""

from pathlib import Path

from kelp.agent.config.v1 import parse_v1
from kelp.agent.pipeline.assemble import assemble
from kelp.agent.pipeline.explain import explain

TEXT = """
<filter app.*>
  @type grep
</filter>
<match app.**>
  @type relabel
  @id r
  @label @L
</match>
<label @L>
  <match other>
    @type null
  </match>
</label>
"""


def test_every_label_is_shown() -> None:
    assembly = assemble(parse_v1(TEXT, "f", Path("/nowhere")))
    assert explain(assembly, "app.x").split("\n") == [
        "@ROOT:",
        "  filter grep <filter app.*> at f:2",
        "  match relabel (r) <match app.**> at f:5 → @L",
        "@L:",
        "  nothing matches: events are dropped",
    ]
