"""`kelp agent --explain TAG`."""

from pathlib import Path

from kelp.agent.config.v1 import parse_v1
from kelp.agent.pipeline.assemble import assemble
from kelp.agent.pipeline.explain import explain

TEXT = """
<source>
  @type forward
  @label @IN
</source>
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
<label @IN>
  <match **>
    @type copy
    <store>
      @type null
    </store>
    <store>
      @type relabel
      @label @L
    </store>
  </match>
</label>
"""


def test_the_way_from_every_beginning() -> None:
    assembly = assemble(parse_v1(TEXT, "f", Path("/nowhere")))
    assert explain(assembly, "app.x").split("\n") == [
        "@ROOT:",
        "  filter grep <filter app.*> at f:6",
        "  match relabel (r) <match app.**> at f:9",
        "    → @L:",
        "      nothing matches: events are dropped",
        "@IN:",
        "  match copy <match **> at f:20",
        "    store null <store> at f:22",
        "    store relabel <store> at f:25",
        "    → @L:",
        "      nothing matches: events are dropped",
    ]
