"""Per language, the lines a stack trace is made of: from which states a pattern leads to which state.

The state `start` is outside of any trace. The patterns follow what the languages print; they agree with Google's
detect-exceptions plugin, so that the same lines are joined.
"""

from typing import Final, NamedTuple

START: Final = "start"


class Rule(NamedTuple):
    """A line matching `pattern` in one of the states `sources` (blank-separated) leads to `target`."""

    sources: str
    pattern: str
    target: str


_JAVA = (
    Rule(f"{START} java_start", r"(?:Exception|Error|Throwable|V8 errors stack trace)[:\r\n]", "java_after"),
    Rule("java_after", r"^[\t ]*nested exception is:[\t ]*", "java_start"),
    Rule("java_after", r"^[\r\n]*$", "java_after"),
    Rule("java_after java", r"^[\t ]+(?:eval )?at ", "java"),
    # C#: nested exceptions, and exceptions from asynchronous code
    Rule("java_after java", r"^[\t ]+--- End of inner exception stack trace ---$", "java"),
    Rule(
        "java_after java",
        r"^--- End of stack trace from previous location where exception was thrown ---$",
        "java",
    ),
    Rule("java_after java", r"^[\t ]*(?:Caused by|Suppressed):", "java_after"),
    Rule("java_after java", r"^[\t ]*... \d+ (?:more|common frames omitted)", "java"),
)
_PYTHON = (
    Rule(START, r"^Traceback \(most recent call last\):$", "python"),
    Rule("python", r"^[\t ]+File ", "python_code"),
    Rule("python_code", r"[^\t ]", "python"),
    Rule("python", r"^(?:[^\s.():]+\.)*[^\s.():]+:", START),
)
_PHP = (
    Rule(
        START,
        r"(?:PHP (?:Notice|Parse error|Fatal error|Warning):)|(?:exception '[^']+' with message ')",
        "php_begin",
    ),
    Rule("php_begin", r"^Stack trace:", "php_frames"),
    Rule("php_frames", r"^#\d", "php_frames"),
    Rule("php_frames", r"^\s+thrown in ", START),
)
_GO = (
    Rule(START, r"\bpanic: ", "go_panic"),
    Rule(START, r"http: panic serving", "go_routine"),
    Rule("go_panic go_signal go_frame", r"^$", "go_routine"),
    Rule("go_panic", r"^\[signal ", "go_signal"),
    Rule("go_routine", r"^goroutine \d+ \[[^\]]+\]:$", "go_frame"),
    Rule("go_frame", r"^(?:[^\s.:]+\.)*[^\s.():]+\(|^created by ", "go_place"),
    Rule("go_place", r"^\s", "go_frame"),
)
_RUBY = (
    Rule(START, r"Error \(.*\):$", "ruby_rails"),
    Rule("ruby_rails", r"^  $", "ruby"),
    Rule("ruby_rails ruby", r"^[\t ]+.*?\.rb:\d+:in `", "ruby"),
)
_DART_FRAME = r"^#\d+\s+.+?\(.+?\)$"
_DART_KINDS = (
    "Instance of|Exception|Bad state|IntegerDivisionByZeroException|Invalid argument|RangeError|Assertion failed|"
    "Cannot instantiate|Reading static variable|UnimplementedError|Unsupported operation|Concurrent modification|"
    "Out of Memory|Stack Overflow"
)
_DART = (
    Rule(START, r"^Unhandled exception:$", "dart"),
    Rule("dart", rf"^(?:{_DART_KINDS})", "dart_stack"),
    Rule("dart", r"^'.+?':.+?$", "dart_type_1"),
    Rule("dart_type_1", _DART_FRAME, "dart_stack"),
    Rule("dart_type_1", r"^.+?$", "dart_type_2"),
    Rule("dart_type_2", r"^.*?\^.*?$", "dart_type_3"),
    Rule("dart_type_3", r"^$", "dart_type_4"),
    Rule("dart_type_4", r"^$", "dart_stack"),
    Rule("dart", r"^FormatException", "dart_format_1"),
    Rule("dart_format_1", _DART_FRAME, "dart_stack"),
    Rule("dart_format_1", r"^.", "dart_format_2"),
    Rule("dart_format_2", r"^.*?\^", "dart_format_3"),
    Rule("dart_format_3", r"^$", "dart_stack"),
    Rule("dart", r"^NoSuchMethodError:", "dart_method_1"),
    Rule("dart_method_1", r"^Receiver:", "dart_method_2"),
    Rule("dart_method_2", r"^Tried calling:", "dart_method_3"),
    Rule("dart_method_3", r"^Found:", "dart_stack"),
    Rule("dart_method_3 dart_stack", _DART_FRAME, "dart_stack"),
    Rule("dart_stack", r"^<asynchronous suspension>$", "dart_stack"),
)
_ALL = _JAVA + _PYTHON + _PHP + _GO + _RUBY + _DART

LANGUAGES: Final[dict[str, tuple[Rule, ...]]] = {
    "java": _JAVA, "javascript": _JAVA, "js": _JAVA, "csharp": _JAVA, "py": _PYTHON, "python": _PYTHON, "php": _PHP,
    "go": _GO, "rb": _RUBY, "ruby": _RUBY, "dart": _DART, "all": _ALL,
}  # fmt: skip
# A line that begins a trace, in whatever language, holds one of these: a quick look before the patterns.
# ("xception" stands for Exception, exception ' and Unhandled exception.)
HINTS: Final = ("xception", "Error", "Throwable", "V8 errors", "Traceback (", "PHP ", "panic")
