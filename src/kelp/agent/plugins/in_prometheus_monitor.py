"""Input `prometheus_monitor`: buffers and retries of all plugins as metrics `fluentd_status_…`."""

from collections.abc import Iterable

from kelp.agent.metrics.families import Family, Gauge
from kelp.agent.monitor.collect import FamilySet, MetricCollector
from kelp.agent.monitor.plugin_info import category, type_of
from kelp.agent.plugin import register

_METRICS = {
    "buffer_newest_timekey": ("buffer_newest_timekey", "Newest timekey in buffer."),
    "buffer_oldest_timekey": ("buffer_oldest_timekey", "Oldest timekey in buffer."),
    "buffer_queue_length": ("buffer_queue_length", "Current buffer queue length."),
    "buffer_total_queued_size": ("buffer_total_bytes", "Current total size of queued buffers."),
    "retry_count": ("retry_count", "Current retry counts."),
}


@register("input", "prometheus_monitor")
class PrometheusMonitorInput(MetricCollector):
    """Show buffers and retries of all plugins as metrics; the prometheus input serves them."""

    own_labels = ("plugin_id", "plugin_category", "type")

    def collect(self) -> Iterable[Family]:
        families = FamilySet(
            {
                key: self.family(Gauge, f"fluentd_status_{name}", description)
                for key, (name, description) in _METRICS.items()
            }
        )
        for plugin in self.shown_plugins():
            found = plugin.statistics()
            for key in (key for key in _METRICS if found.get(key) is not None):
                families.put(
                    key, self.values(plugin.plugin_id, category(plugin), type_of(plugin)), found[key]
                )
        return families.all()
