"""Writes events to a data stream of OpenSearch."""

from typing import ClassVar

from kelp.agent.output.elasticsearch.opensearch import OpenSearchOptions
from kelp.agent.plugin import register
from kelp.agent.plugins.out_elasticsearch_data_stream import ElasticsearchDataStreamOutput


@register("output", "opensearch_data_stream")
class OpenSearchDataStreamOutput(OpenSearchOptions, ElasticsearchDataStreamOutput):
    """As the one of Elasticsearch, without lifecycle policies."""

    with_policy: ClassVar[bool] = False

    def configure(self) -> None:
        self.take_opensearch_names()
        super().configure()
