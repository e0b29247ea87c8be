"""Moves a member to another class from a given day on, on behalf of a secretary."""

from datetime import date
from uuid import UUID

from libs.access import hats
from libs.database.engine import UnitOfWork
from libs.refusals import Conflict, FailedPrecondition, NotFound, invalid
from services.membership.domain import membership_timeline
from services.membership.storage import events_out, members, projections


async def change_class(work: UnitOfWork, today: date, person: UUID, member_class: str, from_day: date | None, version: int) -> None:
    """From `from_day` on, or from today on.

    Raises NotAllowed HAT_NEEDED, NotFound MEMBER_UNKNOWN, Conflict VERSION_STALE, and what the rulebook and the dates forbid.
    """
    await hats.require(work, hats.SECRETARY)
    await members.lock_register(work)
    await require_version(work, person, version)
    classes = await projections.get_classes(work)
    if not classes:
        raise FailedPrecondition("RULEBOOK_NOT_ADOPTED")
    if member_class not in classes:
        raise invalid("member_class", "CLASS_UNKNOWN")
    before = await members.get_timeline(work, person)
    after = membership_timeline.change_class(before, member_class, from_day or today, today, may_vote=classes[member_class])
    changed = await members.save_timeline(work, person, before, after)
    await events_out.standings_changed(work, ((person, change) for change in changed))


async def require_version(work: UnitOfWork, person: UUID, version: int) -> None:
    """Locks the member until the transaction ends. Raises NotFound MEMBER_UNKNOWN, Conflict VERSION_STALE."""
    current = await members.lock_version(work, person)
    if current is None:
        raise NotFound("MEMBER_UNKNOWN")
    if current != version:
        raise Conflict("VERSION_STALE", version=str(current))
