"""`kith matching-day`: who took part checks their own line and the draw, and what does not fit is named."""

import json
from pathlib import Path
from typing import Any

import pytest

from scripts.cli.main import main
from services.matching.domain import matching_day as days
from services.matching.domain.pairing import draw_of
from tests.support.spoilt_files import answer, assert_every_spoilt_copy_is_refused, refusal

SECRET, NUMBER, OTHER = "5e" * 32, "0a" * 16, "0b" * 16
LINE = f'{{"id":"{NUMBER}","ranks":[["{OTHER}"]],"wants":1}}'
SEED = days.seed_of(SECRET, [OTHER, NUMBER])
FILE: dict[str, Any] = {
    "commitment": days.commitment_of(SECRET),
    "seed": SEED,
    "entry_hashes": sorted([days.hash_of(LINE, "salt"), days.hash_of("the line of the other", "their salt")]),
    "own": {"line": LINE, "salt": "salt"},
}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "my-matching-day.json"


def test_a_file_that_is_right_holds(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert answer("matching-day", file, FILE, capsys) == {
        "holds": True,
        "draw": draw_of(SEED),
        "seed_as_promised": True,
        "number_in_seed": True,
        "line_used": True,
        "as_many_lines_as_numbers": True,
    }
    assert main(["matching-day", str(file)]) == 0
    assert "What you chose was used" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("changed", "wrong", "says"),
    [
        ({"commitment": days.commitment_of("another")}, "seed_as_promised", "NOT THE ONE THAT WAS PROMISED"),
        ({"own": {"line": LINE.replace(NUMBER, "0c" * 16), "salt": "salt"}}, "number_in_seed", "NOT PART OF THE DRAW"),
        ({"own": {"line": LINE, "salt": "another"}}, "line_used", "WAS NOT USED"),
        ({"entry_hashes": [days.hash_of(LINE, "salt")]}, "as_many_lines_as_numbers", "NOT AS MANY"),
        ({"seed": days.seed_of(SECRET, [NUMBER, NUMBER])}, "as_many_lines_as_numbers", "NOT AS MANY"),
    ],
)
def test_what_does_not_fit_is_named(changed: dict[str, Any], wrong: str, says: str, file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.write_text(json.dumps(FILE | changed))
    assert main(["matching-day", str(file), "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert (found["holds"], found[wrong]) == (False, False)
    assert main(["matching-day", str(file)]) == 1
    assert says in capsys.readouterr().out


def test_everything_else_is_refused_with_its_place(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert_every_spoilt_copy_is_refused("matching-day", file, FILE, capsys)
    for line in ("no JSON", "[]", "{}", '{"id": 1}', "[" * 100_000):
        assert "own.line" in refusal("matching-day", file, json.dumps(FILE | {"own": {"line": line, "salt": "s"}}), capsys)
