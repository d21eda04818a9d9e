"""Kelp answers recorded cases as Fluentd did."""

from typing import Any

import pytest

from tests.agent.recorded.cases import FOLDER, difference, read_cases, recorded_answers
from tests.agent.recorded.values import Case


def _rows() -> list[object]:
    rows: list[object] = []
    for path in sorted(FOLDER.glob("*.yaml")):
        answers = recorded_answers(path)
        rows += [
            pytest.param(case, answers.get(case["name"]), id=f"{path.stem}-{case['name']}")
            for case in read_cases(path)
        ]
    return rows


@pytest.mark.parametrize(("case", "fluentd"), _rows())
def test_recorded(case: Case, fluentd: Any) -> None:
    assert fluentd is not None, "the case is not recorded yet"
    assert "kelp" not in case or case.get("why"), "a case that wants another answer says why"
    found = difference(case, fluentd)
    assert found is None, found
