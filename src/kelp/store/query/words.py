"""The standard analyzer, approximated: how a text falls into lower-case words.

See Unicode Standard Annex 29: letters, digits and underscores join; a dot, colon or apostrophe between letters and
a dot or comma between digits do not split; every ideograph is a word of its own.
"""

import re

from kelp.store.errors import illegal_argument

_IDEOGRAPH = "぀-ゟ㐀-䶿一-鿿豈-﫿"
_WORD = re.compile(
    rf"[{_IDEOGRAPH}]"
    rf"|(?:(?![{_IDEOGRAPH}])\w)+"
    rf"(?:(?:(?<=[^\W\d_])[.:'’](?=[^\W\d_])|(?<=\d)[.,;'](?=\d))(?:(?![{_IDEOGRAPH}])\w)+)*"
)
_PLAIN = re.compile(r"[A-Za-z0-9]+")
_IDEOGRAPHS = re.compile(rf"[{_IDEOGRAPH}]")
_MINIMUM = re.compile(r"-?\d+(\.\d+)?%?|(\d+<-?\d+(\.\d+)?%?\s*)+")
MAX_WORD_LENGTH = 255
"""The standard tokenizer cuts longer words at this many characters."""


def words(text: str) -> list[str]:
    """The words of a text in order; empty when it has none (only punctuation).

    >>> words("GET /api-v1/Items?id=3.5")
    ['get', 'api', 'v1', 'items', 'id', '3.5']
    """
    found: list[str] = []
    for match in _WORD.finditer(text.lower()):
        word = match[0]
        if not word.strip("_"):
            continue
        found += [word[i : i + MAX_WORD_LENGTH] for i in range(0, len(word), MAX_WORD_LENGTH)]
    return found


def plain_runs(word: str) -> list[str]:
    """The runs of ASCII letters and digits in a word that the text index holds as tokens of their own.

    A run that touches a character beyond ASCII is part of a longer token, so it is left out.

    >>> plain_runs("pod_name.x"), plain_runs("abcé def")
    (['pod', 'name', 'x'], ['def'])
    """
    runs: list[str] = []
    for match in _PLAIN.finditer(word):
        before, after = word[: match.start()][-1:], word[match.end() :][:1]
        if (before and not before.isascii()) or (after and not after.isascii()):
            continue
        runs.append(match[0])
    return runs


def is_plain(word: str) -> bool:
    """Whether the text index answers for the word exactly: ASCII letters and digits only."""
    return _PLAIN.fullmatch(word) is not None


def is_ideograph(word: str) -> bool:
    """Whether the word is one ideograph, which needs no word boundary around it."""
    return _IDEOGRAPHS.fullmatch(word) is not None


def minimum_matches(spec: str | None, clauses: int, default: int = 1) -> int:
    """How many of `clauses` optional clauses must match for `minimum_should_match`: `2`, `-1`, `75%`, `3<90%`.

    See https://www.elastic.co/guide/en/elasticsearch/reference/7.17/query-dsl-minimum-should-match.html
    """
    if spec is None:
        return default
    spec = spec.strip()
    if not _MINIMUM.fullmatch(spec):
        raise illegal_argument(
            f"cannot read [minimum_should_match]: [{spec}] is no number, percentage or list of limits"
        )
    if "<" in spec:
        result = clauses
        for part in spec.split():
            bound, _, rest = part.partition("<")
            if clauses <= int(bound):
                return result
            result = minimum_matches(rest, clauses)
        return result
    if spec.endswith("%"):
        percent = float(spec[:-1])
        count = int(clauses * abs(percent) / 100)
        result = clauses - count if percent < 0 else count
    else:
        result = int(spec)
        result = clauses + result if result < 0 else result
    return max(0, result)


def auto_fuzziness(spec: str, length: int) -> int:
    """Allowed edits for a word of `length` characters: a number, or AUTO[:low,high]."""
    text = str(spec).upper()
    if text.startswith("AUTO"):
        low, high = 3, 6
        if ":" in text:
            low, high = (int(part) for part in text.partition(":")[2].split(","))
        return 0 if length < low else 1 if length < high else 2
    return min(2, int(float(text)))
