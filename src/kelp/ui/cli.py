"""`kelp ui`: its options, each also an environment variable of the Kibana image."""

import math

import click

from kelp.common import log
from kelp.common.errors import KelpError
from kelp.ui.settings import Settings, parse_base_path, parse_hosts

_VERIFY = ["full", "certificate", "none"]


def _seconds(timeout_seconds: float | None, timeout_ms: float | None) -> float:
    seconds = timeout_seconds if timeout_seconds is not None else (timeout_ms or 60_000) / 1000
    if not math.isfinite(seconds) or seconds <= 0:
        raise KelpError(f"cannot use the timeout {seconds:g}: it must be above 0 seconds")
    return seconds


@click.command("ui", context_settings={"help_option_names": ["-h", "--help"], "show_default": True})
@click.option(
    "--elasticsearch",
    default="http://127.0.0.1:9200",
    envvar=["ELASTICSEARCH_HOSTS", "ELASTICSEARCH_URL"],
    help="Address of Elasticsearch or Kelp's store; several with commas between them.",
)
@click.option("--host", default="127.0.0.1", envvar="SERVER_HOST", help="Address to listen on.")
@click.option(
    "--port", default=5601, envvar="SERVER_PORT", type=click.IntRange(0, 65535), help="Port to listen on."
)
@click.option(
    "--base-path", default="", envvar="SERVER_BASEPATH", help="Path below which a proxy shows the page."
)
@click.option(
    "--rewrite-base-path/--no-rewrite-base-path",
    default=None,
    envvar="SERVER_REWRITEBASEPATH",
    help="Whether requests still carry the base path; by default only what carries it is stripped of it.",
)
@click.option("--name", default="kelp", envvar="SERVER_NAME", help="Name shown by /api/status.")
@click.option("--es-user", envvar="ELASTICSEARCH_USERNAME", help="User for Elasticsearch.")
@click.option("--es-password", envvar="ELASTICSEARCH_PASSWORD", help="Password for Elasticsearch.")
@click.option(
    "--es-verify",
    default="full",
    type=click.Choice(_VERIFY),
    envvar="ELASTICSEARCH_SSL_VERIFICATIONMODE",
    help="Check Elasticsearch's certificate and host name, the certificate alone, or nothing.",
)
@click.option(
    "--es-ca",
    envvar="ELASTICSEARCH_SSL_CERTIFICATEAUTHORITIES",
    type=click.Path(exists=True, dir_okay=False),
    help="PEM file of the authorities that may sign that certificate.",
)
@click.option(
    "--timeout-seconds", type=float, help="Longest wait for an answer of Elasticsearch.  [default: 60]"
)
@click.option("--timeout-ms", type=float, envvar="ELASTICSEARCH_REQUESTTIMEOUT", hidden=True)
@click.option("--user", envvar="KELP_UI_USER", help="User who may see the page.")
@click.option("--password", envvar="KELP_UI_PASSWORD", help="Password of that user.")
@click.option(
    "--insecure",
    is_flag=True,
    envvar="KELP_UI_INSECURE",
    help="Listen on other addresses, or answer to other host names, without a password.",
)
@click.option("--log-level", default="info", type=click.Choice(list(log.LEVELS)), envvar="KELP_LOG_LEVEL")
def command(
    *,
    elasticsearch: str,
    host: str,
    port: int,
    base_path: str,
    rewrite_base_path: bool | None,
    name: str,
    es_user: str | None,
    es_password: str | None,
    es_verify: str,
    es_ca: str | None,
    timeout_seconds: float | None,
    timeout_ms: float | None,
    user: str | None,
    password: str | None,
    insecure: bool,
    log_level: str,
) -> None:
    """Show logs: serve the web page for an Elasticsearch or a Kelp store."""
    log.setup(log_level)
    # Imported late, so that --help and wrong options answer at once.
    from kelp.ui.server import run

    try:
        run(
            Settings(
                elasticsearch=parse_hosts(elasticsearch),
                host=host,
                port=port,
                base_path=parse_base_path(base_path),
                rewrite_base_path=rewrite_base_path is not False,
                name=name,
                elasticsearch_username=es_user or None,
                elasticsearch_password=es_password,
                elasticsearch_verify=es_verify,
                elasticsearch_ca=es_ca,
                timeout_seconds=_seconds(timeout_seconds, timeout_ms),
                username=user or None,
                password=password or None,
                insecure=insecure,
            )
        )
    except KelpError as error:
        raise click.ClickException(str(error)) from error
