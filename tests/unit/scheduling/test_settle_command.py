"""`kith settle`: the published cases to the penny, and a refusal with its place for everything that is not as the format says."""

import json
from pathlib import Path
from typing import Any

import pytest

from scripts.cli.main import main
from tests.support.spoilt_files import NOT_STRICT_JSON, answer, assert_every_spoilt_copy_is_refused, refusal

CASES = json.loads((Path(__file__).parent / "vectors" / "settle.json").read_text())

WEEK: dict[str, Any] = {
    "rules": {"payer_adds": "7/40", "worker_gives": "3/40"},
    "workers": [
        {"id": "w1", "as": "self_employed", "rate": 2000},
        {"id": "w2", "as": "employed", "rate": 1500, "wage": 1260},
        {"id": "w3", "as": "volunteer", "rate": 0},
    ],
    "visits": [
        {
            "id": "v1",
            "worker": "w1",
            "start": "2026-12-07T09:00Z",
            "end": "2026-12-07T10:10Z",
            "confirmed": True,
            "travel": 12,
            "waiting": 0,
            "payers": [["council", "3/5"], ["self", "2/5"]],
        }
    ],
}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "settle.json"


@pytest.mark.parametrize("case", CASES)
def test_a_published_case_is_exact(case: dict[str, Any], file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert answer("settle", file, case["file"], capsys) == case["answer"]


def test_words_say_the_same(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.write_text(json.dumps({**WEEK, "visits": [*WEEK["visits"], {**WEEK["visits"][0], "id": "v2", "confirmed": False}]}))

    assert main(["settle", str(file)]) == 0
    # 2000 x 70 / 60 = 2333.33: the payers owe 2741.67, the worker gets 2158.33.
    assert capsys.readouterr().out.splitlines() == [
        "council pays £16.45 (visits: 1, minutes: 70).",
        "self pays £10.97 (visits: 1, minutes: 70).",
        "w1 gets £21.58 (minutes of care: 70, travel: 12, waiting: 0).",
        "w2 gets £0.00 (minutes of care: 0, travel: 0, waiting: 0).",
        "w3 gets £0.00 (minutes of care: 0, travel: 0, waiting: 0).",
        "The co-op keeps £5.84.",
        "Not confirmed, so not counted: v2.",
    ]


def test_every_spoilt_copy_is_refused_with_its_place(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert_every_spoilt_copy_is_refused("settle", file, WEEK, capsys)


@pytest.mark.parametrize(("text", "reason"), NOT_STRICT_JSON)
def test_what_is_no_strict_json_is_refused(text: str | bytes, reason: str, file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert reason in refusal("settle", file, text, capsys)


@pytest.mark.parametrize(
    ("steps", "value", "reason"),
    [
        (("rules", "payer_adds"), "-1/40", 'rules.payer_adds: must be a fraction such as "3/4"'),
        (("rules", "payer_adds"), "1/0", "rules.payer_adds: must be a fraction"),
        (("rules", "payer_adds"), 0.175, "rules.payer_adds: must be a fraction as text"),
        (("rules", "worker_gives"), "41/40", "rules.worker_gives: must be a part, at most 1"),
        (("workers", 2, "rate"), 1, "workers[2].rate: must be 0 for a volunteer"),
        (("workers", 0, "wage"), 1, "workers[0].wage: unknown field"),
        (("workers", 0, "as"), "friend", "workers[0].as: must be one of"),
        (("workers", 0, "rate"), 20.5, "workers[0].rate: must be a whole number"),
        (("workers", 1, "id"), "w1", "workers[1].id: must not stand twice"),
        (("visits", 0, "worker"), "w9", "visits[0].worker: must be the id of a worker of this file"),
        (("visits", 0, "start"), "2026-12-07T09:00", "visits[0].start: must be a time in UTC"),
        (("visits", 0, "start"), "2026-12-07T09:00:30Z", "visits[0].start: must be a time in UTC"),
        (("visits", 0, "start"), "2026-12-07T09:00+00:00", "visits[0].start: must be a time in UTC"),
        (("visits", 0, "start"), "2026-02-30T09:00Z", "visits[0].start: is no day of the calendar"),
        (("visits", 0, "start"), "0001-01-01T09:00Z", "visits[0].start: must be a year from 1900"),
        (("visits", 0, "end"), "2026-12-07T24:00Z", "visits[0].end: must be a time in UTC"),
        (("visits", 0, "end"), "2026-12-07T09:00Z", "visits[0].end: must be after the start"),
        (("visits", 0, "end"), "2026-12-07T08:59Z", "visits[0].end: must be after the start"),
        (("visits", 0, "payers"), [], "visits[0].payers: must have shares that sum to 1, not 0"),
        (("visits", 0, "payers"), [["a", "1/2"], ["b", "1/3"]], "visits[0].payers: must have shares that sum to 1, not 5/6"),
        (("visits", 0, "payers"), [["a", "1/2"], ["a", "1/2"]], "visits[0].payers[1][0]: must not stand twice"),
        (("visits", 0, "payers"), [["a", "1"], ["b", "0"]], "visits[0].payers[1][1]: must be more than 0"),
        (("visits", 0, "payers"), [["a"]], "visits[0].payers[0]: must be a payer and a share"),
        (("visits", 0, "payers"), [[f"p{n}", f"1/{n + 10**14}"] for n in range(101)], "visits[0].payers: must name at most 100 payers"),
        (("visits", 0, "payers"), [[f"p{n}", f"1/{n + 10**14}"] for n in range(100)], "visits[0].payers: must have shares that sum to 1"),
        (("visits", 0, "payers"), [["a", 1]], "visits[0].payers[0][1]: must be a fraction as text"),
    ],
)
def test_what_the_format_forbids_is_named(
    steps: tuple[Any, ...], value: object, reason: str, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    week = json.loads(json.dumps(WEEK))
    node = week
    for step in steps[:-1]:
        node = node[step]
    node[steps[-1]] = value

    assert refusal("settle", file, json.dumps(week), capsys).startswith(reason)


PARTS = [
    {"person": "ada", "share": "2/3", "payers": [["council", "1/2"], ["ada", "1/2"]]},
    {"person": "bea", "share": "1/3", "payers": [["council", "1/4"], ["bea", "3/4"]]},
]


def shared(parts: object) -> dict[str, Any]:
    """The visit of WEEK, shared by these parts."""
    [visit] = WEEK["visits"]
    return {**WEEK, "visits": [{key: value for key, value in visit.items() if key != "payers"} | {"shared": parts}]}


@pytest.mark.capability("T9")
def test_a_shared_visit_is_split_among_its_people_first(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = answer("settle", file, shared(PARTS), capsys)
    # 27.42 is 18.28 and 9.14; of 18.28 each half, of 9.14 a quarter is 2.285 and three are 6.855: of equal remainders the first.
    assert found["payers"] == {
        "council": {"visits": 1, "minutes": 70, "pence": 914 + 229},
        "ada": {"visits": 1, "minutes": 70, "pence": 914},
        "bea": {"visits": 1, "minutes": 70, "pence": 685},
    }
    assert sum(payer["pence"] for payer in found["payers"].values()) == found["workers"]["w1"]["pence"] + found["co_op"]
    # Whoever pays for the other: a person's own payers owe the same.
    other = [PARTS[0], PARTS[1] | {"payers": [["the other", "1"]]}]
    assert answer("settle", file, shared(other), capsys)["payers"]["ada"]["pence"] == 914


@pytest.mark.parametrize(
    ("parts", "reason"),
    [
        (PARTS[:1], "visits[0].shared: must have the parts of 2 persons, not 1"),
        ([PARTS[0], PARTS[0]], "visits[0].shared[1].person: must not stand twice"),
        ([PARTS[0], PARTS[1] | {"share": "1/2"}], "visits[0].shared: must have shares that sum to 1, not 7/6"),
        ([PARTS[0], PARTS[1] | {"share": "0"}], "visits[0].shared[1].share: must be more than 0"),
        ([PARTS[0], PARTS[1] | {"payers": [["bea", "1/2"]]}], "visits[0].shared[1].payers: must have shares that sum to 1, not 1/2"),
    ],
)
def test_parts_that_are_none_are_named(parts: object, reason: str, file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert refusal("settle", file, json.dumps(shared(parts)), capsys).startswith(reason)


def test_a_visit_has_payers_or_parts(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    both = shared(PARTS)
    both["visits"][0]["payers"] = [["ada", "1"]]
    neither = shared(PARTS)
    del neither["visits"][0]["shared"]
    assert refusal("settle", file, json.dumps(both), capsys).startswith("visits[0].shared: unknown field")
    assert refusal("settle", file, json.dumps(neither), capsys).startswith("visits[0]: has no payers")


def test_two_visits_with_one_id_are_refused(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    week = {**WEEK, "visits": WEEK["visits"] * 2}

    assert refusal("settle", file, json.dumps(week), capsys).startswith('visits[1].id: must not stand twice; "v1" stands in visits[0].id')
