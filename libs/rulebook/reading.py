"""Reads a rulebook: one commented TOML file, every mistake named at once with its line and a suggestion. docs/formats/rulebook.md."""

from enum import StrEnum
from hashlib import sha256

from libs.rulebook.mistakes import RulebookMistakes
from libs.rulebook.resolutions import resolution_types
from libs.rulebook.rulebook import SCHEMA, MemberClass, ResolutionType, Rulebook
from libs.rulebook.source import Source, source
from libs.rulebook.table import Table

_NOT_COUNTED = "Proxies are not counted by this version of Kith."
_LATER = {
    "proxies": _NOT_COUNTED,
    "proxy": _NOT_COUNTED,
    "retention": "How long records are kept is not set in the rulebook in this version of Kith.",
    "name": "The co-op's name is not part of its rulebook: it stands in kith.toml.",
}
_RECORDERS = 2


class _BallotKind(StrEnum):
    RECORDED = "recorded"


def read(text: str | bytes) -> Rulebook:
    """The rulebook that `text` holds; a `str` is taken as its UTF-8 bytes.

    Raises `RulebookMistakes` with every mistake of the text.
    """
    content = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    found = source(content)
    rulebook = _rulebook(found, sha256(content).hexdigest()) if found.lines else None
    if rulebook is None and not found.mistakes:
        found.note((), "The rulebook is empty.", "Begin with one of the templates: kith init --template single-class.")
    if found.mistakes or rulebook is None:
        raise RulebookMistakes(found.mistakes)
    return rulebook


def _rulebook(found: Source, name: str) -> Rulebook:
    root = Table(found, (), found.tree)
    _check_schema(root)
    classes_table = root.table("classes", '[classes.member] with name = "Member" and so on')
    classes = _classes(classes_table) if classes_table is not None else ()
    resolutions = resolution_types(root, classes)
    ballot_kind = _ballot_kind(root)
    recorders = _recorders(root)
    root.close(_LATER)
    if classes_table is not None:
        _check_every_class_votes_somewhere(classes_table, classes, resolutions)
    return Rulebook(name, SCHEMA, classes, resolutions, ballot_kind, recorders)


def _check_schema(root: Table) -> None:
    value = root.take("schema", required=f'schema = "{SCHEMA}" as the first line')
    if value is None:
        return
    if not isinstance(value, str):
        root.wrong_kind("schema", "a text", value, f'schema = "{SCHEMA}"')
    elif value != SCHEMA:
        root.note("schema", f'"{value}" is not a form of rulebook this version of Kith reads.', f'Write schema = "{SCHEMA}".')


def _classes(table: Table) -> tuple[MemberClass, ...]:
    classes = tuple(_member_class(key, inner) for key, inner in table.tables())
    if not table.stated:
        table.note("", "There is no class of members.", 'Add [classes.member] with name = "Member".')
    elif classes and not any(one.votes for one in classes):
        table.note("", "No class of members has a vote.", "Take out votes = false for at least one class.")
    for index, one in enumerate(classes):
        if one.name and one.name.casefold() in [other.name.casefold() for other in classes[:index]]:
            table.note(one.key, f'Two classes are named "{one.name}".', "Give each class a name of its own.")
    return classes


def _member_class(key: str, table: Table) -> MemberClass:
    read_class = MemberClass(
        key=key,
        name=table.text("name", "Worker member", most=80),
        description=table.text("description", "People who work for the co-op."),
        easy_read=table.text("easy_read", "You work here.", most=500),
        votes=table.flag("votes", default=True),
    )
    table.close()
    return read_class


def _ballot_kind(root: Table) -> str:
    table = root.table("ballots", '[ballots] with kind = "recorded"')
    if table is None:
        return _BallotKind.RECORDED.value
    if table.take("kind") == "secret":
        problem = "Secret ballots are not built: this version of Kith has recorded ballots, where the co-op's records show who voted how."
        table.note("kind", problem, 'Write kind = "recorded", and hold a vote that must be secret on paper, outside Kith.')
    else:
        table.choice("kind", _BallotKind)
    table.close()
    return _BallotKind.RECORDED.value


def _recorders(root: Table) -> int:
    table = root.table("paper_and_phone", "[paper_and_phone] with recorders = 2")
    if table is None:
        return _RECORDERS
    recorders = table.whole("recorders", 0, 99, example=_RECORDERS)
    if recorders != _RECORDERS:
        few = "One person alone must not be able to record another's vote" if recorders < _RECORDERS else "Kith asks two people, not more"
        if table.has("recorders"):
            table.note("recorders", f"{few}: two people record every paper or phone vote.", "Write recorders = 2.")
    table.close()
    return recorders


def _check_every_class_votes_somewhere(
    classes_table: Table, classes: tuple[MemberClass, ...], resolutions: tuple[ResolutionType, ...]
) -> None:
    for one in classes:
        if one.votes and resolutions and all(one.key in resolution.counting.excluded for resolution in resolutions):
            problem = f'The class "{one.key}" is excluded from every kind of resolution, so it never votes.'
            suggestion = f"Say so with votes = false under [classes.{one.key}], or take it out of one excluded list."
            classes_table.note(one.key, problem, suggestion)
