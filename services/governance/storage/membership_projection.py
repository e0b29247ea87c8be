"""Projection of membership's events: who is a member in which class and may vote, day by day. Only the reaction writes it."""

from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import text

from libs.database.engine import UnitOfWork

_DELETE_LATER = text("delete from standing where person = :person and from_day > :day")
_SET_LAST_DAY = text("update standing set to_day = :day where person = :person and from_day <= :day and (to_day is null or to_day > :day)")
_ADD = text("insert into standing (person, from_day, member_class, may_vote) values (:person, :day, :member_class, :may_vote)")
_LAST_APPLIED_NUMBER = text("select n from position where source = 'membership' for share")


async def last_applied_number(work: UnitOfWork) -> int:
    """Return the number of the last membership event applied. The share lock keeps the consumer waiting until the transaction ends."""
    return int((await work.connection.execute(_LAST_APPLIED_NUMBER)).scalar() or 0)


async def start_voting_right(work: UnitOfWork, person: UUID, day: date, member_class: str, *, may_vote: bool) -> None:
    """Set a person's class and right to vote from a day on.

    It replaces everything recorded for this day and later: membership publishes again what still holds.
    """
    await end_membership(work, person, day - timedelta(days=1))
    await work.connection.execute(_ADD, {"person": person, "day": day, "member_class": member_class, "may_vote": may_vote})


async def end_membership(work: UnitOfWork, person: UUID, last_day: date) -> None:
    """End a membership after its last day; changes planned for later are deleted."""
    await work.connection.execute(_DELETE_LATER, {"person": person, "day": last_day})
    await work.connection.execute(_SET_LAST_DAY, {"person": person, "day": last_day})
