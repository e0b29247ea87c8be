"""`kith quote`: recomputes a quote from its file, and refuses with its place everything that is not as the format says."""

import json
from pathlib import Path
from typing import Any

import pytest

from scripts.cli.main import main
from tests.support.spoilt_files import NOT_STRICT_JSON, answer, assert_every_spoilt_copy_is_refused, refusal

WEEK: dict[str, Any] = {
    "rules": {"payer_adds": "7/40", "worker_gives": "3/40", "travel_pence_a_km": 28, "travel_pence_a_minute": 0},
    "worker": {"as": "self_employed", "rate": 2000},
    "visits": [{"minutes": 70, "travel_km": 5, "travel_minutes": 12, "times": 3}],
}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "quote.json"


@pytest.mark.capability("T4")
def test_the_answer_is_exact(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    # 2000 x 70 / 60 = 2333.33; the payers' price is 2741.67, the pay 2158.33. Three times, and 140 of travel each.
    expected = {"price": 8646, "lines": {"pay": 6474, "worker_gives": 525, "payer_adds": 1227, "travel": 420}}
    assert answer("quote", file, WEEK, capsys) == expected


def test_words_say_the_same(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.write_text(json.dumps(WEEK))
    assert main(["quote", str(file)]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "The week costs £86.46.",
        "£64.74 for the worker.",
        "£5.25 for the co-op, from the worker's rate.",
        "£12.27 for the co-op, on top of the worker's rate.",
        "£4.20 for the worker's travel.",
    ]


def test_every_spoilt_copy_is_refused_with_its_place(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert_every_spoilt_copy_is_refused("quote", file, WEEK, capsys)


@pytest.mark.parametrize(("text", "reason"), NOT_STRICT_JSON)
def test_what_is_no_strict_json_is_refused(text: str | bytes, reason: str, file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert reason in refusal("quote", file, text, capsys)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"worker": {"as": "volunteer", "rate": 1}}, "worker.rate: must be 0 for a volunteer"),
        ({"rules": {**WEEK["rules"], "worker_gives": "41/40"}}, "rules.worker_gives: must be a part, at most 1"),
        ({"visits": [{**WEEK["visits"][0], "minutes": 0}]}, "visits[0].minutes: must be a whole number, 1 or more"),
        ({"visits": [{**WEEK["visits"][0], "times": 10**7}]}, "visits[0].times: must be a whole number, at most 1000000"),
        ({"visits": WEEK["visits"] * 1001}, "visits: must be at most 1000 visits"),
    ],
)
def test_what_cannot_be_quoted_is_refused(change: dict[str, Any], reason: str, file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert reason in refusal("quote", file, json.dumps(WEEK | change), capsys)
