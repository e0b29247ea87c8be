"""The `kith` command in general: fast help, clear errors, stable exit codes."""

import contextlib
import fcntl
import json
import os
import pty
import struct
import subprocess
import sys
import termios
from collections.abc import Iterator, Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import typer

from libs.refusals import AlreadyExists, FieldProblem, Invalid, NotAllowed, NotFound, invalid
from libs.rulebook import templates
from scripts.cli.commands import COMMANDS, CliCommand
from scripts.cli.connection import CO_OP_ZONE
from scripts.cli.console import ExitCode
from scripts.cli.main import command_app, main
from scripts.cli.refusal_messages import reason_and_fields, refusal_text

REPOSITORY = Path(__file__).parents[3]
RUN_MAIN = "import sys; from scripts.cli.main import main; sys.exit(main())"


def run_kith(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", RUN_MAIN, *arguments]
    return subprocess.run(command, capture_output=True, text=True, cwd=REPOSITORY, env=os.environ | environment, check=False, timeout=60)


def test_kith_alone_shows_three_examples_and_the_next_step(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    said = capsys.readouterr()
    assert said.out.split("Examples:")[1].split("\n\n")[0].count("  kith ") == 3
    assert "Next step: kith init" in said.out
    assert said.err == ""
    assert all(f"\n  {word}" in said.out for word in COMMANDS)


# pydantic is not among them: typer itself converts arguments with it.
HEAVY = ("sqlalchemy", "asyncpg", "grpc", "google.protobuf", "nats", "structlog", "opentelemetry", "asyncio", "rich")


def loaded_by(*command_lines: Sequence[str]) -> dict[str, list[str]]:
    """Which heavy modules a process has loaded after each of these."""
    code = f"""
import contextlib, io, json, sys
from scripts.cli.main import main
loaded = {{}}
for arguments in json.loads(sys.argv[1]):
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        main(arguments)
    loaded[" ".join(arguments)] = sorted({set(HEAVY)!r} & set(sys.modules))
print(json.dumps(loaded))
"""
    command = [sys.executable, "-c", code, json.dumps(command_lines)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=REPOSITORY, check=True, timeout=60)
    loaded: dict[str, list[str]] = json.loads(done.stdout)
    return loaded


def all_verbs() -> list[list[str]]:
    """Every word with each of its verbs, from the registry itself."""

    def walk(app: typer.Typer, words: list[str]) -> Iterator[list[str]]:
        yield words
        for command in app.registered_commands:
            if len(app.registered_commands) > 1 or app.registered_callback:
                yield [*words, command.name or str(getattr(command.callback, "__name__", ""))]
        for group in app.registered_groups:
            assert group.typer_instance is not None
            yield from walk(group.typer_instance, [*words, group.name or ""])

    return [words for word in COMMANDS for words in walk(command_app(word), [word])]


def test_help_alone_loads_not_even_typer() -> None:
    heavy = "{'typer', 'asyncio', 'cryptography'}"
    code = f"import sys; from scripts.cli.main import main; main(['--help']); print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=REPOSITORY, check=True, timeout=60)
    assert done.stdout.endswith("[]\n")


def test_help_of_every_verb_and_a_refused_argument_load_nothing_heavy() -> None:
    verbs = all_verbs()
    assert ["vote", "settle"] in verbs
    assert ["person", "hat", "give"] in verbs
    assert len(verbs) > 50
    verbs.remove(["verify"])  # it passes everything on to the verifier, which loads cryptography and nothing of ours
    loaded = loaded_by(*([*words, "--help"] for words in verbs), *([*words, "--no-such-flag"] for words in verbs))
    assert {line: modules for line, modules in loaded.items() if modules} == {}


@pytest.mark.parametrize(
    "arguments",
    [
        ["motion", "cast", "1", "--as", "1", "--choice", "perhaps"],
        ["vote", "cast", "01234567", "--as", "1"],
        ["vote", "settle", "01234567", "--decision", "1"],
        ["vote", "cards", "01234567", "--out", "pyproject.toml"],
        ["person", "card"],
        ["peer", "sever", "mill-lane", "--decision", "x"],
        ["events", "skip", "governance", "identity", "0", "--why", "x"],
    ],
)
def test_a_refused_argument_needs_no_running_co_op(arguments: list[str]) -> None:
    assert loaded_by(arguments) == {" ".join(arguments): []}


def test_completion_loads_nothing_heavy() -> None:
    """Completion asks for a command's parameters, which is what typer reads from the registry."""
    code = """
import sys
from scripts.cli.commands import COMMANDS
from scripts.cli.main import command_app
import typer
for word in COMMANDS:
    typer.main.get_command(command_app(word))
print([name for name in sys.argv[1:] if name in sys.modules])
"""
    command = [sys.executable, "-c", code, *HEAVY]
    done = subprocess.run(command, capture_output=True, text=True, cwd=REPOSITORY, check=True, timeout=60)
    assert done.stdout == "[]\n"


def test_an_earlier_word_still_works(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["facts", "--help"]) == 0
    said = capsys.readouterr().out
    assert "Usage: kith events" in said
    assert "events" in said
    assert "facts" not in said


def test_a_terminal_that_cannot_print_a_name_shows_a_question_mark(tmp_path: Path) -> None:
    (tmp_path / "rulebook.toml").write_text(
        templates.template_text("single-class").replace('name = "', 'name = "Zoë ', 1), encoding="utf-8"
    )
    shown = run_kith("rulebook", "show", str(tmp_path), PYTHONIOENCODING="ascii")
    assert (shown.returncode, shown.stderr) == (0, "")
    assert "Zo? " in shown.stdout
    as_json = run_kith("rulebook", "show", str(tmp_path), "--json", PYTHONIOENCODING="ascii")
    assert any("Zoë" in member_class["name"] for member_class in json.loads(as_json.stdout)["classes"])


def run_at_terminal(code: str, height: int, **environment: str) -> str:
    """What somebody at a terminal of that many lines sees of a program."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", height, 80, 0, 0))
    command = [sys.executable, "-c", code]
    with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, cwd=REPOSITORY, env=os.environ | environment) as program:
        os.close(theirs)
        seen = b""
        with contextlib.suppress(OSError):  # Linux says so when the other side is closed.
            while piece := os.read(ours, 1000):
                seen += piece
        assert program.wait(timeout=60) == 0
    os.close(ours)
    return seen.decode().replace("\r\n", "\n")


def test_a_long_list_goes_through_the_pager_of_a_terminal(tmp_path: Path) -> None:
    pager = tmp_path / "pager"
    pager.write_text("#!/bin/sh\necho PAGED\ncat\n")
    pager.chmod(0o755)
    code = "from scripts.cli.console import print_pages; print_pages([f'row {number}' for number in range(30)])"
    surroundings = {"PAGER": str(pager), "TERM": "xterm"}
    listed = "".join(f"row {number}\n" for number in range(30))
    assert run_at_terminal(code, 20, **surroundings) == f"PAGED\n{listed}"
    assert run_at_terminal(code, 50, **surroundings) == listed
    piped = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=REPOSITORY, check=True, timeout=60)
    assert piped.stdout == listed


def test_the_first_start_names_each_mistake_of_the_rulebook_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "willow"
    main(["init", str(folder), "--name", "Willow", "--founder", "Ash Example", "--founder-email", "ash@example.org", "--no-input"])
    rulebook = folder / "rulebook.toml"
    rulebook.write_text(rulebook.read_text(encoding="utf-8").replace("\nnotice_days", "\nnotise_days"), encoding="utf-8")
    capsys.readouterr()
    assert main(["up", str(folder)]) == ExitCode.USAGE
    printed = capsys.readouterr().err
    assert printed.count('"notise_days" is not known in [resolutions.ordinary]') == 1
    assert printed.count('"notise_days" is not known in [resolutions.special]') == 1
    assert printed.count('Did you mean "notice_days"?') == 2
    assert f"{rulebook}:" in printed
    assert not (folder / "data").exists()


def test_a_refused_rulebook_is_told_line_by_line() -> None:
    refusal = Invalid("RULEBOOK_HAS_MISTAKES", FieldProblem("line 3", "Write a number."), FieldProblem("line 9", "Write a word."))
    assert refusal_text(refusal) == "line 3: Write a number.\n  line 9: Write a word."
    assert reason_and_fields(refusal) == "(RULEBOOK_HAS_MISTAKES)"


def test_every_word_answers_help(capsys: pytest.CaptureFixture[str]) -> None:
    for word in COMMANDS:
        assert main([word, "--help"]) == 0
        assert f"Usage: kith {word}" in capsys.readouterr().out


def test_an_unknown_word_suggests_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rulebok"]) == ExitCode.USAGE
    said = capsys.readouterr()
    assert "Did you mean: kith rulebook" in said.err
    assert said.out == ""


def test_an_unknown_verb_and_an_unknown_flag_are_usage_errors(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rulebook", "chek", "x"]) == ExitCode.USAGE
    assert "check" in capsys.readouterr().err
    assert main(["init", "--nmae", "x"]) == ExitCode.USAGE
    assert "--name" in capsys.readouterr().err


def test_a_word_with_verbs_alone_lists_them(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rulebook"]) == 0
    assert "check" in capsys.readouterr().out


def fails() -> None:
    raise RuntimeError("the spring is broken")


def refuses() -> None:
    raise NotAllowed("NOT_YOURS")


def gives_a_hat_twice() -> None:
    raise AlreadyExists("HAT_WORN", hat="secretary")


def is_given_half_an_id() -> None:
    raise invalid("motion_id", "ID_MALFORMED")


def finds_nothing() -> None:
    raise NotFound("NO_SUCH_MOTION")


def is_interrupted() -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize(
    ("name", "code", "text"),
    [
        ("fails", 1, "the spring is broken"),
        ("refuses", 5, "NOT_YOURS"),
        ("gives_a_hat_twice", 4, "This person wears the hat already."),
        ("is_given_half_an_id", 2, "The id is not whole."),
        ("finds_nothing", 3, "NO_SUCH_MOTION"),
        ("is_interrupted", 130, "Interrupted"),
    ],
)
def test_every_error_becomes_a_sentence_and_an_exit_code(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str, code: int, text: str
) -> None:
    monkeypatch.setitem(sys.modules, "broken_word", sys.modules[__name__])
    monkeypatch.setitem(COMMANDS, "broken", CliCommand(f"broken_word:{name}", "a word that goes wrong"))
    assert main(["broken"]) == code
    printed = capsys.readouterr()
    assert text in printed.err
    assert "Traceback" not in printed.err


def test_debug_shows_the_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "broken_word", sys.modules[__name__])
    monkeypatch.setitem(COMMANDS, "broken", CliCommand("broken_word:fails", "a word that goes wrong"))
    with pytest.raises(RuntimeError, match="spring"):
        main(["broken", "--debug"])


def test_no_colour_leaves_a_pipe_or_a_person_who_said_no() -> None:
    assert "\x1b" not in run_kith("rulebok", NO_COLOR="1").stderr
    assert "\x1b" not in run_kith("rulebok").stderr


def test_the_exit_codes_are_documented() -> None:
    page = (REPOSITORY / "docs/how-to/command-line.md").read_text(encoding="utf-8")
    for code in ExitCode:
        assert f"| {code.value} |" in page


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    path = tmp_path / "rulebook.toml"
    path.write_text(
        templates.template_text("single-class").replace('kind = "recorded"', 'kind = "secret"').replace("\nnotice_days", "\nnotise_days")
    )
    return path


def test_rulebook_check_prints_file_line_problem_suggestion(broken: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rulebook", "check", str(broken)]) == ExitCode.FAILED
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 3
    assert all(line.startswith(f"{broken}:") and line.split(":")[1].isdigit() for line in lines)
    assert 'Did you mean "notice_days"?' in lines[1]


def test_rulebook_check_says_the_same_as_json(broken: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rulebook", "check", str(broken), "--json"]) == ExitCode.FAILED
    fields = json.loads(capsys.readouterr().out)
    assert (fields["schema"], fields["sound"], len(fields["mistakes"])) == ("kith.v1", False, 3)
    assert set(fields["mistakes"][0]) == {"line", "key", "problem", "suggestion"}


def test_a_sound_rulebook_checks_as_sound_and_shows_in_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "rulebook.toml").write_text(templates.template_text("equal-care-like"), encoding="utf-8")
    assert main(["rulebook", "check", str(tmp_path)]) == 0
    assert "sound" in capsys.readouterr().out
    assert main(["rulebook", "show", str(tmp_path)]) == 0
    shown = capsys.readouterr().out
    for words in (
        "investor never more than 10 % of the votes",
        "no vote: investor",
        "second meeting 14 to 28 days later",
        "may change this rulebook",
    ):
        assert words in shown


def test_show_of_a_broken_rulebook_points_to_check(broken: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rulebook", "show", str(broken)]) == ExitCode.FAILED
    assert f"kith rulebook check {broken}" in capsys.readouterr().err


def test_a_file_that_is_not_there_is_not_found(tmp_path: Path) -> None:
    assert main(["rulebook", "check", str(tmp_path / "none.toml")]) == ExitCode.NOT_FOUND


def test_a_command_without_a_co_op_says_calmly_that_there_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["peer", "invite"]) == ExitCode.NOT_FOUND
    said = capsys.readouterr().err
    assert said.startswith("Error: There is no co-op here.\n  There is no co-op at ")
    assert "name that with --folder" in said


def test_a_member_says_to_a_motion_what_can_be_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["motion", "cast", "01a22040", "--as", "1", "--choice", "yes"]) == ExitCode.USAGE
    assert "'for', 'against', 'abstain'" in capsys.readouterr().err


def test_a_refusal_tells_the_time_by_the_clock_on_the_co_ops_wall() -> None:
    refusal = invalid("closes_at", "VOTE_OPEN_TOO_SHORT", hours="24", earliest="2026-07-01T18:30:00+00:00")
    assert "1 July 2026 18:30 UTC" in refusal_text(refusal)
    set_before = CO_OP_ZONE.set(ZoneInfo("Europe/London"))
    try:
        assert "1 July 2026 19:30 or later" in refusal_text(refusal)
    finally:
        CO_OP_ZONE.reset(set_before)
