"""A secretary puts a referral to a person of the co-op, who sees it from now on and can say no."""

from dataclasses import replace
from uuid import UUID

from kith.matching.v1.enums import ReferralStep
from libs.access import merged_persons
from libs.access.acting_audit import CatchUp
from libs.database.engine import UnitOfWork
from services.matching.commands.referral_step import load_for_step, record_step
from services.matching.domain.referral import take_step
from services.matching.storage import projections


async def put_referral(work: UnitOfWork, referral_id: UUID, person: UUID, *, catch_up: CatchUp) -> None:
    """The person is told, under the entry that is in use.

    Raises what `load_for_step` raises, FailedPrecondition REFERRAL_MOVED_ON, NotFound PERSON_UNKNOWN, Unavailable SOURCE_AWAY.
    """
    await projections.hear_of(work, person, catch_up)
    # Before the referral, as a merge does.
    await merged_persons.lock(work, person)
    person = await merged_persons.find_kept(work, person) or person
    referral, by = await load_for_step(work, referral_id, ReferralStep.PUT)
    await projections.require_known(work, person)
    await record_step(work, replace(take_step(referral, ReferralStep.PUT, by, work.now), person=person), by)
