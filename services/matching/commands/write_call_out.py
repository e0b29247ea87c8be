"""A person, or somebody with them, says openly what support they look for."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from libs.access import acting
from libs.database.engine import UnitOfWork
from libs.refusals import FailedPrecondition
from services.matching.domain.call_out import CallOut, check_call_out_words, check_last_day, require_room
from services.matching.domain.support_profile import SCOPE, GettingSupport
from services.matching.storage import call_outs, support_profiles


@dataclass(frozen=True)
class CallOutWords:
    """What was typed; `others_agreed` if somebody else whose health it tells of knows and agrees."""

    words: str
    until_day: date | None
    others_agreed: bool


async def write_call_out(work: UnitOfWork, person: UUID, typed: CallOutWords, *, zone: ZoneInfo) -> UUID:
    """Raises NotAllowed NOT_YOURS, ACTING_ENDED or ACTING_OUTSIDE_SCOPE, FailedPrecondition CALL_OUT_NEEDS_PROFILE or TOO_MANY_CALL_OUTS,
    Invalid for a field.
    """
    await acting.require_self_or_acting(work, person, SCOPE)
    today = work.now.astimezone(zone).date()
    words = check_call_out_words(typed.words, others_agreed=typed.others_agreed)
    until = check_last_day(typed.until_day, today)
    # Locked: two call-outs at once are one after the other.
    profile = await support_profiles.find(work, GettingSupport, person, lock=True)
    if profile is None or not profile.open:
        raise FailedPrecondition("CALL_OUT_NEEDS_PROFILE")
    require_room(len(await call_outs.list_of(work, person, today)))
    new = CallOut(work.new_id(), person, words, until, work.now)
    await call_outs.add(work, new)
    return new.id
