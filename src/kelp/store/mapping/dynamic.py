"""Dynamic mapping: what type a field gets that no mapping mentions."""

import re
from fnmatch import fnmatchcase
from typing import Any

from kelp.store.errors import mapper_parsing
from kelp.store.mapping import dates
from kelp.store.mapping.mapping import DEFAULT_DATE_FORMATS, Mapping

_DATE_LIKE = re.compile(r"^\s*-?\d{1,4}[-/.T]\d|^\D{0,5}\d{1,2}[ /-]\D{0,3}")
_LONG = re.compile(r"^-?\d{1,18}$")
_DOUBLE = re.compile(r"^-?\d+\.\d+(?:[eE][+-]?\d+)?$")
_DEFAULTS: dict[str, dict[str, Any]] = {
    "string": {"type": "text", "fields": {"keyword": {"type": "keyword", "ignore_above": 256}}},
    "long": {"type": "long"},
    "double": {"type": "float"},
    "boolean": {"type": "boolean"},
}


def dynamic_setting(mapping: Mapping, path: str) -> str:
    """`true`, `false`, `strict` or `runtime` for new fields at `path`: the nearest object that says so decides."""
    parent = path.rpartition(".")[0]
    while parent:
        params = mapping.objects.get(parent)
        if params is not None and "dynamic" in params:
            return str(params["dynamic"])
        parent = parent.rpartition(".")[0]
    return str(mapping.root.get("dynamic", "true"))


def dynamic_body(mapping: Mapping, path: str, value: Any) -> dict[str, Any]:
    """The definition of the new field at `path` whose first value is `value` (a JSON scalar)."""
    kind, date_format = _mapping_type(mapping, value)
    template = _template(mapping, path, kind)
    if template is not None:
        filled: dict[str, Any] = _fill(template, path.rpartition(".")[2], kind, date_format)
        return filled
    if kind == "date":
        body: dict[str, Any] = {"type": "date"}
        if date_format and date_format != DEFAULT_DATE_FORMATS[0]:
            body["format"] = date_format
        return body
    if kind == "string" and mapping.root.get("dynamic") == "runtime":
        return {"type": "keyword"}
    return dict(_DEFAULTS[kind])


def _mapping_type(mapping: Mapping, value: Any) -> tuple[str, str | None]:
    """What `match_mapping_type` calls the value, and the date format that fitted."""
    if isinstance(value, bool):
        return "boolean", None
    if isinstance(value, int):
        return ("long" if -(2**63) <= value < 2**63 else "double"), None
    if isinstance(value, float):
        return "double", None
    if _flag(mapping.root.get("date_detection", True)) and _DATE_LIKE.match(value):
        for date_format in mapping.root.get("dynamic_date_formats", DEFAULT_DATE_FORMATS):
            if dates.parse(value, date_format) is not None:
                return "date", date_format
    if _flag(mapping.root.get("numeric_detection", False)):
        if _LONG.match(value):
            return "long", None
        if _DOUBLE.match(value):
            return "double", None
    return "string", None


def _flag(value: Any) -> bool:
    return str(value).lower() == "true"


def _template(mapping: Mapping, path: str, kind: str) -> dict[str, Any] | None:
    for entry in mapping.root.get("dynamic_templates", ()):
        for template in entry.values():
            if _applies(template, path, kind):
                body: dict[str, Any] = template.get("mapping") or template.get("runtime") or {}
                return body
    return None


def _applies(template: dict[str, Any], path: str, kind: str) -> bool:
    name = path.rpartition(".")[2]
    wanted = template.get("match_mapping_type", "*")
    if wanted != "*" and kind not in ([wanted] if isinstance(wanted, str) else wanted):
        return False
    by_regex = template.get("match_pattern") == "regex"
    for option, subject in (("match", name), ("path_match", path)):
        if option in template and not _matches(template[option], subject, by_regex):
            return False
    return not any(
        option in template and _matches(template[option], subject, by_regex)
        for option, subject in (("unmatch", name), ("path_unmatch", path))
    )


def _matches(patterns: Any, subject: str, by_regex: bool) -> bool:
    for pattern in [patterns] if isinstance(patterns, str) else patterns:
        if by_regex:
            if re.fullmatch(pattern, subject):
                return True
        elif fnmatchcase(subject, pattern.replace("[", "[[]").replace("?", "[?]")):
            return True
    return False


def _fill(body: Any, name: str, kind: str, date_format: str | None) -> Any:
    """A template's mapping with `{name}` and `{dynamic_type}` filled in, and the type it leaves out."""
    dynamic_type = {"string": "text", "double": "float"}.get(kind, kind)

    def fill(value: Any) -> Any:
        if isinstance(value, str):
            return (
                value.replace("{name}", name)
                .replace("{dynamicType}", dynamic_type)
                .replace("{dynamic_type}", dynamic_type)
            )
        if isinstance(value, dict):
            return {fill(key): fill(inner) for key, inner in value.items()}
        if isinstance(value, list):
            return [fill(inner) for inner in value]
        return value

    filled: dict[str, Any] = fill(body)
    if "type" not in filled:
        filled = {**_DEFAULTS.get(kind, {"type": "date"}), **filled}
        if kind == "date" and date_format and date_format != DEFAULT_DATE_FORMATS[0]:
            filled.setdefault("format", date_format)
    if filled["type"] in ("object", "nested"):
        raise mapper_parsing(
            f"cannot map the value of field [{name}] as [{filled['type']}]: a dynamic template says so, but it is no object"
        )
    return filled
