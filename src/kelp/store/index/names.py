"""Which names an index may have."""

from kelp.store.errors import ApiError

_FORBIDDEN = ' "*\\<|,>/?'


def check_index_name(name: str) -> None:
    """Raise `invalid_index_name_exception` for a name Elasticsearch would refuse."""
    fault = _fault(name)
    if fault:
        raise ApiError(
            400,
            "invalid_index_name_exception",
            f"Invalid index name [{name}], {fault}",
            index=name,
            index_uuid="_na_",
        )


def _fault(name: str) -> str | None:
    if not name or any(char in _FORBIDDEN for char in name):
        listed = ", ".join(_FORBIDDEN)
        return f"must not contain the following characters [{listed}]"
    if "#" in name:
        return "must not contain '#'"
    if ":" in name:
        return "must not contain ':'"
    if name[0] in "_-+":
        return "must not start with '_', '-', or '+'"
    if name in (".", ".."):
        return "must not be '.' or '..'"
    if name != name.lower():
        return "must be lowercase"
    size = len(name.encode())
    if size > 255:
        return f"index name is too long, ({size} > 255)"
    return None
