"""Reads how long the steps are that two of a team take between whom something is wrong."""

from dataclasses import dataclass

from libs.rulebook.toml_table import TomlTable

_MAX_DAYS = 366


@dataclass(frozen=True)
class ConcernRules:
    """Days for talking, for talking with somebody beside them, and for an answer when they look back.

    `cover_days`: so many days ahead visits that somebody left are looked after. `kept_days`: after so many all that is over is deleted.
    """

    talk_days: int = 14
    facilitated_days: int = 28
    answer_days: int = 14
    cover_days: int = 28
    kept_days: int = 180


def read_concerns(root: TomlTable) -> ConcernRules:
    """The section `[concerns]`; what it leaves out is as usual."""
    table, usual = root.table("concerns"), ConcernRules()
    if table is None:
        return usual
    names = ("talk_days", "facilitated_days", "answer_days", "cover_days", "kept_days")
    days = {name: table.integer(name, 1, _MAX_DAYS, example=getattr(usual, name), default=getattr(usual, name)) for name in names}
    table.reject_unknown_keys()
    return ConcernRules(**days)
