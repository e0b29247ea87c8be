"""`kith rulebook`: checks a rules file and names its mistakes, or describes its content."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from libs.rulebook import Mistake, ResolutionType, Rulebook, RulebookMistakes, read_rulebook
from libs.rulebook.counting import ClassCap, EachClass, FixedShares, Quorum
from libs.rulebook.fraction_text import format_exact_percent
from libs.rulebook.resolutions import threshold_in_words
from scripts.cli.actions import DEFAULT_FOLDER, CommandGroup, JsonOption, JsonResult, print_words, run
from scripts.cli.console import CommandError, ExitCode
from scripts.cli.wording import plural

rulebook_app = CommandGroup("Check a rulebook, or say it in words. How to write one: docs/how-to/write-a-rulebook.md")
_FileArgument = Annotated[Path, typer.Argument(help="A rulebook, or a data folder with a rulebook.toml in it.")]


@rulebook_app.command()
def check(file: _FileArgument, *, as_json: JsonOption = False) -> int:
    """Name every mistake of a rulebook: FILE:LINE: problem. suggestion."""
    path, content = _read_rulebook(file)
    data: dict[str, object] = {"file": str(path), "sound": True, "hash": None, "mistakes": []}
    try:
        rulebook = read_rulebook(content)
    except RulebookMistakes as error:
        number = plural(len(error.mistakes), "mistake. Put it", "mistakes. Put them")
        lines = (f"{path}:{mistake.line}: {mistake.problem} {mistake.suggestion}" for mistake in error.mistakes)
        data |= {"sound": False, "mistakes": list(map(_mistake_json, error.mistakes))}
        answer = JsonResult(lines, [f"{number} right and check again."], ExitCode.FAILED, data=data)
    else:
        answer = JsonResult(f"{path}: sound. {_count(rulebook)} Hash {rulebook.hash}", data=data | {"hash": rulebook.hash})
    return run(print_words(answer, as_json=as_json))


@rulebook_app.command()
def show(file: _FileArgument = DEFAULT_FOLDER, *, as_json: JsonOption = False) -> int:
    """Say in words what the rulebook in a file holds. (What a running co-op has adopted is shown on its pages.)"""
    path, content = _read_rulebook(file)
    try:
        rulebook = read_rulebook(content)
    except RulebookMistakes as error:
        what, why = f"{path} is not a sound rulebook.", f"It has {len(error.mistakes)} mistakes."
        raise CommandError(what, why, f"Run: kith rulebook check {path}") from None
    return run(print_words(JsonResult(_rulebook_lines(rulebook), data=_as_json(rulebook)), as_json=as_json))


def _read_rulebook(file: Path) -> tuple[Path, bytes]:
    path = file / "rulebook.toml" if file.is_dir() else file
    try:
        return path, path.read_bytes()
    except FileNotFoundError:
        raise CommandError(f"There is no file {path}.", "", "Name a rulebook or a data folder.", ExitCode.NOT_FOUND) from None
    except PermissionError:
        raise CommandError(f"{path} cannot be read.", "It belongs to somebody else.", "Ask its owner.", ExitCode.NOT_PERMITTED) from None
    except OSError as error:
        raise CommandError(f"{path} cannot be read.", f"{error.strerror}.", "Name a rulebook or a data folder.") from None


def _mistake_json(mistake: Mistake) -> dict[str, object]:
    return {"line": mistake.line, "key": mistake.key, "problem": mistake.problem, "suggestion": mistake.suggestion}


def _count(rulebook: Rulebook) -> str:
    classes = plural(len(rulebook.classes), "class", "classes")
    return f"{classes} of members, {plural(len(rulebook.resolutions), 'kind', 'kinds')} of resolution."


def _as_json(rulebook: Rulebook) -> dict[str, object]:
    return {
        "hash": rulebook.hash,
        "classes": [{"key": each.key, "name": each.name, "votes": each.votes} for each in rulebook.classes],
        "resolutions": [
            {
                "key": resolution.key,
                "name": resolution.name,
                "passes": threshold_in_words(resolution.counting.threshold),
                "between_classes": _between_classes(resolution),
                "excluded": list(resolution.counting.excluded),
                "notice_days": resolution.notice_days,
                "minimum_open_hours": resolution.minimum_open_hours,
                "maximum_open_days": resolution.maximum_open_days,
                "changes_rulebook": resolution.changes_rulebook,
            }
            for resolution in rulebook.resolutions
        ],
    }


def _rulebook_lines(rulebook: Rulebook) -> Iterator[str]:
    yield f"Rulebook {rulebook.hash}\n\nClasses of members:"
    for member_class in rulebook.classes:
        vote = "" if member_class.votes else ", without a vote"
        yield f"  {member_class.name} ({member_class.key}){vote}: {member_class.description}"
    for resolution in rulebook.resolutions:
        yield f"\n{resolution.name} ({resolution.key}): {resolution.explanation}"
        yield from (f"  {line}" for line in _details(resolution))
    yield "\nBallots are recorded: the co-op's records show who voted how."
    yield f"A vote on paper or by phone is recorded by {rulebook.recorders} people."


def _details(kind: ResolutionType) -> Iterator[str]:
    yield f"passes with {threshold_in_words(kind.counting.threshold)}"
    yield f"between classes: {_between_classes(kind)}"
    if kind.counting.excluded:
        yield f"no vote: {', '.join(kind.counting.excluded)}"
    if kind.counting.quorum != Quorum():
        yield f"quorum: {quorum_words(kind.counting.quorum)}"
    yield from (f"quorum of {key}: {quorum_words(quorum)}" for key, quorum in kind.counting.class_quorums)
    yield f"notice {kind.notice_days} days; open at least {kind.minimum_open_hours} hours, at most {kind.maximum_open_days} days"
    if kind.changes_rulebook:
        yield "may change this rulebook"
    if kind.second_meeting is not None:
        meeting = kind.second_meeting
        yield f"second meeting {meeting.earliest_days} to {meeting.latest_days} days later, {threshold_in_words(meeting.threshold)}"


def _between_classes(resolution: ResolutionType) -> str:
    rule = resolution.counting.class_rule
    if isinstance(rule, ClassCap):
        return f"{', '.join(rule.classes)} never more than {format_exact_percent(rule.fraction)} of the votes"
    if isinstance(rule, FixedShares):
        return "fixed shares, " + ", ".join(f"{key} {format_exact_percent(share)}" for key, share in rule.shares)
    if isinstance(rule, EachClass):
        return f"in each class {threshold_in_words(rule.threshold)}"
    return "one member, one vote"


def quorum_words(quorum: Quorum) -> str:
    parts = [f"{format_exact_percent(quorum.fraction)} of those who may vote"] if quorum.fraction else []
    parts += [plural(quorum.count, "person", "people")] if quorum.count else []
    return " and at least ".join(parts)
