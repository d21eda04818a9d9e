"""Input `prometheus_tail_monitor`: the files that tail reads as metrics `fluentd_tail_file_…`."""

from collections.abc import Iterable

from kelp.agent.metrics.families import Family, Gauge
from kelp.agent.monitor.collect import FamilySet, MetricCollector
from kelp.agent.monitor.plugin_info import type_of
from kelp.agent.plugin import register
from kelp.agent.plugins.in_tail import TailInput

_METRICS = {
    "position": "Current position of file.",
    "inode": "Current inode of file.",
    "closed": "Number of files closed.",
    "opened": "Number of files opened.",
    "rotated": "Number of files rotated.",
    "throttled": "Number of times files got throttled.",
}
# As in Fluentd, these are counts of the whole input, shown for each of its files.
_OF_INPUT = {
    "closed": "closed_file_count",
    "opened": "opened_file_count",
    "rotated": "rotated_file_count",
    "throttled": "throttled_log_count",
}


@register("input", "prometheus_tail_monitor")
class PrometheusTailMonitorInput(MetricCollector):
    """Show positions and inodes of the files that tail reads as metrics; the prometheus input serves them."""

    own_labels = ("plugin_id", "type", "path")

    def collect(self) -> Iterable[Family]:
        families = FamilySet(
            {key: self.family(Gauge, f"fluentd_tail_file_{key}", text) for key, text in _METRICS.items()}
        )
        for plugin in self.shown_plugins():
            if not isinstance(plugin, TailInput):
                continue
            counts = plugin.statistics()
            for path, inode, position in plugin.positions():
                values = self.values(plugin.plugin_id, type_of(plugin), path)
                families.put("position", values, position)
                families.put("inode", values, inode)
                for key, count in _OF_INPUT.items():
                    families.put(key, values, counts[count])
        return families.all()
