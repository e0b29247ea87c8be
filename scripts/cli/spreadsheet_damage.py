"""Recognises what spreadsheets do to a list of members: they take phone numbers for numbers, and days for days of another country.

What is recognised is refused with the likely cause, and never mended by guessing.
"""

import re

_CALCULATED = re.compile(r"[0-9]{5,}\.0+|[0-9](?:\.[0-9]+)?[eE]\+?[0-9]{1,2}")
_SLASH_DAY = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/[0-9]{1,4}")
_FIRST_YEAR, _LAST_YEAR = 1900, 2100
_MONTHS = 12


def phone_damage(phone: str) -> str:
    """What is wrong with a phone number that was kept as a number; empty if nothing is."""
    if not _CALCULATED.fullmatch(phone):
        return ""
    return f'phone: "{phone}" was kept as a number by a spreadsheet. Format the column as text, and write the number again with its zero.'


def year_damage(day: str) -> str:
    """What is wrong with the year of an ISO day; empty if nothing is."""
    if not day or _FIRST_YEAR <= int(day[:4]) <= _LAST_YEAR:
        return ""
    return f"joined: the year {int(day[:4])} cannot be. A digit may be missing: write the day as 2024-03-31."


def has_month_first(day: str) -> bool:
    """Whether the day is possible only with the month before the day, as in 03/25/2024.

    Then all days with slashes of its column are in doubt: a spreadsheet swaps those it can, and leaves the others.
    """
    found = _SLASH_DAY.fullmatch(day)
    return found is not None and int(found[2]) > _MONTHS >= int(found[1])


def is_slash_day(text: str) -> bool:
    return _SLASH_DAY.fullmatch(text) is not None
