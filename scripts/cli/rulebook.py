"""`kith rulebook`: checks a rules file and names its mistakes, or describes its content."""

import json
from pathlib import Path
from typing import Annotated

import typer

from libs.rulebook import Mistake, ResolutionType, Rulebook, RulebookMistakes, read_rulebook
from libs.rulebook.counting import Cap, EachClass, FixedShares, Quorum
from libs.rulebook.fraction_text import format_exact_percent
from libs.rulebook.resolutions import threshold_in_words
from scripts.cli.console import CommandError, ExitCode, print_note, print_result
from scripts.cli.plural import plural

SCHEMA = "kith.v1"
rulebook_app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Check a rulebook, or say it in words. How to write one: docs/how-to/write-a-rulebook.md",
)
_FileArgument = Annotated[Path, typer.Argument(help="A rulebook, or a data folder with a rulebook.toml in it.")]
_JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON instead of words.")]


@rulebook_app.command()
def check(file: _FileArgument, as_json: _JsonOption = False) -> None:  # noqa: FBT002 - typer's way to a flag
    """Name every mistake of a rulebook: FILE:LINE: problem. suggestion."""
    path, content = _read_rulebook(file)
    try:
        rulebook = read_rulebook(content)
    except RulebookMistakes as error:
        print_result(_mistakes_as_json(path, error.mistakes) if as_json else _mistakes_as_lines(path, error.mistakes))
        many = len(error.mistakes)
        print_note(f"{many} mistake{'' if many == 1 else 's'}. Put {'it' if many == 1 else 'them'} right and check again.")
        raise typer.Exit(ExitCode.FAILED) from None
    if as_json:
        print_result(
            json.dumps({"schema": SCHEMA, "file": str(path), "sound": True, "hash": rulebook.hash, "mistakes": []}, ensure_ascii=False)
        )
    else:
        print_result(f"{path}: sound. {_count(rulebook)} Hash {rulebook.hash}")


@rulebook_app.command()
def show(file: _FileArgument = Path("kith-data"), as_json: _JsonOption = False) -> None:  # noqa: FBT002 - typer's way to a flag
    """Say in words what the rulebook in a file holds. (What a running co-op has adopted is shown on its pages.)"""
    path, content = _read_rulebook(file)
    try:
        rulebook = read_rulebook(content)
    except RulebookMistakes as error:
        what, why = f"{path} is not a sound rulebook.", f"It has {len(error.mistakes)} mistakes."
        raise CommandError(what, why, f"Run: kith rulebook check {path}") from None
    print_result(json.dumps(_as_json(rulebook), ensure_ascii=False, indent=1) if as_json else _as_text(rulebook))


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


def _mistakes_as_lines(path: Path, mistakes: tuple[Mistake, ...]) -> str:
    return "\n".join(f"{path}:{mistake.line}: {mistake.problem} {mistake.suggestion}" for mistake in mistakes)


def _mistakes_as_json(path: Path, mistakes: tuple[Mistake, ...]) -> str:
    listed = [
        {"line": mistake.line, "key": mistake.key, "problem": mistake.problem, "suggestion": mistake.suggestion} for mistake in mistakes
    ]
    return json.dumps({"schema": SCHEMA, "file": str(path), "sound": False, "hash": None, "mistakes": listed}, ensure_ascii=False)


def _count(rulebook: Rulebook) -> str:
    classes, kinds = len(rulebook.classes), len(rulebook.resolutions)
    return f"{classes} class{'' if classes == 1 else 'es'} of members, {kinds} kind{'' if kinds == 1 else 's'} of resolution."


def _as_json(rulebook: Rulebook) -> dict[str, object]:
    return {
        "schema": SCHEMA,
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


def _as_text(rulebook: Rulebook) -> str:
    lines = [f"Rulebook {rulebook.hash}", "", "Classes of members:"]
    lines += [
        f"  {member_class.name} ({member_class.key}){'' if member_class.votes else ', without a vote'}: {member_class.description}"
        for member_class in rulebook.classes
    ]
    for resolution in rulebook.resolutions:
        lines += ["", f"{resolution.name} ({resolution.key}): {resolution.explanation}", *(f"  {line}" for line in _details(resolution))]
    lines += ["", "Ballots are recorded: the co-op's records show who voted how."]
    lines += [f"A vote on paper or by phone is recorded by {rulebook.recorders} people."]
    return "\n".join(lines)


def _details(kind: ResolutionType) -> list[str]:
    lines = [f"passes with {threshold_in_words(kind.counting.threshold)}", f"between classes: {_between_classes(kind)}"]
    if kind.counting.excluded:
        lines.append(f"no vote: {', '.join(kind.counting.excluded)}")
    if kind.counting.quorum != Quorum():
        lines.append(f"quorum: {_quorum(kind.counting.quorum)}")
    lines += [f"quorum of {key}: {_quorum(quorum)}" for key, quorum in kind.counting.class_quorums]
    lines.append(f"notice {kind.notice_days} days; open at least {kind.minimum_open_hours} hours, at most {kind.maximum_open_days} days")
    if kind.changes_rulebook:
        lines.append("may change this rulebook")
    if kind.second_meeting is not None:
        meeting = kind.second_meeting
        lines.append(f"second meeting {meeting.earliest_days} to {meeting.latest_days} days later, {threshold_in_words(meeting.threshold)}")
    return lines


def _between_classes(resolution: ResolutionType) -> str:
    rule = resolution.counting.class_rule
    if isinstance(rule, Cap):
        return f"{', '.join(rule.classes)} never more than {format_exact_percent(rule.fraction)} of the votes"
    if isinstance(rule, FixedShares):
        return "fixed shares, " + ", ".join(f"{key} {format_exact_percent(share)}" for key, share in rule.shares)
    if isinstance(rule, EachClass):
        return f"in each class {threshold_in_words(rule.threshold)}"
    return "one member, one vote"


def _quorum(quorum: Quorum) -> str:
    parts = [f"{format_exact_percent(quorum.fraction)} of those who may vote"] if quorum.fraction else []
    parts += [plural(quorum.count, "person", "people")] if quorum.count else []
    return " and at least ".join(parts)
