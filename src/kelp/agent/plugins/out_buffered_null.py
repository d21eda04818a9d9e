"""Throws chunks away, under the name of Fluentd 0.12."""

from kelp.agent.plugin import register
from kelp.agent.plugins.out_null import NullOutput


@register("output", "buffered_null")
class BufferedNullOutput(NullOutput):
    """As `null` with a `<buffer>`."""

    buffered_by_default = True
    flat_options = ("buffer",)
