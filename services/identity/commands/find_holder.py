"""Finds the person who is to act for somebody: by id, or by the full name as it is registered, where only one person has it."""

from dataclasses import dataclass
from uuid import UUID

from libs.database.engine import UnitOfWork
from libs.refusals import invalid
from services.identity.domain.identity_keys import fold_name
from services.identity.storage import persons


@dataclass(frozen=True)
class HolderQuestion:
    """An id, or a full name."""

    id: UUID | None = None
    full_name: str = ""


async def find_holder(work: UnitOfWork, wanted: HolderQuestion) -> UUID:
    """Raises Invalid HOLDER_MISSING, HOLDER_UNKNOWN, HOLDER_AMBIGUOUS."""
    if wanted.id is not None:
        return wanted.id
    if not wanted.full_name.strip():
        raise invalid("holder_name", "HOLDER_MISSING")
    matching = await persons.find_by_name(work, fold_name(wanted.full_name))
    if not matching:
        raise invalid("holder_name", "HOLDER_UNKNOWN")
    if len(matching) > 1:
        raise invalid("holder_name", "HOLDER_AMBIGUOUS")
    return matching[0]
