"""The options of fluent-plugin-splunk-hec."""

from typing import Any

from kelp.agent.config import Configurable, Element, param


class ConnectionOptions(Configurable):
    """Where the collector is and how to talk to it."""

    protocol: str = param.enum(["http", "https"], default="https", description="Protocol.")
    hec_host: str = param.string(default="", description="Host name or address of the collector.")
    hec_port: int = param.integer(default=8088, description="Port of the collector.")
    hec_endpoint: str = param.string(default="services/collector", description="Path of the collector.")
    full_url: str = param.string(default="", description="URL before hec_endpoint, instead of hec_host.")
    hec_token: str = param.string(secret=True, description="Token of the collector.")
    idle_timeout: int = param.integer(default=5, description="Accepted: a closed connection is opened again.")
    read_timeout: int | None = param.integer(default=None, description="Limit for the answer, in seconds.")
    open_timeout: int | None = param.integer(default=None, description="Limit for connecting, in seconds.")
    client_cert: str | None = param.string(default=None, description="Client certificate, PEM.")
    client_key: str | None = param.string(default=None, description="Key of the client certificate, PEM.")
    ca_file: str | None = param.string(default=None, description="Certificates to trust, PEM.")
    ca_path: str | None = param.string(default=None, description="Folder of certificates to trust.")
    ssl_ciphers: list[str] | None = param.array(
        default=None, value_type="string", description="Ciphers to allow, in OpenSSL's notation."
    )
    require_ssl_min_version: bool = param.boolean(
        default=True, description="Accepted: TLS below 1.2 is never spoken."
    )
    insecure_ssl: bool = param.boolean(default=False, description="Check nothing about certificates.")
    gzip_compression: bool = param.boolean(default=False, description="Pack bodies with gzip.")
    custom_headers: dict[str, Any] = param.hash(default={}, description="Headers to add.")
    app_name: str = param.string(default="hec_plugin_gem", description="Name that Splunk is told.")
    app_version: str = param.string(default="1.3.3", description="Version that Splunk is told.")
    consume_chunk_on_4xx_errors: bool = param.boolean(
        default=True, description="Give a chunk up that is refused with 4xx; else it is retried."
    )


class EventOptions(Configurable):
    """What is said of each event."""

    data_type: str = param.enum(["event", "metric"], default="event", description="What is sent.")
    host: str | None = param.string(
        default=None, description="Host of events, ${tag} for the tag; by default this machine's name."
    )
    host_key: str | None = param.string(default=None, description="Field with the host.")
    source: str | None = param.string(default=None, description="Source of events, ${tag} for the tag.")
    source_key: str | None = param.string(default=None, description="Field with the source.")
    sourcetype: str | None = param.string(default=None, description="Type of the source, ${tag} for the tag.")
    sourcetype_key: str | None = param.string(default=None, description="Field with the source's type.")
    index: str | None = param.string(default=None, description="Index, ${tag} for the tag.")
    index_key: str | None = param.string(default=None, description="Field with the index.")
    time_key: str | None = param.string(default=None, description="Field with the time.")
    keep_keys: bool = param.boolean(default=False, description="Leave these fields in the event.")
    metrics_from_event: bool = param.boolean(
        default=True, description="Each field of a record is a metric, of its name and value."
    )
    metric_name_key: str | None = param.string(default=None, description="Field with the metric's name.")
    metric_value_key: str | None = param.string(default=None, description="Field with the metric's value.")
    coerce_to_utf8: bool = param.boolean(
        default=True, description="Replace what is no UTF-8; else such events go to @ERROR."
    )
    non_utf8_replacement_string: str = param.string(
        default=" ", description="What stands for bytes that are no UTF-8."
    )
    fields_element: Element | None = param.element(
        "fields", description="Names of indexed fields, or of a metric's dimensions, and their fields."
    )
    format_elements: list[Element] = param.elements(
        "format",
        plugin_kind="formatter",
        description="How events of the tags in its argument are written; type json by default.",
    )

    def check(self) -> None:
        """Raises ConfigError for options that do not go together."""
        for name in ("host", "source", "sourcetype", "index"):
            if getattr(self, name) and getattr(self, f"{name}_key"):
                raise self.error(f"use either {name} or {name}_key", f"{name}_key")
        if self.data_type != "metric":
            return
        self.metrics_from_event = self.metrics_from_event and not self.metric_name_key
        if not self.metrics_from_event and not self.metric_name_key:
            raise self.error("`metrics_from_event false` needs option 'metric_name_key'")
        if not self.metrics_from_event and not self.metric_value_key:
            raise self.error("option 'metric_name_key' needs metric_value_key", "metric_name_key")
