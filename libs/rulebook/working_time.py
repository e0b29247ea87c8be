"""Reads the figures of working time: rests, breaks, the average week, night work, people under 18, and which reasons count against them."""

import re
from dataclasses import dataclass
from enum import StrEnum

from libs.rulebook.toml_table import TomlTable

_DAY, _WEEK = 24 * 60, 7 * 24 * 60
_MOST_WEEKS = 52
"""Of the average: reg. 23(b) of the Working Time Regulations 1998 lets a workforce agree on no more."""
_MOST_NOTICE = 90
"""Days: reg. 5(3) lets nobody agree on a longer notice than three months."""
_MOST_REASONS = 12
"""They are read as one list of choices."""
_TIME, _MIDNIGHT_ENDS = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])"), "24:00"


@dataclass(frozen=True)
class RestRules:
    """Figures that adults and young people have alike, in minutes. `night` is from and until when, in local minutes since midnight."""

    daily_rest: int = 660
    weekly_rest: int = 1440
    break_after: int = 360
    shortest_break: int = 20
    night: tuple[int, int] = (23 * 60, 6 * 60)


_YOUNG = RestRules(daily_rest=720, weekly_rest=2880, break_after=270, shortest_break=30, night=(22 * 60, 6 * 60))


class PassableRule(StrEnum):
    """What a rulebook may let a worker pass with a reason: neither what holds for people under 18, nor breaks, which no plan has."""

    DAILY_REST = "daily_rest"
    WEEKLY_REST = "weekly_rest"
    AVERAGE_WEEK = "average_week"
    NIGHT_AVERAGE = "night_average"


@dataclass(frozen=True)
class RestReason:
    """A reason for which a worker may take a visit that breaches these rules, and how people call it."""

    key: str
    name: str
    passes: tuple[PassableRule, ...]


@dataclass(frozen=True)
class WorkingTimeRules:
    """All figures, in minutes but for `averaged_weeks` and `opt_out_notice_days`. As usual they are those of the Working Time Regulations
    1998: daily rest reg. 10, weekly rest 11, breaks 12, the average week and its opt-out 4 and 5, night work 6, people under 18 5A and 6A.
    As usual no reason counts against any of them.
    """

    adult: RestRules = RestRules()
    young: RestRules = _YOUNG
    average_week: int = 2880
    night_average: int = 480
    night_counts_from: int = 180
    young_day: int = 480
    young_week: int = 2400
    averaged_weeks: int = 17
    opt_out_notice_days: int = 7
    reasons: tuple[RestReason, ...] = ()


def read_working_time(root: TomlTable) -> WorkingTimeRules:
    """The section `[working_time]` with `[working_time.young]` and `[working_time.reasons]`; what they leave out is as usual."""
    table, usual = root.table("working_time"), WorkingTimeRules()
    if table is None:
        return usual
    adult = _rest(table, usual.adult)
    average_week, night_average, night_counts_from = (
        _minutes(table, name, most, value)
        for name, most, value in (
            ("average_week", _WEEK, usual.average_week),
            ("night_average", _DAY, usual.night_average),
            ("night_counts_from", _DAY, usual.night_counts_from),
        )
    )
    weeks = table.integer("averaged_weeks", 1, _MOST_WEEKS, example=usual.averaged_weeks, default=usual.averaged_weeks)
    notice = table.integer("opt_out_notice_days", 0, _MOST_NOTICE, example=usual.opt_out_notice_days, default=usual.opt_out_notice_days)
    young, young_day, young_week = usual.young, usual.young_day, usual.young_week
    inner = table.table("young")
    if inner is not None:
        young = _rest(inner, usual.young)
        young_day, young_week = _minutes(inner, "day", _DAY, usual.young_day), _minutes(inner, "week", _WEEK, usual.young_week)
        inner.reject_unknown_keys()
    reasons = _reasons(table.table("reasons"))
    table.reject_unknown_keys()
    return WorkingTimeRules(adult, young, average_week, night_average, night_counts_from, young_day, young_week, weeks, notice, reasons)


def _reasons(table: TomlTable | None) -> tuple[RestReason, ...]:
    if table is None:
        return ()
    reasons = tuple(_reason(key, inner) for key, inner in table.tables())
    if len(reasons) > _MOST_REASONS:
        table.note("", f"There are {len(reasons)} reasons; at most {_MOST_REASONS} are easy to choose from.", "Take some out.")
    for index, reason in enumerate(reasons):
        if reason.name and reason.name.casefold() in [other.name.casefold() for other in reasons[:index]]:
            table.note(reason.key, f'Two reasons are named "{reason.name}".', "Give each a name of its own.")
    return reasons


def _reason(key: str, table: TomlTable) -> RestReason:
    reason = RestReason(
        key,
        table.text("name", "Somebody else is ill", most=80),
        tuple(PassableRule(rule) for rule in table.names("passes", tuple(PassableRule), "rule that a reason passes", required=True)),
    )
    if table.take("passes") == []:
        table.note("passes", "The reason passes no rule.", 'Write for example passes = ["daily_rest"].')
    table.reject_unknown_keys()
    return reason


def _rest(table: TomlTable, usual: RestRules) -> RestRules:
    night = _time(table, "night_starts", usual.night[0]), _time(table, "night_ends", usual.night[1])
    if night[0] == night[1]:
        suggestion = f'Write for example night_ends = "{_clock(usual.night[1])}".'
        table.note("night_ends", "The night starts and ends at the same time.", suggestion)
    return RestRules(
        daily_rest=_minutes(table, "daily_rest", _DAY, usual.daily_rest),
        weekly_rest=_minutes(table, "weekly_rest", _WEEK, usual.weekly_rest),
        break_after=_minutes(table, "break_after", _DAY, usual.break_after),
        shortest_break=_minutes(table, "break", _DAY, usual.shortest_break),
        night=night,
    )


def _minutes(table: TomlTable, name: str, most: int, usual: int) -> int:
    return table.integer(f"{name}_minutes", 0, most, example=usual, default=usual)


def _time(table: TomlTable, key: str, usual: int) -> int:
    """Minutes since midnight. A night may end at 24:00."""
    if not table.has(key):
        table.take(key)
        return usual
    text = table.text(key, _clock(usual), most=5)
    if key == "night_ends" and text == _MIDNIGHT_ENDS:
        return _DAY
    found = _TIME.fullmatch(text)
    if found is None:
        if text:
            table.note(key, f'"{text}" is no time of day.', f'Write for example {key} = "{_clock(usual)}".')
        return usual
    return int(found[1]) * 60 + int(found[2])


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"
