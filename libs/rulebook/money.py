"""Reads what the co-op adds to a worker's rate and takes from it, and what travel costs."""

from dataclasses import dataclass
from fractions import Fraction

from libs.rulebook.toml_table import TomlTable

_MAX_TRAVEL_PENCE = 10_000


@dataclass(frozen=True)
class MoneyRules:
    """Parts of a worker's rate, from 0 to 1, and whole pence for travel, which go to the worker."""

    payer_adds: Fraction
    worker_gives: Fraction
    travel_pence_a_km: int = 0
    travel_pence_a_minute: int = 0


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
    )
    table.reject_unknown_keys()
    return rules
