"""Brings the keys of everybody registered before up to today's folding (`domain/identity_keys.py`), so that nobody is registered twice."""

from uuid import UUID

from libs.database.engine import UnitOfWork
from services.identity.domain.person_details import PersonDetails
from services.identity.storage import persons

_BATCH = 500


async def refold_identity_keys(work: UnitOfWork, country: str) -> int:
    """Returns how many persons have new keys. `country` is the co-op's, as in `PersonDetails`."""
    changed, after = 0, UUID(int=0)
    while rows := await persons.list_keys(work, after, _BATCH):
        for row in rows:
            details = PersonDetails(row.full_name, row.called, row.email, row.phone, country)
            if (row.name_key, row.email_key, row.phone_key) != (details.name_key, details.email_key, details.phone_key):
                await persons.set_keys(work, row.id, details)
                changed += 1
        after = rows[-1].id
    return changed
