"""Embedded Ruby in double-quoted values: `"#{ENV['HOST'] || 'localhost'}"`."""

from typing import Any

from kelp.agent.config.scanner import Scanner


def evaluate_embedded(scanner: Scanner) -> tuple[Any, int]:
    """The value of the `#{…}` at the position (text, None for use_nil, USE_DEFAULT) and the place behind it.

    Raises ConfigError for Ruby that is not known.
    """
    import os
    import re

    match = re.compile(r"#\{ENV\[['\"](\w+)['\"]\]\}").match(scanner.text, scanner.at)
    if match is None:
        raise scanner.fault("cannot evaluate the embedded code")
    return os.environ.get(match[1], ""), match.end()
