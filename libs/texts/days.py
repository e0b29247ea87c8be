"""A day as text has one form, `2026-11-28`."""

from datetime import date


def read_day(text: str) -> date | None:
    """The day; None when the text is none, or one in another form of ISO 8601, such as 20261128 and 2026-W48-6."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day.isoformat() == text else None
