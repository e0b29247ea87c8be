"""Reads what the co-op adds to a worker's rate and takes from it, what travel costs, and what a pay period must keep."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from libs.rulebook.toml_table import TomlTable
from libs.texts.days import read_day

_MAX_TRAVEL_PENCE = 10_000
_MAX_FLOOR_PENCE = 100_000
_MAX_FEWEST = 1000


@dataclass(frozen=True)
class PayFloor:
    """No employed worker is paid less than `pence_an_hour` from `first_day` on, until another floor begins."""

    first_day: date
    pence_an_hour: int


@dataclass(frozen=True)
class MoneyRules:
    """Parts of a worker's rate, from 0 to 1, and whole pence for travel, which go to the worker.

    `pay_floors` are in the order of their days. Where `below_floor_with_reason`, a pay period may be closed with less, if somebody says
    why. A line of the open statement with fewer than `fewest_in_line` people in it is not shown.
    """

    payer_adds: Fraction
    worker_gives: Fraction
    travel_pence_a_km: int = 0
    travel_pence_a_minute: int = 0
    pay_floors: tuple[PayFloor, ...] = ()
    below_floor_with_reason: bool = False
    fewest_in_line: int = 5


def read_money(root: TomlTable) -> MoneyRules | None:
    """The section `[money]`. None without it: a co-op's shares are its own decision, so none are usual, and there are no quotes."""
    table = root.table("money")
    if table is None:
        return None
    rules = MoneyRules(
        payer_adds=table.share("payer_adds", "17.5 %", zero=True) or Fraction(0),
        worker_gives=table.share("worker_gives", "7.5 %", zero=True) or Fraction(0),
        travel_pence_a_km=table.integer("travel_pence_a_km", 0, _MAX_TRAVEL_PENCE, example=28, default=0),
        travel_pence_a_minute=table.integer("travel_pence_a_minute", 0, _MAX_TRAVEL_PENCE, example=20, default=0),
        pay_floors=_pay_floors(table),
        below_floor_with_reason=table.flag("below_floor_with_reason", default=False),
        fewest_in_line=table.integer("fewest_in_line", 2, _MAX_FEWEST, example=5, default=5),
    )
    table.reject_unknown_keys()
    return rules


def _pay_floors(money: TomlTable) -> tuple[PayFloor, ...]:
    """The tables `[money.pay_floor.<key>]`; a mistake where two begin on one day."""
    table = money.table("pay_floor")
    if table is None:
        return ()
    floors: dict[date, PayFloor] = {}
    for key, inner in table.tables():
        text = inner.text("first_day", "2025-04-01", most=10)
        pence = inner.integer("pence_an_hour", 1, _MAX_FLOOR_PENCE, example=1221)
        inner.reject_unknown_keys()
        first_day = read_day(text)
        if first_day is None:
            if text:
                inner.note("first_day", f'"{text}" is no day.', 'Write for example first_day = "2025-04-01".')
        elif first_day in floors:
            table.note(key, f"Two pay floors begin on {text}.", "Keep one of them.")
        else:
            floors[first_day] = PayFloor(first_day, pence)
    return tuple(floors[first_day] for first_day in sorted(floors))
