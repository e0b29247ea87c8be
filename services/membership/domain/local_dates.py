"""Calendar dates in the co-op's own time zone: a member joins on a day, not at an instant."""

from datetime import date, datetime
from zoneinfo import ZoneInfo


def local_date(zone: ZoneInfo, at: datetime) -> date:
    """Returns the date in that time zone."""
    return at.astimezone(zone).date()
