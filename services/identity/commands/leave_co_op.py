"""What ends when somebody is no longer a member: they see what is for all members no more, no field that was shown to them by name,
act for nobody, vouch for nobody, and what they agreed to ends.

Who comes back is given access anew: people shared with a member, and may not want to share with who they are now.
"""

from datetime import date, datetime
from uuid import UUID

from kith.identity.v1.enums import WithdrawalCause
from libs.database.engine import UnitOfWork
from services.identity.commands.consent_effects import withdraw_all
from services.identity.commands.end_relationships_over_time import end_relationships_of_former_member
from services.identity.storage import access_grants, co_op_members, events_out, recovery_helpers


async def leave_co_op(work: UnitOfWork, person: UUID, left_at: datetime, last_day: date) -> None:
    """Only what was given until `left_at` ends: when events are handled again, what was given after a return goes on."""
    await co_op_members.remove(work, person, last_day)
    for grant, giver in await access_grants.end_naming(work, person, left_at):
        await events_out.access_ended(work, giver, grant, "left")
    await end_relationships_of_former_member(work, person, left_at)
    for helped, helper in await recovery_helpers.end_of_leaver(work, person, left_at):
        await events_out.recovery_help_ended(work, helped, helper, "left")
    await withdraw_all(work, person, WithdrawalCause.LEFT, recorded_until=left_at)
