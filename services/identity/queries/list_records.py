"""One field of everybody who lets the caller read it. Each person is audited."""

from libs.access import audit, hats
from libs.database.engine import UnitOfWork
from libs.database.paging import Page, PageRequest
from libs.sealing import PersonSealer
from services.identity.domain.record_change import check_fields, check_reason
from services.identity.storage import record_fields
from services.identity.storage.record_fields import FieldRecord


async def list_records(work: UnitOfWork, field: str, reason: str, page: PageRequest, *, sealer: PersonSealer) -> Page[FieldRecord]:
    """By person. Raises NotAllowed PERSON_NEEDED, Invalid for the field, the reason or the page."""
    await hats.require_person(work)
    check_fields([field])
    check_reason(reason)
    found = await record_fields.list_field(work, sealer, field, page)
    await audit.record_read(work, "record", "list", *(row.person for row in found.items), fields=[field], reason=reason)
    return found
