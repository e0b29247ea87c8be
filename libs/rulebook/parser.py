"""Parses a rulebook: one commented TOML file; reports all mistakes at once, with line and suggestion. See docs/formats/rulebook.md."""

from enum import StrEnum
from hashlib import sha256

from libs.rulebook.concerns import read_concerns
from libs.rulebook.credentials import read_credentials
from libs.rulebook.drafts import read_drafts
from libs.rulebook.matching import read_matching
from libs.rulebook.mistakes import RulebookMistakes
from libs.rulebook.money import read_money
from libs.rulebook.partners import read_partners
from libs.rulebook.resolutions import read_resolution_types
from libs.rulebook.retention import read_retention
from libs.rulebook.rulebook import SCHEMA, MemberClass, ResolutionType, Rulebook
from libs.rulebook.toml_source import TomlSource, parse_toml
from libs.rulebook.toml_table import TomlTable
from libs.rulebook.visits import read_visits
from libs.rulebook.watch import read_watch
from libs.rulebook.working_time import read_working_time

_NOT_COUNTED = "Proxies are not counted by this version of Kith."
_LATER = {
    "proxies": _NOT_COUNTED,
    "proxy": _NOT_COUNTED,
    "name": "The co-op's name is not part of its rulebook: it stands in kith.toml.",
}
_RECORDERS = 2


class _BallotKind(StrEnum):
    RECORDED = "recorded"


def read_rulebook(text: str | bytes) -> Rulebook:
    """Parses a rulebook; a `str` is encoded as UTF-8 first.

    Raises `RulebookMistakes` with all mistakes of the text.
    """
    content = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    source = parse_toml(content)
    rulebook = _rulebook(source, sha256(content).hexdigest()) if source.lines else None
    if rulebook is None and not source.mistakes:
        source.note((), "The rulebook is empty.", "Begin with one of the templates: kith init --template single-class.")
    if source.mistakes or rulebook is None:
        raise RulebookMistakes(source.mistakes)
    return rulebook


def _rulebook(source: TomlSource, name: str) -> Rulebook:
    root = TomlTable(source, (), source.tree)
    _check_schema(root)
    classes_table = root.table("classes", '[classes.member] with name = "Member" and so on')
    classes = _classes(classes_table) if classes_table is not None else ()
    resolutions = read_resolution_types(root, classes)
    ballot_kind = _ballot_kind(root)
    recorders = _recorders(root)
    credentials = read_credentials(root)
    matching = read_matching(root)
    retention = read_retention(root)
    money = read_money(root)
    visits = read_visits(root)
    partners = read_partners(root)
    concerns = read_concerns(root)
    watch = read_watch(root)
    drafts = read_drafts(root)
    working_time = read_working_time(root)
    root.reject_unknown_keys(_LATER)
    if classes_table is not None:
        _check_every_class_votes_somewhere(classes_table, classes, resolutions)
    rules = (credentials, matching, retention, money, visits, partners, concerns, watch, drafts, working_time)
    return Rulebook(name, SCHEMA, classes, resolutions, ballot_kind, recorders, *rules)


def _check_schema(root: TomlTable) -> None:
    value = root.take("schema", required=f'schema = "{SCHEMA}" as the first line')
    if value is None:
        return
    if not isinstance(value, str):
        root.wrong_kind("schema", "a text", value, f'schema = "{SCHEMA}"')
    elif value != SCHEMA:
        root.note("schema", f'"{value}" is not a form of rulebook this version of Kith reads.', f'Write schema = "{SCHEMA}".')


def _classes(table: TomlTable) -> tuple[MemberClass, ...]:
    classes = tuple(_member_class(key, inner) for key, inner in table.tables())
    if not table.keys:
        table.note("", "There is no class of members.", 'Add [classes.member] with name = "Member".')
    elif classes and not any(member_class.votes for member_class in classes):
        table.note("", "No class of members has a vote.", "Take out votes = false for at least one class.")
    for index, member_class in enumerate(classes):
        if member_class.name and member_class.name.casefold() in [other.name.casefold() for other in classes[:index]]:
            table.note(member_class.key, f'Two classes are named "{member_class.name}".', "Give each class a name of its own.")
    return classes


def _member_class(key: str, table: TomlTable) -> MemberClass:
    member_class = MemberClass(
        key=key,
        name=table.text("name", "Worker member", most=80),
        description=table.text("description", "People who work for the co-op."),
        easy_read=table.text("easy_read", "You work here.", most=500),
        votes=table.flag("votes", default=True),
    )
    table.reject_unknown_keys()
    return member_class


def _ballot_kind(root: TomlTable) -> str:
    table = root.table("ballots", '[ballots] with kind = "recorded"')
    if table is None:
        return _BallotKind.RECORDED.value
    if table.take("kind") == "secret":
        problem = "Secret ballots are not built: this version of Kith has recorded ballots, where the co-op's records show who voted how."
        table.note("kind", problem, 'Write kind = "recorded", and hold a vote that must be secret on paper, outside Kith.')
    else:
        table.choice("kind", _BallotKind)
    table.reject_unknown_keys()
    return _BallotKind.RECORDED.value


def _recorders(root: TomlTable) -> int:
    table = root.table("paper_and_phone", "[paper_and_phone] with recorders = 2")
    if table is None:
        return _RECORDERS
    recorders = table.integer("recorders", 0, 99, example=_RECORDERS)
    if recorders != _RECORDERS:
        few = "One person alone must not be able to record another's vote" if recorders < _RECORDERS else "Kith asks two people, not more"
        if table.has("recorders"):
            table.note("recorders", f"{few}: two people record every paper or phone vote.", "Write recorders = 2.")
    table.reject_unknown_keys()
    return recorders


def _check_every_class_votes_somewhere(
    classes_table: TomlTable, classes: tuple[MemberClass, ...], resolutions: tuple[ResolutionType, ...]
) -> None:
    for member_class in classes:
        if member_class.votes and resolutions and all(member_class.key in resolution.counting.excluded for resolution in resolutions):
            problem = f'The class "{member_class.key}" is excluded from every kind of resolution, so it never votes.'
            suggestion = f"Say so with votes = false under [classes.{member_class.key}], or take it out of one excluded list."
            classes_table.note(member_class.key, problem, suggestion)
