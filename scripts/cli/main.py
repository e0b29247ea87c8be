"""The `kith` command. This file is loaded at every call, so it imports nothing but the standard library: `kith --help` answers at once."""

import contextlib
import os
import sys
from collections.abc import Sequence
from difflib import get_close_matches

from scripts.cli.console import CommandError, ExitCode, result, say, say_error
from scripts.cli.nouns import NOUNS

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
    given = list(sys.argv[1:] if arguments is None else arguments)
    debug = _take_flag(given, "--debug")
    if _take_flag(given, "--no-color"):
        os.environ["NO_COLOR"] = "1"
    try:
        return _run(given)
    except KeyboardInterrupt:
        say("Interrupted.")
        return ExitCode.INTERRUPTED
    except BrokenPipeError:
        # The reader went away, as `| head` does: there is nobody left to tell.
        with contextlib.suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.FAILED
    except CommandError as error:
        if debug:
            raise
        say_error(error.what, error.why, error.fix)
        return error.code
    except Exception as error:
        if debug:
            raise
        refused = code_of_refusal(error)
        if refused is not None:
            _say_refusal(error)
            return refused
        say_error(
            f"Kith met something it did not expect: {type(error).__name__}.", str(error), "Run the same command with --debug to see where."
        )
        return ExitCode.FAILED


def code_of_refusal(error: Exception) -> ExitCode | None:
    from libs.refusals import AlreadyDone, Conflict, Elsewhere, Invalid, NotAllowed, NotFound, NotNow, NotSignedIn, Refusal, TooMany

    codes: dict[type[Refusal], ExitCode] = {
        Invalid: ExitCode.USAGE,
        NotFound: ExitCode.NOT_FOUND,
        NotNow: ExitCode.CONFLICT,
        AlreadyDone: ExitCode.CONFLICT,
        Conflict: ExitCode.CONFLICT,
        NotSignedIn: ExitCode.NOT_PERMITTED,
        NotAllowed: ExitCode.NOT_PERMITTED,
        TooMany: ExitCode.UNAVAILABLE,
        Elsewhere: ExitCode.UNAVAILABLE,
    }
    return codes.get(type(error)) if isinstance(error, Refusal) else None


def _say_refusal(error: Exception) -> None:
    from libs.refusals import Refusal
    from scripts.cli.vote_refusals import in_words, where

    if isinstance(error, Refusal):
        say_error("Kith refused this. Nothing was changed.", in_words(error), where(error))


def _take_flag(arguments: list[str], flag: str) -> bool:
    """Whether the flag stands anywhere before `--`; it is then taken out."""
    end = arguments.index("--") if "--" in arguments else len(arguments)
    found = flag in arguments[:end]
    arguments[:end] = [one for one in arguments[:end] if one != flag]
    return found


def _run(arguments: list[str]) -> int:
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        result(_help())
        return ExitCode.OK
    word = arguments[0]
    if word in ("-V", "--version"):
        from importlib.metadata import version

        result(f"kith {version('kith')}")
        return ExitCode.OK
    if word not in NOUNS:
        near = get_close_matches(word.lower(), NOUNS, n=1)
        suggestion = f"Did you mean: kith {near[0]}" if near else f"Known words: {', '.join(NOUNS)}."
        say_error(f'There is no "kith {word}".', suggestion, "Run kith --help.")
        return ExitCode.USAGE
    return _call(word, arguments[1:])


def _help() -> str:
    words = "\n".join(f"  {word:<12} {noun.summary}" for word, noun in NOUNS.items())
    return (
        "Kith: software that neighbourhood care co-operatives own and run themselves.\n\n"
        f"Usage: kith WORD ...\n\nWords:\n{words}\n\n{_EXAMPLES}\n\n"
        "Everywhere: -h --help, --debug (show where an error arose), --no-color, --version\n\n"
        f"{_NEXT}"
    )


def _call(word: str, arguments: list[str]) -> int:
    import typer
    from typer.exceptions import Abort, TyperException

    app = _app(word)
    # A word with verbs of its own, alone: say which there are.
    given = arguments or (["--help"] if len(app.registered_commands) > 1 else [])
    try:
        code = typer.main.get_command(app).main(args=given, prog_name=f"kith {word}", standalone_mode=False)
    except Abort:
        raise KeyboardInterrupt from None
    except TyperException as error:
        say_error(_sentence(error.format_message()), f"Run kith {word} --help.")
        return ExitCode(error.exit_code) if error.exit_code in list(ExitCode) else ExitCode.FAILED
    if code == ExitCode.INTERRUPTED:
        raise KeyboardInterrupt
    return code if isinstance(code, int) else ExitCode.OK


def _app(word: str) -> "typer.Typer":
    from importlib import import_module

    import typer

    module, name = NOUNS[word].target.split(":")
    target = getattr(import_module(module), name)
    if isinstance(target, typer.Typer):
        return target
    app = typer.Typer(add_completion=False, rich_markup_mode=None, context_settings={"help_option_names": ["-h", "--help"]})
    app.command(name=word)(target)
    return app


def _sentence(text: str) -> str:
    return text if text.endswith((".", "?", "!")) else f"{text}."
