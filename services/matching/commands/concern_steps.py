"""Saves what has become of a concern. What the two wrote goes with the last step at which they still have something to say."""

from collections.abc import Sequence

from libs.database.all_rows import all_rows
from libs.database.engine import UnitOfWork
from services.matching.domain.concern import BETWEEN_TWO, Concern
from services.matching.storage import concern_notes, concerns, events_out


async def save_step(work: UnitOfWork, before: Concern, after: Concern) -> None:
    """Both are told of a new step, also the one who took it: what is published says nothing of by whose wish it was."""
    await save_steps(work, [after])
    if after.step is not before.step:
        await events_out.concern_notice(work, "concern_step", after.two)


async def save_steps(work: UnitOfWork, changed: Sequence[Concern]) -> None:
    """Tells nobody. Some of what goes its reader could not see: what the other wrote for who is beside them."""
    async with all_rows(work):
        for after in changed:
            await concerns.save(work, after)
            if after.step not in BETWEEN_TWO:
                await concern_notes.remove_all(work, after.id)
