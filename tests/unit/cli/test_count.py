"""`kith count`: the golden cases, everything the format allows, and everything it refuses."""

import json
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import jsonschema  # type: ignore[import-untyped]  # it carries no types
import pytest
import typer
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from scripts.cli.count import count, count_command

GOLDEN = Path(__file__).parents[1] / "governance" / "vectors" / "class_votes.json"
SCHEMA = json.loads((Path(__file__).parents[3] / "docs" / "formats" / "count.schema.json").read_text())
CASES = json.loads(GOLDEN.read_text())

VOTES = {"supported": {"for": 25, "against": 10}, "worker": {"for": 3, "against": 25}, "investor": {"for": 45, "against": 3}}
THREE = {"a": {"for": 60, "against": 40}, "b": {"for": 2, "against": 8}, "c": {"for": 3, "against": 7}}

Case = dict[str, object]


def validate_format(name: str, value: object) -> None:
    jsonschema.Draft202012Validator({"$ref": f"#/$defs/{name}", "$defs": SCHEMA["$defs"]}).validate(value)


def run_count(file: Path, cases: object, capsys: pytest.CaptureFixture[str]) -> list[Case]:
    validate_format("input", cases)
    file.write_text(json.dumps(cases))
    code = count(file, as_json=True)
    said = capsys.readouterr()
    assert (code, said.err) == (0, "")
    results: list[Case] = json.loads(said.out)
    validate_format("output", results)
    return results


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "votes.json"


@pytest.mark.capability("G1")
@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_every_golden_case_is_exact(case: Case, file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (result,) = run_count(file, [case], capsys)
    expected = case["expect"]
    assert isinstance(expected, dict)
    assert {key: result.get(key) for key in expected} == expected


def make_case(**fields: object) -> Case:
    return {"name": "asked", **fields}


ALLOWED: list[tuple[Case, Case]] = [
    (make_case(votes={"for": 3, "against": 1}), {"passes": True, "share_for": "3/4"}),
    (make_case(votes={"for": 3, "against": 1, "abstain": 4}, eligible=16), {"turnout": "1/2", "share_for": "3/4"}),
    (make_case(votes={"for": 3, "against": 1, "voters": 8}, eligible=16), {"turnout": "1/2"}),
    (make_case(votes={"member": {"for": 3}}, voters=8, eligible={"member": 8}), {"turnout": "1"}),
    (make_case(votes={"for": 1, "against": 1}), {"passes": False, "failing": "threshold", "tie": True}),
    (make_case(votes={}), {"passes": False, "failing": "threshold", "share_for": None}),
    (
        make_case(votes=VOTES, eligible=222, threshold={"fraction": "1/3", "strict": False, "of": "eligible"}),
        {"share_for": "73/222", "passes": False},
    ),
    (make_case(votes={"m": {"for": 75, "against": 20, "abstain": 5}}, threshold={"fraction": 0.75, "of": "present"}), {"passes": False}),
    (make_case(votes={"m": {"for": 75, "against": 25}}, threshold={"fraction": "0.75", "strict": False}), {"passes": True}),
    (make_case(votes=VOTES, quorum=112), {"failing": "quorum"}),
    (make_case(votes=VOTES, eligible=222, quorum="1/2"), {"passes": True, "turnout": "1/2"}),
    (
        make_case(votes=VOTES, quorum={"count": 100, "by_class": {"worker": {"count": 29}}}),
        {"failing": "class_quorum", "failing_class": "worker"},
    ),
    (
        make_case(votes=VOTES, eligible={"supported": 35, "worker": 80, "investor": 48}, class_quorum={"worker": "1/2"}),
        {"failing": "class_quorum", "failing_class": "worker"},
    ),
    (make_case(votes=VOTES, excluded="investor"), {"share_for": "4/9", "failing": "threshold"}),
    (make_case(votes=VOTES, rule={"kind": "excluded", "classes": ["investor", "worker"]}), {"share_for": "5/7"}),
    (make_case(votes=VOTES, rule={"kind": "none", "excluded": ["investor"]}), {"share_for": "4/9"}),
    (
        make_case(votes=VOTES, rule={"kind": "cap", "classes": ["investor", "worker"], "fraction": "1/2"}),
        {"share_for": "179/266", "weights": {"investor": "420/19", "supported": "35", "worker": "245/19"}},
    ),
    (
        make_case(
            votes=VOTES,
            eligible={"supported": 45, "worker": 45, "investor": 50},
            rule={"kind": "cap", "class": "investor", "fraction": "1/10", "measured_on": "eligible"},
        ),
        {"investor_weight": "48/5", "share_for": "185/363", "passes": True},
    ),
    (
        make_case(
            votes={"supported": {"for": 25, "against": 10}, "worker": {"for": 3, "against": 25}},
            rule={"kind": "fixed_shares", "shares": {"supported": "9/20", "worker": "9/20", "investor": "1/10"}, "silent": "redistribute"},
        ),
        {"share_for": "23/56", "weights": {"supported": "1/2", "worker": "1/2"}},
    ),
    (
        make_case(votes={"a": {"for": 1}, "b": {"abstain": 2}}, rule={"kind": "each_class", "silent_blocks": True}),
        {"failing": "class_threshold", "failing_class": "b", "share_for": "1"},
    ),
    (make_case(method="plurality", votes={"m": {"x": 3, "y": 1}}), {"winner": "x", "share_for": "3/4", "totals": {"x": "3", "y": "1"}}),
    (make_case(method="approval", votes={"m": {"x": 3, "y": 3, "voters": 4}}), {"failing": "tie", "leaders": ["x", "y"], "winner": None}),
    (make_case(method="score", highest_score=5, votes={"m": {"x": 15, "voters": 4}}), {"winner": "x", "share_for": "3/4"}),
    (make_case(co_ops=THREE, basis="all_co_ops"), {"passes": False, "failing_co_ops": ["b", "c"], "co_ops": "1/3"}),
    (make_case(co_ops=THREE, basis="fixed_weights", weights={"a": "3/5", "b": "1/5", "c": "1/5"}), {"passes": True, "share_for": "3/5"}),
    (
        make_case(co_ops=THREE, basis="double_majority", co_op_threshold={"fraction": "1/3", "strict": False}),
        {"passes": True, "co_ops": "1/3"},
    ),
    (make_case(co_ops=THREE, eligible=240, quorum="1/2"), {"passes": True, "turnout": "1/2"}),
    (make_case(co_ops=THREE, eligible={"member": 241}, quorum="1/2"), {"failing": "quorum"}),
    (make_case(co_ops=THREE, eligible={"a": 200, "b": 21, "c": 20}, quorum="1/2", basis="one_co_op_one_vote"), {"share_for": "1/2"}),
    (
        make_case(co_ops=THREE, eligible={"a": 200, "b": 21, "c": 20}, quorum="1/2", basis="one_co_op_one_vote", below_quorum="blocks"),
        {"failing": "quorum", "failing_co_ops": ["b"]},
    ),
    (
        make_case(
            co_ops={
                "a": {"votes": VOTES, "eligible": {"supported": 50, "worker": 50, "investor": 50}},
                "b": {"supported": {"for": 2, "against": 1}, "eligible": 4, "quorum": {"count": 4}},
                "c": {"for": 2, "eligible": 2},
            },
            rule={"kind": "cap", "class": "investor", "fraction": "1/10"},
            basis="one_co_op_one_vote",
        ),
        {"share_for": "1/2"},
    ),
]


@pytest.mark.parametrize(("case", "expected"), ALLOWED)
def test_what_the_format_allows_is_counted(case: Case, expected: Case, file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (result,) = run_count(file, case, capsys)
    assert {key: result.get(key) for key in expected} == expected


REFUSED: list[tuple[object, str]] = [
    ("votes", "must be a list"),
    ([3], "case 1: must be an object"),
    ([{"votes": {}}], "case 1: has no name"),
    (make_case(), "needs either votes or co_ops"),
    (make_case(votes={}, co_ops=THREE), "needs either votes or co_ops"),
    (make_case(votes=VOTES, treshold={}), "treshold: unknown field"),
    (make_case(votes={"worker": {"for": 3.5}}), "votes.worker.for: must be a whole number"),
    (make_case(votes={"worker": {"for": -1}}), "votes.worker.for: must be a whole number"),
    (make_case(votes={"worker": {"for": True}}), "votes.worker.for: must be a whole number"),
    (make_case(votes={"worker": {"for": "3"}}), "votes.worker.for: must be a whole number"),
    (make_case(votes={"worker": {"four": 3}}), "unknown option (worker: four)"),
    (make_case(votes={"worker": {"for": 3}, "against": 2}), "votes.against: must be an object"),
    (make_case(votes=VOTES, eligible={"supported": 99}), "votes.investor: this class is not in eligible"),
    (make_case(votes={"worker": {"for": 3}}, eligible=2), "more votes than eligible (worker: 3 of 2)"),
    (make_case(votes=VOTES, eligible=110), "more votes than eligible (111 of 110)"),
    (make_case(votes=VOTES, quorum="1/2"), "eligible: is needed by quorum"),
    (make_case(votes=VOTES, voters=200), "voters: must be given by class"),
    (make_case(votes=VOTES, quorum={}), "quorum: needs a fraction or a count"),
    (make_case(votes=VOTES, quorum={"fraction": "1/2", "of": "cast"}), "quorum.of: a quorum is always of eligible"),
    (make_case(votes=VOTES, quorum={"by_class": {"worker": 1}}, class_quorum={"worker": 2}), "class_quorum.worker: is said twice"),
    (make_case(votes=VOTES, threshold={"fraction": "4/3"}), "threshold: the fraction must be from 0 to 1"),
    (make_case(votes=VOTES, threshold={"fraction": "1/0"}), "threshold.fraction: must be a fraction"),
    (make_case(votes=VOTES, threshold={"fraction": "-1/2"}), "threshold.fraction: must be a fraction"),
    (make_case(votes=VOTES, threshold={"fraction": "\u0661/\u0662"}), "threshold.fraction: must be a fraction"),
    (make_case(votes=VOTES, threshold={"strict": True}), "threshold: has no fraction"),
    (make_case(votes=VOTES, threshold={"fraction": "1/2", "of": "caste"}), "threshold.of: must be one of cast, present, eligible"),
    (make_case(votes=VOTES, threshold={"fraction": "1/2", "strict": "yes"}), "threshold.strict: must be true or false"),
    (make_case(votes=VOTES, rule={"kind": "capped"}), "rule.kind: must be one of"),
    (make_case(votes=VOTES, rule={}), "rule: has no kind"),
    (make_case(votes=VOTES, rule={"kind": "none", "class": "investor"}), "rule.class: unknown field"),
    (make_case(votes=VOTES, rule={"kind": "cap", "fraction": "1/10"}), "rule: needs either class or classes"),
    (make_case(votes=VOTES, rule={"kind": "cap", "class": "investor"}), "rule: has no fraction"),
    (make_case(votes=VOTES, rule={"kind": "cap", "class": "investor", "fraction": "1/10", "floor": 1}), "rule.floor: unknown field"),
    (make_case(votes=VOTES, rule={"kind": "fixed_shares", "shares": {"worker": "1/2"}}), "rule.shares: must sum to 1, not 1/2"),
    (make_case(votes=VOTES, rule={"kind": "fixed_shares", "shares": {"worker": 1}}), "rule.shares: has no share for class investor"),
    (make_case(votes={"m": {"x": 1}}, method="score"), "highest_score: method score needs it"),
    (make_case(votes={"m": {"x": 1}}, method="approval"), "votes.m: needs voters"),
    (make_case(votes={"m": {"for": 1}}, highest_score=4), "highest_score: means something only with method score"),
    (make_case(votes=VOTES, method="ranked"), "method: must be one of"),
    (make_case(votes=VOTES, basis="all_co_ops"), "basis: one co-op by itself is always pooled"),
    (make_case(votes=VOTES, weights={"a": 1}), "weights: means something only with co_ops"),
    (make_case(co_ops={}), "co_ops: names no co-op"),
    (make_case(co_ops={"a": {"votes": {}, "votse": 1}}), "co_ops.a.votse: unknown field"),
    (make_case(co_ops=THREE, basis="fixed_weights", weights={"a": 1}), "weights: has no weight for co-op b"),
    (make_case(co_ops=THREE, basis="one_co_op_one_vote", eligible=500), "eligible: must be given for each co-op"),
    (make_case(co_ops={"a": {"for": 1, "eligible": 3}}, eligible={"a": 3}), "eligible.a: is said twice"),
]


@pytest.mark.parametrize(("cases", "wrong"), REFUSED)
@pytest.mark.parametrize("as_json", [True, False])
def test_unknown_input_is_refused_by_name(
    *, cases: object, wrong: str, as_json: bool, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_text(json.dumps(cases))
    code = count(file, as_json=as_json)
    said = capsys.readouterr()
    assert (code, said.out) == (2, "")
    assert wrong in said.err


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        (b"", "not JSON"),
        (b"[", "not JSON"),
        (b'{"name": "n", "name": "m"}', 'the key "name" stands twice'),
        (b'[{"name": "n", "votes": {"for": NaN}}]', "NaN is not a number"),
        (b'[{"name": "n", "votes": {"for": 1e9}}]', "without an exponent"),
        (b"[" * 100_000, "not JSON"),
        (b'[{"name": "n", "votes": {"for": ' + b"9" * 5000 + b"}}]", "not JSON"),
        (b'[{"name": "\\ud800", "votes": {}}]', "a character that is not text"),
        (b'[{"name": "n", "votes": {"\\u001b[2J": {}}}]', "a character that is not text"),
        (b"\xff\xfe", "not UTF-8"),
    ],
)
def test_text_that_is_no_count_file_is_refused(text: bytes, wrong: str, file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.write_bytes(text)
    assert count(file, as_json=True) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert wrong in said.err


def test_more_digits_than_can_be_printed_are_refused(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    odd = {f"class {number}": {"for": 1, "against": 2 * 10**15 + 2 * number} for number in range(600)}
    shares = {name: f"1/{len(odd)}" for name in odd}
    file.write_text(json.dumps(make_case(votes=odd, rule={"kind": "fixed_shares", "shares": shares})))
    assert count(file, as_json=True) == 2
    said = capsys.readouterr()
    assert (said.out, "too long to print" in said.err) == ("", True)


def paths_of(value: object, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in inner:
        yield from paths_of(part, (*path, key))


def replace_at_path(value: object, path: tuple[str | int, ...], part: object) -> object:
    if not path:
        return part
    key, *rest = path
    if isinstance(value, dict):
        return {k: replace_at_path(v, tuple(rest), part) if k == key else v for k, v in value.items()}
    assert isinstance(value, list)
    return [replace_at_path(v, tuple(rest), part) if k == key else v for k, v in enumerate(value)]


ODD: list[object] = [None, True, 0, -1, 1, 10**20, 0.5, "", "1/2", "0/1", "7/0", "worker", "eligible", [], ["worker"], {}]
ODD += [{"for": 1}, {"a": {}}]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300)
@given(case=st.sampled_from([case for case, _ in ALLOWED]), data=st.data(), odd=st.sampled_from(ODD), as_json=st.booleans())
def test_a_case_with_any_part_spoiled_is_counted_or_refused_and_never_breaks(
    file: Path, capsys: pytest.CaptureFixture[str], *, case: Case, data: st.DataObject, odd: object, as_json: bool
) -> None:
    path = data.draw(st.sampled_from(list(paths_of(case))))
    spoiled = replace_at_path(case, path, odd)
    file.write_text(json.dumps(spoiled))
    code = count(file, as_json=as_json)
    said = capsys.readouterr()
    assert (code == 2) == (said.out == "") == (said.err != "")
    if code == 0:
        validate_format("input", spoiled)


def test_one_bad_case_stops_all_of_them_and_is_named(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.write_text(json.dumps([*CASES, {"name": "the last", "votes": {"for": 9}, "eligible": 3}]))
    assert count(file, as_json=True) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert f'case {len(CASES) + 1} "the last": votes: more votes than eligible' in said.err


def test_a_missing_file_is_reported_plainly(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert count(tmp_path / "none.json", as_json=False) == 2
    assert "No such file" in capsys.readouterr().err


def test_without_json_the_result_is_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    assert count(GOLDEN, as_json=False) == 0
    words = capsys.readouterr().out
    assert "investors capped at one tenth of votes cast: did not pass" in words
    assert "For: 79/160 (49.3 %) of the votes cast" in words
    assert "Why not: a class was not for it by itself (worker)" in words
    assert words.count("passed") == sum(case["expect"]["passes"] for case in CASES)


def test_every_printed_fraction_is_in_lowest_terms(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for result in run_count(file, CASES, capsys):
        shares = [result[key] for key in ("share_for", "members", "co_ops", "turnout") if key in result]
        assert all(str(Fraction(str(share))) == share for share in shares)


def test_the_command_hands_on_the_exit_code(file: Path) -> None:
    app = typer.Typer()
    app.command()(count_command)
    file.write_text("[]")
    assert CliRunner().invoke(app, [str(file), "--json"]).output.strip() == "[]"
    file.write_text("{}")
    assert CliRunner().invoke(app, [str(file)]).exit_code == 2
