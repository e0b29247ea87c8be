"""Who never wants to hear of somebody says no to whatever waits between the two, as peers and where support is given."""

from uuid import UUID

from libs.database.all_rows import all_rows
from libs.database.engine import UnitOfWork
from services.matching.domain import introduction as steps
from services.matching.domain.introduction import IntroductionKind
from services.matching.storage import introductions


async def refuse_everywhere(work: UnitOfWork, chooser: UUID, other: UUID) -> None:
    """In private, as every no: nothing changes that the other sees. Who acts for the chooser answers nothing between peers."""
    acts = work.caller.acting_for is not None
    async with all_rows(work):
        for live in await introductions.list_live_of_both(work, chooser):
            if acts and live.kind is IntroductionKind.PEER:
                continue
            if live.other(chooser) == other and live.is_live(work.now):
                await introductions.save(work, steps.say_no(live, live.side_of(chooser), work.now))
