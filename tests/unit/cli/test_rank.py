"""`kith rank`: one JSON object or plain words, and everything that the format refuses, with its place."""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripts.cli.main import main
from scripts.cli.strict_json import JsonNodeError
from services.matching.domain.ranking import rank
from tests.support.spoilt_files import NOT_STRICT_JSON, refusal
from tests.unit.matching.ranking_cases import read_question

DOCUMENT = Path(__file__).parents[3] / "docs" / "formats" / "rank.md"
EXAMPLE: dict[str, Any] = json.loads(DOCUMENT.read_text(encoding="utf-8").split("```json\n")[1].split("```")[0])

Change = Callable[[dict[str, Any]], object]


def changed(change: Change) -> dict[str, Any]:
    content = copy.deepcopy(EXAMPLE)
    change(content)
    return content


def run(tmp_path: Path, content: str | bytes, *options: str) -> int:
    file = tmp_path / "people.json"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return main(["rank", str(file), *options])


@pytest.mark.capability("T5")
def test_the_example_of_the_format_gives_the_answer_of_the_format(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    expected = json.loads(DOCUMENT.read_text(encoding="utf-8").split("```json\n")[2].split("```")[0])
    assert run(tmp_path, json.dumps(EXAMPLE), "--json") == 0
    printed = capsys.readouterr()
    assert (json.loads(printed.out), printed.err) == (expected, "")


def test_words_name_the_order_the_points_and_every_reason(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path, json.dumps(EXAMPLE)) == 0
    words = capsys.readouterr().out
    assert "2 workers can be suggested to p1 on 2026-12-07, of 3 in the file." in words
    assert words.index("1. w1: ") < words.index("2. w2: ") < words.index("Not suggested:")
    assert "w3: a check is not complete, lives too far away" in words


@pytest.mark.parametrize("options", [[], ["--json"]], ids=["words", "json"])
def test_a_file_in_another_order_prints_the_same_bytes(options: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def reverse(value: Any) -> Any:
        """Objects and lists turned round, but for places and times, in which the order means something."""
        if isinstance(value, dict):
            return {key: reverse(child) for key, child in reversed(value.items())}
        is_tuple = isinstance(value, list) and value and (isinstance(value[0], float) or value[0] in ("mon", "thu", "fri"))
        return [reverse(child) for child in reversed(value)] if isinstance(value, list) and not is_tuple else value

    assert reverse(EXAMPLE)["workers"][0]["id"] == "w3"
    assert run(tmp_path, json.dumps(EXAMPLE), *options) == 0
    first = capsys.readouterr().out
    assert run(tmp_path, json.dumps(reverse(EXAMPLE)), *options) == 0
    assert capsys.readouterr().out == first


def test_an_id_cannot_write_on_the_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    content = changed(lambda file: file["workers"][0].update(id="\x1b[2J\nw"))
    assert run(tmp_path, json.dumps(content)) == 0
    assert "\x1b" not in (words := capsys.readouterr().out)
    assert r"'\x1b[2J\nw'" in words
    assert run(tmp_path, json.dumps(content), "--json") == 0
    assert "\x1b[2J\nw" in json.loads(capsys.readouterr().out)["order"]


def test_nobody_to_suggest_and_nobody_at_all(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path, json.dumps(changed(lambda file: file.update(workers=[], team=[])))) == 0
    assert capsys.readouterr().out == "0 workers can be suggested to p1 on 2026-12-07, of 0 in the file.\n"
    assert run(tmp_path, json.dumps(changed(lambda file: file.update(workers=[]))), "--json") == 0
    assert json.loads(capsys.readouterr().out) == {"order": [], "workers": {}}


def at(*path: str | int, value: object) -> Change:
    def change(file: Any) -> None:
        for key in path[:-1]:
            file = file[key]
        file[path[-1]] = value

    return change


def without(*path: str | int) -> Change:
    def change(file: Any) -> None:
        for key in path[:-1]:
            file = file[key]
        del file[path[-1]]

    return change


NAN, INFINITE = float("nan"), float("inf")
TIME = 'must be a time of day such as "09:00", not '
END = 'must be a time of day such as "09:00", or "24:00", not '
INTERVAL = 'must be a day and two times such as ["mon", "09:00", "10:30"], not '
REFUSED: list[tuple[Change, str]] = [
    (without("on"), "has no on; needed here: on, person, team, workers"),
    (without("person", "must", "gender"), "person.must: has no gender; needed here: skills, languages, gender"),
    (without("workers", 1, "never"), "workers[1]: has no never; needed here: id, place,"),
    (without("workers", 0, "wishes", "tags"), "workers[0].wishes: has no tags; needed here: tags"),
    (without("team", 0, "skills"), "team[0]: has no skills; needed here: id, free, skills"),
    (at("note", value=1), "note: unknown field; known here: on, person, team, workers"),
    (at("workers", 0, "rate", value=1), "workers[0].rate: unknown field; known here: "),
    (at("team", 0, "place", value=[1, 2]), "team[0].place: unknown field"),
    (at("workers", 0, "wishes", "languages", value=[]), "workers[0].wishes.languages: unknown field; known here: tags"),
    (at("on", value="20261207"), 'on: must be a date such as "2026-12-07", not "20261207"'),
    (at("on", value="2026-W50-1"), 'on: must be a date such as "2026-12-07"'),
    (at("on", value="2026-02-30"), 'on: is no day of the calendar: "2026-02-30"'),
    (at("on", value="٢٠٢٦-12-07"), 'on: must be a date such as "2026-12-07"'),
    (at("on", value=None), 'on: must be a date such as "2026-12-07", not null'),
    (at("person", value=[]), "person: must be an object with keys, not []"),
    (at("team", value={}), "team: must be a list, not {}"),
    (at("workers", value=None), "workers: must be a list, not null"),
    (at("workers", 0, value="w1"), 'workers[0]: must be an object with keys, not "w1"'),
    (at("person", "id", value=""), 'person.id: must be a text that is not empty, not ""'),
    (at("person", "id", value=7), "person.id: must be a text that is not empty, not 7"),
    (at("workers", 0, "id", value="\ud800"), "workers[0].id: must be text, without half a surrogate pair"),
    (at("person", "never", value=["w1", ""]), "person.never[1]: must be a text that is not empty"),
    (at("workers", 0, "never", value="p1"), 'workers[0].never: must be a list, not "p1"'),
    (at("workers", 2, "id", value="w1"), 'workers[2].id: must not stand twice; "w1" stands in workers[0].id already'),
    (lambda file: file["team"].append(file["team"][0]), 'team[1].id: must not stand twice; "w9" stands in team[0].id already'),
    (at("person", "place", value=[51.5]), "person.place: must be latitude and longitude in degrees such as [51.55, -0.06], not [51.5]"),
    (at("person", "place", value=[90.1, 0]), "person.place[0]: must be a number from -90 to 90, not 90.1"),
    (at("workers", 0, "place", value=[0, 180.5]), "workers[0].place[1]: must be a number from -180 to 180, not 180.5"),
    (at("person", "place", value=["51", 0]), 'person.place[0]: must be a number from -90 to 90, not "51"'),
    (at("person", "place", value=[True, 0]), "person.place[0]: must be a number from -90 to 90, not true"),
    (at("person", "place", value=[10**400, 0]), "person.place[0]: must be a number from -90 to 90, not 1000"),
    (at("person", "place", value=[NAN, 0]), "person.place[0]: must be a number from -90 to 90, not NaN"),
    (at("on", value=NAN), 'on: must be a date such as "2026-12-07", not NaN'),
    (at("workers", 0, "minutes_left", value=INFINITE), "workers[0].minutes_left: must be a whole number, zero or more, not Infinity"),
    (at("workers", 0, "reach_km", value=INFINITE), "workers[0].reach_km: must be a number from 0 to 9.0072e+15, not Infinity"),
    (at("workers", 0, "reach_km", value=-0.1), "workers[0].reach_km: must be a number from 0 to 9.0072e+15, not -0.1"),
    (at("workers", 0, "reach_km", value=2**53), "workers[0].reach_km: must be a number from 0"),
    (at("workers", 0, "minutes_left", value=-1), "workers[0].minutes_left: must be a whole number, zero or more, not -1"),
    (at("workers", 0, "minutes_left", value=60.5), "workers[0].minutes_left: must be a whole number, zero or more, not 60.5"),
    (at("workers", 0, "minutes_left", value=True), "workers[0].minutes_left: must be a whole number, zero or more, not true"),
    (at("workers", 0, "minutes_left", value=2**53), "workers[0].minutes_left: must be a whole number"),
    (at("workers", 0, "skills", value=["hoist"]), 'workers[0].skills: must be an object with keys, not ["hoist"]'),
    (at("workers", 0, "skills", "hoist", value="soon"), 'workers[0].skills.hoist: must be a date such as "2026-12-07", not "soon"'),
    (at("person", "must", "skills", value="hoist"), 'person.must.skills: must be a list, not "hoist"'),
    (at("person", "must", "gender", value=" "), 'person.must.gender: must be a word, not " "'),
    (at("workers", 0, "gender", value=1), "workers[0].gender: must be a word, not 1"),
    (at("workers", 0, "languages", value=[None]), "workers[0].languages[0]: must be a word, not null"),
    (at("workers", 0, "missing", value=["db\ts"]), "workers[0].missing[0]: holds a character that is not text"),
    (at("person", "wants", value=[["mon", "09:00"]]), f"person.wants[0]: {INTERVAL}"),
    (at("person", "wants", value=["mon"]), f'person.wants[0]: {INTERVAL}"mon"'),
    (at("person", "wants", 0, 0, value="Mon"), 'person.wants[0][0]: must be one of mon, tue, wed, thu, fri, sat, sun, not "Mon"'),
    (at("person", "wants", 0, 0, value=[]), "person.wants[0][0]: must be one of mon, tue"),
    (at("person", "wants", 0, 1, value="9:00"), f'person.wants[0][1]: {TIME}"9:00"'),
    (at("person", "wants", 0, 1, value="09:60"), f'person.wants[0][1]: {TIME}"09:60"'),
    (at("person", "wants", 0, 1, value=540), f"person.wants[0][1]: {TIME}540"),
    (at("person", "wants", 0, 2, value="24:01"), f'person.wants[0][2]: {END}"24:01"'),
    (at("person", "wants", 0, 2, value="09:30\n"), f"person.wants[0][2]: {END}"),
    (at("workers", 0, "free", value=[["sun", "10:00", "10:00"]]), "workers[0].free[0][2]: must be after 10:00, on the same day"),
    (at("workers", 0, "free", value=[["sun", "22:00", "02:00"]]), "write an interval over midnight as two"),
    (at("team", 0, "free", value=[["sun", "24:00", "24:00"]]), f'team[0].free[0][1]: {TIME}"24:00"'),
]


@pytest.mark.parametrize(("change", "message"), REFUSED, ids=[message[:50] for _, message in REFUSED])
def test_what_is_wrong_is_refused_with_its_place(change: Change, message: str) -> None:
    with pytest.raises(JsonNodeError) as refused:
        read_question(changed(change))
    assert message in str(refused.value)


TEXT = json.dumps(EXAMPLE)
UNREADABLE: dict[str, tuple[str | bytes, str]] = {
    "empty": (b"", "not JSON"),
    "two documents": (TEXT + "{}", "not JSON"),
    "not UTF-8": (TEXT.encode().replace(b"p1", b"\xff"), "must be UTF-8 text"),
    "duplicate key": (TEXT.replace('"on":', '"on": "2026-12-08", "on":'), 'the key "on" stands twice in one object'),
    "duplicate skill": (TEXT.replace('"hoist": "', '"hoist": null, "hoist": "'), 'the key "hoist" stands twice in one object'),
    "NaN": (TEXT.replace("51.55", "NaN", 1), "person.place[0]: must be a number from -90 to 90, not NaN"),
    "huge exponent": (TEXT.replace("51.55", "1e400", 1), "person.place[0]: must be a number from -90 to 90, not Infinity"),
    "thousands of digits": (TEXT.replace("51.55", "9" * 5000, 1), "not JSON that can be read"),
    "deep": ("[" * 100_000, "not JSON that can be read"),
    "a list": ("[]", "must be an object with keys, not []"),
}


@pytest.mark.parametrize("options", [[], ["--json"]], ids=["words", "json"])
@pytest.mark.parametrize("case", UNREADABLE)
def test_a_bad_file_prints_nothing_and_ends_with_2(
    case: str, options: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    content, message = UNREADABLE[case]
    assert run(tmp_path, content, *options) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert message in printed.err
    assert "docs/formats/rank.md" in printed.err


@pytest.mark.parametrize(("text", "reason"), [case for case in NOT_STRICT_JSON if "not a number" not in case[1]])
def test_what_is_no_strict_json_is_refused(text: str | bytes, reason: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert reason in refusal("rank", tmp_path / "people.json", text, capsys)


def test_a_file_that_is_not_there_ends_with_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rank", str(tmp_path / "nowhere.json")]) == 2
    assert "nowhere.json: No such file or directory" in capsys.readouterr().err


@pytest.mark.parametrize(
    "change",
    [
        at("person", "place", value=[90, 180]),
        at("person", "place", value=[-0.0, -180.0]),
        at("workers", 0, "reach_km", value=2**53 - 1),
        at("workers", 0, "reach_km", value=0.5),
        at("workers", 0, "minutes_left", value=2**53 - 1),
        at("workers", 0, "free", value=[["sun", "23:59", "24:00"], ["mon", "00:00", "24:00"], ["mon", "01:00", "02:00"]]),
        at("person", "wants", value=[]),
        at("person", "never", value=["nobody", "nobody", "p1"]),
        at("workers", 0, "languages", value=["en", "en"]),
        at("workers", 0, "id", value=" "),
        at("team", 0, "id", value="w1"),
        at("on", value="0001-01-01"),
        at("on", value="9999-12-31"),
    ],
)
def test_what_is_odd_but_allowed_is_ranked(change: Change) -> None:
    question = read_question(changed(change))
    assert len(rank(question).workers) == 3


def test_numbers_may_have_an_exponent_and_a_file_a_byte_order_mark(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path, "\ufeff" + TEXT.replace("-0.06", "-6e-2")) == 0
    with_exponent = capsys.readouterr().out
    assert run(tmp_path, TEXT) == 0
    assert with_exponent == capsys.readouterr().out


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3), lambda inner: st.lists(inner, max_size=3)
)


def _paths(value: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [*([path] if path else []), *(found for key, child in children for found in _paths(child, (*path, key)))]


@given(st.sampled_from(_paths(EXAMPLE)), _json)
def test_any_value_anywhere_is_ranked_or_refused_with_its_place(path: tuple[str | int, ...], value: object) -> None:
    try:
        rank(read_question(changed(at(*path, value=value))))
    except JsonNodeError as error:
        assert not error.path or error.path.startswith(str(path[0]))
