"""A second person has seen the evidence of an attorney or deputy: from now on they may act for the person, within the scopes."""

from uuid import UUID
from zoneinfo import ZoneInfo

from libs.database.engine import UnitOfWork
from services.identity.commands.relationship_effects import require, require_office, start
from services.identity.domain.relationship import confirm


async def confirm_relationship(work: UnitOfWork, relationship: UUID, *, zone: ZoneInfo) -> None:
    """Raises NotAllowed HAT_NEEDED, SECOND_PERSON_NEEDED, NOT_YOURS; otherwise as accepting one does."""
    person = await require_office(work)
    known = await require(work, relationship)
    await start(work, confirm(known, person, work.now, work.now.astimezone(zone).date()), zone)
