"""The prometheus output: count events in metrics."""

from kelp.agent.event import Batch
from kelp.agent.metrics.instrument import MetricOptions
from kelp.agent.plugin import Output, register


@register("output", "prometheus")
class PrometheusOutput(MetricOptions, Output):
    """Count events in metrics, for use in a `copy`; the prometheus input shows the metrics."""

    def process(self, tag: str, batch: Batch) -> None:
        self.count(tag, batch)
