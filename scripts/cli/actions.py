"""The one builder of commands: arguments that many take, the connection, words or JSON, refusals and exit codes.

An action is an async function whose first parameter is the connection to a running co-op. It returns a `TextResult`, or a
`JsonResult` if it has JSON too; the builder adds `--folder` and, for a `JsonResult`, `--json`, turns a refusal into sentences and
returns the exit code:

    @motion_app.action("show")
    async def show_motion(co_op: "connection.Connection", motion: MotionArgument) -> JsonResult:
        ...

A module of commands imports what it needs for the work in a `lazy_imports()` block: help, completion and a refused argument load none
of it.
"""

import inspect
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from scripts.cli.console import ExitCode, print_note, print_pages, print_result
from scripts.cli.lazy_imports import load_protos

HELP_OPTIONS = {"help_option_names": ["-h", "--help"]}
DEFAULT_FOLDER = Path("kith-data")
FolderArgument = Annotated[Path, typer.Argument(help="The co-op's data folder.", metavar="folder")]
FolderOption = Annotated[Path, typer.Option(help="The co-op's data folder.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON instead of words.")]
DecisionOption = Annotated[int, typer.Option(min=1, help="The number of the decision in this co-op's log; see kith motion log.")]
MemberOption = Annotated[str, typer.Option("--as", help="The member's number.")]
VoteArgument = Annotated[str, typer.Argument(help="The first 8 or more digits of the vote's id; see kith vote list.", metavar="vote")]


@dataclass(frozen=True)
class TextResult:
    """The result of an action in words. Iterators are consumed only if words are wanted, while the connection is open."""

    lines: str | Iterable[str] | AsyncIterator[str] = ()
    notes: Iterable[str] = ()
    """For people, on standard error."""
    code: ExitCode = ExitCode.OK


@dataclass(frozen=True, kw_only=True)
class JsonResult(TextResult):
    """The result of an action in words and as JSON."""

    data: Any
    """A message, a mapping whose values may be messages or lists of them, or several of these as a list, printed as one object."""


Action = Callable[..., Awaitable[TextResult]]
ActionT = TypeVar("ActionT", bound=Action)
ResultT = TypeVar("ResultT")


class CommandGroup(typer.Typer):
    """A word of `kith` with its verbs."""

    def __init__(self, help: str = "", *, no_args_is_help: bool = False) -> None:  # noqa: A002 - typer's name
        super().__init__(
            add_completion=False, rich_markup_mode=None, context_settings=HELP_OPTIONS, help=help or None, no_args_is_help=no_args_is_help
        )

    def action(self, verb: str, *, failed: str = "", check: Callable[..., object] | None = None) -> Callable[[ActionT], ActionT]:
        """Registers an action. `failed` is what a refusal begins with; it may name arguments: "{peer} is not suspended.".

        `check` takes the same arguments and raises CommandError for a mistake that can be named without a running co-op.
        """

        def register(action: ActionT) -> ActionT:
            self.command(verb)(_command(action, failed, check))
            return action

        return register


def single_command(word: str, function: Callable[..., object]) -> CommandGroup:
    """A word without verbs."""
    noun = CommandGroup()
    noun.command(name=word)(function)
    return noun


def _command(action: Action, failed: str, check: Callable[..., object] | None) -> Callable[..., int]:
    """The function with the parameters that typer shall read: the action's without the connection, and the common options."""
    signature = inspect.signature(action)
    has_json = signature.return_annotation is JsonResult
    parameters = [*list(signature.parameters.values())[1:], _option("folder", FolderOption, DEFAULT_FOLDER)]
    if has_json:
        parameters.append(_option("as_json", JsonOption, default=False))

    def command(folder: Path, **arguments: Any) -> int:
        as_json = has_json and arguments.pop("as_json")
        if check is not None:
            check(**arguments)
        return run(_run(action, failed, folder, as_json=as_json, arguments=arguments))

    command.__doc__ = action.__doc__
    command.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    command.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]  # where inspect looks first
    return command


def _option(name: str, annotation: object, default: object) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)


def run(coroutine: Coroutine[Any, Any, ResultT]) -> ResultT:
    """Runs a coroutine in a loop of its own. Help does not load asyncio."""
    import asyncio

    return asyncio.run(coroutine)


async def _run(action: Action, failed: str, folder: Path, *, as_json: bool, arguments: Mapping[str, Any]) -> int:
    load_protos()
    from scripts.cli.connection import connect
    from scripts.cli.refusal_messages import refusals_as_errors

    async with connect(folder) as co_op:
        with refusals_as_errors(failed.format_map(arguments)):
            return await print_words(await action(co_op, **arguments), as_json=as_json)


async def print_words(words: TextResult, *, as_json: bool = False) -> int:
    """Prints the result of an action and returns its exit code."""
    if as_json and isinstance(words, JsonResult):
        print_json(words.data)
    elif isinstance(words.lines, str):
        print_result(words.lines)
    else:
        lines = words.lines if isinstance(words.lines, AsyncIterator) else _each(words.lines)
        if isinstance(words, JsonResult):
            print_pages([line async for line in lines])
        else:
            async for line in lines:
                print_result(line)
    for note in words.notes:
        print_note(note)
    return words.code


async def _each(lines: Iterable[str]) -> AsyncIterator[str]:
    for line in lines:
        yield line


def print_json(data: Any) -> None:
    """Prints `JsonResult.data` as one JSON object, with the schema's name."""
    import json

    fields: dict[str, Any] = {"schema": "kith.v1"}
    for part in data if isinstance(data, list) else [data]:
        fields |= _plain(part)
    # A terminal that cannot print every character gets escapes, which say the same in JSON.
    escaped = (sys.stdout.encoding or "").lower().replace("-", "") != "utf8"
    print_result(json.dumps(fields, ensure_ascii=escaped, indent=1))


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_plain(part) for part in value]
    if hasattr(value, "DESCRIPTOR"):
        from google.protobuf.json_format import MessageToDict

        return MessageToDict(value)
    return value
