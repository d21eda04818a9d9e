"""Writes chunks as objects to Amazon S3 or a compatible service."""

import re
import socket
import time
import uuid
from typing import Any, ClassVar

from kelp.agent.buffer.chunk import Chunk
from kelp.agent.output.s3.client import S3Error, make_client
from kelp.agent.output.s3.options import ObjectOptions
from kelp.agent.output.s3.packing import PACKINGS
from kelp.agent.plugin import extras, register
from kelp.agent.plugins.out_file import slice_format
from kelp.agent.timefmt import build_time_formatter

_PLACEHOLDER = re.compile(r"%\{[^}]+\}")
_INDEX_FORMAT = re.compile(r"%(0\d*)?[dxX]")
_AWS_HOST = re.compile(r"amazonaws\.com\Z")
_LONGEST_RANDOM = 16
_GONE = ("%{uuid}", "%{uuid:random}", "%{uuid:hostname}", "%{uuid:timestamp}")
_PUT_OPTIONS = {
    "ServerSideEncryption": "use_server_side_encryption",
    "SSEKMSKeyId": "ssekms_key_id",
    "SSECustomerAlgorithm": "sse_customer_algorithm",
    "SSECustomerKey": "sse_customer_key",
    "SSECustomerKeyMD5": "sse_customer_key_md5",
    "ACL": "acl",
    "GrantFullControl": "grant_full_control",
    "GrantRead": "grant_read",
    "GrantReadACP": "grant_read_acp",
    "GrantWriteACP": "grant_write_acp",
    "ChecksumAlgorithm": "checksum_algorithm",
    "Tagging": "tagging",
}


@register("output", "s3")
class S3Output(ObjectOptions):
    """One object per chunk; with check_object a key that is taken is passed over, so nothing is overwritten."""

    flat_options: ClassVar[tuple[str, ...]] = ("buffer", "formatter", "inject")
    default_chunk_key: ClassVar[str] = "time"
    buffer_defaults: ClassVar[dict[str, Any]] = {"chunk_keys": ["time"], "timekey": 86400}

    def configure(self) -> None:
        extras.load(self, "botocore", "s3")
        super().configure()
        self._check_endpoint()
        self._packing = PACKINGS[self.store_as]
        level = self.compress_element.get("level") if self.compress_element else None
        self._level = int(level) if level is not None else 3
        if not 0 < self.hex_random_length <= _LONGEST_RANDOM:
            raise self.error(
                f"option 'hex_random_length' must lie between 1 and {_LONGEST_RANDOM}", "hex_random_length"
            )
        if not _INDEX_FORMAT.fullmatch(self.index_format):
            raise self.error(
                f"option 'index_format' must be like %d, %04d or %x, got {self.index_format!r}",
                "index_format",
            )
        self._key_format = self._checked_key_format()
        timekey = self.keys.timekey
        self._slice = build_time_formatter(
            time_format=self.time_slice_format or ("" if timekey is None else slice_format(timekey)),
            timezone="+0000" if self.keys.utc else self.keys.timezone,
        )
        self._client: Any = None

    def _check_endpoint(self) -> None:
        endpoint = self.s3_endpoint
        if endpoint is None or not _AWS_HOST.search(endpoint) or endpoint.endswith("vpce.amazonaws.com"):
            return
        if "fips" not in endpoint and "gov" not in endpoint:
            raise self.error(
                "option 's3_endpoint' is for compatible services; name the region of S3 with s3_region",
                "s3_endpoint",
            )

    def _checked_key_format(self) -> str:
        text = self.s3_object_key_format
        for placeholder in _GONE:
            if placeholder in text:
                raise self.error(
                    f"option 's3_object_key_format': placeholder {placeholder} was removed; use %{{uuid_flush}}",
                    "s3_object_key_format",
                )
        if not self.check_object:
            if "s3_object_key_format" not in self.element:
                text = "%{path}/%{time_slice}_%{hms_slice}.%{file_extension}"
            self.log.warning(
                "check_object is false: objects with equal keys overwrite each other", key_format=text
            )
        parallel = self.buffer.flush_thread_count > 1 or self.context.workers > 1
        if parallel and not any(one in text for one in ("${chunk_id}", "%{uuid_flush}", "%{hex_random}")):
            self.log.warning(
                "parallel writers may choose the same key; put ${chunk_id}, %{uuid_flush} or %{hex_random} into "
                "s3_object_key_format"
            )
        return text.replace("%{hostname}", socket.gethostname())

    def start(self) -> None:
        self._client = make_client(self)
        if self.check_apikey_on_start:
            self._check_access()
        if self.check_bucket:
            self._ensure_bucket()
        if self.bucket_lifecycle_rules:
            self._ensure_lifecycle()
        super().start()

    def _check_access(self) -> None:
        try:
            self._client.list_objects_v2(Bucket=self.s3_bucket, Prefix=self.path, MaxKeys=1)
        except Exception as error:
            if _code(error) == "NoSuchBucket":
                return  # _ensure_bucket says so, or creates it
            raise S3Error(
                f"cannot read bucket {self.s3_bucket}: check credentials and s3_region: {error}"
            ) from error

    def _ensure_bucket(self) -> None:
        from botocore.exceptions import ClientError

        try:
            self._client.head_bucket(Bucket=self.s3_bucket)
            return
        except ClientError as error:
            if _code(error) not in ("404", "NoSuchBucket"):
                raise S3Error(f"cannot see bucket {self.s3_bucket}: {error}") from error
        if not self.auto_create_bucket:
            raise S3Error(
                f"cannot write to bucket {self.s3_bucket}: it does not exist; create it, or set auto_create_bucket"
            )
        self.log.info("creating bucket", bucket=self.s3_bucket)
        place = (
            {}
            if self.s3_region == "us-east-1"
            else {"CreateBucketConfiguration": {"LocationConstraint": self.s3_region}}
        )
        self._client.create_bucket(Bucket=self.s3_bucket, **place)

    def _ensure_lifecycle(self) -> None:
        wanted = [
            {
                "ID": rule.id,
                "Filter": {"Prefix": rule.prefix},
                "Expiration": {"Days": rule.expiration_days},
                "Status": "Enabled",
            }
            for rule in sorted(self.bucket_lifecycle_rules, key=lambda rule: rule.id)
        ]
        self.log.info("setting lifecycle rules", bucket=self.s3_bucket, rules=len(wanted))
        self._client.put_bucket_lifecycle_configuration(
            Bucket=self.s3_bucket, LifecycleConfiguration={"Rules": wanted}
        )

    def write(self, chunk: Chunk) -> None:
        key, index = self._free_key(chunk) if self.check_object else (self._key(chunk, 0), 0)
        options: dict[str, Any] = {name: getattr(self, option) for name, option in _PUT_OPTIONS.items()}
        options = {name: value for name, value in options.items() if value}
        if self.s3_metadata:
            number = self.index_format % index
            options["Metadata"] = {
                name: self.extract_placeholders(str(value), chunk).replace("%{index}", number)
                for name, value in self.s3_metadata.items()
            }
        self._client.put_object(
            Bucket=self.s3_bucket,
            Key=key,
            Body=self._packing.pack(chunk, self._level),
            ContentType=self._packing.content_type,
            StorageClass="REDUCED_REDUNDANCY" if self.reduced_redundancy else self.storage_class,
            **options,
        )
        self.log.debug("wrote an object", bucket=self.s3_bucket, key=key, records=chunk.records)
        timekey = chunk.metadata.timekey
        if self.warn_for_delay and timekey is not None and timekey < time.time() - self.warn_for_delay:
            self.log.warning("wrote late events", bucket=self.s3_bucket, key=key, slice=timekey)

    def _key(self, chunk: Chunk, index: int) -> str:
        first = {"%{path}": self.path, "%{file_extension}": self._packing.extension}
        text = _PLACEHOLDER.sub(lambda found: first.get(found[0], found[0]), self._key_format)
        timekey = chunk.metadata.timekey
        slice_ = "" if timekey is None else self._slice(timekey * 10**9)
        then = {
            "%{time_slice}": slice_,
            "%{date_slice}": slice_,
            "%{index}": self.index_format % index,
            "%{hex_random}": chunk.id[::-1][: self.hex_random_length],
            "%{hms_slice}": time.strftime("%H%M%S", time.gmtime()),
        }
        if "%{uuid_flush}" in text:
            then["%{uuid_flush}"] = str(uuid.uuid4())
        return _PLACEHOLDER.sub(lambda found: then.get(found[0], ""), self.extract_placeholders(text, chunk))

    def _free_key(self, chunk: Chunk) -> tuple[str, int]:
        """The first key that no object has, and its index."""
        index, previous = 0, None
        while True:
            key = self._key(chunk, index)
            if key == previous:
                if not self.overwrite:
                    raise S3Error(
                        f"cannot write object {key}: it exists; put %{{index}} into s3_object_key_format"
                    )
                self.log.warning("overwriting an object", bucket=self.s3_bucket, key=key)
                return key, index
            if not self._exists(key):
                return key, index
            index, previous = index + 1, key

    def _exists(self, key: str) -> bool:
        from botocore.exceptions import ClientError

        try:
            self._client.head_object(Bucket=self.s3_bucket, Key=key)
        except ClientError as error:
            if _code(error) in ("404", "NoSuchKey", "NotFound"):
                return False
            raise
        return True

    def close(self) -> None:
        if self._client is not None:
            self._client.close()


def _code(error: Exception) -> str:
    """The code in an answer of S3: NoSuchBucket, 404…"""
    response = getattr(error, "response", None) or {}
    return str(response.get("Error", {}).get("Code", ""))
