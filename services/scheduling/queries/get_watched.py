"""Whether visits to a person are watched over."""

from dataclasses import dataclass
from uuid import UUID

from libs.access import acting
from libs.database.engine import UnitOfWork
from services.scheduling.domain.visit import SCOPE
from services.scheduling.storage import watch_choices, watch_duties, watch_rules
from services.scheduling.storage.watch_choices import WatchChoice


@dataclass(frozen=True)
class Watched:
    """`choice` is the one that counts, if one was made: of a series its own, or that for all visits."""

    choice: WatchChoice | None
    held_now: bool
    late_after: int


async def get_watched(work: UnitOfWork, person: UUID, series_id: UUID | None) -> Watched:
    """Raises NotAllowed PERSON_NEEDED, NOT_YOURS, ACTING_ENDED or ACTING_OUTSIDE_SCOPE."""
    await acting.require_self_or_acting(work, person, SCOPE)
    choice = await watch_choices.find(work, person, series_id, None) if series_id else None
    choice = choice or await watch_choices.find(work, person, None, None)
    return Watched(choice, bool(await watch_duties.list_holders(work)), (await watch_rules.get(work)).late_after)
