"""Filter `analyze_config`: stands in the configuration of Google's packaged Fluentd, and reports to Google there."""

from kelp.agent.config import param
from kelp.agent.event import Batch
from kelp.agent.plugin import Filter, register


@register("filter", "analyze_config")
class AnalyzeConfigFilter(Filter):
    """Accepted for Fluentd's sake: events pass, nothing is reported."""

    google_fluentd_config_path: str = param.string(
        default="/etc/google-fluentd/google-fluentd.conf", description="Has no effect."
    )
    google_fluentd_baseline_config_path: str = param.string(
        default="/etc/google-fluentd/baseline/google-fluentd.conf", description="Has no effect."
    )
    monitoring_type: str = param.string(default="prometheus", description="Has no effect.")
    gcm_service_address: str | None = param.string(default=None, description="Has no effect.")

    def filter_batch(self, tag: str, batch: Batch) -> Batch:
        return batch
