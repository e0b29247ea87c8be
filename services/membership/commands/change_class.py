"""A secretary moves a member to another class, from a day on."""

from datetime import date
from uuid import UUID

from libs.access import hats
from libs.database.engine import Work
from libs.refusals import Conflict, NotFound, NotNow, invalid
from services.membership.domain import standing
from services.membership.storage import facts_out, heard, members


async def change_class(work: Work, person: UUID, member_class: str, day: date, version: int, today: date) -> None:
    """Raises NotAllowed HAT_NEEDED, NotFound MEMBER_UNKNOWN, Conflict VERSION_STALE, and what the rulebook and the days forbid."""
    await hats.require(work, hats.SECRETARY)
    await members.hold_register(work)
    await require_version(work, person, version)
    classes = await heard.classes(work)
    if not classes:
        raise NotNow("RULEBOOK_NOT_ADOPTED")
    if member_class not in classes:
        raise invalid("member_class", "CLASS_UNKNOWN")
    before = await members.timeline(work, person)
    after = standing.change_class(before, member_class, day, today, may_vote=classes[member_class])
    changed = await members.save(work, person, before, after)
    await facts_out.standings_changed(work, ((person, one) for one in changed))


async def require_version(work: Work, person: UUID, version: int) -> None:
    """The member is held from here on. Raises NotFound MEMBER_UNKNOWN, Conflict VERSION_STALE."""
    held = await members.held_version(work, person)
    if held is None:
        raise NotFound("MEMBER_UNKNOWN")
    if held != version:
        raise Conflict("VERSION_STALE", version=str(held))
