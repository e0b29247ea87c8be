"""`kith hours`: the published cases to the minute, and a refusal with its place for everything that is not as the format says."""

import json
from pathlib import Path
from typing import Any

import pytest

from scripts.cli.main import main
from tests.support.spoilt_files import NOT_STRICT_JSON, answer, assert_every_spoilt_copy_is_refused, refusal

CASES = json.loads((Path(__file__).parent / "vectors" / "hours.json").read_text())

REST = {"daily_rest": 660, "weekly_rest": 1440, "break_after": 360, "break": 20, "night": ["23:00", "06:00"]}
FILE: dict[str, Any] = {
    "zone": "Europe/London",
    "from": "2026-12-07",
    "weeks": 1,
    "rules": {
        **REST,
        "average_week": 2880,
        "night_average": 480,
        "night_counts_from": 180,
        "young": {**REST, "day": 480, "week": 2400},
    },
    "people": [
        {
            "id": "w1",
            "born": "1990-01-31",
            "as": "employed",
            "opt_out": [["2026-01-01", None]],
            "work": [{"start": "2026-12-07T07:00", "end": "2026-12-07T15:00", "breaks": [["11:00", "11:15"]]}],
        }
    ],
}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "hours.json"


@pytest.mark.parametrize("case", CASES)
def test_a_published_case_is_exact(case: dict[str, Any], file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert answer("hours", file, case["file"], capsys) == case["answer"]


def test_words_say_the_same(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.write_text(json.dumps({**FILE, "people": [*FILE["people"], {**FILE["people"][0], "id": "w2", "as": "volunteer"}]}))

    assert main(["hours", str(file)]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "w1: 7 h 45 min, breaches:",
        "  2026-12-07T07:00 BREAK: no break that is long enough",
        "w2: 7 h 45 min, no breach",
    ]


def test_the_order_of_periods_does_not_matter(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    document = json.loads(json.dumps(CASES[0]["file"]))
    for person in document["people"]:
        person["work"].reverse()

    assert answer("hours", file, document, capsys) == CASES[0]["answer"]


def test_every_spoilt_copy_is_refused_with_its_place(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    document = json.loads(json.dumps(FILE))
    document["people"][0]["opt_out"] = [["2026-01-01", "2026-02-01"]]
    spoilt_end = "people[0].opt_out[0][1]"

    assert_every_spoilt_copy_is_refused("hours", file, document, capsys, allowed={(spoilt_end, None)})


@pytest.mark.parametrize(("text", "reason"), NOT_STRICT_JSON)
def test_what_is_no_strict_json_is_refused(text: str | bytes, reason: str, file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert reason in refusal("hours", file, text, capsys)


PERIOD = ("people", 0, "work", 0)


@pytest.mark.parametrize(
    ("steps", "value", "reason"),
    [
        (("zone",), "Mars/Base", 'zone: must be a time zone such as "Europe/London", not "Mars/Base"'),
        (("zone",), "../etc/passwd", "zone: must be a time zone"),
        (("zone",), "Europe", "zone: must be a time zone"),
        (("zone",), "\u0000", "zone: must be a time zone"),
        (("zone",), "localtime", "zone: must be a time zone"),
        (("zone",), "right/Europe/London", "zone: must be a time zone"),
        (("from",), "2026-12-08", "from: must be a Monday"),
        (("from",), "2026-13-07", "from: is no day of the calendar"),
        (("from",), "20261207", "from: must be a date"),
        (("fortnights_from",), "2001-01-02", "fortnights_from: must be a Monday"),
        (("weeks",), 0, "weeks: must be a whole number, 1 or more"),
        (("weeks",), 521, "weeks: must be a whole number, at most 520"),
        (("rules", "night"), ["24:00", "06:00"], "rules.night[0]: must be a time of day"),
        (("rules", "night"), ["06:00", "06:00"], "rules.night: must be two different times of day"),
        (("rules", "night"), ["23:00"], "rules.night: must be two times of day"),
        (("rules", "daily_rest"), 660.0, "rules.daily_rest: must be a whole number"),
        (("people", 0, "as"), "retired", "people[0].as: must be one of"),
        (("people", 0, "born"), "1990-02-29", "people[0].born: is no day of the calendar"),
        (("people", 0, "opt_out"), [["2026-01-02", "2026-01-01"]], "people[0].opt_out[0][1]: must not be before the first day"),
        (("people", 0, "opt_out"), [["2026-01-02"]], "people[0].opt_out[0]: must be a first and a last day"),
        ((*PERIOD, "start"), "2026-12-07T7:00", "people[0].work[0].start: must be a local time"),
        ((*PERIOD, "start"), "2026-12-07T07:00Z", "people[0].work[0].start: must be a local time"),
        ((*PERIOD, "end"), "2026-12-07T07:00", "people[0].work[0].end: must be after the start"),
        ((*PERIOD, "end"), "2026-12-07T11:14", "people[0].work[0].breaks[0]: must lie within its period"),
        ((*PERIOD, "breaks"), [["06:59", "07:10"]], "people[0].work[0].breaks[0]: must lie within its period"),
        ((*PERIOD, "breaks"), [["14:50", "15:01"]], "people[0].work[0].breaks[0]: must lie within its period"),
        ((*PERIOD, "breaks"), [["11:00", "25:00"]], "people[0].work[0].breaks[0][1]: must be a time of day"),
    ],
)
def test_what_the_format_forbids_is_named(
    steps: tuple[Any, ...], value: object, reason: str, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    document = json.loads(json.dumps(FILE))
    node = document
    for step in steps[:-1]:
        node = node[step]
    node[steps[-1]] = value

    assert refusal("hours", file, json.dumps(document), capsys).startswith(reason)


def test_an_end_before_its_start_an_overlap_and_two_people_with_one_id_are_refused(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def refused(work: list[dict[str, Any]], people: int = 1) -> str:
        return refusal("hours", file, json.dumps({**FILE, "people": [{**FILE["people"][0], "work": work}] * people}), capsys)

    late = {"start": "2026-12-07T14:59", "end": "2026-12-07T16:00", "breaks": []}
    assert refused([{**late, "end": "2026-12-07T14:59"}]).startswith("people[0].work[0].end: must be after the start")
    assert refused([late, *FILE["people"][0]["work"]]).startswith("people[0].work[0]: must not overlap people[0].work[1]")
    assert refused([late, late]).startswith("people[0].work[1]: must not overlap people[0].work[0]")
    assert refused([late], people=2).startswith('people[1].id: must not stand twice; "w1" stands in people[0].id')
    spring = {"start": "2026-03-29T01:10", "end": "2026-03-29T02:05", "breaks": []}
    assert refused([spring]).endswith('must be after the start, not "2026-03-29T02:05"; the clocks change between the two')
