"""What a mapping body may hold: types of parameters, checked before anything relies on them."""

import re
from collections.abc import Callable
from typing import Any

import orjson

from kelp.store.errors import mapper_parsing
from kelp.store.mapping import dates
from kelp.store.mapping.field import KIND_BY_TYPE, OVERFLOW_TYPES


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_texts(value: Any) -> bool:
    return isinstance(value, str) or (
        isinstance(value, list) and all(isinstance(item, str) for item in value)
    )


def _is_object(value: Any) -> bool:
    return isinstance(value, dict)


def _is_number(value: Any) -> bool:
    return str(value).lstrip("-").isdigit()


def _is_flag(value: Any) -> bool:
    return str(value).lower() in ("true", "false")


def _is_scalar(value: Any) -> bool:
    return isinstance(value, str | int | float)


Check = tuple[Callable[[Any], bool], str]
_FIELD_PARAMETERS: dict[str, Check] = {
    "type": (_is_text, "a text"),
    "fields": (_is_object, "an object"),
    "properties": (_is_object, "an object"),
    "format": (_is_text, "a text"),
    "copy_to": (_is_texts, "a text or a list of texts"),
    "ignore_above": (_is_number, "a whole number"),
    "null_value": (_is_scalar, "a text, number or boolean"),
    "path": (_is_text, "a text"),
    "enabled": (_is_flag, "true or false"),
}
_ROOT_PARAMETERS: dict[str, Check] = {
    "properties": (_is_object, "an object"),
    "date_detection": (_is_flag, "true or false"),
    "numeric_detection": (_is_flag, "true or false"),
    "dynamic_date_formats": (_is_texts, "a list of texts"),
    "_source": (_is_object, "an object"),
    "_meta": (_is_object, "an object"),
    "_routing": (_is_object, "an object"),
}
_TEMPLATE_PARAMETERS: dict[str, Check] = {
    "match": (_is_texts, "a text or a list of texts"),
    "unmatch": (_is_texts, "a text or a list of texts"),
    "path_match": (_is_texts, "a text or a list of texts"),
    "path_unmatch": (_is_texts, "a text or a list of texts"),
    "match_mapping_type": (_is_texts, "a text or a list of texts"),
    "match_pattern": (lambda value: value in ("simple", "regex"), "simple or regex"),
    "mapping": (_is_object, "an object"),
    "runtime": (_is_object, "an object"),
}


def check_root(body: dict[str, Any]) -> None:
    """Raise ApiError for parameters of a whole mapping that are not what they must be."""
    _check(body, _ROOT_PARAMETERS, "the mapping")
    try:
        orjson.dumps(body)
    except TypeError as error:
        raise mapper_parsing(f"cannot keep the mapping: {error}") from error
    for name in body.get("dynamic_date_formats", ()):
        _check_format(name, "dynamic_date_formats")


def check_field(path: str, body: dict[str, Any]) -> None:
    """Raise ApiError for a field definition that cannot work."""
    name = path.rpartition(".")[2]
    check_parameters(name, body)
    type_name = body.get("type")
    if type_name == "alias":
        return
    if type_name not in KIND_BY_TYPE and type_name not in OVERFLOW_TYPES:
        raise mapper_parsing(f"No handler for type [{type_name}] declared on field [{name}]")
    if KIND_BY_TYPE.get(type_name) == "date" and body.get("format"):
        _check_format(body["format"], name)
    for subname, sub in body.get("fields", {}).items():
        if not isinstance(sub, dict) or "type" not in sub:
            raise mapper_parsing(f"No type specified for field [{subname}]")
        if sub["type"] in ("object", "nested", "alias"):
            raise mapper_parsing(f"Type [{sub['type']}] cannot be used in multi field")
        check_field(f"{path}.{subname}", sub)


def check_parameters(name: str, body: dict[str, Any]) -> None:
    """Raise ApiError for parameters of a field or object that are not what they must be."""
    _check(body, _FIELD_PARAMETERS, f"field [{name}]")


def check_templates(value: Any) -> None:
    """Raise ApiError for `dynamic_templates` that cannot work."""
    if not isinstance(value, list):
        raise mapper_parsing("Dynamic template syntax error. An array of named objects is expected.")
    for entry in value:
        if not (isinstance(entry, dict) and len(entry) == 1):
            raise mapper_parsing("A dynamic template must be defined with a name")
        (name, template), *_ = entry.items()
        if not isinstance(template, dict) or ("mapping" not in template and "runtime" not in template):
            raise mapper_parsing(f"template [{name}] must have either mapping or runtime set")
        _check(template, _TEMPLATE_PARAMETERS, f"template [{name}]")
        if template.get("match_pattern") == "regex":
            _check_patterns(name, template)


def _check_patterns(name: str, template: dict[str, Any]) -> None:
    for option in ("match", "unmatch", "path_match", "path_unmatch"):
        patterns = template.get(option, [])
        for pattern in [patterns] if isinstance(patterns, str) else patterns:
            try:
                re.compile(pattern)
            except re.error as error:
                raise mapper_parsing(
                    f"Pattern [{pattern}] of [{option}] of template [{name}] is no regular expression: {error}"
                ) from error


def _check(body: dict[str, Any], parameters: dict[str, Check], where: str) -> None:
    for name, (check, wanted) in parameters.items():
        value = body.get(name)
        if name in body and (value is None or not check(value)):
            raise mapper_parsing(
                f"cannot use parameter [{name}] of {where}: expected {wanted}, got [{value}]"
            )


def _check_format(text: Any, where: str) -> None:
    try:
        dates.validate_format(text)
    except ValueError as error:
        raise mapper_parsing(f"Failed to parse mapping: {error}", field=where) from error
