"""Reads who has weeks drafted for others, and how much each part of a draft counts."""

from dataclasses import dataclass, fields
from enum import StrEnum

from libs.rulebook.toml_table import TomlTable

_MOST = 1_000
_NOBODY_FROM, _NOBODY_MOST = 1_000, 1_000_000
"""A place with nobody must count more than the other parts together, or a draft would rather send nobody."""


class DraftHat(StrEnum):
    """Who has weeks drafted for all who agreed to be drafted together."""

    SECRETARY = "secretary"
    WEEK_PLANNER = "week_planner"


@dataclass(frozen=True)
class DraftPoints:
    """What the members agreed to count like a minute of travel, in whole points; what each means: docs/formats/week.md."""

    nobody: int = 10_000
    travel: int = 1
    new_face: int = 30
    not_preferred: int = 15
    short_of_wish: int = 10
    over_wish: int = 12
    fairness: int = 1
    change: int = 20


@dataclass(frozen=True)
class DraftRules:
    hat: DraftHat = DraftHat.SECRETARY
    points: DraftPoints = DraftPoints()


def read_drafts(root: TomlTable) -> DraftRules:
    """The section `[drafts]` with `[drafts.points]`; what they leave out is as usual."""
    table, usual = root.table("drafts"), DraftRules()
    if table is None:
        return usual
    rules = DraftRules(table.choice("hat", DraftHat, usual.hat), _points(table.table("points"), usual.points))
    table.reject_unknown_keys()
    return rules


def _points(table: TomlTable | None, usual: DraftPoints) -> DraftPoints:
    if table is None:
        return usual
    values = {field.name: getattr(usual, field.name) for field in fields(usual)}
    for name, value in values.items():
        low, high = (_NOBODY_FROM, _NOBODY_MOST) if name == "nobody" else (0, _MOST)
        values[name] = table.integer(name, low, high, example=value, default=value)
    table.reject_unknown_keys()
    return DraftPoints(**values)
