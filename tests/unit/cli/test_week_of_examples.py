"""The files of a whole week in `examples/` come to what was written down for it beforehand."""

import json
import tomllib
from typing import Any

import pytest

from scripts.cli.main import main
from tests.support.sick_monday.example import EXAMPLE

EXPECTED = tomllib.loads((EXAMPLE / "expected.toml").read_text(encoding="utf-8"))


def answer(command: str, capsys: pytest.CaptureFixture[str]) -> Any:  # as its JSON has it
    assert main([command, str(EXAMPLE / f"{command}.json"), "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_the_hours_of_the_week_keep_every_rule(capsys: pytest.CaptureFixture[str]) -> None:
    people = answer("hours", capsys)["people"]
    assert {worker: found["minutes"] for worker, found in people.items()} == {
        worker: sum(figures["care"].values()) for worker, figures in EXPECTED["workers"].items()
    }
    assert not any(found["breaches"] for found in people.values())


def test_the_week_is_settled_to_the_penny(capsys: pytest.CaptureFixture[str]) -> None:
    settled = answer("settle", capsys)
    assert {payer: sums["pence"] for payer, sums in settled["payers"].items() if sums["pence"]} == EXPECTED["invoices"]
    for worker, figures in EXPECTED["workers"].items():
        found = settled["workers"][worker]
        assert (found["pence"], found["travel"], found["waiting"]) == (figures["pay"], figures["travel"], figures["waiting"])
    assert settled["co_op"] == EXPECTED["co_op"]["pence"]
    assert settled["not_confirmed"] == []
