"""How evenly suggestions and introductions fall on those with an open offer: numbers without names, for a secretary."""

from dataclasses import dataclass
from datetime import datetime, time
from zoneinfo import ZoneInfo

from libs.access import hats
from libs.database.all_rows import all_rows
from libs.database.engine import UnitOfWork
from services.matching.domain.exposure import WEEKS, FairnessFigures, fairness_figures, first_week
from services.matching.storage import projections, showings, support_profiles


@dataclass(frozen=True)
class Fairness:
    """Over whole weeks up to today's; `shown_a_week` is the limit of the rulebook."""

    weeks: int
    figures: FairnessFigures
    shown_a_week: int


async def get_fairness(work: UnitOfWork, *, zone: ZoneInfo) -> Fairness:
    """Raises NotAllowed for who is no secretary."""
    await hats.require(work, hats.SECRETARY)
    first = first_week(work.now.astimezone(zone).date())
    async with all_rows(work):
        workers = list(map(str, await support_profiles.list_open(work)))
        shown = await showings.list_since(work, first)
        introduced = await showings.list_introduced_since(work, datetime.combine(first, time(), zone))
    rules = await projections.get_matching_rules(work)
    return Fairness(WEEKS, fairness_figures(workers, shown, introduced), rules.shown_a_week)
