"""The options of the google_cloud output."""

from typing import Any

from kelp.agent.buffer.output import BufferedOutput
from kelp.agent.config import param

_PREFIX = "logging.googleapis.com/"
_GONE = "sign in with GOOGLE_APPLICATION_CREDENTIALS or the machine's service account"


class ResourceOptions(BufferedOutput):
    """What the entries are about."""

    use_metadata_service: bool = param.boolean(
        default=True, description="Ask Google's metadata service for what is not given."
    )
    project_id: str | None = param.string(
        default=None, description="Project; by default that of the credentials or machine."
    )
    zone: str | None = param.string(default=None, description="Zone; by default the machine's.")
    vm_id: str | None = param.string(default=None, description="Instance id; by default the machine's.")
    vm_name: str | None = param.string(default=None, description="Machine's name; the host's by default.")
    k8s_cluster_name: str | None = param.string(
        default=None, description="Cluster; by default the machine's."
    )
    k8s_cluster_location: str | None = param.string(
        default=None, description="The cluster's location; by default the machine's."
    )
    detect_subservice: bool = param.boolean(
        default=True, description="See whether the machine is a GKE node."
    )
    subservice_name: str | None = param.enum(
        ["compute.googleapis.com", "container.googleapis.com"],
        default=None,
        description="What the machine is.",
    )
    use_aws_availability_zone: bool = param.boolean(
        default=True, description="Accepted: EC2 machines are not looked up; set zone and vm_id."
    )
    kubernetes_tag_regexp: str = param.string(
        default=r"\.(?<pod_name>[^_]+)_(?<namespace_name>[^_]+)_(?<container_name>.+)$",
        description="Where tags hold pod_name, namespace_name and container_name.",
    )


class EntryOptions(ResourceOptions):
    """What becomes of records."""

    http_request_key: str = param.string(default="httpRequest", description="Field with httpRequest.")
    insert_id_key: str = param.string(default=_PREFIX + "insertId", description="Field with the insert id.")
    labels_key: str = param.string(default=_PREFIX + "labels", description="Field with labels.")
    operation_key: str = param.string(default=_PREFIX + "operation", description="Field with the operation.")
    source_location_key: str = param.string(
        default=_PREFIX + "sourceLocation", description="Field with the place in the source."
    )
    span_id_key: str = param.string(default=_PREFIX + "spanId", description="Field with the span's id.")
    trace_key: str = param.string(default=_PREFIX + "trace", description="Field with the trace.")
    trace_sampled_key: str = param.string(
        default=_PREFIX + "trace_sampled", description="Field that says whether the trace is sampled."
    )
    detect_json: bool = param.boolean(default=False, description="Take JSON in log, message or msg apart.")
    label_map: dict[str, Any] | None = param.hash(
        default=None, description="Fields that become labels, and the labels' names."
    )
    labels: dict[str, Any] | None = param.hash(default=None, description="Labels of all entries.")
    require_valid_tags: bool = param.boolean(default=False, description="Drop events with an empty tag.")
    adjust_invalid_timestamps: bool = param.boolean(
        default=True, description="Correct times that lie more than a day ahead."
    )
    autoformat_stackdriver_trace: bool = param.boolean(
        default=True, description="Make full names of bare trace ids."
    )
    coerce_to_utf8: bool = param.boolean(default=True, description="Accepted: text is always made valid.")
    non_utf8_replacement_string: str = param.string(
        default=" ", description="Accepted: what is no UTF-8 becomes U+FFFD."
    )


class GoogleCloudOptions(EntryOptions):
    """How entries are sent."""

    logging_api_url: str = param.string(
        default="https://logging.googleapis.com", description="The API; over plain http without signing in."
    )
    split_logs_by_tag: bool = param.boolean(default=False, description="Send a request for each log.")
    use_grpc: bool = param.boolean(default=False, description="Accepted: Kelp sends JSON over HTTP.")
    grpc_compression_algorithm: str | None = param.enum(
        ["none", "gzip"], default=None, description="Accepted, see use_grpc."
    )
    partial_success: bool = param.boolean(
        default=True, description="Accepted: entries that are valid are always taken."
    )
    enable_monitoring: bool = param.boolean(default=False, description="Count requests and entries.")
    monitoring_type: str = param.enum(
        ["prometheus", "opencensus"], default="prometheus", description="Where counts go; prometheus."
    )
    metrics_resource: dict[str, Any] | None = param.hash(
        default=None, description="Accepted: it concerns opencensus."
    )
    gcm_service_address: str | None = param.string(
        default=None, description="Accepted: it concerns opencensus."
    )
    enable_metadata_agent: bool = param.boolean(
        default=False, description="Accepted: there is none any more."
    )
    metadata_agent_url: str | None = param.string(default=None, description="Accepted: see above.")
    statusz_port: int = param.integer(
        default=0, description="Accepted: the monitor_agent input shows the state."
    )
    auth_method: str | None = param.string(default=None, obsoleted=_GONE, description="Removed.")
    private_key_email: str | None = param.string(default=None, obsoleted=_GONE, description="Removed.")
    private_key_path: str | None = param.string(default=None, obsoleted=_GONE, description="Removed.")
    private_key_passphrase: str | None = param.string(
        default=None, secret=True, obsoleted=_GONE, description="Removed."
    )
