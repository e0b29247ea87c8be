"""One side of a pair says yes: to getting to know each other, to trying it, to the one joining the other's team."""

from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from kith.matching.v1.enums import IntroductionStep
from libs.access import held_credentials
from libs.database.all_rows import all_rows
from libs.database.engine import UnitOfWork
from libs.refusals import AlreadyExists, Conflict, FailedPrecondition, NotAllowed, NotFound
from libs.rulebook.readiness import missing_credentials
from services.matching.commands.join_team import join_team
from services.matching.commands.pair_side import Pair, require_side
from services.matching.domain import introduction as steps
from services.matching.domain.introduction import Introduction, Side
from services.matching.domain.support_profile import GettingSupport, GivingSupport
from services.matching.domain.team import KIND_OF
from services.matching.storage import events_out, introductions, offer_visibility, private_noes, projections, support_profiles, teams


async def say_yes(work: UnitOfWork, pair: Pair, shown: IntroductionStep | None, *, zone: ZoneInfo) -> IntroductionStep:
    """Returns the step that they are at now. `shown` is the one the page showed; None to begin.

    An earlier no of the same side is lifted. Raises what `require_side` raises, NotAllowed MEMBERS_ONLY, NotFound OFFER_UNKNOWN,
    AlreadyExists ALREADY_IN_TEAM, FailedPrecondition INTRODUCTION_OVER or CREDENTIALS_MISSING, Conflict STEP_PASSED.
    """
    side = await require_side(work, pair)
    if not await projections.is_member(work, pair.of(side)):
        raise NotAllowed("MEMBERS_ONLY")
    await private_noes.lift(work, pair.of(side), pair.of(side.other), as_worker=side is Side.WORKER)
    live = await introductions.find_live(work, pair.person, pair.worker)
    if live is None:
        if shown is not None:
            raise FailedPrecondition("INTRODUCTION_OVER")
        return await _begin(work, pair, side)
    if not await projections.is_member(work, pair.of(side.other)):
        raise FailedPrecondition("INTRODUCTION_OVER")
    rules = await projections.get_matching_rules(work)
    answered = steps.say_yes(live, side, shown or IntroductionStep.INTEREST, work.now, rules)
    if live.step is IntroductionStep.MEETING:
        await _require_ready(work, pair.worker, work.now.astimezone(zone).date())
    await introductions.save(work, answered)
    if answered.step is IntroductionStep.TRIAL and live.step is not answered.step:
        await events_out.trial_started(work, answered)
    if answered.step is IntroductionStep.JOINED:
        await _join(work, answered)
    return answered.step


async def _begin(work: UnitOfWork, pair: Pair, side: Side) -> IntroductionStep:
    async with all_rows(work):
        getting = await support_profiles.find(work, GettingSupport, pair.person)
        giving = await support_profiles.find(work, GivingSupport, pair.worker)
        own_team = await teams.find_by_owner(work, pair.person, lock=True)
    # The one who is asked must have opened their profile: nobody is asked out of the blue.
    profile_of_other = giving if side is Side.PERSON else getting
    is_member = await projections.is_member(work, pair.of(side.other))
    if giving is None or profile_of_other is None or not profile_of_other.open or not is_member:
        raise NotFound("OFFER_UNKNOWN")
    # What a person looks for shows to nobody, so that a worker who asks in vain hears nothing, as from somebody who is silent.
    if side is Side.PERSON and await offer_visibility.is_closed_to(work, pair.person, pair.worker):
        raise NotFound("OFFER_UNKNOWN")
    member = await teams.find_member(work, own_team.id, pair.worker) if own_team else None
    if member is not None and member.joined_at is not None:
        raise AlreadyExists("ALREADY_IN_TEAM")
    rules = await projections.get_matching_rules(work)
    begun = steps.begin(work.new_id(), pair.person, pair.worker, side, work.now, rules)
    if not await introductions.add(work, begun):
        # The other side began in the same moment.
        raise Conflict("STEP_PASSED", step=IntroductionStep.INTEREST.value)
    return begun.step


async def _require_ready(work: UnitOfWork, worker: UUID, today: date) -> None:
    rules, held = await held_credentials.get_rules(work), await held_credentials.list_of(work, worker)
    if missing := missing_credentials("visits", rules, held, today):
        raise FailedPrecondition("CREDENTIALS_MISSING", kinds=" ".join(missing))


async def _join(work: UnitOfWork, joined: Introduction) -> None:
    async with all_rows(work):
        giving = await support_profiles.find(work, GivingSupport, joined.worker)
        if giving is None:
            raise NotFound("OFFER_UNKNOWN")
        await join_team(work, joined.person, joined.worker, KIND_OF[giving.works_as], invited_at=joined.since)
