"""Names of encodings as Ruby knows them, and the codecs that read them."""

import codecs

# Read as they are: UTF-8, its kin, and what the machine's locale is.
_UTF8 = frozenset(
    [
        "UTF-8",
        "ASCII-8BIT",
        "BINARY",
        "US-ASCII",
        "UTF8-MAC",
        "UTF-8-MAC",
        "UTF-8-HFS",
        "CESU-8",
        "LOCALE",
        "EXTERNAL",
        "FILESYSTEM",
        "INTERNAL",
    ]
)
_CODECS = {
    "WINDOWS-31J": "cp932", "CSWINDOWS31J": "cp932", "SJIS": "cp932", "PCK": "cp932", "EUCJP-MS": "euc_jp",
    "EUC-JP-MS": "euc_jp", "CP51932": "euc_jp", "BIG5-HKSCS:2008": "big5hkscs", "CP951": "big5hkscs",
    "BIG5-UAO": "big5hkscs", "IBM720": "cp720", "IBM737": "cp737", "WINDOWS-874": "cp874", "UCS-2BE": "utf-16-be",
    "UCS-4BE": "utf-32-be", "UCS-4LE": "utf-32-le", "MACCENTEURO": "mac_latin2", "MACCROATIAN": "mac_croatian",
    "MACROMANIA": "mac_romanian",
}  # fmt: skip


def codec_of(name: str) -> str | None:
    """Python's name of an encoding; None where bytes are taken as UTF-8. Raises LookupError."""
    if name.upper() in _UTF8:
        return None
    return codecs.lookup(_CODECS.get(name.upper(), name)).name
