"""A worker says that drafts may propose visits to them, and what they wish for; or that none may any more."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from kith.scheduling.v1.enums import WayOfGoing
from libs.access import hats
from libs.database.engine import UnitOfWork
from services.scheduling.domain.draft_choice import find_district, require_way, worker_choice
from services.scheduling.domain.ways import Ways
from services.scheduling.storage import draft_choices


@dataclass(frozen=True)
class Wishes:
    """`wished_minutes` is 0 for no number."""

    wished_minutes: int
    free_parts: Sequence[str]
    may_change: bool
    district: str = ""
    goes: WayOfGoing | None = None


async def set_worker_draft_choice(work: UnitOfWork, wishes: Wishes | None, *, ways: Ways) -> None:
    """It counts for drafts that are made from now on.

    Raises NotAllowed PERSON_NEEDED, Invalid WISHED_HOURS, DAY_PART_UNKNOWN, DISTRICT_UNKNOWN or WAY_OF_GOING_MISSING.
    """
    worker = await hats.require_person(work)
    if wishes is None:
        await draft_choices.drop_worker(work, worker)
        return
    choice = worker_choice(worker, wishes.wished_minutes, wishes.free_parts, work.now, may_change=wishes.may_change)
    district = find_district(ways, wishes.district)
    require_way(district, wishes.goes)
    await draft_choices.save_worker(work, replace(choice, district=district, goes=wishes.goes))
