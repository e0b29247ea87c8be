"""One side of a pair records the day of a visit; once both have, it counts, and a review may be due."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from kith.matching.v1.enums import IntroductionStep
from libs.database.all_rows import all_rows
from libs.database.engine import UnitOfWork
from libs.refusals import FailedPrecondition
from services.matching.commands.pair_side import Pair, require_side
from services.matching.domain.review import CountedVisit, WorkingPair, check_day, count_visit
from services.matching.storage import events_out, introductions, projections, reviews, teams


@dataclass(frozen=True)
class RecordedVisit:
    """Whether it counts now, and how many do."""

    confirmed: bool
    visits: int


async def record_trial_visit(work: UnitOfWork, pair: Pair, day: date | None, *, zone: ZoneInfo) -> RecordedVisit:
    """Recording a day again changes nothing.

    Raises what `require_side` and `check_day` raise, FailedPrecondition NOT_WORKING_TOGETHER for two who neither try it nor are in a team.
    """
    side = await require_side(work, pair)
    working = await _working_pair(work, pair)
    checked = check_day(day, working.began_at.astimezone(zone).date(), work.now.astimezone(zone).date())
    before = await reviews.find_visit(work, working.id, checked)
    if before is None:
        await reviews.save_visit(work, CountedVisit(working.id, checked, pair.person, pair.worker, side, work.now))
        return RecordedVisit(confirmed=False, visits=working.visits)
    visit = before.confirmed(side, work.now)
    if visit == before:
        return RecordedVisit(before.confirmed_at is not None, working.visits)
    counted, due = count_visit(working, work.new_id(), work.now, await projections.get_matching_rules(work))
    await reviews.save_visit(work, visit)
    await reviews.set_visits(work, counted)
    if due is not None:
        await reviews.add_review(work, due)
        await events_out.review_asked(work, due)
    return RecordedVisit(confirmed=True, visits=counted.visits)


async def _working_pair(work: UnitOfWork, pair: Pair) -> WorkingPair:
    """Locked, so that two records of one day are one after the other."""
    began_at = await _began_at(work, pair)
    if began_at is None:
        raise FailedPrecondition("NOT_WORKING_TOGETHER")
    await reviews.begin_pair(work, WorkingPair(work.new_id(), pair.person, pair.worker, began_at))
    found = await reviews.find_pair(work, pair.person, pair.worker)
    if found is None:
        raise FailedPrecondition("NOT_WORKING_TOGETHER")
    return found


async def _began_at(work: UnitOfWork, pair: Pair) -> datetime | None:
    """When the trial began, or the place in the team; None without either."""
    async with all_rows(work):
        team = await teams.find_by_owner(work, pair.person, lock=True)
        member = await teams.find_member(work, team.id, pair.worker) if team else None
        if member is not None and member.joined_at is not None:
            return member.joined_at
        live = await introductions.find_live(work, pair.person, pair.worker)
    if live is None or live.step is not IntroductionStep.TRIAL or not live.is_live(work.now):
        return None
    return live.since
