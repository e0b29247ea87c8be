"""What ends when somebody is no longer a member: they see what is for all members no more, and no field that was shown to them by name.

Who comes back is given access anew: people shared with a member, and may not want to share with who they are now.
"""

from datetime import datetime
from uuid import UUID

from libs.database.engine import UnitOfWork
from services.identity.storage import access_grants, co_op_members, events_out


async def leave_co_op(work: UnitOfWork, person: UUID, left_at: datetime) -> None:
    """Only grants given until `left_at` end: when events are handled again, those given after a return go on."""
    await co_op_members.remove(work, person)
    for grant, giver in await access_grants.end_naming(work, person, left_at):
        await events_out.access_ended(work, giver, grant, "left")
