"""Definitions under other field names."""

import re
from collections.abc import Mapping

_FIELD = re.compile(r"%\{(\w+):([\w-]+)(?::\w+)?\}|\(\?<(\w[\w-]*)>")


def renamed(text: str, names: Mapping[str, str]) -> str:
    """Grok text whose fields have the names in `names`, with their types; those it lacks are not kept."""

    def replace(match: re.Match[str]) -> str:
        name = names.get(match[2] or match[3])
        if match[3]:
            return f"(?<{name}>" if name else "(?:"
        return f"%{{{match[1]}:{name}}}" if name else f"%{{{match[1]}}}"

    return _FIELD.sub(replace, text)
