"""The options of the s3 output."""

import os
from typing import Any

from kelp.agent.buffer.output import BufferedOutput
from kelp.agent.config import Element, Section, param
from kelp.agent.output.formatted import FormattedOutput
from kelp.agent.output.s3.packing import PACKINGS


class RoleSection(Section):
    """A role to take on."""

    role_arn: str = param.string(secret=True, description="The role's ARN.")
    role_session_name: str = param.string(description="Name of the session.")
    policy: str | None = param.string(default=None, description="Policy that narrows the role, JSON.")
    duration_seconds: int | None = param.integer(default=None, description="Length of a session.")
    sts_region: str | None = param.string(default=None, description="Region of STS; s3_region by default.")
    sts_http_proxy: str | None = param.string(default=None, secret=True, description="Proxy for STS.")
    sts_endpoint_url: str | None = param.string(default=None, description="Endpoint of STS.")


class AssumeRoleSection(RoleSection):
    """A role to take on with other credentials."""

    external_id: str | None = param.string(default=None, secret=True, description="External id.")


class WebIdentitySection(RoleSection):
    """A role to take on with a token, as pods of EKS do."""

    web_identity_token_file: str = param.string(description="File with the token.")


class InstanceProfileSection(Section):
    """Credentials of the machine or task it runs on."""

    retries: int | None = param.integer(default=None, description="How often to ask for them.")
    ip_address: str | None = param.string(default=None, description="Where; 169.254.169.254.")
    port: int | None = param.integer(default=None, description="Port; 80.")
    http_open_timeout: float | None = param.float(
        default=None, description="Limit for connecting, in seconds."
    )
    http_read_timeout: float | None = param.float(
        default=None, description="Limit for the answer, in seconds."
    )


class SharedCredentialsSection(Section):
    """Credentials from a file."""

    path: str | None = param.string(default=None, description="The file; ~/.aws/credentials.")
    profile_name: str | None = param.string(default=None, description="Profile; AWS_PROFILE or default.")


class LifecycleRuleSection(Section):
    """When objects of the bucket go."""

    id: str = param.string(description="Name of the rule.")
    prefix: str = param.string(default="", description="Objects it holds for.")
    expiration_days: int = param.integer(description="Age at which they go, in days.")


class CredentialOptions(BufferedOutput):
    """Who to be; without any of these, what the AWS SDK finds in the environment."""

    aws_key_id: str | None = param.string(default=None, secret=True, description="Access key id.")
    aws_sec_key: str | None = param.string(default=None, secret=True, description="Secret access key.")
    aws_profile: str | None = param.string(default=None, description="Profile of the AWS configuration.")
    aws_credential_process: str | None = param.string(
        default=None, description="Command that prints credentials."
    )
    aws_iam_retries: int | None = param.integer(
        default=None,
        deprecated="use <instance_profile_credentials>",
        description="How often to ask for the machine's credentials.",
    )
    assume_role_credentials: AssumeRoleSection | None = param.section(
        "assume_role_credentials", AssumeRoleSection, description="A role to take on with other credentials."
    )
    web_identity_credentials: WebIdentitySection | None = param.section(
        "web_identity_credentials", WebIdentitySection, description="A role to take on with a token."
    )
    instance_profile_credentials: InstanceProfileSection | None = param.section(
        "instance_profile_credentials", InstanceProfileSection, description="Credentials of the machine."
    )
    shared_credentials: SharedCredentialsSection | None = param.section(
        "shared_credentials", SharedCredentialsSection, description="Credentials from a file."
    )


class ConnectionOptions(CredentialOptions):
    """Where the bucket is."""

    s3_bucket: str = param.string(description="The bucket.")
    s3_region: str = param.string(
        default=os.environ.get("AWS_REGION") or "us-east-1",
        description="Its region; AWS_REGION or us-east-1.",
    )
    s3_endpoint: str | None = param.string(default=None, description="URL of an S3-compatible service.")
    force_path_style: bool = param.boolean(
        default=False, description="Name the bucket in the path, not in the host."
    )
    enable_transfer_acceleration: bool = param.boolean(
        default=False, description="Use S3 Transfer Acceleration."
    )
    enable_dual_stack: bool = param.boolean(default=False, description="Use endpoints with IPv6.")
    proxy_uri: str | None = param.string(default=None, description="Proxy.")
    ssl_verify_peer: bool = param.boolean(default=True, description="Check the server's certificate.")
    ssl_ca_bundle: str | None = param.string(default=None, description="Certificates to trust, PEM.")
    ssl_ca_directory: str | None = param.string(default=None, description="Folder of such certificates.")
    use_bundled_cert: bool = param.boolean(
        default=False, description="Accepted: the SDK brings certificates anyway."
    )
    compute_checksums: bool | None = param.boolean(
        default=None, description="Send checksums; by default only to AWS itself."
    )
    signature_version: str | None = param.string(default=None, description="How requests are signed: v4, s3.")
    check_apikey_on_start: bool = param.boolean(default=True, description="Look into the bucket at start.")
    check_bucket: bool = param.boolean(default=True, description="See at start that the bucket is there.")
    auto_create_bucket: bool = param.boolean(default=True, description="Create it if it is not.")
    bucket_lifecycle_rules: list[LifecycleRuleSection] = param.sections(
        "bucket_lifecycle_rule", LifecycleRuleSection, description="When objects of the bucket go."
    )


class ObjectOptions(ConnectionOptions, FormattedOutput):
    """What the objects are like."""

    path: str = param.string(default="", description="What keys begin with; has placeholders.")
    s3_object_key_format: str = param.string(
        default="%{path}%{time_slice}_%{index}.%{file_extension}",
        description="Keys of objects: %{path} %{time_slice} %{index} %{file_extension} %{hex_random} "
        "%{uuid_flush} %{hms_slice} and the placeholders of <buffer>.",
    )
    store_as: str = param.enum(list(PACKINGS), default="gzip", description="The form of objects.")
    command_parameter: str | None = param.string(
        default=None, description="Accepted with gzip_command: Kelp packs in its own process."
    )
    hex_random_length: int = param.integer(default=4, description="Length of %{hex_random}, at most 16.")
    index_format: str = param.string(default="%d", description="Form of %{index}: %d, %04d, %x …")
    time_slice_format: str | None = param.string(
        default=None, description="Form of %{time_slice}; follows timekey by default."
    )
    overwrite: bool = param.boolean(default=False, description="Overwrite where keys have no %{index}.")
    check_object: bool = param.boolean(default=True, description="See which keys are taken before writing.")
    storage_class: str = param.string(default="STANDARD", description="Storage class.")
    reduced_redundancy: bool = param.boolean(
        default=False, deprecated="use storage_class", description="Storage class REDUCED_REDUNDANCY."
    )
    acl: str | None = param.string(default=None, description="Canned ACL.")
    grant_full_control: str | None = param.string(default=None, description="Who gets all rights.")
    grant_read: str | None = param.string(default=None, description="Who may read objects.")
    grant_read_acp: str | None = param.string(default=None, description="Who may read their ACLs.")
    grant_write_acp: str | None = param.string(default=None, description="Who may write their ACLs.")
    use_server_side_encryption: str | None = param.string(default=None, description="AES256 or aws:kms.")
    ssekms_key_id: str | None = param.string(default=None, secret=True, description="Key of KMS.")
    sse_customer_algorithm: str | None = param.string(default=None, description="Algorithm of your own key.")
    sse_customer_key: str | None = param.string(
        default=None, secret=True, description="The customer's key of server-side encryption."
    )
    sse_customer_key_md5: str | None = param.string(
        default=None, secret=True, description="MD5 of sse_customer_key."
    )
    checksum_algorithm: str | None = param.string(default=None, description="CRC32, CRC32C, SHA1 or SHA256.")
    tagging: str | None = param.string(default=None, description="Tags of objects, as a query string.")
    s3_metadata: dict[str, Any] | None = param.hash(
        default=None, description="Metadata of objects, with placeholders and %{index}."
    )
    warn_for_delay: float | None = param.time(
        default=None, description="Log slices that are written this much later, in seconds."
    )
    compress_element: Element | None = param.element("compress", description="`level` of zstd, 1 to 22.")
