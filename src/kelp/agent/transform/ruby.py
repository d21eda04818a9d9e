"""Values with `enable_ruby`: `${…}` holds a Ruby expression, the text around it is a Ruby string."""

import re
from collections.abc import Iterable
from typing import Any

from kelp.agent.event import Record
from kelp.agent.ruby.compile import Expression, compile_expression
from kelp.agent.ruby.text import to_plain
from kelp.agent.transform.scope import VARIABLES, TagScope
from kelp.agent.transform.template import Constant, Function, Moment

# Text without these is the same as a Ruby string.
_SPECIAL = re.compile(r"[\\#\[\]]|\$\{")
# How a plugin quotes text with placeholders: Ruby's %Q[…] or "…".
BRACKETS = ("%Q[", "]")
QUOTES = ('"', '"')


class RubyTemplate:
    """Compiled Ruby of one value. Raises RubySyntaxError for Ruby that is not known.

    `kept` holds the instance variables (`@count`), which stay from record to record. `fields`: unknown names are
    fields of the record.
    """

    def __init__(
        self,
        text: str,
        *,
        typecast: bool,
        quotes: tuple[str, str] = BRACKETS,
        names: Iterable[str] = VARIABLES,
        kept: dict[str, Any] | None = None,
        fields: bool = False,
    ) -> None:
        self._constant: str | None = None
        self._code: Expression | None = None
        self._kept = {} if kept is None else kept
        lone = text.count("${") == 1 and text.startswith("${") and text.endswith("}")
        if not _SPECIAL.search(text) or (quotes is QUOTES and "${" not in text):
            self._constant = text
            return
        quoted = text[2:-1] if typecast and lone else quotes[0] + text.replace("${", "#{") + quotes[1]
        self._code = compile_expression(quoted, names, fields=fields)

    @property
    def changes(self) -> bool:
        """Whether it may change the record it is given."""
        return self._code is not None and self._code.changes

    def run_without_event(self, names: Iterable[str]) -> None:
        """Run it with nil for every name. Raises RubyError."""
        if self._code is not None:
            env: dict[str, Any] = {**dict.fromkeys(names), **self._kept}
            try:
                self._code(env)
            finally:
                self._kept.update({name: env[name] for name in self._code.kept if name in env})

    def bind(self, scope: TagScope) -> Function:
        if self._code is None:
            return Constant(self._constant)
        code, changes = self._code, self._code.changes
        variables = scope.variables()

        def run(record: Record, time: Moment) -> Any:
            names = scope.variables(copied=True) if changes else variables
            return to_plain(code({**names, "record": record, "time": time}))

        return self._keeping(code, scope) if code.kept else run

    def _keeping(self, code: Expression, scope: TagScope) -> Function:
        kept = self._kept

        def run(record: Record, time: Moment) -> Any:
            env = {**scope.variables(copied=True), **kept, "record": record, "time": time}
            try:
                return to_plain(code(env))
            finally:
                kept.update({name: env[name] for name in code.kept if name in env})

        return run
