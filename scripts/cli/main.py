"""The `kith` command. Every call loads this module, so it imports little but the standard library: `kith --help` is fast."""

import contextlib
import io
import os
import sys
from collections.abc import Sequence
from difflib import get_close_matches

from scripts.cli.commands import ALIASES, COMMANDS
from scripts.cli.console import CommandError, ExitCode, print_error, print_note, print_result
from scripts.cli.usable_text import check_arguments

TYPE_CHECKING = False
if TYPE_CHECKING:
    import typer

_EXAMPLES = """Examples:
  kith init willow-lane                  make a co-op's data folder, step by step
  kith rulebook check rulebook.toml      name every mistake of a rulebook
  kith count votes.json                  count votes by a stated rule"""
_NEXT = "Next step: kith init. More about a word: kith WORD --help. Handbook: docs/how-to/start-a-co-op.md"


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs `kith` with these arguments (those of the process when None) and returns its exit code."""
    _replace_unprintable_characters()
    remaining = list(sys.argv[1:] if arguments is None else arguments)
    debug = _pop_flag(remaining, "--debug")
    if _pop_flag(remaining, "--no-color"):
        os.environ["NO_COLOR"] = "1"
    try:
        # The verifier has a parser and exit codes of its own, in which 2 is a verdict.
        if remaining[:1] != ["verify"]:
            check_arguments(remaining)
        return _run(remaining)
    except KeyboardInterrupt:
        print_note("Interrupted.")
        return ExitCode.INTERRUPTED
    except BrokenPipeError:
        # The reader has closed the pipe, as `| head` does.
        with contextlib.suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.FAILED
    except CommandError as error:
        if debug:
            raise
        print_error(error.what, error.why, error.fix)
        return error.code
    except Exception as error:
        if debug:
            raise
        exit_code = exit_code_of(error)
        if exit_code is not None:
            _print_refusal(error)
            return exit_code
        print_error(
            f"Kith met something it did not expect: {type(error).__name__}.", str(error), "Run the same command with --debug to see where."
        )
        return ExitCode.FAILED


def exit_code_of(error: Exception) -> ExitCode | None:
    from libs.refusals import (
        AlreadyExists,
        Conflict,
        FailedPrecondition,
        Invalid,
        NotAllowed,
        NotFound,
        NotSignedIn,
        Refusal,
        TooMany,
        Unavailable,
    )

    codes: dict[type[Refusal], ExitCode] = {
        Invalid: ExitCode.USAGE,
        NotFound: ExitCode.NOT_FOUND,
        FailedPrecondition: ExitCode.CONFLICT,
        AlreadyExists: ExitCode.CONFLICT,
        Conflict: ExitCode.CONFLICT,
        NotSignedIn: ExitCode.NOT_PERMITTED,
        NotAllowed: ExitCode.NOT_PERMITTED,
        TooMany: ExitCode.UNAVAILABLE,
        Unavailable: ExitCode.UNAVAILABLE,
    }
    return codes.get(type(error)) if isinstance(error, Refusal) else None


def _print_refusal(error: Exception) -> None:
    from libs.refusals import Refusal
    from scripts.cli.refusal_messages import reason_and_fields, refusal_text

    if isinstance(error, Refusal):
        print_error("Kith refused this. Nothing was changed.", refusal_text(error), reason_and_fields(error))


def _replace_unprintable_characters() -> None:
    """A terminal that cannot print every name shows a question mark, instead of ending the command half-way."""
    for stream in (sys.stdout, sys.stderr):
        # A stream whose file was replaced underneath it, as in a process that was forked, cannot be reconfigured; it is no terminal.
        if isinstance(stream, io.TextIOWrapper):
            with contextlib.suppress(OSError):
                stream.reconfigure(errors="replace")


def _pop_flag(arguments: list[str], flag: str) -> bool:
    """Removes the flag from the arguments before `--`; whether it was there."""
    end = arguments.index("--") if "--" in arguments else len(arguments)
    found = flag in arguments[:end]
    arguments[:end] = [argument for argument in arguments[:end] if argument != flag]
    return found


def _run(arguments: list[str]) -> int:
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        print_result(_help())
        return ExitCode.OK
    word = ALIASES.get(arguments[0], arguments[0])
    if word in ("-V", "--version"):
        from importlib.metadata import version

        print_result(f"kith {version('kith')}")
        return ExitCode.OK
    if word not in COMMANDS:
        near = get_close_matches(word.lower(), COMMANDS, n=1)
        suggestion = f"Did you mean: kith {near[0]}" if near else f"Known words: {', '.join(COMMANDS)}."
        print_error(f'There is no "kith {word}".', suggestion, "Run kith --help.")
        return ExitCode.USAGE
    return _call(word, arguments[1:])


def _help() -> str:
    words = "\n".join(f"  {word:<12} {command.summary}" for word, command in COMMANDS.items())
    return (
        "Kith: software that neighbourhood care co-operatives own and run themselves.\n\n"
        f"Usage: kith WORD ...\n\nWords:\n{words}\n\n{_EXAMPLES}\n\n"
        "Everywhere: -h --help, --debug (show where an error arose), --no-color, --version\n\n"
        f"{_NEXT}"
    )


def _call(word: str, arguments: list[str]) -> int:
    import typer
    from typer.exceptions import Abort, TyperException

    app = command_app(word)
    # A command with subcommands but no arguments: list them.
    call_arguments = arguments or (["--help"] if len(app.registered_commands) > 1 else [])
    try:
        code = typer.main.get_command(app).main(args=call_arguments, prog_name=f"kith {word}", standalone_mode=False)
    except Abort:
        raise KeyboardInterrupt from None
    except TyperException as error:
        print_error(_sentence(error.format_message()), f"Run kith {word} --help.")
        return ExitCode(error.exit_code) if error.exit_code in list(ExitCode) else ExitCode.FAILED
    if code == ExitCode.INTERRUPTED:
        raise KeyboardInterrupt
    return code if isinstance(code, int) else ExitCode.OK


def command_app(word: str) -> "typer.Typer":
    """The typer app of a word."""
    from importlib import import_module

    import typer

    module, name = COMMANDS[word].target.split(":")
    target = getattr(import_module(module), name)
    if isinstance(target, typer.Typer):
        return target
    from scripts.cli.actions import single_command

    return single_command(word, target)


def _sentence(text: str) -> str:
    return text if text.endswith((".", "?", "!")) else f"{text}."
