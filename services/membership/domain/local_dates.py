"""Calendar dates in the co-op's own time zone: a member joins on a day, not at an instant."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from libs.refusals import invalid

_ISO_LENGTH = 10


def local_date(zone: ZoneInfo, at: datetime) -> date:
    """Returns the date in that time zone."""
    return at.astimezone(zone).date()


def parse_date(value: str) -> date | None:
    """Accepts `2026-03-01` and no other ISO 8601 form; None when the text is no date."""
    try:
        return date.fromisoformat(value) if len(value) == _ISO_LENGTH else None
    except ValueError:
        return None


def parse_date_field(field: str, value: str) -> date | None:
    """The date in `value`; None when it is empty. Raises Invalid DATE_MALFORMED."""
    day = parse_date(value)
    if value and day is None:
        raise invalid(field, "DATE_MALFORMED")
    return day
