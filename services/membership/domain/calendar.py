"""Calendar days, in the co-op's own zone: a member joins on a day, not at an instant."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from libs.refusals import invalid

_ISO_LENGTH = 10


def day_in(zone: ZoneInfo, at: datetime) -> date:
    """Which day it is there."""
    return at.astimezone(zone).date()


def read_day(said: str) -> date | None:
    """`2026-03-01`, and no other of ISO 8601's forms; None when it is no day."""
    try:
        return date.fromisoformat(said) if len(said) == _ISO_LENGTH else None
    except ValueError:
        return None


def day_of(field: str, said: str, otherwise: date) -> date:
    """The day said, or `otherwise` when nothing is. Raises Invalid DATE_MALFORMED."""
    if not said:
        return otherwise
    day = read_day(said)
    if day is None:
        raise invalid(field, "DATE_MALFORMED")
    return day
