"""What the OpenSearch outputs add to those of Elasticsearch, under OpenSearch's names."""

from kelp.agent.config import Element, param
from kelp.agent.output.elasticsearch.options import ElasticsearchOptions


class OpenSearchOptions(ElasticsearchOptions):
    """Options that fluent-plugin-opensearch names differently."""

    time_parse_error_tag: str = param.string(
        default="opensearch_plugin.output.time.error",
        description="Tag of the error events about times that cannot be read.",
    )
    verify_os_version_at_startup: bool = param.boolean(
        default=True, description="Ask for the version; Kelp starts even while OpenSearch is away."
    )
    default_opensearch_version: int = param.integer(
        default=1, description="Major version to assume when the server tells none."
    )
    max_retry_get_os_version: int = param.integer(
        default=15, description="Accepted: Kelp asks again before each flush until it knows."
    )
    fail_on_detecting_os_version_retry_exceed: bool = param.boolean(
        default=True, description="Accepted: Kelp starts even while OpenSearch is away."
    )
    log_os_400_reason: bool = param.boolean(
        default=False, description="Tell the reason of refused documents at level info, else at debug."
    )
    unrecoverable_record_types: list[str] = param.array(
        default=["json_parse_exception"], description="Accepted: documents that never fit go to @ERROR."
    )
    emit_error_label_event: bool = param.boolean(
        default=True, description="Send refused documents to @ERROR; they are only logged otherwise."
    )
    endpoint_element: Element | None = param.element(
        "endpoint", description="AWS request signing: not supported."
    )

    def take_opensearch_names(self) -> None:
        """Let the options under OpenSearch's names act. Raises ConfigError for what is not supported."""
        if self.endpoint_element is not None:
            raise self.error(
                "section <endpoint> (AWS request signing) is not supported; use user and password"
            )
        self.verify_es_version_at_startup = self.verify_os_version_at_startup
        self.log_es_400_reason = self.log_os_400_reason

    def opensearch_type_rules(self, major: int) -> int:
        """OpenSearch 1 takes `_type` like Elasticsearch 7; later versions, which may call themselves 7, know none."""
        return 8 if self.suppress_type_name or major >= 2 else 7
