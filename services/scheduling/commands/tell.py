"""Tells people of a visit, each in the way they chose; never who did something of their own doing."""

from collections.abc import Collection
from datetime import timedelta
from enum import StrEnum
from uuid import UUID

from libs.database.engine import UnitOfWork
from services.scheduling.domain.visit import Visit
from services.scheduling.domain.visit_series import VisitSeries
from services.scheduling.storage import events_out

_SERIES_NEWS = timedelta(weeks=4)
"""So long it is of use to hear what became of a series."""


class Notice(StrEnum):
    """What there is to be told of a visit, or of visits that repeat."""

    PROPOSED = "visit_proposed"
    AGREED = "visit_agreed"
    DECLINED = "visit_declined"
    MOVE_PROPOSED = "visit_move_proposed"
    MOVED = "visit_moved"
    CANCELLED = "visit_cancelled"
    TAKEN = "visit_taken"
    GIVEN_BACK = "visit_given_back"
    UNCLEARED = "visit_uncleared"
    SERIES_PROPOSED = "series_proposed"
    SERIES_AGREED = "series_agreed"
    SERIES_DECLINED = "series_declined"
    SERIES_WITHDRAWN = "series_withdrawn"
    SERIES_ENDED = "series_ended"
    SERIES_TAKEN = "series_taken"


async def tell(work: UnitOfWork, notice: Notice, visit: Visit, people: Collection[UUID | None]) -> None:
    """Once the visit, or the other time that is proposed for it, has begun, nobody has use for it."""
    until = visit.other_starts if notice is Notice.MOVE_PROPOSED and visit.other_starts else visit.starts
    told = {person for person in people if person is not None and person != work.caller.person}
    if told and until > work.now:
        await events_out.notice_wanted(work, notice.value, visit.id, told, until)


async def tell_of_series(work: UnitOfWork, notice: Notice, series: VisitSeries, people: Collection[UUID | None]) -> None:
    """Once for all its visits."""
    told = {person for person in people if person is not None and person != work.caller.person}
    if told:
        await events_out.notice_wanted(work, notice.value, series.id, told, work.now + _SERIES_NEWS)
