"""Reads the kinds of resolution, each with the rule its votes are counted by."""

from libs.rulebook.class_rules import class_rule, threshold
from libs.rulebook.counting import CountingRule, Method, Quorum, Threshold
from libs.rulebook.exact import percent
from libs.rulebook.rulebook import MemberClass, ResolutionType, SecondMeeting
from libs.rulebook.table import Table

_LONGEST_NOTICE = 365
_LONGEST_OPEN_DAYS = 366
_HOURS_A_DAY = 24
_EXAMPLE = '[resolutions.ordinary] with name = "Ordinary resolution" and so on'
_LATER = {
    "proxies": "Proxies are not counted by this version of Kith.",
    "basis": "How several co-ops vote together is agreed between them, not in one co-op's rulebook.",
}


def resolution_types(root: Table, classes: tuple[MemberClass, ...]) -> tuple[ResolutionType, ...]:
    """Every kind of resolution of the rulebook, in the order written."""
    table = root.table("resolutions", _EXAMPLE)
    if table is None:
        return ()
    tables = table.tables()
    types = tuple(_resolution_type(key, inner, classes) for key, inner in tables)
    all_say = all(isinstance(inner.take("changes_rulebook"), bool) for _, inner in tables)
    if not table.stated:
        table.note("", "There is no kind of resolution.", f"Add {_EXAMPLE}.")
    elif types and all_say and not any(one.changes_rulebook for one in types):
        problem = "No kind of resolution may change the rulebook, so it could never be changed."
        table.note("", problem, "Write changes_rulebook = true under the one that may.")
    for index, one in enumerate(types):
        if one.name and one.name.casefold() in [other.name.casefold() for other in types[:index]]:
            table.note(one.key, f'Two kinds of resolution are named "{one.name}".', "Give each a name of its own.")
    return types


def _resolution_type(key: str, table: Table, classes: tuple[MemberClass, ...]) -> ResolutionType:
    name = table.text("name", "Ordinary resolution", most=80)
    explanation = table.text("explanation", "More for than against.")
    easy_read = table.text("easy_read", "More people say yes than no.", most=500)
    counting = _counting_rule(table, classes)
    read_type = ResolutionType(
        key=key,
        name=name,
        explanation=explanation,
        easy_read=easy_read,
        counting=counting,
        notice_days=table.whole("notice_days", 0, _LONGEST_NOTICE, example=14),
        minimum_open_hours=table.whole("minimum_open_hours", 1, _LONGEST_OPEN_DAYS * _HOURS_A_DAY, example=72),
        maximum_open_days=table.whole("maximum_open_days", 1, _LONGEST_OPEN_DAYS, example=28),
        changes_rulebook=table.flag("changes_rulebook"),
        second_meeting=_second_meeting(table),
    )
    if read_type.minimum_open_hours > read_type.maximum_open_days * _HOURS_A_DAY and table.has("maximum_open_days"):
        days = -(-read_type.minimum_open_hours // _HOURS_A_DAY)
        problem = f"A vote must be open at least {read_type.minimum_open_hours} hours but at most {read_type.maximum_open_days} days."
        table.note("minimum_open_hours", problem, f"Write maximum_open_days = {days}, or fewer hours.")
    table.close(_LATER)
    return read_type


def _counting_rule(table: Table, classes: tuple[MemberClass, ...]) -> CountingRule:
    voting = tuple(one.key for one in classes if one.votes)
    left_out = table.names("excluded", (one.key for one in classes), "class")
    for key in left_out:
        if key not in voting:
            problem = f'The class "{key}" has no vote on anything, so it need not be excluded.'
            table.note("excluded", problem, f'Take "{key}" out of the list.')
    on_the_roll = tuple(key for key in voting if key not in left_out)
    if voting and not on_the_roll:
        table.note("excluded", "Every class is excluded, so nobody could vote.", "Leave at least one class in.")
    rule = class_rule(table, tuple(one.key for one in classes), on_the_roll)
    method = table.choice("method", Method, Method.YES_NO_ABSTAIN)
    if method is not Method.YES_NO_ABSTAIN:
        problem = f'A resolution is voted on with yes, no or abstain; choosing among options by "{method}" is not built yet.'
        table.note("method", problem, 'Write method = "yes_no_abstain", or leave it out.')
    return CountingRule(
        method=method,
        class_rule=rule,
        threshold=threshold(table, "threshold"),
        quorum=_quorum(table.table("quorum")),
        class_quorums=_class_quorums(table, tuple(one.key for one in classes), on_the_roll),
        excluded=tuple(one.key for one in classes if one.key not in on_the_roll),
    )


def _quorum(table: Table | None) -> Quorum:
    if table is None:
        return Quorum()
    fraction = table.share("fraction", "1/10", zero=True) if table.has("fraction") else None
    count = table.whole("count", 0, 1_000_000, example=10, default=0)
    if not table.stated:
        table.note("", "This quorum says nothing.", 'Write { fraction = "1/10" } or { count = 10 } or both, or leave it out.')
    table.take("fraction")
    table.close()
    return Quorum(fraction if fraction is not None else Quorum().fraction, count)


def _class_quorums(table: Table, every: tuple[str, ...], on_the_roll: tuple[str, ...]) -> tuple[tuple[str, Quorum], ...]:
    inner = table.table("class_quorums")
    if inner is None:
        return ()
    quorums = []
    for key in inner.stated:
        if inner.is_known(key, key, every, "class"):
            if key not in on_the_roll:
                inner.note(key, f'The class "{key}" has no vote here, so it cannot have a quorum.', "Take this quorum out.")
            quorums.append((key, _quorum(inner.table(key))))
    return tuple(quorums)


def _second_meeting(table: Table) -> SecondMeeting | None:
    inner = table.table("second_meeting")
    if inner is None:
        return None
    earliest = inner.whole("earliest_days", 1, _LONGEST_NOTICE, example=14)
    latest = inner.whole("latest_days", 1, _LONGEST_NOTICE, example=28)
    confirming: Threshold = threshold(inner, "threshold")
    if earliest > latest and inner.has("latest_days"):
        problem = f"The second meeting would be {earliest} days later at the earliest but {latest} at the latest."
        inner.note("earliest_days", problem, f"Write latest_days = {earliest} or more.")
    inner.close()
    return SecondMeeting(earliest, latest, confirming)


def said(limit: Threshold) -> str:
    """The threshold in words, for lists: `more than 50 % of votes cast`."""
    of = {"cast": "votes cast", "present": "those who took part", "eligible": "everybody who may vote"}[limit.of.value]
    return f"{'more than' if limit.strict else 'at least'} {percent(limit.fraction)} of {of}"
