"""Corrects the name and the address in a member's entry of the legal register, on behalf of a secretary."""

from uuid import UUID

from libs.access import hats
from libs.database.engine import UnitOfWork
from services.membership.commands.change_class import require_version
from services.membership.domain.admission import require_register_entry
from services.membership.storage import events_out, members


async def correct_register_entry(work: UnitOfWork, person: UUID, name: str, address: str, version: int) -> None:
    """Raises NotAllowed HAT_NEEDED, NotFound MEMBER_UNKNOWN, Conflict VERSION_STALE, Invalid for a field."""
    await hats.require(work, hats.SECRETARY)
    name, address = require_register_entry(name, address)
    await require_version(work, person, version)
    await members.correct_entry(work, person, name, address)
    await events_out.register_entry_corrected(work, person)
