"""Reads the resolution types of a rulebook, each with its counting rule."""

from libs.rulebook.class_rules import read_class_rule, read_threshold
from libs.rulebook.counting import CountingRule, Method, Quorum, Threshold
from libs.rulebook.fraction_text import format_exact_percent
from libs.rulebook.rulebook import MemberClass, ResolutionType, SecondMeeting
from libs.rulebook.toml_table import TomlTable

_LONGEST_NOTICE = 365
_LONGEST_OPEN_DAYS = 366
_HOURS_A_DAY = 24
_EXAMPLE = '[resolutions.ordinary] with name = "Ordinary resolution" and so on'
_LATER = {
    "proxies": "Proxies are not counted by this version of Kith.",
    "basis": "How several co-ops vote together is agreed between them, not in one co-op's rulebook.",
}


def read_resolution_types(root: TomlTable, classes: tuple[MemberClass, ...]) -> tuple[ResolutionType, ...]:
    """Reads every resolution type of the rulebook, in the order written."""
    table = root.table("resolutions", _EXAMPLE)
    if table is None:
        return ()
    tables = table.tables()
    types = tuple(_resolution_type(key, inner, classes) for key, inner in tables)
    all_flags_valid = all(isinstance(inner.take("changes_rulebook"), bool) for _, inner in tables)
    if not table.keys:
        table.note("", "There is no kind of resolution.", f"Add {_EXAMPLE}.")
    elif types and all_flags_valid and not any(resolution_type.changes_rulebook for resolution_type in types):
        problem = "No kind of resolution may change the rulebook, so it could never be changed."
        table.note("", problem, "Write changes_rulebook = true under the one that may.")
    for index, resolution_type in enumerate(types):
        if resolution_type.name and resolution_type.name.casefold() in [other.name.casefold() for other in types[:index]]:
            table.note(resolution_type.key, f'Two kinds of resolution are named "{resolution_type.name}".', "Give each a name of its own.")
    return types


def _resolution_type(key: str, table: TomlTable, classes: tuple[MemberClass, ...]) -> ResolutionType:
    name = table.text("name", "Ordinary resolution", most=80)
    explanation = table.text("explanation", "More for than against.")
    easy_read = table.text("easy_read", "More people say yes than no.", most=500)
    counting = _counting_rule(table, classes)
    resolution_type = ResolutionType(
        key=key,
        name=name,
        explanation=explanation,
        easy_read=easy_read,
        counting=counting,
        notice_days=table.integer("notice_days", 0, _LONGEST_NOTICE, example=14),
        minimum_open_hours=table.integer("minimum_open_hours", 1, _LONGEST_OPEN_DAYS * _HOURS_A_DAY, example=72),
        maximum_open_days=table.integer("maximum_open_days", 1, _LONGEST_OPEN_DAYS, example=28),
        changes_rulebook=table.flag("changes_rulebook"),
        second_meeting=_second_meeting(table),
    )
    if resolution_type.minimum_open_hours > resolution_type.maximum_open_days * _HOURS_A_DAY and table.has("maximum_open_days"):
        days = -(-resolution_type.minimum_open_hours // _HOURS_A_DAY)
        problem = (
            f"A vote must be open at least {resolution_type.minimum_open_hours} hours but at most {resolution_type.maximum_open_days} days."
        )
        table.note("minimum_open_hours", problem, f"Write maximum_open_days = {days}, or fewer hours.")
    table.reject_unknown_keys(_LATER)
    return resolution_type


def _counting_rule(table: TomlTable, classes: tuple[MemberClass, ...]) -> CountingRule:
    voting = tuple(member_class.key for member_class in classes if member_class.votes)
    left_out = table.names("excluded", (member_class.key for member_class in classes), "class")
    for key in left_out:
        if key not in voting:
            problem = f'The class "{key}" has no vote on anything, so it need not be excluded.'
            table.note("excluded", problem, f'Take "{key}" out of the list.')
    on_the_roll = tuple(key for key in voting if key not in left_out)
    if voting and not on_the_roll:
        table.note("excluded", "Every class is excluded, so nobody could vote.", "Leave at least one class in.")
    rule = read_class_rule(table, tuple(member_class.key for member_class in classes), on_the_roll)
    method = table.choice("method", Method, Method.YES_NO_ABSTAIN)
    if method is not Method.YES_NO_ABSTAIN:
        problem = f'A resolution is voted on with yes, no or abstain; choosing among options by "{method}" is not built yet.'
        table.note("method", problem, 'Write method = "yes_no_abstain", or leave it out.')
    return CountingRule(
        method=method,
        class_rule=rule,
        threshold=read_threshold(table, "threshold"),
        quorum=_quorum(table.table("quorum")),
        class_quorums=_class_quorums(table, tuple(member_class.key for member_class in classes), on_the_roll),
        excluded=tuple(member_class.key for member_class in classes if member_class.key not in on_the_roll),
    )


def _quorum(table: TomlTable | None) -> Quorum:
    if table is None:
        return Quorum()
    fraction = table.share("fraction", "1/10", zero=True) if table.has("fraction") else None
    count = table.integer("count", 0, 1_000_000, example=10, default=0)
    if not table.keys:
        table.note("", "This quorum says nothing.", 'Write { fraction = "1/10" } or { count = 10 } or both, or leave it out.')
    table.take("fraction")
    table.reject_unknown_keys()
    return Quorum(fraction if fraction is not None else Quorum().fraction, count)


def _class_quorums(table: TomlTable, every: tuple[str, ...], on_the_roll: tuple[str, ...]) -> tuple[tuple[str, Quorum], ...]:
    inner = table.table("class_quorums")
    if inner is None:
        return ()
    quorums = []
    for key in inner.keys:
        if inner.is_known(key, key, every, "class"):
            if key not in on_the_roll:
                inner.note(key, f'The class "{key}" has no vote here, so it cannot have a quorum.', "Take this quorum out.")
            quorums.append((key, _quorum(inner.table(key))))
    return tuple(quorums)


def _second_meeting(table: TomlTable) -> SecondMeeting | None:
    inner = table.table("second_meeting")
    if inner is None:
        return None
    earliest = inner.integer("earliest_days", 1, _LONGEST_NOTICE, example=14)
    latest = inner.integer("latest_days", 1, _LONGEST_NOTICE, example=28)
    confirming: Threshold = read_threshold(inner, "threshold")
    if earliest > latest and inner.has("latest_days"):
        problem = f"The second meeting would be {earliest} days later at the earliest but {latest} at the latest."
        inner.note("earliest_days", problem, f"Write latest_days = {earliest} or more.")
    inner.reject_unknown_keys()
    return SecondMeeting(earliest, latest, confirming)


def threshold_in_words(threshold: Threshold) -> str:
    """A threshold in words, for lists: `more than 50 % of votes cast`."""
    of = {"cast": "votes cast", "present": "those who took part", "eligible": "everybody who may vote"}[threshold.of.value]
    return f"{'more than' if threshold.strict else 'at least'} {format_exact_percent(threshold.fraction)} of {of}"
