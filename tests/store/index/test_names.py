"""Which names an index may have."""

import pytest

from kelp.store.errors import ApiError
from kelp.store.index.names import check_index_name


@pytest.mark.parametrize("name", ["logs", "logs-2025.11.23", ".kelp", "a_b", "ä", "x" * 255])
def test_good_names(name):
    check_index_name(name)


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("Logs", "must be lowercase"),
        ("_logs", "must not start with '_', '-', or '+'"),
        ("-logs", "must not start with '_', '-', or '+'"),
        ("a b", "must not contain the following characters"),
        ("a*", "must not contain the following characters"),
        ("a#b", "must not contain '#'"),
        ("a:b", "must not contain ':'"),
        ("..", "must not be '.' or '..'"),
        ("", "must not contain the following characters"),
        ("x" * 256, "index name is too long, (256 > 255)"),
    ],
)
def test_bad_names(name, fault):
    with pytest.raises(ApiError) as error:
        check_index_name(name)
    assert error.value.type == "invalid_index_name_exception"
    assert fault in error.value.reason
