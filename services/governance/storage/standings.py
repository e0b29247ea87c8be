"""Who is a member in which class and may vote, day by day: kept from membership's facts, written by nothing else."""

from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import text

from libs.database.engine import Work

_FORGET = text("delete from standing where person = :person and from_day > :day")
_SHUT = text("update standing set to_day = :day where person = :person and from_day <= :day and (to_day is null or to_day > :day)")
_OPEN = text("insert into standing (person, from_day, member_class, may_vote) values (:person, :day, :member_class, :may_vote)")
_FOLLOWED = text("select n from position where source = 'membership' for share")


async def followed(work: Work) -> int:
    """The last of membership's facts these rows follow. It stays so until the work ends, because the consumer has to wait for us."""
    return int((await work.connection.execute(_FOLLOWED)).scalar() or 0)


async def begin(work: Work, person: UUID, day: date, member_class: str, *, may_vote: bool) -> None:
    """From this day on. It takes the place of whatever was stated for this day and later: membership states again what still holds."""
    await end(work, person, day - timedelta(days=1))
    await work.connection.execute(_OPEN, {"person": person, "day": day, "member_class": member_class, "may_vote": may_vote})


async def end(work: Work, person: UUID, last_day: date) -> None:
    """Until and with this day; nothing that was planned for later stays."""
    await work.connection.execute(_FORGET, {"person": person, "day": last_day})
    await work.connection.execute(_SHUT, {"person": person, "day": last_day})
