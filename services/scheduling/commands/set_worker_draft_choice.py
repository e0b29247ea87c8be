"""A worker says that drafts may propose visits to them, and what they wish for; or that none may any more."""

from collections.abc import Sequence
from dataclasses import dataclass

from libs.access import hats
from libs.database.engine import UnitOfWork
from services.scheduling.domain.draft_choice import worker_choice
from services.scheduling.storage import draft_choices


@dataclass(frozen=True)
class Wishes:
    """`wished_minutes` is 0 for no number."""

    wished_minutes: int
    free_parts: Sequence[str]
    may_change: bool


async def set_worker_draft_choice(work: UnitOfWork, wishes: Wishes | None) -> None:
    """It counts for drafts that are made from now on. Raises NotAllowed PERSON_NEEDED, Invalid WISHED_HOURS or DAY_PART_UNKNOWN."""
    worker = await hats.require_person(work)
    if wishes is None:
        await draft_choices.drop_worker(work, worker)
        return
    choice = worker_choice(worker, wishes.wished_minutes, wishes.free_parts, work.now, may_change=wishes.may_change)
    await draft_choices.save_worker(work, choice)
