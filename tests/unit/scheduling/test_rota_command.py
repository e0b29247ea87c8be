"""`kith rota solve`: the plan it writes, what it prints, and a refusal with its place for what is not as the format says."""

import copy
import gzip
import hashlib
import json
import os
import pty
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from scripts.cli.main import main
from scripts.cli.rota_pace import ClockPace
from services.scheduling.engine.cooling import LEVELS
from tests.support.rota_checker import cost_of
from tests.support.rota_instances import random_instance
from tests.support.spoilt_files import NOT_STRICT_JSON

DAY: dict[str, Any] = {
    "patients": [
        {"id": "p1", "location": [1, 2], "time_window": [10, 20], "required_caregivers": [{"service": "s1", "duration": 5}]},
        {
            "id": "p2",
            "time_window": [30, 40.5],
            "required_caregivers": [{"service": "s1", "duration": 10}, {"service": "s2"}],
            "synchronization": {"type": "sequential", "distance": [6, 9]},
        },
    ],
    "services": [{"id": "s1", "default_duration": 3}, {"id": "s2", "default_duration": 4.25}],
    "caregivers": [{"id": "a", "abilities": ["s1"]}, {"id": "b", "abilities": ["s1", "s2"]}],
    "central_offices": [{"id": "d", "location": [0, 0]}],
    "distances": [[0, 3.125, 4], [3.125, 0, 6], [4, 6, 0]],
}


def solve(folder: Path, day: dict[str, Any], *arguments: str) -> int:
    file = folder / "day.json"
    file.write_text(json.dumps(day), encoding="utf-8")
    return main(["rota", "solve", str(file), "--output", str(folder / "plan.json"), *arguments])


def plan(folder: Path) -> dict[str, Any]:
    written: dict[str, Any] = json.loads((folder / "plan.json").read_text(encoding="utf-8"))
    return written


def test_a_plan_is_written_and_its_cost_and_parts_are_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert solve(tmp_path, DAY, "--format", "hhcrsp", "--iterations", "2000") == 0
    answer = json.loads(capsys.readouterr().out)

    # a: office - p1 - p2 - office; b: office - p2 - office. Nobody is late: the cost is a third of the way.
    assert answer["parts"] == {"distance": 21.125, "total_tardiness": 0, "max_tardiness": 0}
    assert answer["cost"] == 21.125 / 3
    assert (answer["iterations"], answer["seed"], answer["complete"]) == (2000, 1, True)
    assert {"warm_up_seconds", "search_seconds", "inputs", "engine", "levels"} <= answer.keys()
    assert plan(tmp_path) == {"routes": {"a": [["p1", "s1", 10.0], ["p2", "s1", 30.0]], "b": [["p2", "s2", 36.0]]}}


@pytest.mark.parametrize("seed", range(5))
def test_the_printed_cost_is_what_a_checker_finds(seed: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    day = random_instance(seed, 15)
    assert solve(tmp_path, day, "--iterations", "20000", "--seed", str(seed)) == 0
    answer, found = json.loads(capsys.readouterr().out), cost_of(day, plan(tmp_path))

    assert answer["cost"] == pytest.approx(float(found["cost"]), abs=1e-9)
    assert answer["parts"] == {name: pytest.approx(float(found[name]), abs=1e-9) for name in answer["parts"]}


def test_a_run_by_the_clock_can_be_repeated(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    day = random_instance(3, 15)
    assert solve(tmp_path, day, "--seconds", "0.3", "--seed", "9") == 0
    first, record = plan(tmp_path), tmp_path / "record.json"
    record.write_text(capsys.readouterr().out, encoding="utf-8")

    assert solve(tmp_path, day, "--repeat", str(record)) == 0
    again = json.loads(capsys.readouterr().out)
    assert (plan(tmp_path), again["seed"], again["levels"]) == (first, 9, json.loads(record.read_text())["levels"])


def test_a_packed_instance_and_plain_code_give_the_same_plan(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert solve(tmp_path, DAY, "--iterations", "500") == 0
    first = plan(tmp_path)
    packed = tmp_path / "day.json.gz"
    packed.write_bytes(gzip.compress(json.dumps(DAY).encode()))

    assert main(["rota", "solve", str(packed), "--iterations", "500", "--plain", "--output", str(tmp_path / "plan.json")]) == 0
    assert plan(tmp_path) == first
    packed.write_bytes(packed.read_bytes()[:-20])
    assert main(["rota", "solve", str(packed), "--output", str(tmp_path / "plan.json")]) == 2
    assert f"{packed}: it cannot be read" in capsys.readouterr().err


def test_interrupted_it_writes_the_best_plan_so_far(tmp_path: Path) -> None:
    file, output = tmp_path / "day.json", tmp_path / "plan.json"
    day = random_instance(5, 12)
    file.write_text(json.dumps(day), encoding="utf-8")
    command = [str(Path(sys.executable).parent / "kith"), "rota", "solve", str(file), "--plain", "--seconds", "60", "--output", str(output)]
    ours, theirs = pty.openpty()
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=theirs) as process:
        os.close(theirs)
        # At a terminal it shows how far it is: it searches.
        shown = b""
        while b"temperatures" not in shown:
            shown += os.read(ours, 1000)
        os.kill(process.pid, signal.SIGINT)
        printed, _ = process.communicate(timeout=60)
    os.close(ours)

    assert process.returncode == 130
    answer = json.loads(printed)
    assert not answer["complete"]
    assert answer["cost"] == pytest.approx(float(cost_of(day, plan(tmp_path))["cost"]), abs=1e-9)


def refusal(folder: Path, text: str | bytes, capsys: pytest.CaptureFixture[str]) -> str:
    file = folder / "day.json"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    assert main(["rota", "solve", str(file), "--iterations", "10", "--output", str(folder / "plan.json")]) == 2, text
    printed = capsys.readouterr()
    assert printed.out == ""
    assert not (folder / "plan.json").exists()
    assert "docs/formats/rota.md" in printed.err
    return printed.err.split(f"{file}: ")[1].split("\n")[0]


BAD_DAYS: list[tuple[list[Any], Any, str]] = [
    (["patients"], [], "patients: must name at least one patient"),
    (["caregivers"], [], "caregivers: must name at least one worker"),
    (["distances", 1, 2], -6, "distances[1][2]: must be a number from 0 to 10,000,000, not -6"),
    (["distances", 1, 2], None, "distances[1][2]: must be a number from 0 to 10,000,000, not null"),
    (["distances", 1, 2], "6", "distances[1][2]: must be a number"),
    (["distances", 1, 2], True, "distances[1][2]: must be a number"),
    (["distances", 1], [3.125, 0], "distances[1]: must be a row of 3 numbers"),
    (["distances"], [[0, 1], [1, 0]], "distances: must be a list of 3 rows"),
    (["distances", 2, 2], 1, "distances[2][2]: must be 0"),
    (["patients", 0, "time_window"], [20, 10], "patients[0].time_window: must not end before it begins"),
    (["patients", 0, "time_window"], [-1, 10], "patients[0].time_window[0]: must be a number"),
    (["patients", 0, "required_caregivers", 0, "service"], "s9", "patients[0].required_caregivers[0].service: must be the id of a service"),
    (["patients", 0, "required_caregivers"], [], "patients[0].required_caregivers: must name one service or two"),
    (["patients", 1, "id"], "p1", "patients[1].id: must not stand twice"),
    (["patients", 1, "synchronization"], None, "patients[1].required_caregivers: must stand with two services"),
    (["patients", 1, "synchronization", "type"], "later", "patients[1].synchronization.type: must be simultaneous or sequential"),
    (["patients", 1, "synchronization", "distance"], [9, 6], "patients[1].synchronization.distance: must not end before it begins"),
    (["caregivers", 1, "abilities"], ["s1", "s7"], "caregivers[1].abilities[1]: must be the id of a service"),
    (["caregivers", 1, "abilities"], ["s1"], "patients[1].required_caregivers[1].service: nobody is able"),
    (["caregivers", 0, "abilities"], [], "patients[1].required_caregivers[1].service: needs a second worker"),
    (["services", 1, "id"], "s1", "services[1].id: must not stand twice"),
    (["patients", 0, "may_be_left_out"], True, "patients[0].may_be_left_out: unknown field"),
    (["caregivers", 0, "shift"], [0, 480], "caregivers[0].shift: unknown field"),
    (["central_offices"], [{"id": "d"}, {"id": "e"}], "central_offices: must be a list of one office"),
]


@pytest.mark.parametrize(("path", "value", "reason"), BAD_DAYS)
def test_a_bad_day_is_refused_with_its_place(
    path: list[Any], value: object, reason: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    day: Any = copy.deepcopy(DAY)
    node = day
    for step in path[:-1]:
        node = node[step]
    node[path[-1]] = value
    assert refusal(tmp_path, json.dumps(day), capsys).startswith(reason)


def test_a_number_too_large_for_a_binary_fraction_is_refused_with_its_place(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = json.dumps(DAY).replace("3.125", "9" * 900 + ".5", 1)
    assert refusal(tmp_path, text, capsys).startswith("distances[0][1]: must be a number from 0 to 10,000,000, not")


@pytest.mark.parametrize(("text", "reason"), NOT_STRICT_JSON)
def test_what_is_not_strict_json_is_refused(text: str | bytes, reason: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert reason in refusal(tmp_path, text, capsys)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [(["--seconds", "1", "--iterations", "5"], 2), (["--seconds", "-1"], 2), (["--iterations", "0"], 2), (["--format", "xml"], 2)],
)
def test_arguments_that_make_no_sense_are_refused(arguments: list[str], code: int, tmp_path: Path) -> None:
    assert solve(tmp_path, DAY, *arguments) == code
    assert not (tmp_path / "plan.json").exists()


def test_a_missing_folder_is_named_before_the_search(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert solve(tmp_path, DAY, "--output", str(tmp_path / "none" / "plan.json")) == 3
    assert "is no folder" in capsys.readouterr().err


@pytest.mark.parametrize("output", [".", "/", "", "day.json"])
def test_a_plan_takes_the_place_of_nothing_else(
    output: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert solve(tmp_path, DAY, "--iterations", "5", "--output", output) == 2
    assert "Nothing was planned" in capsys.readouterr().err
    assert json.loads((tmp_path / "day.json").read_text()) == DAY
    assert [file.name for file in tmp_path.iterdir()] == ["day.json"]


def test_the_printed_hash_is_of_what_was_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Also of a pipe, which gives its content once."""
    content, pipe = json.dumps(DAY).encode(), tmp_path / "pipe"
    os.mkfifo(pipe)
    with ThreadPoolExecutor() as pool:
        writing = pool.submit(pipe.write_bytes, content)
        assert main(["rota", "solve", str(pipe), "--iterations", "5", "--plain", "--output", str(tmp_path / "plan.json")]) == 0
        writing.result()
    assert json.loads(capsys.readouterr().out)["inputs"] == hashlib.sha256(content).hexdigest()


def test_the_clock_gives_every_level_its_part() -> None:
    now = 0.0
    pace = ClockPace(6.4, lambda: now)
    ends = []
    for level in range(LEVELS):
        for chunk in pace.chunks(level):
            now += chunk / 10_000
        ends.append(now)

    assert ends == pytest.approx([0.1 * (level + 1) for level in range(LEVELS)], abs=0.03)
