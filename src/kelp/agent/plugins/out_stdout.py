"""Shows events on standard output."""

import sys
import threading
from typing import Any, ClassVar

from kelp.agent.buffer.chunk import Chunk
from kelp.agent.buffer.metadata import Metadata
from kelp.agent.config import Element, param
from kelp.agent.event import Batch
from kelp.agent.output.formatted import FormattedOutput
from kelp.agent.plugin import register

_lock = threading.Lock()


@register("output", "stdout")
class StdoutOutput(FormattedOutput):
    """Prints each event as a line, at once unless a <buffer> is given."""

    takes_label = False

    buffered_by_default = False
    flat_options = ("inject", "formatter")
    default_format = "stdout"
    buffer_defaults: ClassVar[dict[str, Any]] = {
        "chunk_keys": ["tag"],
        "flush_at_shutdown": "true",
        "chunk_limit_size": "10k",
    }

    use_logger: bool = param.boolean(
        default=True, description="Accepted for compatibility: Kelp's own log goes to standard error."
    )
    format_element: Element | None = param.element(
        "format", plugin_kind="formatter", description="How events are written; type stdout by default."
    )

    def format_records(self, tag: str, batch: Batch, metadata: Metadata) -> list[bytes]:
        return [line.removesuffix(b"\n") + b"\n" for line in super().format_records(tag, batch, metadata)]

    def process(self, tag: str, batch: Batch) -> None:
        _print(b"".join(self.format_records(tag, batch, Metadata())))

    def write(self, chunk: Chunk) -> None:
        _print(chunk.read())


def _print(data: bytes) -> None:
    with _lock:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
