"""One person: the caller, or anybody for a secretary, which is audited; for those who act for them, names and contact details."""

from dataclasses import replace
from uuid import UUID

from kith.identity.v1.enums import ActingScope
from libs.access import acting, audit, hats
from libs.database.engine import UnitOfWork
from libs.refusals import NotFound
from services.identity.storage import persons


async def get_person(work: UnitOfWork, person: UUID) -> persons.PersonRecord:
    """Raises NotAllowed HAT_NEEDED, NotFound PERSON_UNKNOWN; for somebody who acts for them, ACTING_ENDED or ACTING_OUTSIDE_SCOPE."""
    if work.caller.acting_for is not None:
        return await _contacts_of(work, person)
    if work.caller.person != person:
        await hats.require(work, hats.SECRETARY)
    record = await persons.get_record(work, person)
    if record is None:
        raise NotFound("PERSON_UNKNOWN")
    await audit.record_read(work, "person", "get", person)
    return record


async def _contacts_of(work: UnitOfWork, person: UUID) -> persons.PersonRecord:
    """How somebody signs in, and which hats they wear, is nobody else's to know."""
    await acting.require_self_or_acting(work, person, ActingScope.CONTACTS)
    record = await persons.get_record(work, person)
    if record is None:
        raise NotFound("PERSON_UNKNOWN")
    await audit.record_read(work, "person", "get", person, fields=("contacts.email", "contacts.phone"))
    return replace(record, has_password=False, live_cards=0, hats=())
