"""Writes events to Elasticsearch, with options that depend on each event."""

from kelp.agent.buffer.buffer import Group
from kelp.agent.buffer.chunk import Chunk
from kelp.agent.buffer.metadata import Metadata
from kelp.agent.config import param
from kelp.agent.event import Batch
from kelp.agent.output.elasticsearch.bulk import BulkFormatter, flatten
from kelp.agent.output.elasticsearch.client import parse_hosts
from kelp.agent.output.elasticsearch.dynamic import OPERATIONS, DynamicFormatter, DynamicOptions
from kelp.agent.plugin import register
from kelp.agent.plugins.out_elasticsearch import ElasticsearchOutput
from kelp.agent.ruby.source import RubySyntaxError
from kelp.agent.ruby.values import RubyError
from kelp.common.errors import KelpError

_ADDRESS = ("hosts", "host")


@register("output", "elasticsearch_dynamic")
class ElasticsearchDynamicOutput(ElasticsearchOutput):
    """As the Elasticsearch output; `${…}` in its options are Ruby expressions of `tag`, `tag_parts`, `time`, `record`.

    They may stand in hosts, host, index_name, logstash_prefix, logstash_dateformat, time_key, tag_key, type_name,
    id_key, parent_key, routing_key and write_operation. An event for which an expression fails, or gives no text,
    goes to `@ERROR`. Events for different hosts are in chunks of their own.
    """

    delimiter: str = param.string(default=".", description="What parts the tag for tag_parts.")
    write_operation: str = param.string(
        default="index", description="What the bulk request does: index, create, update or upsert."
    )

    def bulk_formatter(self) -> BulkFormatter:
        try:
            self._dynamic = DynamicOptions(self, self.delimiter)
        except (RubySyntaxError, RubyError) as error:
            raise self.error(f"cannot use an expression in the options: {error}") from error
        if "write_operation" not in self._dynamic.texts and self.write_operation not in OPERATIONS:
            raise self.error(
                f"option 'write_operation' must be one of {', '.join(OPERATIONS)}, got {self.write_operation!r}",
                "write_operation",
            )
        return DynamicFormatter(self, self._dynamic, self.placeholders.extract, self.emit_error)

    @property
    def _server_differs(self) -> bool:
        return "${" in self.host or "${" in (self.hosts or "")

    def group(self, tag: str, batch: Batch, metadata: Metadata) -> list[Group]:
        if not any(name in self._dynamic.texts for name in _ADDRESS):
            return super().group(tag, batch, metadata)
        parts: dict[str, Batch] = {}
        for time, record in zip(batch.times, batch.records, strict=True):
            try:
                seen = flatten(record, self.flatten_hashes_separator) if self.flatten_hashes else record
                server = self._server(self._dynamic.fill(self._dynamic.scope(tag, time, seen)))
            except KelpError as error:
                self.emit_error(tag, time, record, error)
                continue
            parts.setdefault(server, Batch()).append(time, record)
        return [
            group._replace(metadata=_with_server(group.metadata, server))
            for server, part in parts.items()
            for group in super(ElasticsearchDynamicOutput, self).group(tag, part, metadata)
        ]

    def _server(self, values: dict[str, str]) -> str:
        """The hosts of one event. Raises KelpError for those that are none."""
        server = values["hosts"] or values["host"]
        parse_hosts(self, server, values["hosts"])
        return server

    def hosts_of(self, chunk: Chunk) -> tuple[str, str | None]:
        server = dict(chunk.metadata.variables or ()).get(_SERVER)
        if server is None:
            return self.host, self.hosts
        return (self.host, server) if self.hosts else (server, None)


# The name of the hosts among the keys of a chunk; no field can have it.
_SERVER = "${hosts}"


def _with_server(metadata: Metadata, server: str) -> Metadata:
    return metadata._replace(variables=(*(metadata.variables or ()), (_SERVER, server)))
