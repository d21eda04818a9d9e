"""Certificates made at the start, for sockets whose clients do not check them or trust a CA of ours."""

import os
import secrets
import subprocess
from dataclasses import dataclass
from pathlib import Path

from kelp.common.errors import KelpError

_PASSPHRASE = "KELP_CA_PASSPHRASE"
_CONFIG = """\
[req]
prompt = no
distinguished_name = name
[name]
C = {country}
ST = {state}
L = {locality}
CN = {common_name}
[extensions]
basicConstraints = CA:FALSE
nsCertType = server
"""
_BY_CA = """\
keyUsage = digitalSignature,keyEncipherment
extendedKeyUsage = serverAuth
"""


@dataclass(frozen=True, slots=True)
class Wish:
    """What stands in a certificate; `days` is how long it is valid."""

    country: str
    state: str
    locality: str
    common_name: str
    key_bits: int
    digest: str
    days: int


@dataclass(frozen=True, slots=True)
class Issuer:
    """A CA's certificate and key, PEM files."""

    cert_path: str
    key_path: str
    passphrase: str | None


def make_certificate(folder: Path, wish: Wish, issuer: Issuer | None) -> tuple[Path, Path]:
    """The paths of a new certificate and its key in `folder`, signed by `issuer` or itself. Raises KelpError."""
    cert, key, request, config = (folder / name for name in ("cert", "key", "request", "config"))
    text = _CONFIG.format(
        country=wish.country, state=wish.state, locality=wish.locality, common_name=wish.common_name
    )
    config.write_text(text if issuer is None else text + _BY_CA)
    _openssl("req", "-new", "-config", config, "-newkey", f"rsa:{wish.key_bits}", "-nodes",
             "-keyout", key, "-out", request)  # fmt: skip
    signer: list[str | Path] = ["-signkey", key]
    if issuer is not None:
        signer = ["-CA", issuer.cert_path, "-CAkey", issuer.key_path]
        signer += ["-passin", f"env:{_PASSPHRASE}"] if issuer.passphrase is not None else []
    _openssl("x509", "-req", "-in", request, *signer, "-set_serial", str(secrets.randbits(79)),
             f"-{wish.digest}", "-days", str(wish.days), "-extfile", config, "-extensions", "extensions",
             "-out", cert, passphrase=issuer.passphrase if issuer is not None else None)  # fmt: skip
    return cert, key


def _openssl(*arguments: str | Path, passphrase: str | None = None) -> None:
    environment = dict(os.environ)
    if passphrase is not None:
        environment[_PASSPHRASE] = passphrase
    try:
        subprocess.run(
            ["openssl", *arguments],
            check=True,
            capture_output=True,
            stdin=subprocess.DEVNULL,
            env=environment,
        )
    except FileNotFoundError as error:
        raise KelpError(
            "cannot make a certificate: there is no program openssl; install it, or set cert_path and "
            "private_key_path"
        ) from error
    except subprocess.CalledProcessError as error:
        said = error.stderr.decode("utf-8", "replace").strip()
        raise KelpError(f"cannot make a certificate: openssl {arguments[0]}: {said}") from error
