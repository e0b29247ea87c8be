"""Reads what holds for visits and their records."""

from dataclasses import dataclass

from libs.rulebook.toml_table import TomlTable

_MAX_DAYS = 366
_EARLIEST, _LATEST = 12, 22


@dataclass(frozen=True)
class VisitRules:
    """`confirm_after_days`: when an entry of a visit's record confirms itself, for people who agreed to that beforehand.
    `day_sheet_hour`: at which local hour of the evening before day sheets go out.
    """

    confirm_after_days: int = 7
    day_sheet_hour: int = 18


def read_visits(root: TomlTable) -> VisitRules:
    """The section `[visits]`; what it leaves out is as usual."""
    table, usual = root.table("visits"), VisitRules()
    if table is None:
        return usual
    days = table.integer("confirm_after_days", 1, _MAX_DAYS, example=usual.confirm_after_days, default=usual.confirm_after_days)
    hour = table.integer("day_sheet_hour", _EARLIEST, _LATEST, example=usual.day_sheet_hour, default=usual.day_sheet_hour)
    table.reject_unknown_keys()
    return VisitRules(days, hour)
