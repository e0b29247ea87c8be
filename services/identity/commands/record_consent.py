"""Records what somebody said about one decision: the person, who lawfully decides for them, or a secretary who asked them."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from kith.identity.v1.enums import ConsentAnswer, ConsentBasis, ConsentDecision
from libs.access import acting, hats
from libs.database.engine import UnitOfWork
from libs.refusals import FailedPrecondition, NotAllowed, invalid
from libs.sealing import PersonSealer
from services.identity.commands.caller_session import require_caller_session
from services.identity.commands.consent_effects import apply_entries, lock_person
from services.identity.domain import capacity
from services.identity.domain.consent import ConsentEntry, ConsentTerms, check_terms, end_of, require_correctable, start_of, topic_of
from services.identity.storage import capacity_records, consents

SCOPE = "consent"


@dataclass(frozen=True)
class NewConsent:
    """What is asked for. `decider` and `capacity` say who decided for the person and why, `corrects` which entry was wrong."""

    person: UUID
    terms: ConsentTerms
    decider: UUID | None
    capacity: UUID | None
    corrects: UUID | None


@dataclass(frozen=True)
class _Speaker:
    """Whose decision it is, and by what right."""

    basis: ConsentBasis
    person: UUID


async def record_consent(work: UnitOfWork, new: NewConsent, *, zone: ZoneInfo, sealer: PersonSealer) -> UUID:
    """The new entry's id. Raises what `domain.consent` refuses, and

    NotAllowed PERSON_NEEDED, HAT_NEEDED, NOT_YOURS, ACTING_ENDED, ACTING_OUTSIDE_SCOPE; NotFound PERSON_UNKNOWN; Invalid
    DECIDER_NOT_LAWFUL, CAPACITY_RECORD_NEEDED, UNTIL_AFTER_CAPACITY; FailedPrecondition PERSON_MERGED, CAPACITY_LACKING, DECIDER_EXISTS.
    """
    await require_caller_session(work)
    speaker = await _speaker(work, new)
    today = work.now.astimezone(zone).date()
    check_terms(new.terms, today)
    ids = await lock_person(work, new.person)
    ends_at = end_of(new.terms.until_day, zone) if new.terms.until_day else None
    ends_at = await _check_capacity(work, new, speaker, ids, ends_at, zone)
    entry_id, topic = work.new_id(), ""
    if new.corrects is not None:
        entries = await consents.list_entries(work, ids)
        wrong = next((entry for entry in entries if entry.id == new.corrects), None)
        topic = require_correctable(wrong, entries, new.terms.decision).topic
    terms = new.terms
    entry = ConsentEntry(
        id=entry_id,
        person=new.person,
        topic=topic or topic_of(terms.decision, entry_id),
        decision=terms.decision,
        basis=speaker.basis,
        answer=terms.answer,
        explained=terms.explained,
        starts_at=work.now if terms.from_day in {None, today} else start_of(terms.from_day or today, zone),
        ends_at=ends_at,
        review_on=terms.review_on,
        decided_by=speaker.person,
        capacity=new.capacity,
        cause=None,
        corrects=new.corrects,
        recorded_by=work.caller.id,
        recorded_at=work.now,
    )
    await consents.add(work, sealer, entry, terms.words)
    await apply_entries(work, new.person)
    return entry_id


async def _speaker(work: UnitOfWork, new: NewConsent) -> _Speaker:
    caller = await hats.require_person(work)
    in_best_interests = new.terms.words.best_interests is not None
    if work.caller.acting_for is not None:
        if in_best_interests or new.decider is not None:
            raise NotAllowed("HAT_NEEDED", hat=hats.SECRETARY)
        return _Speaker(ConsentBasis.DECIDER, await acting.require_self_or_acting(work, new.person, SCOPE))
    if caller == new.person and not in_best_interests and new.decider is None:
        return _Speaker(ConsentBasis.OWN, caller)
    await hats.require(work, hats.SECRETARY)
    if caller == new.person:
        # Nobody records that they themselves could not decide.
        raise NotAllowed("NOT_YOURS")
    if in_best_interests:
        return _Speaker(ConsentBasis.BEST_INTERESTS, caller)
    if new.decider is None:
        return _Speaker(ConsentBasis.OWN, new.person)
    if SCOPE not in await acting.live_scopes(work, new.decider, new.person):
        raise invalid("decider_id", "DECIDER_NOT_LAWFUL")
    return _Speaker(ConsentBasis.DECIDER, new.decider)


async def _check_capacity(
    work: UnitOfWork, new: NewConsent, speaker: _Speaker, ids: list[UUID], ends_at: datetime | None, zone: ZoneInfo
) -> datetime | None:
    """When the entry ends: what others decide lasts no longer than the record by which they may."""
    records = await capacity_records.list_entries(work, ids)
    today = work.now.astimezone(zone).date()
    if speaker.basis is ConsentBasis.OWN:
        record = capacity.latest(records, new.terms.decision)
        is_own_decision = new.terms.decision is not ConsentDecision.OTHER and new.terms.answer is not ConsentAnswer.NO
        if is_own_decision and record is not None and capacity.relied_on(record, records, today):
            raise FailedPrecondition("CAPACITY_LACKING")
        if new.capacity is not None:
            raise invalid("capacity_id", "CAPACITY_RECORD_UNNEEDED")
        return ends_at
    if speaker.basis is ConsentBasis.BEST_INTERESTS and await acting.has_holder(work, new.person, SCOPE):
        raise FailedPrecondition("DECIDER_EXISTS")
    record = next((record for record in records if record.id == new.capacity and record.decision is new.terms.decision), None)
    if record is None or record.until_day is None or not capacity.relied_on(record, records, today):
        raise invalid("capacity_id", "CAPACITY_RECORD_NEEDED")
    last_moment = end_of(record.until_day, zone)
    if ends_at is not None and ends_at > last_moment:
        raise invalid("until_day", "UNTIL_AFTER_CAPACITY", on=record.until_day.isoformat())
    return ends_at or last_moment
