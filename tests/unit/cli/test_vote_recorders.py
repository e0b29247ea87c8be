"""What the two recorders of a paper vote type, and what the command line asks for if it is missing."""

import asyncio
import io
import sys
from typing import cast
from uuid import uuid4

import pytest

from libs.refusals import NotAllowed
from scripts.cli.connection import Connection
from scripts.cli.console import CommandError, ExitCode
from scripts.cli.main import main
from scripts.cli.vote_paper_ballots import confirm_ballot, prompt_for_choices


class FakeTerminal(io.StringIO):
    """Standard input or error with a person at it."""

    def isatty(self) -> bool:
        return True


def type_into_terminal(monkeypatch: pytest.MonkeyPatch, text: str) -> FakeTerminal:
    """Somebody types this; gives what they are shown."""
    shown = FakeTerminal()
    monkeypatch.setattr(sys, "stdin", FakeTerminal(text))
    monkeypatch.setattr(sys, "stderr", shown)
    return shown


def test_a_choice_that_is_not_given_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = type_into_terminal(monkeypatch, "against\n")
    assert prompt_for_choices("yes_no_abstain", ("for", "against", "abstain")) == ["against"]
    assert "Write one of: for, against, abstain." in shown.getvalue()


def test_several_options_are_typed_one_on_each_line(monkeypatch: pytest.MonkeyPatch) -> None:
    type_into_terminal(monkeypatch, "van=3\nbus=0\n\nnever read\n")
    assert prompt_for_choices("score", ("van", "bus")) == ["van=3", "bus=0"]
    type_into_terminal(monkeypatch, "\n")
    assert prompt_for_choices("approval", ("van", "bus")) == []


def test_without_a_terminal_nothing_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("for\n"))
    with pytest.raises(CommandError, match="nobody to ask") as error:
        prompt_for_choices("plurality", ("van", "bus"))
    assert error.value.code is ExitCode.USAGE


def test_nobody_is_asked_what_their_own_paper_says() -> None:
    somebody = uuid4()
    nowhere = cast("Connection", None)
    with pytest.raises(NotAllowed, match="RECORDER_IS_VOTER"):
        asyncio.run(confirm_ballot(nowhere, "3f9c2a17", somebody, somebody, None))


@pytest.mark.parametrize("verb", ["record", "confirm"])
def test_whose_vote_and_who_writes_it_down_must_be_said(capsys: pytest.CaptureFixture[str], verb: str) -> None:
    assert main(["vote", verb, "3f9c2a17", "--as", "4", "--choice", "for"]) == ExitCode.USAGE
    assert "--member" in capsys.readouterr().err
    assert main(["vote", verb, "3f9c2a17", "--member", "12", "--choice", "for"]) == ExitCode.USAGE
    assert "--as" in capsys.readouterr().err


def test_it_comes_on_paper_or_by_phone(capsys: pytest.CaptureFixture[str]) -> None:
    items = ["vote", "record", "3f9c2a17", "--member", "12", "--as", "4", "--choice", "for", "--taken", "dream"]
    assert main(items) == ExitCode.USAGE
    assert "'paper', 'phone'" in capsys.readouterr().err


def test_the_help_says_what_the_two_do(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["vote", "--help"]) == 0
    said = capsys.readouterr().out
    assert all(word in said for word in ("record", "waiting", "confirm"))
    assert main(["vote", "record", "--help"]) == 0
    assert "first of two people" in " ".join(capsys.readouterr().out.split())
