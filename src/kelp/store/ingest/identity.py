"""Generated document ids: a segment number and a line in it, as 20 characters that are safe in a URL."""

import base64
import zlib
from functools import lru_cache

_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_PAIRS = [high + low for high in _ALPHABET for low in _ALPHABET]
_PAIR_NUMBERS = {pair: number for number, pair in enumerate(_PAIRS)}
_ROW_BITS = 20
ROWS_PER_SEGMENT = 1 << _ROW_BITS
"""Lines a segment may hold; keeps sequence numbers of documents exact in JavaScript's numbers for long."""
ID_LENGTH = 20


def sequence_number(segment: int, row: int) -> int:
    """A document's `_seq_no`: grows with every write to the index."""
    return (segment << _ROW_BITS) | row


def of_sequence_number(number: int) -> tuple[int, int]:
    """Segment and row of a `_seq_no`."""
    return number >> _ROW_BITS, number & (ROWS_PER_SEGMENT - 1)


@lru_cache(maxsize=1024)
def segment_prefix(segment: int) -> str:
    """The first 16 characters of the ids of a segment: a checksum, then the number."""
    number = segment.to_bytes(8, "big")
    return base64.urlsafe_b64encode(zlib.crc32(number).to_bytes(4, "big") + number).decode()


def encode_id(segment: int, row: int) -> str:
    """The `_id` of a document that came without one."""
    return segment_prefix(segment) + _PAIRS[row >> 12] + _PAIRS[row & 4095]


def encode_ids(segment: int, first_row: int, count: int) -> list[str]:
    """The ids of `count` documents in a row."""
    prefix = segment_prefix(segment)
    return [prefix + _PAIRS[row >> 12] + _PAIRS[row & 4095] for row in range(first_row, first_row + count)]


def decode_id(text: str) -> tuple[int, int] | None:
    """Segment and row of a generated id; None for any other text."""
    if len(text) != ID_LENGTH or not text.isascii():
        return None
    high, low = _PAIR_NUMBERS.get(text[16:18]), _PAIR_NUMBERS.get(text[18:])
    if high is None or low is None:
        return None
    try:
        decoded = base64.b64decode(text[:16], altchars=b"-_", validate=True)
    except ValueError:
        return None
    number = decoded[4:]
    if zlib.crc32(number).to_bytes(4, "big") != decoded[:4]:
        return None
    return int.from_bytes(number, "big"), (high << 12) | low
