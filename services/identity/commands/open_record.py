"""Opens a person's record in an emergency, for the caller and for an hour. The person hears of it at once."""

from uuid import UUID

from libs.access import hats
from libs.database.engine import UnitOfWork
from libs.observe.security_events import SecurityEvent
from libs.refusals import NotAllowed, NotFound
from libs.sealing import PersonSealer
from services.identity.domain.emergency_access import LASTS, EmergencyAccess, check_reason, open_access
from services.identity.storage import co_op_members, emergency_accesses, events_out, persons


async def open_record(work: UnitOfWork, person: UUID, reason: str, sealer: PersonSealer) -> EmergencyAccess:
    """Raises NotAllowed PERSON_NEEDED, MEMBER_NEEDED, NotFound PERSON_UNKNOWN, and as `open_access` and `check_reason`."""
    reader = await hats.require_person(work)
    if not await co_op_members.belongs(work, reader):
        raise NotAllowed("MEMBER_NEEDED")
    why = check_reason(reason)
    # The reader's row, so that two requests at once do not both pass as the last that is allowed.
    await persons.lock(work, reader)
    if not await persons.get_names(work, [person]):
        raise NotFound("PERSON_UNKNOWN")
    opened = await emergency_accesses.count_since(work, reader, work.now - LASTS)
    access = open_access(work.new_id(), reader, person, work.now, in_the_last_hour=opened)
    await emergency_accesses.add(work, access, why, sealer)
    await events_out.emergency_access_opened(work, access)
    work.report(SecurityEvent.EMERGENCY_OPENED, person=str(person), access=str(access.id))
    return access
