"""What somebody left in a team has nobody to look for any more: concerns that waited for it are over."""

from datetime import datetime
from uuid import UUID

from libs.access import merged_persons
from libs.database.engine import UnitOfWork
from services.matching.commands.concern_steps import save_steps
from services.matching.domain.concern import end_covered
from services.matching.storage import concerns


async def close_covered(work: UnitOfWork, owner: UUID, leaver: UUID, left_at: datetime) -> None:
    """`left_at` is when they left: one who came back and left again since has another. Scheduling may hear later than we of a merge."""
    owner, leaver = [await merged_persons.find_kept(work, one) or one for one in (owner, leaver)]
    waiting = await concerns.list_waiting_for_cover(work, owner, leaver, left_at)
    await save_steps(work, [end_covered(concern, work.now) for concern in waiting])
