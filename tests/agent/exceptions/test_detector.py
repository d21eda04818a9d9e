"""Finding where stack traces can begin."""

import pytest

from kelp.agent.exceptions.detector import may_begin, possible_beginnings


@pytest.mark.parametrize(
    ("texts", "want"),
    [
        ([], []),
        (["a", "b"], []),
        (["a", "java.lang.Error: x", "b", "panic: y", ""], [1, 3]),
        (["Error Error panic", "Traceback (most"], [0, 1]),
        (["Err", "or"], []),
        (["a\nException\nb", "c", "Unhandled exception:"], [0, 2]),
    ],
)
def test_beginnings(texts, want):
    assert possible_beginnings(texts) == want
    assert [at for at, text in enumerate(texts) if may_begin(text)] == want
