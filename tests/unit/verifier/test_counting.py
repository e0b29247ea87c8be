"""The verifier counts as the page says: published cases, and thousands of made ones against `kith count`, which shares no code with it."""

import json
import os
import subprocess
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from tests.support import count_cases, random_counts

_ROOT = Path(__file__).parents[3]
_CASES = json.loads((_ROOT / "tests" / "unit" / "governance" / "vectors" / "class_votes.json").read_text())


@pytest.mark.parametrize("case", _CASES, ids=[case["name"] for case in _CASES])
def test_a_published_case(case: dict[str, Any]) -> None:
    decision, expected = count_cases.count_case(case), case["expect"]
    share = decision.share if decision.members is None else decision.members.share
    result = {
        "passes": decision.passes,
        "share_for": share,
        "members": share,
        "co_ops": decision.share,
        "turnout": decision.members.turnout if decision.members is not None else None,
        "failing": min((code for code, _ in decision.reasons), default=""),
        "failing_class": next((about[0] for code, about in decision.reasons if code == "class_threshold"), ""),
        "investor_weight": decision.members.ballots.get("investor", Fraction(0)) * 2 if decision.members is not None else None,
    }

    for name, value in expected.items():
        assert result[name] == (Fraction(value) if isinstance(value, str) and value[0].isdigit() else value), name


def test_made_cases_count_as_kith_count_does(tmp_path: Path) -> None:
    cases = [case for case in random_counts.random_cases(1100, seed=3) if _can_be_in_terms(case)]
    assert len(cases) > 500
    (tmp_path / "cases.json").write_text(json.dumps(cases))
    command = [sys.executable, "-c", "from scripts.cli.main import main; raise SystemExit(main())"]
    run = subprocess.run(
        [*command, "count", str(tmp_path / "cases.json"), "--json"],
        cwd=_ROOT,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ},
    )
    assert run.returncode == 0, run.stderr

    for case, answer in zip(cases, json.loads(run.stdout), strict=True):
        assert _expected_figures(case) == _actual_figures(case, answer), json.dumps(case)


def _can_be_in_terms(case: dict[str, Any]) -> bool:
    """A count file may ask for more than all or for nothing; terms may not."""
    asked = [case["threshold"], case.get("co_op_threshold"), case["rule"].get("class_threshold")]
    return all(0 < Fraction(one["fraction"]) < 1 + (not one["strict"]) for one in asked if one is not None)


def _expected_figures(case: dict[str, Any]) -> dict[str, Any]:
    decision = count_cases.count_case(case)
    about = dict(decision.reasons)
    return {
        "passes": decision.passes,
        "tie": decision.tie,
        "reasons": sorted({code for code, _ in decision.reasons}),
        "classes": sorted({*about.get("class_quorum", ()), *about.get("class_threshold", ())}),
        "co_ops": decision.share,
        "members": decision.members.share if decision.members is not None else None,
        "winner": "" if case["method"] == "yes_no_abstain" else decision.winner,
        "stances": {one: stance.word for one, stance in decision.stances.items()},
        "shares": {co_op: result.share for co_op, result in decision.co_ops.items()},
        "in the way": sorted({name for code, names in decision.reasons if code in {"quorum", "threshold"} for name in names}),
    }


def _actual_figures(case: dict[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
    members = {"pooled": "share_for", "double_majority": "members"}.get(case["basis"], "")
    each = answer.get("each_co_op", {})
    return {
        "passes": answer["passes"],
        "tie": answer.get("tie", False),
        "reasons": sorted(set(answer.get("reasons", []))),
        "classes": sorted(answer.get("failing_classes", [])),
        "co_ops": _parse_fraction(answer.get("co_ops")),
        "members": _parse_fraction(answer.get(members)),
        "winner": answer.get("winner", ""),
        "stances": {one: own["stance"] for one, own in each.items()},
        "shares": {one: _parse_fraction(own.get("share_for")) for one, own in each.items()},
        "in the way": sorted(answer.get("failing_co_ops", [])),
    }


def _parse_fraction(text: str | None) -> Fraction | None:
    return None if text is None else Fraction(text)
