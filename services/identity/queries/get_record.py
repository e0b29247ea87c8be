"""A person's record: their own, or what the caller may read of somebody else's, which is audited field by field."""

from collections.abc import Sequence
from uuid import UUID

from libs.access import acting, audit
from libs.access.record_fields import FIELDS, section_of
from libs.database.engine import UnitOfWork
from libs.refusals import NotAllowed, NotFound
from libs.sealing import PersonSealer
from services.identity.domain.record_change import check_fields, check_reason
from services.identity.storage import persons, record_fields
from services.identity.storage.record_fields import FieldRecord


async def get_record(work: UnitOfWork, person: UUID, reason: str, fields: Sequence[str], *, sealer: PersonSealer) -> list[FieldRecord]:
    """The fields that the caller may read, in their order; all that are asked for, or all there are.

    Raises NotAllowed PERSON_NEEDED, Invalid for the fields or the reason, NotFound PERSON_UNKNOWN. Who acts for somebody and asks
    outside the scope is told, lest they take nothing for all there is: NotAllowed NOT_YOURS, ACTING_ENDED, ACTING_OUTSIDE_SCOPE.
    """
    caller = work.caller
    if caller.person is None:
        raise NotAllowed("PERSON_NEEDED")
    check_reason(reason)
    if fields:
        check_fields(fields)
    if caller.acting_for is not None:
        await _require_scope(work, person, fields)
    if not await persons.exists(work, person):
        raise NotFound("PERSON_UNKNOWN")
    found = await record_fields.get_fields(work, sealer, person, fields or FIELDS)
    if (caller.acting_for or caller.person) != person:
        found = [field for field in found if field.text]
    if found:
        await audit.record_read(work, "record", "get", person, fields=sorted(field.field for field in found), reason=reason)
    return sorted(found, key=lambda field: FIELDS.index(field.field))


async def _require_scope(work: UnitOfWork, person: UUID, fields: Sequence[str]) -> None:
    """The sections of all these fields, or of any field if none is named."""
    sections = dict.fromkeys(map(section_of, fields or FIELDS))
    if fields:
        for section in sections:
            await acting.require_self_or_acting(work, person, section)
    else:
        await acting.require_self_or_acting(work, person, *sections)
