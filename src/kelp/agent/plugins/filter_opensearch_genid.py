"""The id filter under OpenSearch's name."""

from kelp.agent.plugin import register
from kelp.agent.plugins.filter_elasticsearch_genid import ElasticsearchGenidFilter


@register("filter", "opensearch_genid")
class OpenSearchGenidFilter(ElasticsearchGenidFilter):
    """As `elasticsearch_genid`."""
