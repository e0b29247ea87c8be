"""What follows from entries about consent: what other commands may rely on (`libs/access/consents.py`), and the events that say so."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from kith.identity.v1.enums import ConsentBasis, ConsentDecision, ConsentState, WithdrawalCause
from libs.access import consents as given_consents
from libs.access.consents import GivenConsent
from libs.database.engine import UnitOfWork
from libs.refusals import NotFound
from services.identity.domain.consent import ConsentEntry, spans, standing
from services.identity.domain.person_merge import require_in_use
from services.identity.storage import consents, events_out, person_merges, persons

_OPEN = frozenset({ConsentState.PLANNED, ConsentState.IN_FORCE})


async def lock_person(work: UnitOfWork, person: UUID) -> list[UUID]:
    """The person's id and those merged into it; one change at a time. Raises NotFound PERSON_UNKNOWN, FailedPrecondition PERSON_MERGED."""
    if not await persons.lock(work, person):
        raise NotFound("PERSON_UNKNOWN")
    require_in_use(await person_merges.merged_into(work, person))
    return await consents.entries_of_person(work, person)


async def apply_entries(work: UnitOfWork, person: UUID) -> None:
    """Says anew what the person's entries permit, and publishes what is different from before."""
    entries = await consents.list_entries(work, await consents.entries_of_person(work, person))
    wanted = {span.id: GivenConsent(span.id, person, span.topic, span.valid_from, span.valid_until) for span in spans(entries)}
    known = await consents.given(work, [entry.id for entry in entries])
    for consent in known.values():
        if not _permits_later(wanted.get(consent.id), work.now) and _permits_later(consent, work.now):
            await given_consents.end(work, consent.id, work.now)
            await events_out.consent_ended(work, consent, work.now)
    for consent in wanted.values():
        if consent != known.get(consent.id) and _permits_later(consent, work.now):
            await given_consents.give(work, consent)
            await events_out.consent_given(work, consent)


async def withdraw_all(work: UnitOfWork, person: UUID, cause: WithdrawalCause, *, recorded_until: datetime | None = None) -> None:
    """Withdraws all that is in force or planned, and was recorded by then: when events are handled again, newer consents go on."""

    def is_meant(entry: ConsentEntry) -> bool:
        return recorded_until is None or entry.recorded_at <= recorded_until

    await _withdraw(work, person, cause, is_meant)


async def withdraw_one(work: UnitOfWork, person: UUID, consent: UUID, cause: WithdrawalCause) -> None:
    """Withdraws this consent, if it is in force or planned."""
    await _withdraw(work, person, cause, lambda entry: entry.id == consent)


async def withdraw_what_others_decided(work: UnitOfWork, person: UUID, decision: ConsentDecision) -> None:
    """The person can make this decision: what others said for them about it ends."""

    def is_meant(entry: ConsentEntry) -> bool:
        return entry.decision is decision and entry.basis is not ConsentBasis.OWN

    await _withdraw(work, person, WithdrawalCause.CAPACITY, is_meant)


async def _withdraw(work: UnitOfWork, person: UUID, cause: WithdrawalCause, is_meant: Callable[[ConsentEntry], bool]) -> None:
    entries = await consents.list_entries(work, await consents.entries_of_person(work, person))
    for entry in entries:
        if entry.is_yes and is_meant(entry) and standing(entry, entries, work.now).state in _OPEN:
            await consents.add_withdrawal(work, withdrawal_of(work, entry, person, cause))
    await apply_entries(work, person)


def withdrawal_of(work: UnitOfWork, entry: ConsentEntry, person: UUID, cause: WithdrawalCause) -> ConsentEntry:
    """The entry that ends this one, and whatever else was said about the same, now."""
    return ConsentEntry(
        id=work.new_id(),
        person=person,
        topic=entry.topic,
        decision=entry.decision,
        basis=None,
        answer=None,
        explained=(),
        starts_at=work.now,
        ends_at=None,
        review_on=None,
        decided_by=work.caller.person,
        capacity=None,
        cause=cause,
        corrects=None,
        recorded_by=work.caller.id,
        recorded_at=work.now,
    )


def _permits_later(consent: GivenConsent | None, now: datetime) -> bool:
    """Whether it permits anything from now on."""
    return consent is not None and consent.ended_at is None and (consent.valid_until is None or now < consent.valid_until)
