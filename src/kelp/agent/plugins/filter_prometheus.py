"""The prometheus filter: count events in metrics and hand them on."""

from kelp.agent.event import Batch
from kelp.agent.metrics.instrument import MetricOptions
from kelp.agent.plugin import Filter, register


@register("filter", "prometheus")
class PrometheusFilter(MetricOptions, Filter):
    """Count events in metrics and hand them on unchanged; the prometheus input shows the metrics."""

    def filter_batch(self, tag: str, batch: Batch) -> Batch:
        self.count(tag, batch)
        return batch
