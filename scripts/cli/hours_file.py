"""Reads the file of people's working time. Format: docs/formats/hours.md."""

from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from zoneinfo import ZoneInfo

from libs.rulebook import RestRules, WorkingTimeRules
from scripts.cli.recompute_file import calendar_date, identifier, local_minute, record, sequence, time_of_day, unique, whole_number
from scripts.cli.strict_json import JsonNode
from services.scheduling.domain.settlement import Engagement
from services.scheduling.domain.working_time import BreakOutsideError, Period, Person, Window, make_period

MOST_WEEKS = 520
"""Ten years: far more than any rule averages over."""

_OF_ONE_MACHINE = {"localtime", "posixrules", "posix", "right", "Factory"}
"""Names that some machines have beside those of the IANA: what they mean differs, or counts leap seconds."""
_REST_FIELDS = ("daily_rest", "weekly_rest", "break_after", "break", "night")


@dataclass(frozen=True)
class WorkFile:
    """The window, the rules and the people."""

    window: Window
    rules: WorkingTimeRules
    people: tuple[Person, ...]


def read_work(node: JsonNode) -> WorkFile:
    """Raises `JsonNodeError` for a field or value that is not as the format says, overlapping periods, a break outside its period."""
    fields = record(node, "zone", "from", "weeks", "rules", "people", optional=("fortnights_from",))
    zone = _zone(fields["zone"])
    fortnights = _monday(fields["fortnights_from"]) if "fortnights_from" in fields else None
    window = Window(zone, _monday(fields["from"]), whole_number(fields["weeks"], at_least=1, at_most=MOST_WEEKS), fortnights)
    people = [_person(item, zone) for item in fields["people"].items()]
    unique((item.fields()["id"], item.fields()["id"].value) for item in fields["people"].items())
    return WorkFile(window, _rules(fields["rules"]), tuple(people))


def _monday(node: JsonNode) -> date:
    day = calendar_date(node)
    if day.weekday():
        node.fail(f"must be a Monday, not {node.excerpt()}")
    return day


def _zone(node: JsonNode) -> ZoneInfo:
    name = identifier(node)
    try:
        zone = ZoneInfo(name)
    except (OSError, ValueError, KeyError):
        zone = None
    if zone is None or name.split("/")[0] in _OF_ONE_MACHINE:
        node.fail(f'must be a time zone such as "Europe/London", not {node.excerpt()}')
    return zone


def _rules(node: JsonNode) -> WorkingTimeRules:
    fields = record(node, *_REST_FIELDS, "average_week", "night_average", "night_counts_from", "young")
    young = record(fields["young"], *_REST_FIELDS, "day", "week")
    return WorkingTimeRules(
        _rest_rules(fields),
        _rest_rules(young),
        whole_number(fields["average_week"]),
        whole_number(fields["night_average"]),
        whole_number(fields["night_counts_from"]),
        whole_number(young["day"]),
        whole_number(young["week"]),
    )


def _rest_rules(fields: dict[str, JsonNode]) -> RestRules:
    daily_rest, weekly_rest, break_after, shortest_break = (whole_number(fields[name]) for name in _REST_FIELDS[:-1])
    night = _times(fields["night"], 'two times of day such as ["23:00", "06:00"]')
    if night[0] == night[1]:
        fields["night"].fail("must be two different times of day")
    return RestRules(daily_rest, weekly_rest, break_after, shortest_break, night)


def _times(node: JsonNode, expected: str) -> tuple[int, int]:
    start, end = sequence(node, 2, expected)
    return time_of_day(start), time_of_day(end, end=True)


def _person(node: JsonNode, zone: ZoneInfo) -> Person:
    fields = record(node, "id", "born", "as", "opt_out", "work")
    work = [(item, _period(item, zone)) for item in fields["work"].items()]
    work.sort(key=lambda entry: (entry[1].start, entry[1].end))
    for (before, earlier), (item, later) in pairwise(work):
        if later.start < earlier.end:
            item.fail(f"must not overlap {before.path}")
    return Person(
        identifier(fields["id"]),
        calendar_date(fields["born"]),
        fields["as"].enum_member(Engagement),
        tuple(_opt_out(item) for item in fields["opt_out"].items()),
        tuple(period for _, period in work),
    )


def _opt_out(node: JsonNode) -> tuple[date, date | None]:
    start, end = sequence(node, 2, 'a first and a last day such as ["2026-01-01", null]')
    first, last = calendar_date(start), None if end.value is None else calendar_date(end)
    if last is not None and last < first:
        end.fail(f"must not be before the first day, not {end.excerpt()}")
    return first, last


def _period(node: JsonNode, zone: ZoneInfo) -> Period:
    fields = record(node, "start", "end", "breaks")
    start, end = local_minute(fields["start"]), local_minute(fields["end"])
    if make_period(zone, start, end, ()).worked <= 0:
        why = "; the clocks change between the two" if end > start else ""
        fields["end"].fail(f"must be after the start, not {fields['end'].excerpt()}{why}")
    items = fields["breaks"].items()
    breaks = [_times(item, 'two times of day such as ["11:00", "11:20"]') for item in items]
    try:
        return make_period(zone, start, end, breaks)
    except BreakOutsideError as error:
        items[error.place].fail(f"must lie within its period, not {items[error.place].excerpt()}")
