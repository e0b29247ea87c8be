"""Memberships that end on a day to come, as membership published them."""

from datetime import date
from uuid import UUID

from sqlalchemy import bindparam, delete, func, select
from sqlalchemy.dialects import postgresql

from libs.database.engine import UnitOfWork
from services.identity.storage.tables import membership_end

_INSERT = postgresql.insert(membership_end)
_SAVE = _INSERT.on_conflict_do_update(index_elements=[membership_end.c.person], set_={"last_day": _INSERT.excluded.last_day})
_DELETE = delete(membership_end).where(membership_end.c.person == bindparam("of"), membership_end.c.last_day >= bindparam("first_day"))
_TAKE_PAST = (
    delete(membership_end)
    .where(membership_end.c.last_day < bindparam("today"))
    .returning(membership_end.c.person, membership_end.c.last_day)
)
_NEXT = select(func.min(membership_end.c.last_day))


async def save(work: UnitOfWork, person: UUID, last_day: date) -> None:
    await work.connection.execute(_SAVE, {"person": person, "last_day": last_day})


async def delete_from(work: UnitOfWork, person: UUID, first_day: date) -> None:
    """A change of the person's membership replaces what was published earlier for its day and later ones."""
    await work.connection.execute(_DELETE, {"of": person, "first_day": first_day})


async def take_past(work: UnitOfWork, today: date) -> list[tuple[UUID, date]]:
    """Persons whose last day is over, each with that day; their rows are removed."""
    return [(row.person, row.last_day) for row in await work.connection.execute(_TAKE_PAST, {"today": today})]


async def next_last_day(work: UnitOfWork) -> date | None:
    last_day: date | None = (await work.connection.execute(_NEXT)).scalar()
    return last_day
