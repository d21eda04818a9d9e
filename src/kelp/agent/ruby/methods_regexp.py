"""Methods of Regexp and MatchData."""

from typing import Any

from kelp.agent.ruby.last_match import LAST
from kelp.agent.ruby.methods import Block, Table, arity, plain
from kelp.agent.ruby.operators import match
from kelp.agent.ruby.patterns import match_data, matches
from kelp.agent.ruby.text import text_of, to_s
from kelp.agent.ruby.translate import named_groups
from kelp.agent.ruby.values import MatchData, Regexp, RubyError, Symbol


def group_of(data: MatchData, key: Any) -> Any:
    try:
        return data.match[to_s(key) if isinstance(key, Symbol) else key]
    except IndexError:
        if type(key) is int:
            return None
        raise RubyError(f"undefined group name reference: {to_s(key)}") from None


def _regexp_match(pattern: Regexp, args: list[Any], block: Block | None) -> Any:
    arity("match", args, 1, 2)
    if args[0] is None:
        LAST.found = None
        return None
    return match_data(_text(args[0]), [pattern, *args[1:]], block)


def _text(value: Any) -> str:
    return value.name if isinstance(value, Symbol) else text_of(value)


def _place(at: int) -> int | None:
    return None if at < 0 else at


REGEXP: Table = {
    "match": _regexp_match,
    "match?": plain(lambda r, t: t is not None and matches(_text(t), r), 1),
    "=~": plain(lambda r, t: match(t, r), 1),
    "source": plain(lambda r: r.source),
    "names": plain(lambda r: list(r.compiled.groupindex)),
    "to_s": plain(to_s),
}
MATCH: Table = {
    "[]": plain(group_of, 1),
    "to_a": plain(lambda m: [m.match[0], *m.match.groups()]),
    "captures": plain(lambda m: list(m.match.groups())),
    "named_captures": plain(lambda m: named_groups(m.match)),
    "names": plain(lambda m: list(named_groups(m.match))),
    "pre_match": plain(lambda m: m.match.string[: m.match.start()]),
    "post_match": plain(lambda m: m.match.string[m.match.end() :]),
    "begin": plain(lambda m, group: _place(m.match.start(group)), 1),
    "end": plain(lambda m, group: _place(m.match.end(group)), 1),
    "offset": plain(lambda m, group: [_place(m.match.start(group)), _place(m.match.end(group))], 1),
    "values_at": plain(lambda m, *groups: [group_of(m, group) for group in groups], 0, 99),
    "string": plain(lambda m: m.match.string),
    "size": plain(lambda m: len(m.match.groups()) + 1),
    "length": plain(lambda m: len(m.match.groups()) + 1),
}
