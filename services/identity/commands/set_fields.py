"""Changes fields of a person's record: by the person, or by somebody who acts for them within the section."""

from collections.abc import Sequence
from uuid import UUID

from libs.access import acting
from libs.access.record_fields import section_of
from libs.database.engine import UnitOfWork
from libs.refusals import Conflict, NotFound
from libs.sealing import PersonSealer
from services.identity.domain.person_merge import require_in_use
from services.identity.domain.record_change import FieldChange, check_changes
from services.identity.storage import events_out, person_merges, persons, record_fields


async def set_fields(work: UnitOfWork, person: UUID, changes: Sequence[FieldChange], *, sealer: PersonSealer) -> list[int]:
    """The new versions, in order.

    Raises Invalid for a field, NotAllowed, NotFound PERSON_UNKNOWN, FailedPrecondition PERSON_MERGED, Conflict VERSION_STALE.
    """
    check_changes(changes)
    fields = [change.field for change in changes]
    editors = [await acting.require_self_or_acting(work, person, section) for section in sorted(set(map(section_of, fields)))]
    if not await persons.lock(work, person):
        raise NotFound("PERSON_UNKNOWN")
    require_in_use(await person_merges.merged_into(work, person))
    versions = {current.field: current.version for current in await record_fields.get_fields(work, sealer, person, fields)}
    if any(versions.get(change.field, 0) != change.version for change in changes):
        raise Conflict("VERSION_STALE")
    await record_fields.save(work, sealer, person, editors[0], {change.field: (change.text, change.version + 1) for change in changes})
    await events_out.record_changed(work, person, fields)
    return [change.version + 1 for change in changes]
