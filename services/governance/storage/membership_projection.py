"""Projection of membership's events: who is a member in which class and may vote, day by day. Only the reaction writes it."""

from collections.abc import Collection
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import ARRAY, Date, Uuid, any_, bindparam, case, delete, func, insert, null, or_, select, update

from libs.database.engine import UnitOfWork
from services.governance.storage.tables import merged_person, standing

_DAY = bindparam("day", type_=Date)
_NOT_OVER = or_(standing.c.to_day == null(), standing.c.to_day >= _DAY)
_OF_PERSON = standing.c.person == bindparam("of")

_DELETE_LATER = delete(standing).where(_OF_PERSON, standing.c.from_day > _DAY)
_SET_LAST_DAY = (
    update(standing)
    .where(_OF_PERSON, standing.c.from_day <= _DAY, or_(standing.c.to_day == null(), standing.c.to_day > _DAY))
    .values(to_day=_DAY)
)
_ADD = insert(standing)
_VOTING_RIGHT = (
    select(standing.c.member_class, standing.c.may_vote)
    .where(_OF_PERSON, _NOT_OVER)
    .order_by(standing.c.from_day > _DAY, case((standing.c.from_day <= _DAY, standing.c.from_day)).desc(), standing.c.from_day)
    .limit(1)
)

_ENTRY_IN_USE = func.coalesce(merged_person.c.kept, standing.c.person)
MEMBERS_ON_DAY = (
    select(_ENTRY_IN_USE.label("person"), standing.c.member_class, standing.c.may_vote)
    .select_from(standing.outerjoin(merged_person, merged_person.c.person == standing.c.person))
    .distinct(_ENTRY_IN_USE)
    .where(standing.c.from_day <= _DAY, _NOT_OVER)
    .order_by(_ENTRY_IN_USE, merged_person.c.person.is_not(None), standing.c.from_day.desc(), standing.c.person)
    .subquery("that_day")
)
"""Everybody who is a member on the parameter `day`, once.

A membership of an entry that was merged into another counts for the entry in use, unless that has one itself: membership ends the one and,
where needed, admits the other, but its events may still be on their way, and nobody may lose their vote or get two meanwhile.
"""
_VOTERS = select(MEMBERS_ON_DAY.c.person, MEMBERS_ON_DAY.c.member_class).where(MEMBERS_ON_DAY.c.may_vote)
_CLASSES_OF = select(MEMBERS_ON_DAY.c.person, MEMBERS_ON_DAY.c.member_class).where(
    MEMBERS_ON_DAY.c.person == any_(bindparam("people", type_=ARRAY(Uuid)))
)
_CLASS_SIZES = select(MEMBERS_ON_DAY.c.member_class, func.count()).where(MEMBERS_ON_DAY.c.may_vote).group_by(MEMBERS_ON_DAY.c.member_class)


async def start_voting_right(work: UnitOfWork, person: UUID, day: date, member_class: str, *, may_vote: bool) -> None:
    """Set a person's class and right to vote from a day on.

    It replaces everything recorded for this day and later: membership publishes again what still holds.
    """
    await end_membership(work, person, day - timedelta(days=1))
    values = {"person": person, "from_day": day, "member_class": member_class, "may_vote": may_vote}
    await work.connection.execute(_ADD, values)


async def end_membership(work: UnitOfWork, person: UUID, last_day: date) -> None:
    """End a membership after its last day; changes planned for later are deleted."""
    await work.connection.execute(_DELETE_LATER, {"of": person, "day": last_day})
    await work.connection.execute(_SET_LAST_DAY, {"of": person, "day": last_day})


async def get_voting_right(work: UnitOfWork, person: UUID, day: date) -> tuple[str, bool] | None:
    """Return a person's class and right to vote on a day; for a later joiner, those they joined with."""
    row = (await work.connection.execute(_VOTING_RIGHT, {"of": person, "day": day})).first()
    return (row.member_class, row.may_vote) if row else None


async def list_voters(work: UnitOfWork, day: date) -> dict[UUID, str]:
    """Return everybody who may vote on that day -> their class."""
    return dict((await work.connection.execute(_VOTERS, {"day": day})).tuples().all())


async def get_classes(work: UnitOfWork, day: date, people: Collection[UUID]) -> dict[UUID, str]:
    """Return the class of each of these people on that day."""
    return dict((await work.connection.execute(_CLASSES_OF, {"day": day, "people": list(people)})).tuples().all())


async def count_voters_by_class(work: UnitOfWork, day: date) -> dict[str, int]:
    """Count the people of each class who may vote on that day."""
    return dict((await work.connection.execute(_CLASS_SIZES, {"day": day})).tuples().all())
