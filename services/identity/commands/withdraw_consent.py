"""Withdraws a consent, at once: the person, who acts for them, or a secretary whom they told."""

from uuid import UUID

from kith.identity.v1.enums import ConsentState, WithdrawalCause
from libs.access import acting, hats
from libs.database.engine import UnitOfWork
from libs.refusals import FailedPrecondition, NotFound
from services.identity.commands.consent_effects import apply_entries, lock_person, withdrawal_of
from services.identity.domain.consent import standing
from services.identity.storage import consents, person_merges


async def withdraw_consent(work: UnitOfWork, consent: UUID) -> None:
    """Raises NotFound CONSENT_UNKNOWN; NotAllowed PERSON_NEEDED, HAT_NEEDED, ACTING_ENDED, ACTING_OUTSIDE_SCOPE; FailedPrecondition
    CONSENT_ENDED where it permits nothing any more.
    """
    await hats.require_person(work)
    # Row-level security shows it to those who may know of it only.
    entry = await consents.find(work, consent)
    if entry is None or not entry.is_yes:
        raise NotFound("CONSENT_UNKNOWN")
    person = await person_merges.merged_into(work, entry.person) or entry.person
    cause = await _cause(work, person)
    entries = await consents.list_entries(work, await lock_person(work, person))
    if standing(entry, entries, work.now).state not in {ConsentState.PLANNED, ConsentState.IN_FORCE}:
        raise FailedPrecondition("CONSENT_ENDED")
    await consents.add_withdrawal(work, withdrawal_of(work, entry, person, cause))
    await apply_entries(work, person)


async def _cause(work: UnitOfWork, person: UUID) -> WithdrawalCause:
    if work.caller.acting_for is not None:
        await acting.require_self_or_acting(work, person, "consent")
        return WithdrawalCause.DECIDER
    if work.caller.person == person:
        return WithdrawalCause.PERSON
    await hats.require(work, hats.SECRETARY)
    return WithdrawalCause.SECRETARY
