"""Tells people of a visit, each in the way they chose; never who did something of their own doing."""

from collections.abc import Collection, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from libs.database.engine import UnitOfWork
from services.scheduling.domain.visit import Visit
from services.scheduling.storage import events_out, visit_sharers

_SERIES_NEWS = timedelta(weeks=4)
"""So long it is of use to hear what became of a series."""


class Notice(StrEnum):
    """What there is to be told of a visit, of visits that repeat, or of money."""

    PROPOSED = "visit_proposed"
    AGREED = "visit_agreed"
    DECLINED = "visit_declined"
    MOVE_PROPOSED = "visit_move_proposed"
    MOVED = "visit_moved"
    CANCELLED = "visit_cancelled"
    TAKEN = "visit_taken"
    GIVEN_BACK = "visit_given_back"
    UNCLEARED = "visit_uncleared"
    TASK_ENDED = "visit_task_ended"
    SEVERAL_GIVEN_BACK = "visits_given_back"
    ASKED = "visit_asked"
    SWAPPED = "visit_swapped"
    SWAP_OFFERED = "swap_offered"
    SWAP_ACCEPTED = "swap_accepted"
    SWAP_DECLINED = "swap_declined"
    RECORDED = "visit_recorded"
    CONFIRMED = "visit_confirmed"
    TIMER_CONFIRMED = "visit_timer_confirmed"
    DISPUTED = "visit_disputed"
    STOOD_BY = "visit_stood_by"
    SERIES_PROPOSED = "series_proposed"
    SERIES_AGREED = "series_agreed"
    SERIES_DECLINED = "series_declined"
    SERIES_WITHDRAWN = "series_withdrawn"
    SERIES_ENDED = "series_ended"
    SERIES_TAKEN = "series_taken"
    SERIES_GIVEN_BACK = "series_given_back"
    STANDING_TAKEN = "standing_taken"
    STANDING_ENDED = "standing_ended"
    STANDING_OPEN = "standing_open"
    STANDING_REFUSED = "standing_refused"
    GAP_PROPOSED = "gap_proposed"
    GAP_AGREED = "gap_agreed"
    GAP_DECLINED = "gap_declined"
    GAP_ENDED = "gap_ended"
    GAP_BROKEN = "gap_broken"
    FUNDING_PROPOSED = "funding_proposed"
    FUNDING_ANSWERED = "funding_answered"
    SHARED_BUDGET_PROPOSED = "shared_budget_proposed"
    SHARED_BUDGET_AGREED = "shared_budget_agreed"
    SHARED_BUDGET_ENDED = "shared_budget_ended"
    ENGAGEMENT_PROPOSED = "engagement_proposed"
    ENGAGEMENT_ANSWERED = "engagement_answered"
    ENGAGEMENT_FROM_WORKER = "engagement_from_worker"
    PAY_READY = "pay_ready"
    COVER_NEEDED = "cover_needed"
    WATCH_ASKED = "watch_asked"
    WATCH_LATE = "watch_late"
    WATCH_MISSED = "watch_missed"
    WATCH_LONE = "watch_lone"
    WATCH_ANSWERED = "watch_answered"
    ON_WAY_ASKED = "visit_on_way_asked"
    COMES_LATE = "visit_comes_late"
    SAFE_ASKED = "visit_safe_asked"
    DAY_SHEET = "day_sheet"
    DAY_SHEET_AGAIN = "day_sheet_again"
    DRAFT_ASKED = "draft_asked"
    DRAFT_SHOWN = "draft_shown"
    DRAFT_PUBLISHED = "draft_published"
    SHARING_PROPOSED = "sharing_proposed"
    SHARING_AGREED = "sharing_agreed"
    SHARING_ENDED = "sharing_ended"
    SHARING_MOVED = "sharing_moved"
    ACTIVITY_CALLED_OFF = "activity_called_off"


_OF_RECORDS = frozenset({Notice.RECORDED, Notice.CONFIRMED, Notice.TIMER_CONFIRMED, Notice.DISPUTED, Notice.STOOD_BY})
_ANSWER_WITHIN = timedelta(days=28)


async def tell(work: UnitOfWork, notice: Notice, visit: Visit, people: Collection[UUID | None]) -> None:
    """Once the visit, or the other time that is proposed for it, has begun, nobody has use for what is told of its plan."""
    until = visit.other_starts if notice is Notice.MOVE_PROPOSED and visit.other_starts else visit.starts
    if notice in _OF_RECORDS:
        until = work.now + _ANSWER_WITHIN
    told = {person for person in people if person is not None and person != work.caller.person}
    if told and until > work.now:
        await events_out.notice_wanted(work, notice.value, visit.id, told, until)


async def tell_of_series(work: UnitOfWork, notice: Notice, series_id: UUID, people: Collection[UUID | None]) -> None:
    """Once for all its visits."""
    told = {person for person in people if person is not None and person != work.caller.person}
    if told:
        await events_out.notice_wanted(work, notice.value, series_id, told, work.now + _SERIES_NEWS)


async def tell_of_gap(work: UnitOfWork, notice: Notice, gap_id: UUID, people: Collection[UUID]) -> None:
    """What somebody proposed of two visits, and what became of it."""
    told = {person for person in people if person != work.caller.person}
    if told:
        await events_out.notice_wanted(work, notice.value, gap_id, told, work.now + _SERIES_NEWS)


async def tell_of_money(work: UnitOfWork, notice: Notice, about: UUID, people: Collection[UUID]) -> None:
    """Of terms that wait for a yes or have got an answer, and of pay. `about` is what the notice's page shows."""
    told = {person for person in people if person != work.caller.person}
    if told:
        await events_out.notice_wanted(work, notice.value, about, told, work.now + _ANSWER_WITHIN)


async def tell_together(work: UnitOfWork, notice: Notice, about: UUID, people: Collection[UUID], until: datetime | None = None) -> None:
    """Of what people share or do together; `about` is the agreement or the activity, `until` when nobody has use for it any more."""
    told = {person for person in people if person != work.caller.person}
    if told:
        await events_out.notice_wanted(work, notice.value, about, told, until or work.now + _ANSWER_WITHIN)


async def tell_of_cover(work: UnitOfWork, notice: Notice, cover_id: UUID, person: UUID, until: datetime) -> None:
    """Once for all visits that somebody left; `until` the last of them starts."""
    if until > work.now:
        await events_out.notice_wanted(work, notice.value, cover_id, {person}, until)


async def tell_of_watch(work: UnitOfWork, notice: Notice, about: UUID, people: Collection[UUID | None], until: datetime) -> None:
    """`about` is the alert, the turn at the watch, or the visit."""
    told = {person for person in people if person is not None and person != work.caller.person}
    if told:
        await events_out.notice_wanted(work, notice.value, about, told, until)


async def tell_of_draft(work: UnitOfWork, notice: Notice, draft_id: UUID, people: AbstractSet[UUID], until: datetime) -> None:
    """Once for all its visits; `until` is when the last of them starts."""
    told = people - {work.caller.person}
    if told and until > work.now:
        await events_out.notice_wanted(work, notice.value, draft_id, told, until)


async def tell_given_back(work: UnitOfWork, freed: Sequence[Visit]) -> None:
    """Tells those to whom they are that a worker no longer comes to these visits: of those of one series once."""
    for visit in first_of_each_series(freed):
        if visit.series is None:
            await tell(work, Notice.GIVEN_BACK, visit, await visit_sharers.everybody_at(work, visit))
        else:
            await tell_of_series(work, Notice.SERIES_GIVEN_BACK, visit.series, {visit.person})
    await tell_sharers(work, Notice.GIVEN_BACK, [visit for visit in freed if visit.series is not None])


async def tell_sharers(work: UnitOfWork, notice: Notice, visits: Sequence[Visit]) -> None:
    """Each who shares some of them, once, of the first: the series is not for them to see."""
    sharers, told = await visit_sharers.find_sharers(work, [visit.id for visit in visits]), set[UUID]()
    for visit in visits:
        if visit.id in sharers and sharers[visit.id] not in told:
            await tell(work, notice, visit, {sharers[visit.id]})
            told.add(sharers[visit.id])


def first_of_each_series(visits: Sequence[Visit]) -> list[Visit]:
    """In their order; visits of no series are all among them."""
    firsts = {visit.series: visit for visit in reversed(visits) if visit.series is not None}
    return [visit for visit in visits if visit.series is None or firsts[visit.series].id == visit.id]
