"""Input `prometheus_output_monitor`: figures of the outputs as metrics `fluentd_output_status_…`."""

from collections.abc import Iterable

from kelp.agent.config import param
from kelp.agent.metrics.families import Counter, Family, Gauge
from kelp.agent.monitor.collect import FamilySet, MetricCollector
from kelp.agent.monitor.plugin_info import type_of
from kelp.agent.plugin import Output, register

# Figure → metric, description.
_GAUGES = {
    "buffer_total_queued_size": ("buffer_total_bytes", "Current total size of stage and queue buffers."),
    "buffer_stage_length": ("buffer_stage_length", "Current length of stage buffers."),
    "buffer_stage_byte_size": ("buffer_stage_byte_size", "Current total size of stage buffers."),
    "buffer_queue_length": ("buffer_queue_length", "Current length of queue buffers."),
    "buffer_queue_byte_size": ("queue_byte_size", "Current total size of queue buffers."),
    "buffer_available_buffer_space_ratios": (
        "buffer_available_space_ratio",
        "Ratio of available space in buffer.",
    ),
    "buffer_newest_timekey": ("buffer_newest_timekey", "Newest timekey in buffer."),
    "buffer_oldest_timekey": ("buffer_oldest_timekey", "Oldest timekey in buffer."),
    "rollback_count": ("rollback_count", "Current rollback counts."),
    "retry_wait": ("retry_wait", "Current retry wait"),
}
# These may also be counters, with gauge_all false.
_COUNTERS = {
    "retry_count": ("retry_count", "Current retry counts."),
    "num_errors": ("num_errors", "Current number of errors."),
    "emit_count": ("emit_count", "Current emit counts."),
    "emit_records": ("emit_records", "Current emit records."),
    "write_count": ("write_count", "Current write counts."),
    "flush_time_count": ("flush_time_count", "Total flush time."),
    "slow_flush_count": ("slow_flush_count", "Current slow flush counts."),
}


@register("input", "prometheus_output_monitor")
class PrometheusOutputMonitorInput(MetricCollector):
    """Show figures of the outputs and their buffers as metrics; the prometheus input serves them."""

    own_labels = ("plugin_id", "type")

    gauge_all: bool = param.boolean(default=True, description="Show counts as gauges, too.")

    def collect(self) -> Iterable[Family]:
        count_kind: type[Gauge] | type[Counter] = Gauge if self.gauge_all else Counter
        made: dict[str, Gauge | Counter] = {}
        for metrics, kind in ((_GAUGES, Gauge), (_COUNTERS, count_kind)):
            for key, (name, description) in metrics.items():
                made[key] = self.family(kind, f"fluentd_output_status_{name}", description)
        families = FamilySet(made)
        for plugin in self.shown_plugins():
            if not isinstance(plugin, Output):
                continue
            found = plugin.statistics()
            retry = found.get("retry")
            if "emit_count" in found:
                found["retry_wait"] = retry["next_time"] - retry["start"] if retry else 0.0
            if "retry_count" in found:
                found["num_errors"] = found["retry_count"]
            for key in made.keys() & found.keys():
                families.put(key, self.values(plugin.plugin_id, type_of(plugin)), found[key])
        return families.all()
