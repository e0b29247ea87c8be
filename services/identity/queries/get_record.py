"""A person's record: their own, or what the caller may read of somebody else's, which is audited field by field."""

from collections.abc import Sequence
from uuid import UUID

from libs.access import audit
from libs.access.record_fields import FIELDS
from libs.database.engine import UnitOfWork
from libs.refusals import NotAllowed, NotFound
from libs.sealing import PersonSealer
from services.identity.domain.record_change import check_fields, check_reason
from services.identity.storage import persons, record_fields
from services.identity.storage.record_fields import FieldRecord


async def get_record(work: UnitOfWork, person: UUID, reason: str, fields: Sequence[str], *, sealer: PersonSealer) -> list[FieldRecord]:
    """The fields that the caller may read, in their order; all that are asked for, or all there are.

    Raises NotAllowed PERSON_NEEDED, Invalid for the fields or the reason, NotFound PERSON_UNKNOWN.
    """
    caller = work.caller
    if caller.person is None:
        raise NotAllowed("PERSON_NEEDED")
    check_reason(reason)
    if fields:
        check_fields(fields)
    if not await persons.exists(work, person):
        raise NotFound("PERSON_UNKNOWN")
    found = await record_fields.get_fields(work, sealer, person, fields or FIELDS)
    if (caller.acting_for or caller.person) != person:
        found = [field for field in found if field.text]
    if found:
        await audit.record_read(work, "record", "get", person, fields=sorted(field.field for field in found), reason=reason)
    return sorted(found, key=lambda field: FIELDS.index(field.field))
