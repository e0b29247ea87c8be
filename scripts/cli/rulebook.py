"""`kith rulebook`: check a rules file and name its mistakes, or say in words what it holds."""

import json
from pathlib import Path
from typing import Annotated

import typer

from libs.rulebook import Mistake, ResolutionType, Rulebook, RulebookMistakes, read
from libs.rulebook.counting import Cap, EachClass, FixedShares, Quorum
from libs.rulebook.exact import percent
from libs.rulebook.resolutions import said
from scripts.cli.console import CommandError, ExitCode, result, say
from scripts.cli.how_many import how_many

SCHEMA = "kith.v1"
rulebook_app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Check a rulebook, or say it in words. How to write one: docs/how-to/write-a-rulebook.md",
)
_File = Annotated[Path, typer.Argument(help="A rulebook, or a data folder with a rulebook.toml in it.")]
_Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of words.")]


@rulebook_app.command()
def check(file: _File, as_json: _Json = False) -> None:  # noqa: FBT002 - typer's way to a flag
    """Name every mistake of a rulebook: FILE:LINE: problem. suggestion."""
    path, content = _content(file)
    try:
        rulebook = read(content)
    except RulebookMistakes as error:
        result(_mistakes_as_json(path, error.mistakes) if as_json else _mistakes_as_lines(path, error.mistakes))
        many = len(error.mistakes)
        say(f"{many} mistake{'' if many == 1 else 's'}. Put {'it' if many == 1 else 'them'} right and check again.")
        raise typer.Exit(ExitCode.FAILED) from None
    if as_json:
        result(json.dumps({"schema": SCHEMA, "file": str(path), "sound": True, "hash": rulebook.hash, "mistakes": []}, ensure_ascii=False))
    else:
        result(f"{path}: sound. {_count(rulebook)} Hash {rulebook.hash}")


@rulebook_app.command()
def show(file: _File = Path("kith-data"), as_json: _Json = False) -> None:  # noqa: FBT002 - typer's way to a flag
    """Say in words what the rulebook in a file holds. (What a running co-op has adopted is shown on its pages.)"""
    path, content = _content(file)
    try:
        rulebook = read(content)
    except RulebookMistakes as error:
        what, why = f"{path} is not a sound rulebook.", f"It has {len(error.mistakes)} mistakes."
        raise CommandError(what, why, f"Run: kith rulebook check {path}") from None
    result(json.dumps(_as_json(rulebook), ensure_ascii=False, indent=1) if as_json else _in_words(rulebook))


def _content(file: Path) -> tuple[Path, bytes]:
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
    return "\n".join(f"{path}:{one.line}: {one.problem} {one.suggestion}" for one in mistakes)


def _mistakes_as_json(path: Path, mistakes: tuple[Mistake, ...]) -> str:
    listed = [{"line": one.line, "key": one.key, "problem": one.problem, "suggestion": one.suggestion} for one in mistakes]
    return json.dumps({"schema": SCHEMA, "file": str(path), "sound": False, "hash": None, "mistakes": listed}, ensure_ascii=False)


def _count(rulebook: Rulebook) -> str:
    classes, kinds = len(rulebook.classes), len(rulebook.resolutions)
    return f"{classes} class{'' if classes == 1 else 'es'} of members, {kinds} kind{'' if kinds == 1 else 's'} of resolution."


def _as_json(rulebook: Rulebook) -> dict[str, object]:
    return {
        "schema": SCHEMA,
        "hash": rulebook.hash,
        "classes": [{"key": one.key, "name": one.name, "votes": one.votes} for one in rulebook.classes],
        "resolutions": [
            {
                "key": one.key,
                "name": one.name,
                "passes": said(one.counting.threshold),
                "between_classes": _between_classes(one),
                "excluded": list(one.counting.excluded),
                "notice_days": one.notice_days,
                "minimum_open_hours": one.minimum_open_hours,
                "maximum_open_days": one.maximum_open_days,
                "changes_rulebook": one.changes_rulebook,
            }
            for one in rulebook.resolutions
        ],
    }


def _in_words(rulebook: Rulebook) -> str:
    lines = [f"Rulebook {rulebook.hash}", "", "Classes of members:"]
    lines += [f"  {one.name} ({one.key}){'' if one.votes else ', without a vote'}: {one.description}" for one in rulebook.classes]
    for one in rulebook.resolutions:
        lines += ["", f"{one.name} ({one.key}): {one.explanation}", *(f"  {line}" for line in _details(one))]
    lines += ["", "Ballots are recorded: the co-op's records show who voted how."]
    lines += [f"A vote on paper or by phone is recorded by {rulebook.recorders} people."]
    return "\n".join(lines)


def _details(one: ResolutionType) -> list[str]:
    lines = [f"passes with {said(one.counting.threshold)}", f"between classes: {_between_classes(one)}"]
    if one.counting.excluded:
        lines.append(f"no vote: {', '.join(one.counting.excluded)}")
    if one.counting.quorum != Quorum():
        lines.append(f"quorum: {_quorum(one.counting.quorum)}")
    lines += [f"quorum of {key}: {_quorum(quorum)}" for key, quorum in one.counting.class_quorums]
    lines.append(f"notice {one.notice_days} days; open at least {one.minimum_open_hours} hours, at most {one.maximum_open_days} days")
    if one.changes_rulebook:
        lines.append("may change this rulebook")
    if one.second_meeting is not None:
        meeting = one.second_meeting
        lines.append(f"second meeting {meeting.earliest_days} to {meeting.latest_days} days later, {said(meeting.threshold)}")
    return lines


def _between_classes(one: ResolutionType) -> str:
    rule = one.counting.class_rule
    if isinstance(rule, Cap):
        return f"{', '.join(rule.classes)} never more than {percent(rule.fraction)} of the votes"
    if isinstance(rule, FixedShares):
        return "fixed shares, " + ", ".join(f"{key} {percent(share)}" for key, share in rule.shares)
    if isinstance(rule, EachClass):
        return f"in each class {said(rule.threshold)}"
    return "one member, one vote"


def _quorum(quorum: Quorum) -> str:
    parts = [f"{percent(quorum.fraction)} of those who may vote"] if quorum.fraction else []
    parts += [how_many(quorum.count, "person", "people")] if quorum.count else []
    return " and at least ".join(parts)
