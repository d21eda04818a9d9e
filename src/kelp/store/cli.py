"""`kelp store`: the options and their environment variables."""

import os
import sys
from pathlib import Path

import click

from kelp.common import log
from kelp.common.errors import KelpError


@click.command("store", context_settings={"help_option_names": ["-h", "--help"], "show_default": True})
@click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("data"),
    envvar=["KELP_STORE_DATA", "path.data"],
    help="Directory that holds everything the store knows.",
)
@click.option(
    "--host",
    default="127.0.0.1",
    envvar=["KELP_STORE_HOST", "http.host", "network.host"],
    help="Address to listen on; any other than this machine's own needs a password or --insecure.",
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=9200,
    envvar=["KELP_STORE_PORT", "http.port", "HTTP_PORT"],
    help="Port to listen on; 0 takes a free one.",
)
@click.option(
    "--node-name",
    default="",
    envvar=["KELP_STORE_NODE_NAME", "node.name", "NODE_NAME"],
    help="Name of this node; empty for the machine's name.",
)
@click.option(
    "--cluster-name",
    default="kelp",
    envvar=["KELP_STORE_CLUSTER_NAME", "cluster.name", "CLUSTER_NAME"],
    help="Name of the cluster of one node.",
)
@click.option(
    "--user", default="elastic", envvar=["KELP_STORE_USER"], help="User name that --password goes with."
)
@click.option(
    "--password",
    default="",
    envvar=["KELP_STORE_PASSWORD", "ELASTIC_PASSWORD"],
    show_default=False,
    help="Ask clients for this password; better given by the environment or a file.",
)
@click.option(
    "--password-file",
    type=click.Path(path_type=Path, dir_okay=False),
    envvar=["KELP_STORE_PASSWORD_FILE", "ELASTIC_PASSWORD_FILE"],
    help="File that holds the password.",
)
@click.option(
    "--insecure",
    is_flag=True,
    envvar=["KELP_STORE_INSECURE"],
    help="Listen on other addresses without a password.",
)
@click.option(
    "--tls-cert",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    envvar=["KELP_STORE_TLS_CERT"],
    help="Certificate chain (PEM) to serve HTTPS.",
)
@click.option(
    "--tls-key",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    envvar=["KELP_STORE_TLS_KEY"],
    help="Private key (PEM) of --tls-cert.",
)
@click.option(
    "--engine",
    envvar=["KELP_STORE_ENGINE"],
    help="Address of a ClickHouse server (http://user:password@host:8123) instead of the embedded engine.",
)
@click.option(
    "--memory",
    envvar=["KELP_STORE_MEMORY"],
    help="Memory the embedded engine may use, such as 2gb; without it a share of the machine's.",
)
@click.option(
    "--retention-days",
    type=click.FloatRange(min=0, min_open=True),
    envvar=["KELP_STORE_RETENTION_DAYS"],
    help="Delete time-based indices whose newest document is older than this.",
)
@click.option(
    "--disk-budget",
    envvar=["KELP_STORE_DISK_BUDGET"],
    help="Delete the oldest time-based indices while the store is larger than this, such as 50gb.",
)
@click.option(
    "--log-level",
    type=click.Choice(list(log.LEVELS)),
    default="info",
    envvar=["KELP_LOG_LEVEL"],
    help="How much the store says on standard error.",
)
def command(
    data: Path,
    host: str,
    port: int,
    node_name: str,
    cluster_name: str,
    user: str,
    password: str,
    password_file: Path | None,
    insecure: bool,
    tls_cert: Path | None,
    tls_key: Path | None,
    engine: str | None,
    memory: str | None,
    retention_days: float | None,
    disk_budget: str | None,
    log_level: str,
) -> None:
    """Store and search logs: the Elasticsearch API over an embedded ClickHouse.

    Settings that Elasticsearch's container image takes from the environment are read too: cluster.name,
    node.name, path.data, network.host, http.port, ELASTIC_PASSWORD and xpack.security.enabled=false
    (which means --insecure).
    """
    log.setup(log_level)
    try:
        from kelp.store.api.parameters import size_bytes
        from kelp.store.server import Options, run

        run(
            Options(
                data=data,
                host=host,
                port=port,
                node_name=node_name,
                cluster_name=cluster_name,
                user=user,
                password=_read_password(password, password_file),
                insecure=insecure or os.environ.get("xpack.security.enabled") == "false",  # noqa: SIM112
                tls_cert=tls_cert,
                tls_key=tls_key,
                engine=engine,
                memory_bytes=size_bytes(memory, "--memory") if memory else 0,
                retention_days=retention_days,
                disk_budget_bytes=size_bytes(disk_budget, "--disk-budget") if disk_budget else None,
            )
        )
    except KelpError as error:
        click.echo(f"kelp store: {error}", err=True)
        sys.exit(1)


def _read_password(password: str, file: Path | None) -> str:
    if file is None:
        return password
    try:
        text = file.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise KelpError(f"cannot read password file {file}: {error.strerror}") from error
    if not text:
        raise KelpError(f"cannot use password file {file}: it is empty")
    return text
