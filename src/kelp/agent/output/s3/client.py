"""The client of S3, signed in as the options say."""

import os
from collections.abc import Callable
from typing import Any

from kelp.agent.output.s3.options import ConnectionOptions, RoleSection
from kelp.common.errors import KelpError

_METADATA_ADDRESS = "169.254.169.254"
_SIGNATURES = {"v4": "s3v4", "s3": "s3", "s3v4": "s3v4"}


class S3Error(KelpError):
    """S3 cannot be used now."""


def make_client(options: ConnectionOptions) -> Any:
    """A botocore client, not yet connected. Raises ValueError for what botocore refuses, S3Error without credentials."""
    import botocore.session
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError

    try:
        session = botocore.session.Session(profile=options.aws_profile)
        provider = _provider(options)
        if provider is not None:
            resolver = session.get_component("credential_provider")
            resolver.providers.insert(0, _Fixed(provider))
        signature = options.signature_version
        config = Config(
            signature_version=_SIGNATURES.get(signature, signature) if signature else None,
            proxies={"http": options.proxy_uri, "https": options.proxy_uri} if options.proxy_uri else None,
            retries={"total_max_attempts": 1},
            s3={
                "addressing_style": "path" if options.force_path_style else "auto",
                "use_accelerate_endpoint": options.enable_transfer_acceleration,
                "use_dualstack_endpoint": options.enable_dual_stack,
            },
            request_checksum_calculation="when_supported" if _checksums(options) else "when_required",
            response_checksum_validation="when_required",
            max_pool_connections=max(10, options.buffer.flush_thread_count),
        )
        return session.create_client(
            "s3",
            region_name=options.s3_region,
            endpoint_url=options.s3_endpoint,
            verify=options.ssl_verify_peer and (options.ssl_ca_bundle or options.ssl_ca_directory or True),
            aws_access_key_id=options.aws_key_id if options.aws_sec_key and provider is None else None,
            aws_secret_access_key=options.aws_sec_key if options.aws_key_id and provider is None else None,
            config=config,
        )
    except BotoCoreError as error:
        raise S3Error(f"cannot make a client of S3: {error}") from error


def _checksums(options: ConnectionOptions) -> bool:
    """Services that are only compatible often refuse the newer checksums."""
    return options.s3_endpoint is None if options.compute_checksums is None else options.compute_checksums


class _Fixed:
    """A provider, in the place of the SDK's own list, that alone is asked."""

    METHOD = "kelp"
    CANONICAL_NAME = None

    def __init__(self, load: Callable[[], Any]) -> None:
        self._load = load

    def load(self) -> Any:
        """The credentials. Raises S3Error where there are none, rather than to try others."""
        found = self._load()
        if found is None:
            raise S3Error("cannot sign in to S3: no credentials where the configuration says")
        return found


def _provider(options: ConnectionOptions) -> Callable[[], Any] | None:
    """Where credentials come from, in Fluentd's order; None: keys, a profile, or the SDK's own search."""
    from botocore import credentials

    if options.assume_role_credentials is not None:
        return lambda: _assumed_role(options)
    if (options.aws_key_id and options.aws_sec_key) or options.aws_profile:
        return None
    if options.aws_credential_process:
        profiles = {"profiles": {"kelp": {"credential_process": options.aws_credential_process}}}
        load: Callable[[], Any] = credentials.ProcessProvider("kelp", lambda: profiles).load
        return load
    if options.web_identity_credentials is not None:
        return lambda: _web_identity(options)
    if options.instance_profile_credentials is not None or options.aws_iam_retries is not None:
        return lambda: _instance_profile(options)
    if options.shared_credentials is not None:
        section = options.shared_credentials
        path = section.path or os.path.expanduser("~/.aws/credentials")
        profile = section.profile_name or os.environ.get("AWS_PROFILE") or "default"
        shared: Callable[[], Any] = credentials.SharedCredentialProvider(path, profile).load
        return shared
    return None


def _sts(options: ConnectionOptions, session: Any, section: RoleSection) -> Any:
    from botocore.config import Config

    proxy = section.sts_http_proxy

    def create(_service: str, **given: Any) -> Any:
        own = Config(proxies={"http": proxy, "https": proxy} if proxy else None)
        config = own.merge(given.pop("config", None) or Config())
        return session.create_client(
            "sts",
            **given,
            region_name=section.sts_region or options.s3_region,
            endpoint_url=section.sts_endpoint_url,
            config=config,
        )

    return create


def _role_arguments(section: RoleSection) -> dict[str, Any]:
    arguments: dict[str, Any] = {"RoleSessionName": section.role_session_name}
    if section.policy:
        arguments["Policy"] = section.policy
    if section.duration_seconds:
        arguments["DurationSeconds"] = section.duration_seconds
    return arguments


def _assumed_role(options: ConnectionOptions) -> Any:
    from botocore import credentials
    from botocore.session import Session

    section = options.assume_role_credentials
    assert section is not None
    arguments = _role_arguments(section)
    if section.external_id:
        arguments["ExternalId"] = section.external_id
    source = Session()
    if options.aws_key_id and options.aws_sec_key:
        source.set_credentials(options.aws_key_id, options.aws_sec_key)
    fetcher = credentials.AssumeRoleCredentialFetcher(
        _sts(options, source, section), source.get_credentials(), section.role_arn, extra_args=arguments
    )
    return credentials.DeferredRefreshableCredentials(fetcher.fetch_credentials, "assume-role")


def _web_identity(options: ConnectionOptions) -> Any:
    from botocore import credentials
    from botocore.session import Session
    from botocore.utils import FileWebIdentityTokenLoader

    section = options.web_identity_credentials
    assert section is not None
    fetcher = credentials.AssumeRoleWithWebIdentityCredentialFetcher(
        _sts(options, Session(), section),
        FileWebIdentityTokenLoader(section.web_identity_token_file),
        section.role_arn,
        extra_args=_role_arguments(section),
    )
    return credentials.DeferredRefreshableCredentials(
        fetcher.fetch_credentials, "assume-role-with-web-identity"
    )


def _instance_profile(options: ConnectionOptions) -> Any:
    from botocore import credentials
    from botocore.utils import InstanceMetadataFetcher

    if os.environ.get("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"):
        return credentials.ContainerProvider().load()
    section = options.instance_profile_credentials
    host = (section.ip_address if section else None) or _METADATA_ADDRESS
    port = (section.port if section else None) or 80
    retries = (section.retries if section else options.aws_iam_retries) or 0
    timeout = (
        max(1.0, (section.http_open_timeout or 0) + (section.http_read_timeout or 0)) if section else 1.0
    )
    fetcher = InstanceMetadataFetcher(
        timeout=timeout, num_attempts=retries + 1, base_url=f"http://{host}:{port}/"
    )
    return credentials.InstanceMetadataProvider(fetcher).load()
