"""What a person agreed to, and the capacity records about them: for them, for somebody who acts for them, or, audited, for a secretary."""

from dataclasses import dataclass
from uuid import UUID
from zoneinfo import ZoneInfo

from libs.access import acting, audit, hats
from libs.database.engine import UnitOfWork
from libs.refusals import NotFound
from libs.sealing import PersonSealer
from services.identity.domain import capacity
from services.identity.domain.capacity import CapacityEntry, CapacityWords
from services.identity.domain.consent import ConsentEntry, ConsentStanding, ConsentWords, standing
from services.identity.storage import capacity_records, consents


@dataclass(frozen=True)
class ConsentView:
    """An entry as it stands now. The words are None once the person's key was deleted."""

    entry: ConsentEntry
    standing: ConsentStanding
    words: ConsentWords | None


@dataclass(frozen=True)
class CapacityView:
    """A record, and whether others may rely on it today."""

    entry: CapacityEntry
    counts: bool
    words: CapacityWords | None


@dataclass(frozen=True)
class PersonsConsents:
    """The latest first."""

    consents: list[ConsentView]
    capacity: list[CapacityView]


async def get_consents(work: UnitOfWork, person: UUID, *, zone: ZoneInfo, sealer: PersonSealer) -> PersonsConsents:
    """Raises NotAllowed PERSON_NEEDED, HAT_NEEDED, NOT_YOURS, ACTING_ENDED, ACTING_OUTSIDE_SCOPE; NotFound PERSON_UNKNOWN."""
    caller = await hats.require_person(work)
    if work.caller.acting_for is not None:
        await acting.require_self_or_acting(work, person, "consent")
    elif caller != person:
        await hats.require(work, hats.SECRETARY)
    ids = await consents.entries_of_person(work, person)
    if not ids:
        raise NotFound("PERSON_UNKNOWN")
    today = work.now.astimezone(zone).date()
    entries, records = await consents.list_entries(work, ids), await capacity_records.list_entries(work, ids)
    words, capacity_words = await consents.open_words(work, sealer, ids), await capacity_records.open_words(work, sealer, ids)
    await audit.record_read(work, "consents", "get", person, fields=("consent.entries", "consent.capacity"))
    return PersonsConsents(
        [
            ConsentView(entry, standing(entry, entries, work.now), words.get(entry.id))
            for entry in reversed(entries)
            if not entry.is_withdrawal
        ],
        [CapacityView(record, capacity.relied_on(record, records, today), capacity_words.get(record.id)) for record in reversed(records)],
    )
