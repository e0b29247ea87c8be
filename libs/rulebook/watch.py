"""Reads what holds for visits that do not start, and for workers who are alone: after how many minutes who is told."""

from dataclasses import dataclass

from libs.rulebook.toml_table import TomlTable

_SOONEST, _LATEST = 1, 24 * 60


@dataclass(frozen=True)
class WatchRules:
    """In minutes. `late_after`: from the planned start until a visit is late. `next_after`: until the next is told, while nobody has said
    that they have it. `lone_after`: from the planned end until a worker who is alone is asked after. `lone_always`: who comes alone to a
    visit is asked after, also without having said so.
    """

    late_after: int = 15
    next_after: int = 10
    lone_after: int = 15
    lone_always: bool = False


def read_watch(root: TomlTable) -> WatchRules:
    """The section `[watch]`; what it leaves out is as usual."""
    table, usual = root.table("watch"), WatchRules()
    if table is None:
        return usual
    late, following, lone = (
        table.integer(f"{key}_minutes", _SOONEST, _LATEST, example=value, default=value)
        for key, value in (("late_after", usual.late_after), ("next_after", usual.next_after), ("lone_after", usual.lone_after))
    )
    always = table.flag("lone_always", default=usual.lone_always)
    table.reject_unknown_keys()
    return WatchRules(late, following, lone, always)
