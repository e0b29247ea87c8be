"""What follows when a membership has ended: the person's sessions end, and all that they could see or do as a member.

They sign in anew, as somebody who is no member.
"""

from datetime import date, datetime
from uuid import UUID

from libs.database.engine import UnitOfWork
from libs.observe.security_events import SecurityEvent
from services.identity.commands.leave_co_op import leave_co_op
from services.identity.storage import events_out, membership_ends, persons, sessions


async def record_membership_end(
    work: UnitOfWork, person: UUID, last_day: date, *, published_at: datetime, published_on: date, today: date
) -> None:
    """An end that was published on its last day or later takes effect at once, a later one when its day is over.

    Only sessions that had begun by then end: when events are handled again, newer ones go on.
    """
    await membership_ends.delete_from(work, person, last_day)
    if last_day <= published_on:
        await persons.lock(work, person)
        await _ended(work, person, await sessions.end_begun_by(work, person, published_at))
        await leave_co_op(work, person, published_at, last_day)
        return
    await membership_ends.save(work, person, last_day)
    if last_day < today:
        # Handled late, or again: the job ends the sessions, and until it runs they are no member either.
        await leave_co_op(work, person, published_at, last_day)


async def end_sessions_of_former_members(work: UnitOfWork, today: date) -> int:
    """Returns how many memberships were over."""
    former_members = sorted(await membership_ends.take_past(work, today))
    for person, last_day in former_members:
        await persons.lock(work, person)
        await _ended(work, person, await sessions.end_all(work, person))
        await leave_co_op(work, person, work.now, last_day)
    return len(former_members)


async def _ended(work: UnitOfWork, person: UUID, ended: list[UUID]) -> None:
    await events_out.sessions_ended(work, person, ended, "membership")
    if ended:
        work.report(SecurityEvent.SESSIONS_ENDED, person=str(person), sessions=str(len(ended)))
