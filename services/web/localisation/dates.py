"""Days and times in the co-op's own zone, said as a neighbour would: "Tuesday 24 November, 9:00 in the morning"."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime, format_time

LOCALE = "en_GB"
_MORNING, _AFTERNOON, _EVENING = 4, 12, 18


def format_moment(at: datetime, zone: ZoneInfo, now: datetime) -> str:
    """The day and time, with the year when it is not this year."""
    local = at.astimezone(zone)
    return f"{format_day(local.date(), now.astimezone(zone).date())}, {format_hour(at, zone)}"


def format_day(of: date, today: date) -> str:
    """The weekday and the day, with the year when it is not this year."""
    return format_date(of, "EEEE d MMMM" if of.year == today.year else "EEEE d MMMM y", locale=LOCALE)


def format_short_day(of: date) -> str:
    """The weekday and the day for the column of a table: "Tue 24 Nov"."""
    return format_date(of, "EEE d MMM", locale=LOCALE)


def format_month(of: date) -> str:
    """The month under a drawing: "Nov"."""
    return format_date(of, "MMM", locale=LOCALE)


def format_date_only(of: date) -> str:
    """The date for a table: "24 November 2026"."""
    return format_date(of, "d MMMM y", locale=LOCALE)


def format_hour(at: datetime, zone: ZoneInfo) -> str:
    """The time of day on a twelve-hour clock, with its part of the day."""
    local = at.astimezone(zone)
    if (local.hour, local.minute) == (12, 0):
        return "12 noon"
    if (local.hour, local.minute) == (0, 0):
        return "midnight"
    if local.hour < _MORNING:
        # Babel's British data calls half past twelve "in the morning"; nobody up at that hour does.
        return f"{format_time(local.time(), 'h:mm', locale=LOCALE)} at night"
    return format_time(local.time(), "h:mm B", locale=LOCALE)


def clocks_go_back(starts: datetime, ends: datetime, zone: ZoneInfo) -> str:
    """Where the clocks go back: "between" the two, or in the hour that comes twice, "before" or "after" that; else "".

    The times alone would say "1:30 to 1:30", or leave open which of the two hours is meant.
    """
    first, last = starts.astimezone(zone), ends.astimezone(zone)
    if (first.utcoffset() or timedelta()) > (last.utcoffset() or timedelta()):
        return "between"
    if any(local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset() for local in (first, last)):
        return "after" if first.fold else "before"
    return ""


def format_short(at: datetime, zone: ZoneInfo) -> str:
    """The date and time for a table: "24 Nov 2026, 09:00"."""
    return format_datetime(at.astimezone(zone), "d MMM y, HH:mm", locale=LOCALE)


def format_iso(at: datetime) -> str:
    """The ISO form, for the datetime attribute of a time element."""
    return at.isoformat(timespec="seconds")


def time_left(until: datetime, zone: ZoneInfo, now: datetime) -> tuple[str, int]:
    """How soon something ends: ("today", 0), ("tomorrow", 1), ("days", n) or ("over", 0)."""
    days = (until.astimezone(zone).date() - now.astimezone(zone).date()).days
    if until <= now:
        return "over", 0
    if days == 0:
        return "today", 0
    return ("tomorrow", 1) if days == 1 else ("days", days)


def part_of_day(now: datetime, zone: ZoneInfo) -> str:
    """Part of the day for the greeting: morning, afternoon or evening."""
    at = now.astimezone(zone).hour
    if _MORNING <= at < _AFTERNOON:
        return "morning"
    return "afternoon" if _AFTERNOON <= at < _EVENING else "evening"
