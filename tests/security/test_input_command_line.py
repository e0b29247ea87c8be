"""Bad input at the command line: in its arguments, at its questions, and in the files that people write for it."""

import io
import os
import subprocess
import sys
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from libs import texts
from libs.rulebook import RulebookMistakes, read_rulebook, templates
from scripts.cli import console, count_file
from scripts.cli.commands import COMMANDS
from scripts.cli.console import CommandError, ExitCode
from scripts.cli.main import main
from scripts.cli.member_csv import InvalidRow, MemberRow, inspect_file, read_rows
from scripts.cli.motion_file import read_motion_file
from services.co_op_settings import InstanceUnusableError
from services.instance import Instance

REPOSITORY = Path(__file__).parents[2]
UNUSABLE = {"surrogate": "Wil\udcffow", "override": "Yes \u202eoN", "control": "bell\x07", "escape": "\x1b[2J", "not a character": "\ufffe"}
ESCAPES = ("\\u0000", "\\u202E", "\\u0007", "\\U0000FFFE")
BAD_TEXT = pytest.mark.parametrize("text", UNUSABLE.values(), ids=UNUSABLE)


@BAD_TEXT
def test_no_word_of_kith_takes_an_argument_that_cannot_be_stored(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    for word in COMMANDS.keys() - {"verify"}:
        assert main([word, "x", text]) == ExitCode.USAGE
        said = capsys.readouterr().err
        assert "Argument 3: it holds a character that cannot be stored or shown" in said
        assert texts.is_usable(said)
    for arguments in (["init", "folder", "--name", text], ["init", "folder", f"--name={text}"]):
        assert main(arguments) == ExitCode.USAGE
        assert "--name: it holds a character" in capsys.readouterr().err


def test_bytes_that_are_not_utf_8_are_named_and_make_nothing(tmp_path: Path) -> None:
    """As a terminal sends them: Python makes lone surrogates of them."""
    folder = tmp_path / "co-op"
    run = "import sys; from scripts.cli.main import main; sys.exit(main())"
    arguments = [os.fsencode(part) for part in (sys.executable, "-c", run, "init", folder, "--name")]
    ended = subprocess.run([*arguments, b"Wil\xfflow"], capture_output=True, cwd=REPOSITORY, check=False, timeout=60)
    assert (ended.returncode, ended.stdout) == (ExitCode.USAGE, b"")
    assert b"--name: it holds a character that cannot be stored or shown: 'Wil\\udcfflow'." in ended.stderr
    assert not folder.exists()


def test_the_verifier_keeps_its_own_exit_codes(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", "no\udcff.kith"]) == 64  # 2 would be a verdict: not pinned
    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.parametrize("typed", [b"Yes \xe2\x80\xaeoN\n", b"bell\x07\n", b"\xff\n", b"a\0b\n"])
def test_an_answer_that_cannot_be_stored_is_asked_for_again(typed: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(typed), encoding="utf-8"))
    with pytest.raises(CommandError) as error:
        console.prompt("What does the paper say")
    assert error.value.code == ExitCode.USAGE


def test_one_bad_row_of_a_list_is_refused_alone(tmp_path: Path) -> None:
    """At the edge the whole batch of 200 would be refused, and nobody could say for which row."""
    path = tmp_path / "members.csv"
    rows = ["Ash Example,worker,", "Ada \u202eelpmA,worker,", "Bo Bell,wor\x07ker,", 'Cy Cole,worker,"1 Elm\x1b[2J Row"', "Di Dale,worker,"]
    path.write_text("name,class,address\n" + "\n".join(rows) + "\n", encoding="utf-8")
    read = list(read_rows(path, inspect_file(path)))
    assert [row.row for row in read if isinstance(row, MemberRow)] == [2, 6]
    refused = [row for row in read if isinstance(row, InvalidRow)]
    assert [row.why.partition(":")[0] for row in refused] == ["name", "class", "address"]
    assert all(texts.is_usable(row.name + row.why) for row in refused)


@pytest.mark.parametrize("text", ["Yes \u202eoN", "\u2067right", "\ufffe", *ESCAPES])
def test_a_file_of_a_motion_is_refused_with_its_line_or_key(tmp_path: Path, text: str) -> None:
    path = tmp_path / "motion.toml"
    path.write_text(f'title = "Shall we?"\ntext = "{text}"\nresolution_type = "ordinary"\nopen_days = 7\n', encoding="utf-8")
    with pytest.raises(CommandError) as error:
        read_motion_file(path, ZoneInfo("Europe/London"))
    assert error.value.code == ExitCode.USAGE
    assert ('"text" holds' if text in ESCAPES else "line 2 holds") in error.value.why


@pytest.mark.parametrize("text", ["Yes \u202eoN", *ESCAPES])
def test_a_rulebook_is_refused_with_its_line(text: str) -> None:
    sound = templates.template_text(templates.template_names()[0])
    line = next(number for number, each in enumerate(sound.split("\n"), start=1) if each.startswith("name = "))
    lines = sound.split("\n")
    lines[line - 1] = f'name = "{text}"'
    with pytest.raises(RulebookMistakes) as error:
        read_rulebook("\n".join(lines).encode())
    assert line in [mistake.line for mistake in error.value.mistakes]


@pytest.mark.parametrize("text", ["\\u202e", "\\u0000", "\\ud800", "\\ufffe"])
def test_a_file_of_votes_is_refused_with_its_case(text: str) -> None:
    with pytest.raises(count_file.BadCountFileError, match="not text"):
        count_file.read_cases(f'{{"name": "Hall{text}", "votes": {{"user": {{"for": 1}}}}}}')


@pytest.mark.parametrize("text", ["Yes \u202eoN", *ESCAPES])
def test_settings_are_refused_with_their_key(tmp_path: Path, text: str) -> None:
    (tmp_path / "kith.toml").write_text(f'id = "willow-lane"\nname = "{text}"\nzone = "Europe/London"\n', encoding="utf-8")
    with pytest.raises(InstanceUnusableError, match="name holds a character that cannot be stored"):
        _ = Instance(tmp_path).co_op
