"""Base of outputs with a `<buffer>`."""

import threading
from collections.abc import Iterator
from itertools import compress
from typing import Any, ClassVar, cast

from kelp.agent.buffer.adopt import adopt_all
from kelp.agent.buffer.buffer import Buffer, Group
from kelp.agent.buffer.chunk import Chunk, decode_events
from kelp.agent.buffer.content import Content
from kelp.agent.buffer.event_stream import pack_events, read_events
from kelp.agent.buffer.flusher import Flusher
from kelp.agent.buffer.intake import Intake
from kelp.agent.buffer.keys import ChunkSorter
from kelp.agent.buffer.metadata import Metadata
from kelp.agent.buffer.placeholders import ChunkKeys, Placeholders, faults
from kelp.agent.buffer.secondary import chunk_for_secondary
from kelp.agent.buffer.section import BufferSection
from kelp.agent.buffer.storage import BufferStorage
from kelp.agent.config import Element, param
from kelp.agent.event import Batch
from kelp.agent.plugin import Output, registry

_MANY_KEYS = 4


class BufferedOutput(Output):
    """Gathers events in chunks and writes those, with retries.

    Subclasses implement `format_records` and `write`. `buffer_defaults` replaces defaults of
    `<buffer>`; `buffered_by_default = False` is for outputs that also implement `process` and buffer only when the
    configuration has a `<buffer>`; `holds` says what `format_records` makes.
    """

    flat_options: ClassVar[tuple[str, ...]] = ("buffer",)
    buffer_defaults: ClassVar[dict[str, Any]] = {}
    buffered_by_default: ClassVar[bool] = True
    holds: ClassVar[Content] = Content.FORMATTED

    time_as_integer: bool = param.boolean(default=False, description="Drop the fraction of event times.")
    slow_flush_log_threshold: float = param.float(
        default=20.0, description="Flushes that take longer are logged, in seconds."
    )
    buffer: BufferSection = param.section(
        "buffer", BufferSection, init=True, description="How events are gathered, flushed and retried."
    )
    secondary_element: Element | None = param.element(
        "secondary", plugin_kind="output", description="Output for chunks that this one cannot deliver."
    )

    primary: "BufferedOutput | None" = None  # set on a secondary before its setup
    secondary: "BufferedOutput | None" = None
    keys: ChunkKeys
    chunks: Buffer
    storage: BufferStorage
    flusher: Flusher | None = None

    def load(self, element: Element) -> None:
        self.buffered = (
            self.buffered_by_default or bool(element.children("buffer")) or self.primary is not None
        )
        found = element.children("buffer")
        buffer = found[0] if found else element.implied("buffer")
        if not found:
            element.elements.append(buffer)
        self.fill_buffer(buffer, element)
        super().load(element)

    @property
    def has_buffer(self) -> bool:
        """Whether it gathers events itself: a secondary writes the chunks of its primary."""
        return self.buffered and self.primary is None

    def fill_buffer(self, buffer: Element, element: Element) -> None:
        """Put this output's own defaults into its `<buffer>`; `element` is the section of the output."""
        for name, value in self.buffer_defaults.items():
            if name == "chunk_keys":
                buffer.arg = buffer.arg or ",".join(value)
            elif buffer.attr(name) is None:
                buffer.set(name, value)

    def configure(self) -> None:
        self.stopping = threading.Event()
        self._configure_keys()
        if self.primary is None:
            self._configure_storage()
        else:
            dict(self.buffer.element.items())  # our own, and unused: it needs no warning
        self._configure_secondary()

    def _configure_keys(self) -> None:
        self.keys = self.buffer.keys if self.primary is None else self.primary.keys
        if self.primary is None and self.keys.tag + len(self.keys.fields) >= _MANY_KEYS:
            self.log.warning("many chunk keys may make many chunks", keys=",".join(self.buffer.chunk_keys))
        self.placeholders = Placeholders(self.keys, self.log)
        self.sorter = ChunkSorter(self.keys)

    def _configure_storage(self) -> None:
        section = self.buffer
        if section.flush_mode == "default" and self.element.attr("flush_interval") is not None:
            # As Fluentd: the option outside of <buffer> asks for intervals, whatever the chunk keys.
            section.flush_mode = "interval"
        storage = self.create_plugin("buffer", self.buffer.element, "memory")
        self.storage = cast(BufferStorage, storage)
        self.storage.take_owner(self.plugin_id, "@id" in self.element)
        self.chunks = Buffer(self.storage.limits(section.flush_thread_count), self.storage.make_chunk)
        self.intake = Intake(self.chunks, section, self.stats, self.stopping, self.log)
        self._check_flush_options()
        wanted = section.flush_at_shutdown
        self._flush_at_shutdown = not self.storage.persistent if wanted is None else wanted
        if not self._flush_at_shutdown and not self.storage.persistent:
            self.log.warning(
                "flush_at_shutdown is false for a buffer in memory: what it holds is lost at shutdown"
            )

    def _check_flush_options(self) -> None:
        section = self.buffer
        if "flush_interval" in section.element and section.mode != "interval":
            if "flush_mode" in section.element:
                raise section.error(
                    f"option 'flush_interval' has no meaning with flush_mode {section.flush_mode}; take one out",
                    "flush_interval",
                )
            self.log.warning(
                "flush_interval is ignored: with time as chunk key the default flush_mode is lazy"
            )

    def _configure_secondary(self) -> None:
        element = self.secondary_element
        if element is None:
            return
        if not self.buffered:
            raise self.error("<secondary> needs an output with a <buffer>")
        self.buffer.check_secondary()
        for name in ("buffer", "secondary"):
            if element.children(name):
                raise self.error(f"<secondary> cannot have a <{name}> section; take it out")
        type_name = element.get("@type") or self.type_name
        cls = registry.find("output", str(type_name))
        if cls is not None and not issubclass(cls, BufferedOutput):
            raise self.error(f"<secondary> cannot be of type {type_name!r}, which takes no chunks")
        if cls is None:
            mend = registry.suggestion("output", str(type_name))
            raise self.error(f"unknown output plugin {type_name!r} in <secondary>; {mend}")
        if not cls.can_write(self.holds):
            raise self.error(
                f"<secondary> of type {type_name!r} cannot write chunks of {self.type_name!r}; use file"
            )
        secondary = cls()
        secondary.primary = self
        secondary.setup(element, self.context, self.router)
        self.children.append(secondary)
        self.secondary = secondary
        if self.buffer.retry_forever:
            self.log.warning("with retry_forever the <secondary> gets only chunks that can never be written")

    def check_placeholders(self, name: str, text: str) -> None:
        """Raise ConfigError unless option `name` names all chunk keys and no others, as Fluentd demands."""
        found = faults(name, text, self.keys)
        if found:
            raise self.error("; ".join(found), name)

    def extract_placeholders(self, text: str, chunk: Chunk) -> str:
        """`text` with its placeholders filled from the chunk."""
        return self.placeholders.extract(text, chunk.metadata, chunk.id)

    def format_records(self, tag: str, batch: Batch, metadata: Metadata) -> list[bytes]:
        """What a chunk holds of each event of a batch, b"" to leave one out.

        `metadata` has the values of the chunk keys, which all events of the batch share.
        """
        raise NotImplementedError

    @classmethod
    def can_write(cls, content: Content) -> bool:
        """Whether it can be the secondary of an output whose chunks hold this."""
        return cls.holds is Content.FORMATTED or content is not Content.FORMATTED

    def write(self, chunk: Chunk) -> None:
        """Deliver a chunk: return when the sink has it, raise to retry, UnrecoverableError to give it up."""
        raise NotImplementedError

    def chunk_metadata(self, metadata: Metadata) -> Metadata:
        """What the events of one chunk share; outputs that fill placeholders while formatting may share less."""
        return metadata

    def start(self) -> None:
        if self.has_buffer:
            self.storage.open()
            self.storage.resume(self.chunks)
            self.flusher = Flusher(self)
            self.flusher.start()
            if self.storage.foreign:
                adopt = threading.Thread(
                    target=adopt_all, args=(self, list(self.storage.foreign)), daemon=True
                )
                adopt.start()

    def take(self, tag: str, batch: Batch) -> None:
        if not self.buffered:
            self.process(tag, batch)
        elif batch.times:
            groups = []
            for metadata, part in self.sorter.split(tag, batch):
                groups += self.group(tag, part, metadata)
            if groups:
                self.intake.write(groups)

    def group(self, tag: str, batch: Batch, metadata: Metadata) -> list[Group]:
        """What a chunk holds of a batch whose events share `metadata`: one group, or none."""
        events = pack_events(batch) if self.holds is Content.REQUESTS and self.secondary else None
        data = self.format_records(tag, batch, metadata)
        times = batch.times if self.holds is Content.DOCUMENTS else None
        if b"" in data:
            kept = [bool(one) for one in data]
            data = list(compress(data, kept))
            times = None if times is None else list(compress(times, kept))
            events = None if events is None else list(compress(events, kept))
        return [Group(self.chunk_metadata(metadata), data, tag, times, events)] if data else []

    def events(self, chunk: Chunk) -> Iterator[tuple[str, Batch]]:
        """Tag and events of what is left of a chunk that is not FORMATTED, for the secondary."""
        for frame in chunk.remaining():
            tag, data = (chunk.metadata.tag or "", frame.data)
            if self.holds is not Content.EVENTS:
                tag, data = decode_events(frame.origin)
            batch, _ = read_events(data)
            if batch.times:
                yield tag, batch

    def write_to_secondary(self, chunk: Chunk) -> None:
        """Let the secondary deliver a chunk; raises as `write` does."""
        assert self.secondary is not None
        self.stats.write_secondary_count += 1
        self.secondary.write(chunk_for_secondary(chunk, self, self.secondary))

    def flush(self) -> None:
        if self.has_buffer:
            self.chunks.enqueue_all()

    def stop(self) -> None:
        self.stopping.set()
        if self.has_buffer:
            self.chunks.wake()

    def shutdown(self) -> None:
        if self.flusher is None:
            return
        self.flusher.finish(drain=self._flush_at_shutdown)
        left = self.chunks.queue_length + self.chunks.stage_length
        if left and not self.storage.persistent:
            self.log.error(
                "lost chunks at shutdown: the sink did not take them", chunks=left, bytes=self.chunks.size
            )
        elif left:
            self.log.info("chunks wait in the buffer for the next start", chunks=left, bytes=self.chunks.size)
        self.chunks.close()

    def statistics(self) -> dict[str, Any]:
        figures = super().statistics()
        if self.has_buffer:
            figures.update(self.chunks.statistics())
        retry = self.flusher.retry if self.flusher else None
        if retry is not None:
            figures["retry"] = retry.statistics()
        return figures
