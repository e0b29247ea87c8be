"""Records whether a person could make one decision at one time, on behalf of a secretary."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from kith.identity.v1.enums import ConsentDecision
from libs.access import hats
from libs.database.engine import UnitOfWork
from libs.refusals import NotAllowed
from libs.sealing import PersonSealer
from services.identity.commands.caller_session import require_caller_session
from services.identity.commands.consent_effects import lock_person, withdraw_what_others_decided
from services.identity.domain import capacity
from services.identity.domain.capacity import CapacityEntry, CapacityWords, check_capacity
from services.identity.storage import capacity_records


@dataclass(frozen=True)
class NewCapacityRecord:
    """What is to be recorded."""

    person: UUID
    decision: ConsentDecision
    words: CapacityWords
    assessed_on: date | None
    until_day: date | None


async def record_capacity(work: UnitOfWork, new: NewCapacityRecord, *, zone: ZoneInfo, sealer: PersonSealer) -> UUID:
    """The record's id. Where the person can decide, what others decided for them about it ends.

    Raises NotAllowed HAT_NEEDED, NOT_YOURS for one's own; NotFound PERSON_UNKNOWN; FailedPrecondition PERSON_MERGED; and what
    `domain.capacity` refuses.
    """
    if await hats.require_person(work, hats.SECRETARY) == new.person:
        raise NotAllowed("NOT_YOURS")
    await require_caller_session(work)
    assessed_on = check_capacity(new.decision, new.words, new.assessed_on, new.until_day, work.now.astimezone(zone).date())
    ids = await lock_person(work, new.person)
    can_decide = new.words.can_decide
    until_day = None if can_decide else new.until_day
    entry = CapacityEntry(work.new_id(), new.person, new.decision, can_decide, assessed_on, until_day, work.caller.id, work.now)
    await capacity_records.add(work, sealer, entry, new.words)
    records = await capacity_records.list_entries(work, ids)
    if can_decide and new.decision is not ConsentDecision.OTHER and capacity.latest(records, new.decision) == entry:
        await withdraw_what_others_decided(work, new.person, new.decision)
    return entry.id
