"""Values with `enable_ruby`: `${…}` holds a Ruby expression, the text around it is a Ruby string."""

import re
from typing import Any

from kelp.agent.event import Record
from kelp.agent.ruby.compile import compile_expression
from kelp.agent.ruby.literals import Code
from kelp.agent.ruby.values import RubyTime, to_plain
from kelp.agent.transform.scope import VARIABLES, TagScope
from kelp.agent.transform.template import Constant, Function

# Text without these is the same as a Ruby string.
_SPECIAL = re.compile(r"[\\#\[\]]|\$\{")


class RubyTemplate:
    """Compiled Ruby of one value. Raises RubySyntaxError for Ruby that is not known."""

    def __init__(self, text: str, *, typecast: bool) -> None:
        self._constant: str | None = None
        self._code: Code | None = None
        if not _SPECIAL.search(text):
            self._constant = text
        elif typecast and text.count("${") == 1 and text.startswith("${") and text.endswith("}"):
            self._code = compile_expression(text[2:-1], VARIABLES)
        else:
            self._code = compile_expression("%Q[" + text.replace("${", "#{") + "]", VARIABLES)

    def bind(self, scope: TagScope) -> Function:
        code = self._code
        if code is None:
            return Constant(self._constant)
        variables = scope.variables()

        def run(record: Record, time: int) -> Any:
            return to_plain(code({**variables, "record": record, "time": RubyTime(time)}))

        return run
