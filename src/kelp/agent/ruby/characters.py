"""Sets of characters as `tr`, `delete`, `count` and `squeeze` name them."""

from collections.abc import Callable


def _charset(spec: str) -> list[str]:
    """The characters of a `tr` set, ranges expanded."""
    out: list[str] = []
    at = 0
    while at < len(spec):
        if spec[at] == "\\" and at + 1 < len(spec):
            out.append(spec[at + 1])
            at += 2
        elif at + 2 < len(spec) and spec[at + 1] == "-":
            out += [chr(code) for code in range(ord(spec[at]), ord(spec[at + 2]) + 1)]
            at += 3
        else:
            out.append(spec[at])
            at += 1
    return out


def member(spec: str) -> Callable[[str], bool]:
    negated = len(spec) > 1 and spec[0] == "^"
    chars = set(_charset(spec[1:] if negated else spec))
    return lambda char: (char in chars) != negated


def translated(text: str, source: str, target: str) -> str:
    if len(source) > 1 and source[0] == "^":
        other = _charset(target)[-1:] or [""]
        kept = set(_charset(source[1:]))
        return "".join(char if char in kept else other[0] for char in text)
    left, right = _charset(source), _charset(target)
    table = {
        ord(c): (right[min(i, len(right) - 1)] if right else "") for i, c in reversed(list(enumerate(left)))
    }
    return text.translate(table)


def squeezed(text: str, spec: str | None = None) -> str:
    is_member = member(spec) if spec else (lambda char: True)
    return "".join(c for i, c in enumerate(text) if i == 0 or text[i - 1] != c or not is_member(c))


def deleted(text: str, *specs: str) -> str:
    members = [member(spec) for spec in specs]
    return "".join(char for char in text if not all(one(char) for one in members))


def translated_runs(text: str, source: str, target: str) -> str:
    """`tr`, then runs of what was replaced become one."""
    is_member = member(source)
    out: list[str] = []
    before = ""
    for char in text:
        new = translated(char, source, target) if is_member(char) else ""
        if not new or new != before:
            out.append(new or char)
        before = new
    return "".join(out)
