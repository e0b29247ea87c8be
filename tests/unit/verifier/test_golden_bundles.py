"""The files of examples/bundles, which are kept for authors of other verifiers."""

import json
import tomllib
from typing import Any

import pytest

from scripts.verifier import federated_decision, outcome, vote_rule
from scripts.verifier.__main__ import main
from scripts.verifier.canonical_json import Json
from scripts.verifier.counting import GroupTally
from scripts.verifier.verdict import ExitCode
from tests.support import generated_votes
from tests.support.bundle_builder import T
from tests.support.example_bundles import FOLDER, example_files

_EXPECTED: dict[str, Any] = tomllib.loads((FOLDER / "expected.toml").read_text())  # Any: as TOML has it
_CASES = _EXPECTED["case"]


@pytest.mark.parametrize("case", _CASES, ids=[f"{case['file']}: {case['about']}" for case in _CASES])
@pytest.mark.capability("G15")
def test_a_bundle_gives_the_expected_result(case: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    pins = [f"--pin={one}={fingerprint}" for one, fingerprint in _EXPECTED["pins"][case["pins"]].items()]
    papers = [word for paper in ("card", "receipt") if paper in case for word in (f"--{paper}", str(FOLDER / case[paper]))]

    exit_code = main([str(FOLDER / case["file"]), *pins, *papers], now=lambda: T + 10**7)

    said = capsys.readouterr().out
    assert exit_code == case["exit"], said
    assert ("FAILED" in said) == bool(case["check"])
    if case["check"]:
        assert f"\n{case['check']:>3}  FAILED" in f"\n{said}"
    elif case["exit"] == ExitCode.DAMAGED:
        assert "Fetch the file again" in said
    else:
        assert f"State: {case['state']}" in said


def test_the_files_are_made_again_to_the_byte() -> None:
    made = example_files()

    assert {path.name for path in FOLDER.iterdir()} == {*made, "README.md"}
    assert [name for name, data in made.items() if (FOLDER / name).read_bytes() != data] == []


def test_generated_votes_are_made_again_to_the_byte() -> None:
    assert generated_votes.FILE.read_text(encoding="utf-8") == generated_votes.file_content()


@pytest.mark.capability("G15")
def test_generated_votes_are_counted_alike_from_the_file_alone() -> None:
    """From what the file says of a vote, and nothing else, as another team would."""
    lines = generated_votes.FILE.read_text(encoding="utf-8").splitlines()
    votes = [json.loads(line) for line in lines]

    assert [number for number, vote in enumerate(votes) if _counted(vote) != vote["outcome"]] == []
    assert (
        len({json.dumps([vote["rule"][key] for key in ("method", "basis")] + [vote["rule"]["class_rule"]["kind"]]) for vote in votes})
        == 100
    )


def _counted(vote: dict[str, Any]) -> dict[str, Any]:
    """Counts one vote of the file with the verifier."""
    rule = vote_rule.read_rule(vote["rule"])
    voting = [group for group in vote["groups"] if group not in rule.excluded]
    bodies: dict[str, dict[str, GroupTally]] = {}
    for co_op, group, rows in vote["rows"]:
        bodies.setdefault(co_op, {name: GroupTally() for name in voting})[group].rows = rows
    for co_op, group, choice, ballots in vote["ballots"]:
        outcome._tally_choice(bodies[co_op][group], choice, ballots)
    decision = federated_decision.decide(bodies, vote["options"], rule)
    result = {"passes": decision.passes, "winner": decision.winner, "tie": decision.tie}
    stances = outcome._sorted([[co_op, stance.word, stance.choice] for co_op, stance in decision.stances.items()])
    quorums: list[Json] = [
        [co_op, name, group.rows, group.voters] for co_op, body in bodies.items() for name, group in body.items() if group.rows
    ]
    return {
        "result": result | {"co_ops": stances},
        "reasons": outcome._sorted([[code, outcome._sorted(list(about))] for code, about in decision.reasons]),
        "tallies": outcome._sorted(outcome._tallies(bodies)),
        "figures": outcome._sorted(outcome._figures(decision)),
        "quorums": outcome._sorted(quorums),
    }


def test_every_check_that_can_fail_by_itself_fails_in_some_file() -> None:
    """5 tells; 13, 14 and 19 compute and print; what is wrong there shows in 15."""
    assert {case["check"] for case in _CASES} == set(range(20)) - {5, 13, 14, 19}
