"""Logs of Zeek, formerly Bro: columns with tabs between.

https://docs.zeek.org/en/master/script-reference/log-files.html
"""

# Columns of the older names, pattern:field; a bare name is any text without tabs.
_ORIGIN = "NUMBER:ts NOTSPACE:uid IP:orig_h INT:orig_p IP:resp_h INT:resp_p"
_BRO = {
    "HTTP": f"{_ORIGIN} INT:trans_depth method domain uri referrer user_agent NUMBER:request_body_len "
    "NUMBER:response_body_len status_code status_msg info_code info_msg filename bro_tags username password "
    "proxied orig_fuids orig_mime_types resp_fuids resp_mime_types",
    "DNS": f"{_ORIGIN} WORD:proto INT:trans_id query qclass qclass_name qtype qtype_name rcode rcode_name AA TC RD "
    "RA Z answers TTLs rejected",
    "CONN": f"{_ORIGIN} WORD:proto service NUMBER:duration NUMBER:orig_bytes NUMBER:resp_bytes conn_state "
    "local_orig missed_bytes history orig_pkts orig_ip_bytes resp_pkts resp_ip_bytes tunnel_parents",
    "FILES": "NUMBER:ts NOTSPACE:fuid IP:tx_hosts IP:rx_hosts NOTSPACE:conn_uids source depth analyzers mime_type "
    "filename duration local_orig is_orig seen_bytes total_bytes missing_bytes overflow_bytes timedout parent_fuid "
    "md5 sha1 sha256 extracted",
}

# Columns of the Elastic Common Schema, pattern:path:type; `?` before it: may be -, `()`: may be (empty). DATA alone
# is the log's own text.
_FROM = "NUMBER:timestamp NOTSPACE:zeek.session_id IP:source.ip INT:source.port:integer IP:destination.ip INT:destination.port:integer"
_HTTP_BODIES = (
    "?NUMBER:http.request.body.bytes:integer ?NUMBER:http.response.body.bytes:integer "
    "?POSINT:http.response.status_code:integer ?DATA:zeek.http.status_msg ?POSINT:zeek.http.info_code:integer "
    "?DATA:zeek.http.info_msg"
)
_HTTP_USER = "()TEXT:zeek.http.tags ?TEXT:url.username ?TEXT:url.password ?TEXT:zeek.http.proxied"
_HTTP_REQUEST = "?WORD:http.request.method ?TEXT:url.domain ?TEXT:url.original ?TEXT:http.request.referrer"
_DNS = (
    "?TEXT:dns.question.name ?INT:zeek.dns.qclass:integer ?TEXT:zeek.dns.qclass_name ?INT:zeek.dns.qtype:integer "
    "?TEXT:dns.question.type ?INT:zeek.dns.rcode:integer ?TEXT:dns.response_code"
)
_DNS_END = "?TEXT:zeek.dns.answers ?DATA:zeek.dns.TTLs ?BOOL:zeek.dns.rejected"
_CONN = (
    f"{_FROM} WORD:network.transport ?TEXT:network.protocol ?NUMBER:zeek.connection.duration:float "
    "?INT:zeek.connection.orig_bytes:integer ?INT:zeek.connection.resp_bytes:integer ?TEXT:zeek.connection.state "
    "?BOOL:zeek.connection.local_orig"
)
_CONN_END = (
    "?INT:zeek.connection.missed_bytes:integer ?TEXT:zeek.connection.history ?INT:source.packets:integer "
    "?INT:source.bytes:integer ?INT:destination.packets:integer ?INT:destination.bytes:integer"
)
_FILES = (
    "?TEXT:zeek.files.session_ids ?TEXT:zeek.files.source ?INT:zeek.files.depth:integer ?TEXT:zeek.files.analyzers "
    "?TEXT:file.mime_type ?TEXT:file.name ?NUMBER:zeek.files.duration:float ?TEXT:zeek.files.local_orig "
    "?BOOL:zeek.files.is_orig ?INT:zeek.files.seen_bytes:integer ?INT:file.size:integer "
    "?INT:zeek.files.missing_bytes:integer ?INT:zeek.files.overflow_bytes:integer ?BOOL:zeek.files.timedout "
    "?TEXT:zeek.files.parent_fuid ?TEXT:file.hash.md5 ?TEXT:file.hash.sha1 ?TEXT:file.hash.sha256 "
    "?TEXT:zeek.files.extracted"
)
_FLAGS = (
    " ".join(f"BOOL:zeek.dns.{flag}" for flag in ("AA", "TC", "RD", "RA")) + " NONNEGINT:zeek.dns.Z:integer"
)


def _old(columns: str) -> str:
    """The columns of the older names."""
    return r"\t".join(
        f"%{{{column}}}" if ":" in column else f"(?<{column}>[^\\t]*)" for column in columns.split()
    )


def _columns(columns: str, family: str) -> str:
    return r"\t".join(_column(column, family) for column in columns.split())


def _column(column: str, family: str) -> str:
    pattern, path, kind = (*column.lstrip("?()").split(":"), "")[:3]
    name = f"{family}_{'DATA' if pattern == 'TEXT' else 'BOOL'}" if pattern in ("TEXT", "BOOL") else pattern
    field = path if "." not in path else "".join(f"[{part}]" for part in path.split("."))
    found = f"%{{{name}:{field}{':' * bool(kind)}{kind}}}"
    absent = {"?": "-", "(": r"\(empty\)"}.get(column[0])
    return f"(?:{absent}|{found})" if absent else found


def _optional(columns: str, family: str) -> str:
    """Columns that a log may lack."""
    return rf"(?:\t{_columns(columns, family)})?"


def _common(family: str) -> list[str]:
    return [f"{family}_BOOL [TF]", rf"{family}_DATA [^\t]+"]


def _bro() -> list[str]:
    flags = " ".join("?" + flag for flag in _FLAGS.split())
    http = (
        f"{_FROM} INT:zeek.http.trans_depth:integer {_HTTP_REQUEST} ?TEXT:user_agent.original {_HTTP_BODIES}"
    )
    fuids = "?TEXT:zeek.http.orig_fuids ?TEXT:http.request.mime_type ?TEXT:zeek.http.resp_fuids ?TEXT:http.response.mime_type"
    local = rf"(?:{_column('?BOOL:zeek.connection.local_resp', 'BRO')}\t)?"
    conn = rf"{_columns(_CONN, 'BRO')}\t{local}{_columns(_CONN_END, 'BRO')}"
    files = f"NUMBER:timestamp NOTSPACE:zeek.files.fuid ?IP:server.ip ?IP:client.ip {_FILES}"
    return [
        *_common("BRO"),
        f"BRO_HTTP {_columns(f'{http} ?TEXT:zeek.http.filename {_HTTP_USER} {fuids}', 'BRO')}",
        f"BRO_DNS {_columns(f'{_FROM} WORD:network.transport ?INT:dns.id:integer {_DNS} {flags} {_DNS_END}', 'BRO')}",
        rf"BRO_CONN {conn}\t{_column('()TEXT:zeek.connection.tunnel_parents', 'BRO')}",
        f"BRO_FILES {_columns(files, 'BRO')}",
    ]


def _zeek() -> list[str]:
    http = (
        f"{_FROM} INT:zeek.http.trans_depth:integer {_HTTP_REQUEST} ?NUMBER:http.version ?TEXT:user_agent.original "
        f"?TEXT:zeek.http.origin {_HTTP_BODIES} {_HTTP_USER} ?TEXT:zeek.http.orig_fuids "
        "?TEXT:zeek.http.orig_filenames ?TEXT:http.request.mime_type ?TEXT:zeek.http.resp_fuids "
        "?TEXT:zeek.http.resp_filenames ?TEXT:http.response.mime_type"
    )
    dns = f"{_FROM} WORD:network.transport ?INT:dns.id:integer ?NUMBER:zeek.dns.rtt:float {_DNS} {_FLAGS} {_DNS_END}"
    conn = f"{_CONN} ?BOOL:zeek.connection.local_resp {_CONN_END} ?TEXT:zeek.connection.tunnel_parents"
    macs = _optional("?COMMONMAC:source.mac ?COMMONMAC:destination.mac", "ZEEK")
    cut = _optional("?BOOL:zeek.files.extracted_cutoff ?INT:zeek.files.extracted_size:integer", "ZEEK")
    files = rf"%{{ZEEK_FILES_TX_HOSTS}}\t%{{ZEEK_FILES_RX_HOSTS}}\t{_columns(_FILES, 'ZEEK')}{cut}"
    return [
        *_common("ZEEK"),
        f"ZEEK_HTTP {_columns(http, 'ZEEK')}",
        f"ZEEK_DNS {_columns(dns, 'ZEEK')}",
        f"ZEEK_CONN {_columns(conn, 'ZEEK')}{macs}",
        r"ZEEK_FILES_TX_HOSTS (?:-|%{IP:[server][ip]}|(?<[zeek][files][tx_hosts]>%{IP:[server][ip]}(?:[\s,]%{IP})+))",
        r"ZEEK_FILES_RX_HOSTS (?:-|%{IP:[client][ip]}|(?<[zeek][files][rx_hosts]>%{IP:[client][ip]}(?:[\s,]%{IP})+))",
        rf"ZEEK_FILES %{{NUMBER:timestamp}}\t%{{NOTSPACE:[zeek][files][fuid]}}\t{files}",
    ]


LEGACY = "\n".join(f"BRO_{name} {_old(columns)}" for name, columns in _BRO.items()) + "\n"
ECS = "\n".join([*_bro(), *_zeek()]) + "\n"
