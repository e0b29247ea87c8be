"""`kith rota solve --format week`: the plan of a week made again from its record, and a refusal with its place for what is not a record."""

import copy
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from scripts.cli import week_file
from scripts.cli.main import main
from scripts.cli.strict_json import JsonNode
from services.scheduling.domain.week_problem import USUAL_WEIGHTS, WeekPlan
from services.scheduling.domain.week_record import ChosenByHand, inputs_hash, record_document, with_choice
from services.scheduling.engine.week_plan import plan_week
from services.scheduling.engine.week_process import read_own_record
from services.scheduling.engine.week_record import recompute, record_of
from tests.support.spoilt_files import NOT_STRICT_JSON
from tests.support.week_problems import random_week

WEEK = random_week(0)


def a_record(plan: WeekPlan | None = None) -> dict[str, Any]:
    made = plan or plan_week(WEEK, 7, 900, progress=lambda done: done < 500, plain=True)
    document: dict[str, Any] = json.loads(record_document(record_of(WEEK, made, 7, 900, USUAL_WEIGHTS)))
    return document


RECORD = a_record()


def solve(folder: Path, record: object, *arguments: str) -> int:
    file = folder / "week.json"
    file.write_text(record if isinstance(record, str) else json.dumps(record), encoding="utf-8")
    return main(["rota", "solve", str(file), "--format", "week", *arguments])


@pytest.mark.parametrize("arguments", [["--plain"], []])
def test_the_same_plan_is_found_again(arguments: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert solve(tmp_path, RECORD, *arguments) == 0
    answer = json.loads(capsys.readouterr().out)

    assert (answer["plan"], answer["points"], answer["inputs"]) == (RECORD["plan"], RECORD["points"], RECORD["inputs"])
    assert answer["cost"] == sum(RECORD["points"].values())
    assert answer["iterations"] == RECORD["made"] < 900
    assert answer["same_as_recorded"] is True


def test_another_plan_than_the_one_recorded_is_said_and_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    record = copy.deepcopy(RECORD)
    visit = next(visit for visit, comes in record["plan"].items() if comes)
    record["plan"][visit] = []
    assert solve(tmp_path, record, "--plain") == 1
    answer = json.loads(capsys.readouterr().out)
    assert answer["same_as_recorded"] is False
    assert answer["plan"] == RECORD["plan"]


def test_a_record_without_a_plan_gets_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert solve(tmp_path, RECORD | {"plan": {}, "points": {}}, "--plain") == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["plan"], answer["same_as_recorded"]) == (RECORD["plan"], None)


@pytest.mark.parametrize("seed", range(20))
def test_what_is_written_is_read_as_it_was(seed: int) -> None:
    problem = random_week(seed)
    record = record_of(problem, plan_week(problem, 1, 50, plain=True), 1, 50, USUAL_WEIGHTS)
    read = week_file.read_record(JsonNode.parse(record_document(record).decode()))

    assert record_document(read) == record_document(record)
    assert recompute(read, plain=True) == recompute(record, plain=True)


def test_ways_of_going_the_rulebook_and_choices_by_hand_are_read_as_they_were_and_the_plan_is_the_engines(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    workers = [replace(WEEK.workers[0], goes="car"), *WEEK.workers[1:]]
    problem = replace(WEEK, workers=workers, travel_by={"car": {pair: minutes // 2 for pair, minutes in WEEK.travel.items()}})
    record = replace(record_of(problem, plan_week(problem, 1, 50, plain=True), 1, 50, USUAL_WEIGHTS), rulebook="a" * 64)
    text = with_choice(with_choice(record_document(record).decode(), CHOSEN), replace(CHOSEN, instead_of="w1"))
    read = week_file.read_record(JsonNode.parse(text))
    assert (read.chosen, record_document(read).decode()) == ((CHOSEN, replace(CHOSEN, instead_of="w1")), text)
    assert record_document(replace(read, chosen=())) == record_document(record)
    assert inputs_hash(problem) != inputs_hash(WEEK)
    assert solve(tmp_path, text, "--plain") == 0
    assert json.loads(capsys.readouterr().out)["same_as_recorded"] is True
    assert record_document(read_own_record(json.loads(text))).decode() == record_document(replace(record, comes={}, points={})).decode()


CHOSEN = ChosenByHand("v0", "w0", "")


def test_the_hash_does_not_depend_on_the_order_in_which_a_week_is_given() -> None:
    turned = type(WEEK)(WEEK.monday, WEEK.visits[::-1], WEEK.workers[::-1], dict(reversed(list(WEEK.travel.items()))))
    assert inputs_hash(turned) == inputs_hash(WEEK)


BAD_RECORDS: list[tuple[list[Any], Any, str]] = [
    (["week", "monday"], "2026-12-08", "week.monday: must be a Monday"),
    (["week", "visits", 0, "start"], -1, "week.visits[0].start: must be a whole number"),
    (["week", "visits", 0, "end"], 0, "week.visits[0].end: must be a whole number"),
    (["week", "visits", 1, "id"], "v0", "week.visits[1].id: must not stand twice"),
    (["week", "visits", 0, "place"], "nowhere", "week.visits[0].place: must be one of places, or empty"),
    (["week", "visits", 0, "kept"], ["w1", "w1"], "week.visits[0].kept[1]: must not stand twice"),
    (["week", "visits", 0, "colour"], "red", "week.visits[0].colour: unknown field"),
    (["week", "workers", 1, "id"], "w0", "week.workers[1].id: must not stand twice"),
    (["week", "workers", 0, "cannot"], {"v99": "AWAY"}, "week.workers[0].cannot.v99: must stand under the id of a visit"),
    (["week", "workers", 0, "known"], {"p0": -1}, "week.workers[0].known.p0: must be a whole number"),
    (["week", "workers", 0, "daily_rest"], None, "week.workers[0].daily_rest: must be a whole number"),
    (["week", "travel", 1, 2], None, "week.travel[1][2]: has no minutes"),
    (["week", "travel", 1, 2], -4, "week.travel[1][2]: must be from 0 to 1440 minutes, not -4"),
    (["week", "travel", 0], [0], "week.travel[0]: must be"),
    (["week", "travel", 0], "none", "week.travel[0]: must be a list"),
    (["week", "travel"], [], "week.travel: must be"),
    (["week", "workers", 0, "goes"], "car", "week.workers[0].goes: must be one of travel_by, or left out"),
    (["week", "travel_by"], {}, "week.travel_by: must name a way of going, or be left out"),
    (["week", "travel_by"], {"car": [[0]]}, "week.travel_by.car: must be"),
    (["rulebook"], "", "rulebook: must be a text that is not empty"),
    (["chosen"], [{"visit": "v99", "worker": "w0", "instead_of": ""}], "chosen[0].visit: must be the id of a visit of this file"),
    (["chosen"], [{"visit": "v0", "worker": "", "instead_of": ""}], "chosen[0].worker: must be the id of a worker of this file"),
    (["inputs"], "0" * 64, "inputs: must be the hash of this week"),
    (["engine"], 99, "engine: must be 1, the version of this engine, not 99"),
    (["made"], 901, "made: must be a whole number, at most 900"),
    (["weights", "nobody"], 10**7, "weights.nobody: must be a whole number, at most 1000000"),
    (["weights", "colour"], 1, "weights.colour: unknown field"),
    (["plan"], {"v0": []}, "plan: has no v1"),
    (["points"], {}, "points: has no nobody"),
]


@pytest.mark.parametrize(("path", "value", "reason"), BAD_RECORDS)
def test_a_bad_record_is_refused_with_its_place(
    path: list[Any], value: object, reason: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    record: Any = copy.deepcopy(RECORD)
    node = record
    for step in path[:-1]:
        node = node[step]
    node[path[-1]] = value
    assert refusal(tmp_path, json.dumps(record), capsys).startswith(reason)


@pytest.mark.parametrize(("text", "reason"), [(text, reason) for text, reason in NOT_STRICT_JSON if isinstance(text, str)])
def test_what_is_not_strict_json_is_refused(text: str, reason: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert reason in refusal(tmp_path, text, capsys)


def refusal(folder: Path, text: str, capsys: pytest.CaptureFixture[str]) -> str:
    assert solve(folder, text, "--plain") == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "docs/formats/week.md" in printed.err
    return printed.err.split("week.json: ")[1].split("\n")[0]


def test_a_week_takes_no_other_options_and_a_day_needs_an_output(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert solve(tmp_path, RECORD, "--seed", "2") == 2
    assert "record says how it is planned" in capsys.readouterr().err
    assert main(["rota", "solve", str(tmp_path / "week.json")]) == 2
    assert "--output is missing" in capsys.readouterr().err
