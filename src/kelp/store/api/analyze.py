"""`_analyze`: how text is split into the words that searches find."""

import re
from collections.abc import Iterator
from typing import Any

from kelp.store.api.route import Call, Route
from kelp.store.errors import IndexNotFound, illegal_argument
from kelp.store.query.words import words
from kelp.store.store import Store

_SPLITS: dict[str, tuple[re.Pattern[str], bool]] = {
    "simple": (re.compile(r"[^\W\d_]+"), True),
    "whitespace": (re.compile(r"\S+"), False),
    "keyword": (re.compile(r"(?s).+"), False),
}
_ANALYZERS = ("standard", *_SPLITS)


def routes(store: Store) -> list[Route]:
    def analyze(call: Call) -> Any:
        body = {**{name: call.parameters.text(name) for name in call.parameters}, **call.json_object()}
        text = body.get("text")
        if text is None:
            raise illegal_argument("text is missing")
        name = _analyzer(store, call.arg("index"), body)
        tokens: list[dict[str, Any]] = []
        offset = 0
        for each in text if isinstance(text, list) else [text]:
            tokens += split(str(each), name, offset, len(tokens))
            offset += len(str(each)) + 1
        return {"tokens": tokens}

    return [Route("GET POST", "/_analyze", analyze), Route("GET POST", "/{index}/_analyze", analyze)]


def split(text: str, analyzer: str, offset: int = 0, position: int = 0) -> list[dict[str, Any]]:
    """The tokens of a text, as Elasticsearch's built-in analyzer of that name lists them."""
    return [
        {
            "token": word,
            "start_offset": offset + start,
            "end_offset": offset + start + len(word),
            "type": _type(word) if analyzer == "standard" else "word",
            "position": position + number,
        }
        for number, (word, start) in enumerate(_spans(text, analyzer))
    ]


def _spans(text: str, analyzer: str) -> Iterator[tuple[str, int]]:
    """Each word and where it begins."""
    if analyzer != "standard":
        pattern, lower = _SPLITS[analyzer]
        for match in pattern.finditer(text):
            yield (match[0].lower() if lower else match[0]), match.start()
        return
    lowered, at = text.lower(), 0
    for word in words(text):
        at = lowered.index(word, at)
        yield word, at
        at += len(word)


def _type(token: str) -> str:
    return "<NUM>" if re.fullmatch(r"[\d.,]+", token) else "<ALPHANUM>"


def _analyzer(store: Store, index_name: str, body: dict[str, Any]) -> str:
    path = body.get("field")
    name = body.get("analyzer", "standard")
    if path and index_name:
        found = store.catalog.resolve(index_name)
        if not found:
            raise IndexNotFound(index_name)
        field = found[0].mapping.get(path)
        if field is not None and field.kind is not None and field.type != "text":
            return "keyword"
    if body.get("tokenizer") in ("keyword", "whitespace", "standard"):
        name = body["tokenizer"]
    if name not in _ANALYZERS:
        raise illegal_argument(
            f"failed to find global analyzer [{name}], the store has {', '.join(_ANALYZERS)}"
        )
    return str(name)
