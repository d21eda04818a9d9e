"""Writes events to a data stream of Elasticsearch."""

from typing import ClassVar

from kelp.agent.buffer.chunk import Chunk
from kelp.agent.config import param
from kelp.agent.output.elasticsearch.client import Client
from kelp.agent.output.elasticsearch.data_stream import DataStreams, name_fault
from kelp.agent.plugin import register
from kelp.agent.plugins.out_elasticsearch import ElasticsearchOutput


@register("output", "elasticsearch_data_stream")
class ElasticsearchDataStreamOutput(ElasticsearchOutput):
    """Creates the data stream, its template and lifecycle policy where they are missing, then adds documents."""

    id_required: ClassVar[bool] = False
    with_policy: ClassVar[bool] = True

    use_legacy_template: bool = param.boolean(
        default=False, description="Not used: data streams need the new kind."
    )
    data_stream_name: str = param.string(description="Name of the data stream, with placeholders.")
    data_stream_template_name: str | None = param.string(
        default=None, description="Name of its template; by default the stream's with _template."
    )
    data_stream_template_use_index_patterns_wildcard: bool = param.boolean(
        default=True, description="Let the template match every name that starts with the stream's."
    )
    data_stream_ilm_name: str | None = param.string(
        default=None, description="Id of its lifecycle policy; by default the stream's name with _policy."
    )
    data_stream_ilm_policy: str | None = param.string(default=None, description="The lifecycle policy, JSON.")
    data_stream_ilm_policy_overwrite: bool = param.boolean(
        default=False, description="Replace a policy that is there."
    )

    def configure(self) -> None:
        self.write_operation = "create"
        self.index_name = self.data_stream_name
        self.logstash_format = False
        self.include_timestamp = True
        names = {
            "data_stream_name": self.data_stream_name,
            "data_stream_template_name": self.data_stream_template_name
            or f"{self.data_stream_name}_template",
        }
        if self.with_policy:
            names["data_stream_ilm_name"] = self.data_stream_ilm_name or f"{self.data_stream_name}_policy"
        self._names = names
        super().configure()
        for option, name in names.items():
            fault = None if self.placeholders.uses(name) else name_fault(name)
            if fault:
                raise self.error(f"option {option!r} cannot be {name!r}: {fault}", option)
        try:
            self._streams = DataStreams(
                self.data_stream_template_use_index_patterns_wildcard,
                self.data_stream_ilm_policy,
                self.data_stream_ilm_policy_overwrite,
            )
        except ValueError as error:
            raise self.error(
                f"option 'data_stream_ilm_policy' is no JSON: {error}", "data_stream_ilm_policy"
            ) from None
        self._formatter.set_major_version(self.type_rules(8))

    def setup_texts(self) -> dict[str, str]:
        return self._names

    def type_rules(self, major: int) -> int:
        return 8  # data streams never knew types

    def install(self, client: Client, chunk: Chunk) -> None:
        filled = {option: self.extract_placeholders(name, chunk) for option, name in self._names.items()}
        name, template = filled["data_stream_name"], filled["data_stream_template_name"]
        self._streams.ensure(client, name, template, filled.get("data_stream_ilm_name"))
