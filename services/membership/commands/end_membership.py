"""A membership ends: the member leaves, or a secretary enters it."""

from datetime import date
from uuid import UUID

from libs.access import hats
from libs.database.engine import Work
from libs.refusals import invalid
from services.membership.commands.change_class import require_version
from services.membership.domain import standing
from services.membership.storage import facts_out, members

LEFT = "left"
REASONS = (LEFT, "died", "support_ended", "expelled")


async def end_membership(work: Work, person: UUID, last_day: date, reason: str, version: int, today: date) -> None:
    """Members end their own by leaving, today or later. Raises NotAllowed, NotFound, Conflict, NotNow NOT_A_MEMBER, Invalid."""
    secretary = await hats.wears(work, hats.SECRETARY)
    if work.caller.person != person and not secretary:
        await hats.require(work, hats.SECRETARY)
    if reason not in REASONS:
        raise invalid("reason", "REASON_UNKNOWN")
    if not secretary and reason != LEFT:
        raise invalid("reason", "REASON_NOT_YOURS")
    if not secretary and last_day < today:
        raise invalid("on", "DATE_IN_PAST")
    await members.hold_register(work)
    await require_version(work, person, version)
    before = await members.timeline(work, person)
    changed = await members.save(work, person, before, standing.end(before, last_day, today, reason))
    await facts_out.standings_changed(work, ((person, one) for one in changed))
