"""Reads and compares recorded cases; as a program, records them anew or shows what differs.

python -m tests.agent.recorded.cases record cases/parser_json.yaml     # needs a Fluentd: see README.md
python -m tests.agent.recorded.cases try cases/parser_json.yaml        # compares Fluentd and Kelp, writes nothing
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

from tests.agent.recorded.answer import answer
from tests.agent.recorded.values import Case

HERE = Path(__file__).parent
FOLDER = HERE / "cases"


def read_cases(path: Path) -> list[Case]:
    cases: list[Case] = yaml.safe_load(path.read_text())
    return cases


def recorded_answers(path: Path) -> dict[str, Any]:
    """Fluentd's answer to each case of a file, by the case's name."""
    lines = (json.loads(line) for line in path.with_suffix(".jsonl").read_text().split("\n") if line)
    return {line["name"]: line["answer"] for line in lines}


def difference(case: Case, fluentd: Any) -> str | None:
    """How Kelp's answer differs from what is wanted: Fluentd's, or the case's own where it says why."""
    wanted = case.get("kelp", fluentd)
    got = answer(case)
    if "failed" in wanted:
        return f"Fluentd could not answer: {wanted['failed']}"
    if "refused" in wanted:
        return None if "refused" in got else f"should be refused ({wanted['refused']}), got {_text(got)}"
    if "refused" in got:
        return f"refused: {got['refused']}\n  wanted {_text(wanted)}"
    return None if _text(got) == _text(wanted) else f"got    {_text(got)}\n  wanted {_text(wanted)}"


def _text(value: Any) -> str:
    """As JSON: 1 is not 1.0, and the order of keys does not matter."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def ask_fluentd(cases: list[Case]) -> list[Any]:
    """A real Fluentd's answers. Raises CalledProcessError."""
    text = "".join(json.dumps(case) + "\n" for case in cases)
    environment = dict(os.environ, TZ="UTC", LANG="C.UTF-8")
    # With the encodings of a Fluentd worker: they decide how texts are inspected.
    command = ["ruby", "-W0", "-Eascii-8bit:ascii-8bit", str(HERE / "record.rb")]
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=True, env=environment)
    answers = [json.loads(line) for line in done.stdout.split("\n") if line.startswith("{")]
    if len(answers) != len(cases):
        raise SystemExit(f"{len(answers)} answers to {len(cases)} cases\n{done.stderr}")
    return answers


def main(verb: str, *names: str) -> None:
    for path in map(Path, names):
        cases = read_cases(path)
        answers = ask_fluentd(cases)
        bad = 0
        for case, got in zip(cases, answers, strict=True):
            if found := difference(case, got):
                bad += 1
                print(f"{path.stem} / {case['name']}:\n  {found}")
        print(f"{path.stem}: {len(cases) - bad} of {len(cases)} agree")
        if verb == "record":
            lines = ({"name": case["name"], "answer": got} for case, got in zip(cases, answers, strict=True))
            path.with_suffix(".jsonl").write_text(
                "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
            )


if __name__ == "__main__":
    main(*sys.argv[1:])
