"""What of matching waits for somebody's answer: the least that leads to it, and nothing of anybody's no."""

from dataclasses import dataclass, field
from uuid import UUID
from zoneinfo import ZoneInfo

from kith.matching.v1.enums import MatchingDayState, ReferralDirection, ReferralSide, ReferralState
from libs.access import acting, audit, hats
from libs.database.engine import UnitOfWork
from services.matching.domain.concern import waits_for
from services.matching.domain.introduction import Side
from services.matching.domain.referral import Referral, open_steps
from services.matching.domain.support_profile import SCOPE
from services.matching.storage import (
    concerns,
    day_choices,
    day_entries,
    matching_days,
    may_wait,
    partners,
    referral_sides,
    referrals,
    team_questions,
    teams,
)


@dataclass(frozen=True)
class Waiting:
    """Concerns and referrals in the order in which they are due."""

    concerns: list[UUID] = field(default_factory=list)
    facilitations: list[UUID] = field(default_factory=list)
    """Concerns in which two want them beside them."""
    referrals: list[UUID] = field(default_factory=list)
    """Those that they can answer for the co-op."""
    partner_referrals: list[UUID] = field(default_factory=list)
    """Those that they can answer for a partner."""
    referrals_about: list[UUID] = field(default_factory=list)
    """Those that were put to them."""
    invitations: int = 0
    matching_day: UUID | None = None
    """Open, and they could take part."""
    team_questions: list[UUID] = field(default_factory=list)
    """To their teams, and they have not answered."""


async def get_waiting(work: UnitOfWork, *, zone: ZoneInfo) -> Waiting:
    """A secretary gets the co-op's referrals by their hat. Raises NotAllowed PERSON_NEEDED, ACTING_ENDED or ACTING_OUTSIDE_SCOPE."""
    person = await acting.require_principal(work, SCOPE)
    await audit.record_read(work, "team", "list", person)
    today = work.now.astimezone(zone).date()
    may = await may_wait.get(work, person, today)
    found = await concerns.list_of(work, person) if may.concerns else []
    open_concerns = [each for each in found if each.due is not None and waits_for(each, person)]
    open_concerns.sort(key=lambda each: (each.due, each.id))
    waiting = await referrals.list_waiting(work) if may.referrals else []
    is_own = work.caller.acting_for is None
    answered = [each for each in waiting if is_own and await _can_answer(work, each, person)]
    return Waiting(
        [each.id for each in open_concerns if person in each.two],
        [each.id for each in open_concerns if person not in each.two and is_own],
        [each.id for each in answered if each.direction is ReferralDirection.IN],
        [each.id for each in answered if each.direction is ReferralDirection.OUT],
        [each.id for each in waiting if each.state is ReferralState.PUT and each.person == person],
        sum(member.joined_at is None for _, member in await teams.list_places(work, person)) if may.invitations else 0,
        await _find_day(work, person, zone) if may.matching_day else None,
        await team_questions.list_waiting(work, person, today) if may.team_questions else [],
    )


async def _can_answer(work: UnitOfWork, referral: Referral, person: UUID) -> bool:
    """Also whether a secretary is to put it to somebody first."""
    if referral.direction is ReferralDirection.IN:
        side = ReferralSide.CO_OP
        is_theirs = await hats.wears(work, hats.SECRETARY)
    else:
        side = ReferralSide.PARTNER
        is_theirs = await partners.find_place(work, referral.partner, person) is not None
    if not is_theirs:
        return False
    return bool(open_steps(referral, side, person, is_both=await referral_sides.is_of_both(work, referral, side, person)))


async def _find_day(work: UnitOfWork, person: UUID, zone: ZoneInfo) -> UUID | None:
    """One that is open, in which they take part on no side and could on one; who acts is asked for the side that looks for support."""
    for day in await matching_days.list_last(work):
        if day.state(work.now) is not MatchingDayState.OPEN or await day_entries.is_on_both_sides(work, day.id):
            continue
        sides = (Side.PERSON,) if work.caller.acting_for else tuple(Side)
        if any([await day_entries.find(work, day.id, person, side) for side in sides]):
            continue
        runs_on = day.runs_at.astimezone(zone).date()
        if any([await day_choices.can_take_part(work, person, side, runs_on) for side in sides]):
            return day.id
    return None
