"""Kelp answers recorded cases as Fluentd did."""

from pathlib import Path

import pytest

from tests.agent.recorded.answer import Case
from tests.agent.recorded.cases import FOLDER, difference, read_cases, recorded_answers


def _rows() -> list[object]:
    return [
        pytest.param(path, case, id=f"{path.stem}-{case['name']}")
        for path in sorted(FOLDER.glob("*.yaml"))
        for case in read_cases(path)
    ]


@pytest.mark.usefixtures("utc")
@pytest.mark.parametrize(("path", "case"), _rows())
def test_recorded(path: Path, case: Case) -> None:
    assert "kelp" not in case or case.get("why"), "a case that wants another answer says why"
    found = difference(case, recorded_answers(path)[case["name"]])
    assert found is None, found
