"""Dates are asked as day, month and year, or picked from days such as today: the browser's own date field follows the browser's language.

The inputs `on-day`, `on-month`, `on-year` and the choice `on-pick` arrive as one field `on`: an ISO date, or what was typed, which is no
date and is refused as one.
"""

from collections.abc import Mapping
from dataclasses import dataclass

OTHER_DAY = "other"
"""The choice of a day that is typed."""
_DAY, _MONTH, _YEAR, _PICK = "-day", "-month", "-year", "-pick"
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


@dataclass(frozen=True)
class DateInputs:
    """The three inputs as they are shown."""

    day: str = ""
    month: str = ""
    year: str = ""


def join_dates(fields: Mapping[str, str]) -> dict[str, str]:
    """The fields with each date's inputs replaced by one field."""
    typed = {name.removesuffix(_DAY) for name in fields if name.endswith(_DAY)}
    names = {name for name in typed if {name + _MONTH, name + _YEAR} <= fields.keys()}
    names |= {name.removesuffix(_PICK) for name in fields if name.endswith(_PICK)}
    dates = {name: _join(fields, name) for name in names}
    inputs = {name + part for name in dates for part in (_DAY, _MONTH, _YEAR, _PICK)}
    return {name: value for name, value in fields.items() if name not in inputs} | dates


def split_date(value: str) -> DateInputs:
    """The inputs of an ISO date, or of what was typed instead of one."""
    year, _, rest = value.partition("-")
    month, _, day = rest.partition("-")
    return DateInputs(day.lstrip("0"), month.lstrip("0"), year)


def _join(fields: Mapping[str, str], name: str) -> str:
    picked = fields.get(name + _PICK, "")
    if picked and picked != OTHER_DAY:
        return picked
    day, month, year = (fields.get(name + part, "").strip().replace("-", "") for part in (_DAY, _MONTH, _YEAR))
    if not (day or month or year):
        return ""
    short = month[:3].lower()
    number = str(_MONTHS.index(short) + 1) if short in _MONTHS else month
    return f"{year}-{number:0>2}-{day:0>2}"
