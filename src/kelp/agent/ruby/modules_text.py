"""Modules that turn text into other text: Base64, Digest, OpenSSL, CGI, URI, JSON, Regexp."""

import base64
import hashlib
import hmac
import html
import re
import urllib.parse
import zlib
from collections.abc import Callable
from typing import Any

from kelp.agent.ruby.json_text import load_json, to_json
from kelp.agent.ruby.last_match import last_match, part
from kelp.agent.ruby.methods import Block, arity
from kelp.agent.ruby.methods_uri import Uri, parse_uri
from kelp.agent.ruby.packing import decode64
from kelp.agent.ruby.regexp import compile_regexp
from kelp.agent.ruby.text import text_of, to_bytes, to_plain, to_s
from kelp.agent.ruby.values import Regexp, RubyError, Symbol

Function = Callable[[list[Any], Block | None], Any]


def of(function: Callable[..., Any], least: int = 0, most: int | None = None) -> Function:
    """A method of a module from a Python function."""

    def call(args: list[Any], block: Block | None) -> Any:
        arity("method", args, least, most)
        return function(*args)

    return call


def json_parse(text: Any, *options: Any) -> Any:
    """`JSON.parse`. Raises RubyError."""
    given = options[0] if options and isinstance(options[0], dict) else {}
    pairs = (lambda items: {Symbol(k): v for k, v in items}) if given.get(Symbol("symbolize_names")) else None
    text = text_of(text)
    try:
        return load_json(text, pairs)
    except ValueError:
        found = text if text.strip() else ""
        raise RubyError(f"unexpected token at '{found}'", "JSON::ParserError") from None


def _pretty(value: Any, indent: str = "") -> str:
    inner = indent + "  "
    if isinstance(value, dict) and value:
        items = (f"{inner}{to_json(key)}: {_pretty(one, inner)}" for key, one in value.items())
        return "{\n" + ",\n".join(items) + "\n" + indent + "}"
    if isinstance(value, list) and value:
        return "[\n" + ",\n".join(inner + _pretty(one, inner) for one in value) + "\n" + indent + "]"
    # The json library of Ruby 3.1 breaks the line in an empty hash.
    return "{\n" + indent + "}" if value == {} and isinstance(value, dict) else to_json(value)


def _digest(name: str) -> dict[str, Function]:
    def made(text: Any) -> "hashlib._Hash":
        return hashlib.new(name, to_bytes(text_of(text)), usedforsecurity=False)

    return {
        "hexdigest": of(lambda text: made(text).hexdigest(), 1),
        "base64digest": of(lambda text: base64.b64encode(made(text).digest()).decode(), 1),
    }


def _hmac(digest: Any, key: str, text: str) -> str:
    return hmac.new(to_bytes(key), to_bytes(text), to_s(digest).lower()).hexdigest()


def _strict_decode64(text: Any) -> str:
    if not re.fullmatch(r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?", text_of(text)):
        raise RubyError("invalid base64")
    return decode64(text)


def _encode64(text: Any) -> str:
    body = base64.b64encode(to_bytes(text_of(text))).decode()
    return "".join(body[at : at + 60] + "\n" for at in range(0, len(body), 60))


def _quote(text: Any, safe: str = "*-._") -> str:
    return urllib.parse.quote_plus(to_s(text), safe=safe).replace("~", "%7E")


def _cgi_quote(text: Any) -> str:
    return urllib.parse.quote_plus(text_of(text), safe="*-._~")


def _form_pairs(text: str) -> list[list[str]]:
    pairs = (one.partition("=") for one in re.split("[&;]", text) if one)
    return [[urllib.parse.unquote_plus(key), urllib.parse.unquote_plus(value)] for key, _, value in pairs]


def _cgi_parse(text: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for key, value in _form_pairs(text):
        found.setdefault(key, []).append(value)
    return found


def _encode_form(pairs: Any) -> str:
    items = pairs.items() if isinstance(pairs, dict) else pairs
    parts: list[str] = []
    for key, value in items:
        for one in value if isinstance(value, list) else [value]:
            parts.append(_quote(key) if one is None else f"{_quote(key)}={_quote(one)}")
    return "&".join(parts)


def _escape_html(text: Any) -> str:
    return html.escape(text_of(text)).replace("&#x27;", "&#39;")


def _unescape_html(text: str) -> str:
    """CGI knows five names and numbers."""
    return re.sub(
        r"&(?:apos|amp|gt|lt|quot|#\d+|#[xX][0-9a-fA-F]+);", lambda found: html.unescape(found[0]), text
    )


_SPECIAL = {"\n": "\\n", "\t": "\\t", "\r": "\\r", "\f": "\\f", "\v": "\\v", " ": "\\ "}


def escape(text: Any) -> str:
    """`Regexp.escape`."""
    return "".join(
        _SPECIAL.get(char) or ("\\" + char if char in ".*?+^$|\\()[]{}-#" else char) for char in text_of(text)
    )


def _regexp(source: Any, options: Any = None) -> Regexp:
    if isinstance(source, Regexp):
        return source
    bits = options if isinstance(options, int) and not isinstance(options, bool) else 1 if options else 0
    flags = "".join(letter for letter, bit in (("m", 4), ("i", 1), ("x", 2)) if bits & bit)
    inline = "(?x)" if bits & 2 else ""
    try:
        compiled = compile_regexp(
            inline + text_of(source), ignore_case=bool(bits & 1), multiline=bool(bits & 4)
        )
    except ValueError as error:
        raise RubyError(f"{error}: /{source}/", "RegexpError") from None
    return Regexp(source, compiled, flags)


def _union(*patterns: Any) -> Regexp:
    given = patterns[0] if len(patterns) == 1 and isinstance(patterns[0], list) else patterns
    if len(given) == 1 and isinstance(given[0], Regexp):
        return given[0]
    return _regexp(
        "|".join(one.to_s() if isinstance(one, Regexp) else escape(one) for one in given) or "(?!)"
    )


def _last_match(group: Any = None) -> Any:
    return last_match() if group is None else part("&" if group == 0 else str(group))


TEXT_MODULES: dict[str, dict[str, Function]] = {
    "JSON": {
        "parse": of(json_parse, 1, 2),
        "generate": of(lambda value, *options: to_json(value), 1, 2),
        "dump": of(to_json, 1),
        "load": of(lambda text: None if text in (None, "") else json_parse(text), 1),
        "pretty_generate": of(lambda value: _pretty(to_plain(value)), 1),
    },
    "Yajl": {"dump": of(to_json, 1), "load": of(json_parse, 1)},
    "Oj": {"dump": of(lambda value, *options: to_json(value), 1, 2), "load": of(lambda text, *o: json_parse(text), 1, 2)},
    "Regexp": {
        "escape": of(escape, 1), "quote": of(escape, 1), "new": of(_regexp, 1, 2), "compile": of(_regexp, 1, 2),
        "union": of(_union, 0, 99), "last_match": of(_last_match, 0, 1),
    },
    "Digest::MD5": _digest("md5"),
    "Digest::SHA1": _digest("sha1"),
    "Digest::SHA2": _digest("sha256"),
    "Digest::SHA256": _digest("sha256"),
    "Digest::SHA384": _digest("sha384"),
    "Digest::SHA512": _digest("sha512"),
    "OpenSSL::HMAC": {"hexdigest": of(_hmac, 3)},
    "Base64": {
        "encode64": of(_encode64, 1),
        "strict_encode64": of(lambda t: base64.b64encode(to_bytes(text_of(t))).decode(), 1),
        "urlsafe_encode64": of(lambda t: base64.urlsafe_b64encode(to_bytes(text_of(t))).decode(), 1),
        "decode64": of(lambda t: decode64(text_of(t)), 1),
        "strict_decode64": of(_strict_decode64, 1),
        "urlsafe_decode64": of(lambda t: decode64(text_of(t).replace("-", "+").replace("_", "/")), 1),
    },
    "CGI": {
        "unescape": of(lambda t: urllib.parse.unquote_plus(text_of(t)), 1), "escape": of(_cgi_quote, 1),
        "escapeHTML": of(_escape_html, 1), "escape_html": of(_escape_html, 1), "unescapeHTML": of(_unescape_html, 1),
        "unescape_html": of(_unescape_html, 1), "parse": of(_cgi_parse, 1),
    },
    "URI": {
        "parse": of(parse_uri, 1), "decode_www_form": of(_form_pairs, 1), "encode_www_form": of(_encode_form, 1),
        "decode_www_form_component": of(lambda t: urllib.parse.unquote_plus(text_of(t)), 1),
        "encode_www_form_component": of(_quote, 1),
        "join": of(lambda *parts: _joined(*parts), 1, 9),
    },
    "Zlib": {"crc32": of(lambda t: zlib.crc32(to_bytes(t)), 1), "adler32": of(lambda t: zlib.adler32(to_bytes(t)), 1)},
}  # fmt: skip


def _joined(*parts: str) -> Uri:
    text = parts[0]
    for one in parts[1:]:
        text = urllib.parse.urljoin(text, one)
    return parse_uri(text)
