"""The options of fluent-plugin-elasticsearch."""

from typing import Any, ClassVar

from kelp.agent.config import Configurable, Section, param


class MetadataSection(Section):
    """What documents tell about their chunk."""

    include_chunk_id: bool = param.boolean(default=False, description="Add the chunk's id to every document.")
    chunk_id_key: str = param.string(default="chunk_id", description="Field for the chunk's id.")


class ConnectionOptions(Configurable):
    """Where Elasticsearch is and how to talk to it."""

    host: str = param.string(default="localhost", description="Host name or address.")
    port: int = param.integer(default=9200, description="Port.")
    hosts: str | None = param.string(
        default=None, description="Several hosts, separated by commas: host:port or URLs. Used in turn."
    )
    scheme: str = param.enum(["https", "http"], default="http", description="Protocol.")
    path: str | None = param.string(
        default=None, description="Path before Elasticsearch's own, behind a proxy."
    )
    user: str | None = param.string(default=None, description="User name.")
    password: str | None = param.string(default=None, secret=True, description="Password.")
    cloud_id: str | None = param.string(default=None, description="Id of an Elastic Cloud deployment.")
    cloud_auth: str | None = param.string(
        default=None, secret=True, description="user:password for cloud_id."
    )
    api_key: str | None = param.string(default=None, secret=True, description="API key, as id:key.")
    ssl_verify: bool = param.boolean(default=True, description="Check the server's certificate.")
    ca_file: str | None = param.string(default=None, description="Certificates to trust, PEM.")
    client_cert: str | None = param.string(default=None, description="Client certificate, PEM.")
    client_key: str | None = param.string(default=None, description="Key of the client certificate, PEM.")
    client_key_pass: str | None = param.string(default=None, secret=True, description="Password of that key.")
    ssl_version: str | None = param.string(
        default=None, description="TLS version: TLSv1_2 or TLSv1_3; older names mean any that is safe."
    )
    ssl_min_version: str | None = param.string(default=None, description="Lowest TLS version.")
    ssl_max_version: str | None = param.string(default=None, description="Highest TLS version.")
    request_timeout: float = param.time(default=5, description="How long an answer may take, in seconds.")
    resurrect_after: float = param.time(
        default=60, description="After how long a host that failed is tried again, in seconds."
    )
    reconnect_on_error: bool = param.boolean(
        default=False, description="Open new connections after an error."
    )
    reload_connections: bool = param.boolean(
        default=True, description="Accepted: Kelp uses the hosts it was given and never asks for others."
    )
    reload_on_failure: bool = param.boolean(default=False, description="Accepted, see reload_connections.")
    reload_after: int = param.integer(default=-1, description="Accepted, see reload_connections.")
    sniffer_class_name: str | None = param.string(
        default=None, description="Accepted, see reload_connections."
    )
    selector_class_name: str | None = param.string(
        default=None, description="Accepted: hosts that failed are always avoided."
    )
    http_backend: str = param.enum(
        ["excon", "typhoeus"], default="excon", description="Accepted: Kelp has one HTTP client."
    )
    http_backend_excon_nonblock: bool = param.boolean(default=True, description="Accepted, see http_backend.")
    custom_headers: dict[str, Any] = param.hash(default={}, description="Headers to add to requests.")
    content_type: str = param.enum(
        ["application/json", "application/x-ndjson"],
        default="application/x-ndjson",
        description="Content type of bulk requests.",
    )
    compression_level: str = param.enum(
        ["no_compression", "best_speed", "best_compression", "default_compression"],
        default="no_compression",
        description="gzip level of requests.",
    )
    bulk_message_request_threshold: int = param.size(
        default=-1, description="Size above which a chunk goes out in several requests; -1: 16 MB."
    )
    with_transporter_log: bool = param.boolean(default=False, description="Log every request.")
    validate_client_version: bool = param.boolean(
        default=False, description="Accepted: Kelp talks to every version."
    )
    prefer_oj_serializer: bool = param.boolean(
        default=False, description="Accepted: Kelp has one JSON encoder."
    )
    verify_es_version_at_startup: bool = param.boolean(
        default=True, description="Ask for the version; Kelp starts even while Elasticsearch is away."
    )
    default_elasticsearch_version: int = param.integer(
        default=5, description="Major version to assume when the server tells none."
    )
    max_retry_get_es_version: int = param.integer(
        default=15, description="Accepted: Kelp asks again before each flush until it knows."
    )
    fail_on_detecting_es_version_retry_exceed: bool = param.boolean(
        default=True, description="Accepted: Kelp starts even while Elasticsearch is away."
    )
    catch_transport_exception_on_retry: bool = param.boolean(
        default=True, description="Accepted: failures of the set-up are always retried."
    )


class TemplateOptions(Configurable):
    """Index templates, aliases and policies to install."""

    template_name: str | None = param.string(
        default=None, description="Name of the template in template_file."
    )
    template_file: str | None = param.string(default=None, description="File with an index template, JSON.")
    template_overwrite: bool = param.boolean(default=False, description="Replace a template that is there.")
    templates: dict[str, Any] | None = param.hash(default=None, description="Template names and their files.")
    customize_template: dict[str, Any] | None = param.hash(
        default=None, description="Strings to replace in template_file."
    )
    use_legacy_template: bool = param.boolean(
        default=True, description="Templates are of the old kind, _template, not _index_template."
    )
    max_retry_putting_template: int = param.integer(
        default=10, description="How often the set-up is tried again, with the chunk that needs it."
    )
    fail_on_putting_template_retry_exceed: bool = param.boolean(
        default=True, description="Write nothing without the set-up; false: go on after those retries."
    )
    rollover_index: bool = param.boolean(default=False, description="Create the first index behind an alias.")
    index_date_pattern: str = param.string(default="now/d", description="Date in the name of that index.")
    index_separator: str = param.string(default="-", description="Separator in the name of that index.")
    deflector_alias: str | None = param.string(
        default=None, description="Alias of rollover_index and enable_ilm."
    )
    application_name: str = param.string(default="default", description="Part of the name of that index.")
    enable_ilm: bool = param.boolean(default=False, description="Install a lifecycle policy as well.")
    ilm_policy_id: str = param.string(default="logstash-policy", description="Id of the lifecycle policy.")
    ilm_policy: dict[str, Any] = param.hash(default={}, description="The lifecycle policy.")
    ilm_policies: dict[str, Any] = param.hash(default={}, description="Lifecycle policies by id.")
    ilm_policy_overwrite: bool = param.boolean(default=False, description="Replace a policy that is there.")
    truncate_caches_interval: float | None = param.time(
        default=None, description="After how long templates are looked up again, in seconds."
    )
    index_prefix: str | None = param.string(
        default=None,
        obsoleted="use index_name, or logstash_prefix with logstash_format",
        description="Removed.",
    )


class ElasticsearchOptions(ConnectionOptions, TemplateOptions):
    """All options of `@type elasticsearch` besides those of `<buffer>`."""

    # Whether operations other than `index` leave out documents without id.
    id_required: ClassVar[bool] = True

    index_name: str = param.string(default="fluentd", description="Index, with placeholders.")
    logstash_format: bool = param.boolean(default=False, description="One index per day, with @timestamp.")
    logstash_prefix: str = param.string(default="logstash", description="Begin of these indices' names.")
    logstash_prefix_separator: str = param.string(default="-", description="Separator before the date.")
    logstash_dateformat: str = param.string(default="%Y.%m.%d", description="strftime format of the date.")
    utc_index: bool = param.boolean(default=True, description="Take the date in UTC.")
    include_timestamp: bool = param.boolean(
        default=False, description="Add @timestamp without logstash_format."
    )
    time_key: str | None = param.string(default=None, description="Field with the document's time.")
    time_key_format: str | None = param.string(default=None, description="strptime format of that field.")
    time_key_exclude_timestamp: bool = param.boolean(
        default=False, description="Use time_key for the index only, not for @timestamp."
    )
    time_precision: int = param.integer(
        default=9, description="Digits of the second's fraction in @timestamp."
    )
    time_parse_error_tag: str = param.string(
        default="Fluent::ElasticsearchOutput::TimeParser.error",
        description="Tag of the error events about times that cannot be read.",
    )
    target_index_key: str | None = param.string(
        default=None, description="Field with the index; removed from the document."
    )
    target_type_key: str | None = param.string(
        default=None, description="Field with the type; removed. For Elasticsearch 5."
    )
    target_index_affinity: bool = param.boolean(default=False, description="Not supported.")
    type_name_: str = param.string(default="fluentd", description="Type of documents before Elasticsearch 7.")
    suppress_type_name: bool = param.boolean(default=False, description="Send no type to Elasticsearch 7.")
    include_tag_key: bool = param.boolean(default=False, description="Add the tag to documents.")
    tag_key: str = param.string(default="tag", description="Field for the tag.")
    id_key: str | None = param.string(default=None, description="Field with the document's id.")
    parent_key: str | None = param.string(default=None, description="Field with the parent's id.")
    routing_key: str | None = param.string(default=None, description="Field with the routing value.")
    pipeline: str | None = param.string(default=None, description="Ingest pipeline, with placeholders.")
    write_operation: str = param.enum(
        ["index", "create", "update", "upsert"],
        default="index",
        description="What the bulk request does; all but index need id_key.",
    )
    emit_error_for_missing_id: bool = param.boolean(
        default=False, description="Send records without id to @ERROR instead of dropping them."
    )
    remove_keys: str | None = param.string(default=None, description="Fields to remove, separated by commas.")
    remove_keys_on_update: str = param.string(
        default="", description="Fields to remove from updates, separated by commas."
    )
    remove_keys_on_update_key: str | None = param.string(
        default=None, description="Field that lists the fields to remove from updates."
    )
    suppress_doc_wrap: bool = param.boolean(
        default=False, description="Send updates as they are, not in doc."
    )
    flatten_hashes: bool = param.boolean(default=False, description="Flatten nested objects.")
    flatten_hashes_separator: str = param.string(default="_", description="Separator of flattened keys.")
    include_index_in_url: bool = param.boolean(default=False, description="Name the index in the URL.")
    retry_tag: str | None = param.string(
        default=None, description="Tag under which documents that were refused for now are sent around again."
    )
    unrecoverable_error_types: list[str] = param.array(
        default=["out_of_memory_error", "es_rejected_execution_exception"],
        description="Accepted: Kelp retries just the documents that failed.",
    )
    log_es_400_reason: bool = param.boolean(
        default=False, description="Tell the reason of refused documents at level info, else at debug."
    )
    ignore_exceptions: list[str] = param.array(default=[], value_type="string", description="Not supported.")
    exception_backup: bool = param.boolean(default=True, description="Accepted, see ignore_exceptions.")
    metadata: MetadataSection | None = param.section(
        "metadata", MetadataSection, description="What documents tell about their chunk."
    )

    @property
    def removed_keys(self) -> list[str]:
        """`remove_keys` as a list."""
        return [key.strip() for key in (self.remove_keys or "").split(",") if key.strip()]

    @property
    def target_index_path(self) -> list[str]:
        """`target_index_key` as a path."""
        return self.target_index_key.split(".") if self.target_index_key else []

    @property
    def target_type_path(self) -> list[str]:
        """`target_type_key` as a path."""
        return self.target_type_key.split(".") if self.target_type_key else []
