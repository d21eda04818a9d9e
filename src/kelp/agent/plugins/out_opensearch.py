"""Writes events to OpenSearch through its bulk API."""

from typing import Any

from kelp.agent.output.elasticsearch.opensearch import OpenSearchOptions
from kelp.agent.plugin import register
from kelp.agent.plugins.out_elasticsearch import ElasticsearchOutput


@register("output", "opensearch")
class OpenSearchOutput(OpenSearchOptions, ElasticsearchOutput):
    """As the Elasticsearch output, under OpenSearch's option names."""

    def configure(self) -> None:
        self.take_opensearch_names()
        super().configure()
        if "default_opensearch_version" in self.element or not self.verify_os_version_at_startup:
            self._formatter.set_major_version(self.type_rules(self.default_opensearch_version))

    def type_rules(self, major: int) -> int:
        return self.opensearch_type_rules(major)

    def emit_error(self, tag: str, time: int, record: dict[str, Any], error: Exception) -> None:
        if self.emit_error_label_event:
            super().emit_error(tag, time, record, error)
        else:
            self.log.warning("dropped a record", tag=tag, error=error)
