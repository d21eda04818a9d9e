"""TLS as outputs speak it."""

import ssl


def client_context(
    *,
    authority: str | None = None,
    certificate: str | None = None,
    key: str | None = None,
    password: str | None = None,
    ciphers: str | None = None,
    verify: bool = True,
    verify_name: bool = True,
    lowest: ssl.TLSVersion | None = None,
) -> ssl.SSLContext:
    """The settings of a client; files are PEM, and without `authority` the system's are trusted. Raises OSError."""
    context = ssl.create_default_context(cafile=authority)
    if certificate:
        context.load_cert_chain(certificate, key, password)
    if ciphers:
        context.set_ciphers(ciphers)
    if not (verify and verify_name):
        context.check_hostname = False
    if not verify:
        context.verify_mode = ssl.CERT_NONE
    if lowest is not None:
        context.minimum_version = lowest
    return context
