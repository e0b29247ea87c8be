"""Ends a membership: the member leaves, or a secretary enters the end."""

from datetime import date
from uuid import UUID

from libs.access import hats
from libs.database.engine import UnitOfWork
from libs.refusals import invalid
from services.membership.commands.change_class import require_version
from services.membership.domain import membership_timeline
from services.membership.storage import events_out, members

LEFT = "left"
REASONS = (LEFT, "died", "support_ended", "expelled")


async def end_membership(work: UnitOfWork, today: date, person: UUID, on: date | None, reason: str, version: int) -> None:
    """Today is the last day without `on`; members may leave by themselves, from today on.

    Raises NotAllowed, NotFound, Conflict, FailedPrecondition NOT_A_MEMBER, Invalid.
    """
    last_day = on or today
    is_secretary = await hats.wears(work, hats.SECRETARY)
    if work.caller.person != person and not is_secretary:
        await hats.require(work, hats.SECRETARY)
    if reason not in REASONS:
        raise invalid("reason", "REASON_UNKNOWN")
    if not is_secretary and reason != LEFT:
        raise invalid("reason", "REASON_NOT_YOURS")
    if not is_secretary and last_day < today:
        raise invalid("on", "DATE_IN_PAST")
    await members.lock_register(work)
    await require_version(work, person, version)
    before = await members.get_timeline(work, person)
    changed = await members.save_timeline(work, person, before, membership_timeline.end_membership(before, last_day, today, reason))
    await events_out.standings_changed(work, ((person, change) for change in changed))
