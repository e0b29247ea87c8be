"""Who is a member in which class and may vote, day by day: kept from membership's facts, written by nothing else."""

from datetime import date
from uuid import UUID

from sqlalchemy import text

from libs.database.engine import Work

_OPEN = text("""
insert into standing (person, from_day, member_class, may_vote) values (:person, :day, :member_class, :may_vote)
on conflict (person, from_day) do update set member_class = :member_class, may_vote = :may_vote, to_day = null""")
# Also what was to end later: a class that was to change next month does not outlive a membership that ends today.
_SHUT = text("update standing set to_day = :day where person = :person and (to_day is null or to_day > :day) and from_day <= :day")
_FOLLOWED = text("select n from position where source = 'membership' for share")
# A class taken up and left again on one day leaves no day behind.
_NEVER = text("delete from standing where person = :person and from_day > :day")


async def followed(work: Work) -> int:
    """The last of membership's facts these rows follow. It stays so until the work ends, because the consumer has to wait for us."""
    return int((await work.connection.execute(_FOLLOWED)).scalar() or 0)


async def begin(work: Work, person: UUID, day: date, member_class: str, *, may_vote: bool) -> None:
    """From this day on."""
    await work.connection.execute(_OPEN, {"person": person, "day": day, "member_class": member_class, "may_vote": may_vote})


async def end(work: Work, person: UUID, last_day: date) -> None:
    """Until and with this day."""
    await work.connection.execute(_SHUT, {"person": person, "day": last_day})
    await work.connection.execute(_NEVER, {"person": person, "day": last_day})
