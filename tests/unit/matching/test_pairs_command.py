"""`kith pairs`: the published cases, what the format allows, and a refusal with its place for everything else."""

import json
from pathlib import Path
from typing import Any

import pytest

from scripts.cli.main import main
from services.matching.domain.pairing import Chooser
from tests.support.spoilt_files import NOT_STRICT_JSON, answer, assert_every_spoilt_copy_is_refused, refusal
from tests.unit.matching.test_pairing import blocking_pairs

CASES = json.loads((Path(__file__).parent / "vectors" / "pairs.json").read_text())

DAY: dict[str, Any] = {
    "seed": "published beforehand",
    "persons": [{"id": "p1", "wants": 1, "ranks": [["w2"], ["w1"]]}, {"id": "p4", "wants": 2, "ranks": [["w1"]]}],
    "workers": [{"id": "w1", "places": 2, "ranks": [["p1", "p4"]]}, {"id": "w2", "places": 1, "ranks": []}],
}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "pairs.json"


@pytest.mark.parametrize("case", CASES)
def test_no_pair_blocks_in_a_published_case(case: dict[str, Any], file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    day = case["file"]
    result = answer("pairs", file, day, capsys)
    persons = [Chooser(person["id"], person["wants"], person["ranks"]) for person in day["persons"]]
    workers = [Chooser(worker["id"], worker["places"], worker["ranks"]) for worker in day["workers"]]
    pairs = [(person, worker) for person, worker in result["pairs"]]

    assert pairs == sorted(set(pairs)) != []
    assert blocking_pairs(persons, workers, frozenset(pairs)) == []


def test_the_answer_is_one_object_as_the_page_says(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    draw = "a2985853a2fe19f93047211fb5608897e9dbf51abfff0f3aa91491286f83325a"

    assert answer("pairs", file, DAY, capsys) == {
        "pairs": [["p1", "w1"], ["p4", "w1"]],
        "unmatched": {"persons": [], "workers_with_places": ["w2"]},
        "draw": draw,
    }


def test_words_say_who_is_with_whom_and_what_is_left(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.write_text(json.dumps(DAY))

    assert main(["pairs", str(file)]) == 0
    *lines, draw = capsys.readouterr().out.splitlines()
    assert lines == ["p1: w1", "p4: w1 (1 of 2)", "w2 has room for 1 more."]
    assert draw.startswith("Ties were broken by the draw ")


def test_an_empty_day_and_any_text_as_an_id_are_allowed(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    empty = {"seed": "s", "persons": [], "workers": []}
    assert answer("pairs", file, empty, capsys)["pairs"] == []

    strange = {
        "seed": " ",
        "persons": [{"id": "\n", "wants": 9, "ranks": [["\n"], []]}],
        "workers": [{"id": "\n", "places": 1, "ranks": [["\n"]]}],
    }
    assert answer("pairs", file, strange, capsys)["pairs"] == [["\n", "\n"]]
    assert main(["pairs", str(file)]) == 0
    assert capsys.readouterr().out.startswith("'\\n': '\\n' (1 of 9)\n")


def test_every_spoilt_copy_is_refused_with_its_place(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert_every_spoilt_copy_is_refused("pairs", file, DAY, capsys)


@pytest.mark.parametrize(("text", "reason"), NOT_STRICT_JSON)
def test_what_is_no_strict_json_is_refused(text: str | bytes, reason: str, file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert reason in refusal("pairs", file, text, capsys)


@pytest.mark.parametrize(
    ("steps", "value", "reason"),
    [
        (("persons", 0, "wants"), 0, "persons[0].wants: must be a whole number, 1 or more, not 0"),
        (("workers", 1, "places"), 0, "workers[1].places: must be a whole number, 1 or more, not 0"),
        (("persons", 1, "id"), "p1", 'persons[1].id: must not stand twice; "p1" stands in persons[0].id already'),
        (("workers", 1, "id"), "w1", "workers[1].id: must not stand twice"),
        (
            ("persons", 0, "ranks"),
            [["w2"], ["w1", "w2"]],
            'persons[0].ranks[1][1]: must not stand twice; "w2" stands in persons[0].ranks[0][0]',
        ),
        (("persons", 0, "ranks"), [["w2"], ["p4"]], 'persons[0].ranks[1][0]: must be the id of a worker of this file, not "p4"'),
        (("workers", 0, "ranks"), [["p1", "w1"]], 'workers[0].ranks[0][1]: must be the id of a person of this file, not "w1"'),
        (("persons", 0, "ranks"), ["w2"], "persons[0].ranks[0]: must be a list"),
        (("persons", 0, "id"), "\ud800", "persons[0].id: must be text, without half a surrogate pair"),
    ],
)
def test_what_the_format_forbids_is_named(
    steps: tuple[Any, ...], value: object, reason: str, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    day = json.loads(json.dumps(DAY))
    day[steps[0]][steps[1]][steps[2]] = value

    assert refusal("pairs", file, json.dumps(day), capsys).startswith(reason)


def test_a_file_that_is_not_there_is_refused(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["pairs", str(file)]) == 2
    assert "No such file" in capsys.readouterr().err
