"""Embedded Ruby in double-quoted values: `"#{ENV['HOST'] || 'localhost'}"`."""

import os
import socket
from typing import Any

from kelp.agent.config.element import USE_DEFAULT
from kelp.agent.config.errors import ConfigError
from kelp.agent.config.scanner import Scanner
from kelp.agent.ruby.compile import compile_embedded, compile_expression
from kelp.agent.ruby.source import RubySyntaxError
from kelp.agent.ruby.text import to_s
from kelp.agent.ruby.values import RubyError

_NAMES = ("hostname", "worker_id", "use_nil", "use_default")


class _Chosen(Exception):
    """Evaluation met `use_nil` or `use_default`: that is the whole value."""

    def __init__(self, value: Any) -> None:
        super().__init__()
        self.value = value


class _Variables(dict[str, Any]):
    def __missing__(self, name: str) -> Any:
        if name == "use_nil":
            raise _Chosen(None)
        if name == "use_default":
            raise _Chosen(USE_DEFAULT)
        if name == "hostname":
            return socket.gethostname()
        if name == "worker_id":
            return os.environ.get("SERVERENGINE_WORKER_ID", "")
        raise KeyError(name)


def evaluate_embedded(scanner: Scanner) -> tuple[Any, int]:
    """The value of the `#{…}` at the position (text, None for use_nil, USE_DEFAULT) and the place behind it.

    Raises ConfigError for Ruby that is not known.
    """
    start = scanner.at
    try:
        code, end = compile_embedded(scanner.text, start + 2, _NAMES)
        return to_s(code(_Variables())), end + 1
    except _Chosen as chosen:
        return chosen.value, end + 1
    except RubySyntaxError as error:
        raise scanner.fault(f"cannot evaluate embedded Ruby: {error}", error.at) from None
    except (RubyError, ValueError) as error:  # ValueError: a number too long to be written
        raise scanner.fault(f"cannot evaluate embedded Ruby: {error}", start) from None


def evaluate_text(text: str) -> Any:
    """The value of what Ruby would have in double quotes: text, None for use_nil, USE_DEFAULT.

    Raises ConfigError for Ruby that is not known.
    """
    try:
        return to_s(compile_expression(f'"{text}"', _NAMES)(_Variables()))
    except _Chosen as chosen:
        return chosen.value
    except (RubySyntaxError, RubyError, ValueError) as error:
        raise ConfigError(f"cannot evaluate embedded Ruby: {error}") from None
