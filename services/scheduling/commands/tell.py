"""Tells people of a visit, each in the way they chose; never who did something of their own doing."""

from collections.abc import Collection
from datetime import timedelta
from enum import StrEnum
from uuid import UUID

from libs.database.engine import UnitOfWork
from services.scheduling.domain.visit import Visit
from services.scheduling.storage import events_out


class Notice(StrEnum):
    """What there is to be told of a visit."""

    PROPOSED = "visit_proposed"
    AGREED = "visit_agreed"
    DECLINED = "visit_declined"
    MOVE_PROPOSED = "visit_move_proposed"
    MOVED = "visit_moved"
    CANCELLED = "visit_cancelled"
    TAKEN = "visit_taken"
    GIVEN_BACK = "visit_given_back"
    UNCLEARED = "visit_uncleared"
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
