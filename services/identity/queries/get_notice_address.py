"""Where a notice for a person goes now, and how it is to look; for web, which sends it."""

from dataclasses import dataclass, replace
from uuid import UUID

from kith.identity.v1.enums import NoticeChannel
from libs.access import audit
from libs.database.engine import UnitOfWork
from libs.refusals import NotFound
from services.identity.domain.ways_to_be_told import Reachable, WaysToBeTold, usable_channel
from services.identity.storage import persons, ways_to_be_told


@dataclass(frozen=True)
class NoticeAddress:
    """The choice with the channel that can be used now, and the names and contact details that it needs."""

    ways: WaysToBeTold
    full_name: str
    called: str
    email: str
    phone: str
    helper_name: str


async def get_notice_address(work: UnitOfWork, person: UUID) -> NoticeAddress:
    """For an entry that was merged, that of the entry in use. Audited. Raises NotFound PERSON_UNKNOWN."""
    record = await persons.get_record(work, person)
    if record is not None and record.merged_into is not None:
        record = await persons.get_record(work, record.merged_into)
    if record is None:
        raise NotFound("PERSON_UNKNOWN")
    ways = await ways_to_be_told.find(work, record.id)
    helpers = await ways_to_be_told.list_helpers(work, record.id)
    channel = usable_channel(ways, Reachable(record.email, record.phone, helpers))
    helper = await persons.get_record(work, ways.helper) if channel is NoticeChannel.HELPER and ways.helper else None
    if helper is not None and not helper.email:
        # A helper without an address is reached by a letter, which names them.
        channel = NoticeChannel.LETTER
    await audit.record_read(work, "person", "notice_address", record.id)
    return NoticeAddress(
        replace(ways, channel=channel),
        record.full_name,
        record.called,
        helper.email if helper else record.email,
        record.phone,
        helper.full_name if helper else "",
    )
