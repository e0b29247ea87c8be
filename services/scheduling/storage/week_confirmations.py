"""Weeks that workers have said are right. Row-level security shows them to the worker alone; of others it is said for one visit."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from sqlalchemy import Date, bindparam, cast, delete, func, select
from sqlalchemy.dialects.postgresql import insert

from libs.database.all_rows import all_rows
from libs.database.columns import MOMENT
from libs.database.engine import UnitOfWork
from libs.database.rows import row_mapper, values_of
from services.scheduling.domain.week_confirmation import WeekConfirmation
from services.scheduling.storage.sharing_tables import visits_shared_by
from services.scheduling.storage.tables import visit, visit_place, week_confirmation

_INSERT = insert(week_confirmation)
_SAVE = _INSERT.on_conflict_do_update(
    index_elements=["worker", "monday"], set_={name: _INSERT.excluded[name] for name in ("fingerprint", "confirmed_at")}
)
# The day is that of the co-op's clock, which no index has. The moments around its days are in one: without them every week that ever was is
# read, to show this one.
_BEGIN, _END = bindparam("begin", type_=MOMENT), bindparam("until", type_=MOMENT)
_FIND = select(week_confirmation).where(week_confirmation.c.worker == bindparam("of"), week_confirmation.c.monday == bindparam("first"))
_TIMES = (
    select(visit_place.c.visit, visit_place.c.starts, visit_place.c.ends)
    .join(visit, visit.c.id == visit_place.c.visit)
    .where(visit_place.c.worker == bindparam("of"), visit_place.c.coming)
    .where(visit_place.c.starts >= _BEGIN, visit_place.c.starts < _END)
    .where(visit.c.day >= bindparam("first"), visit.c.day < bindparam("end"))
)
_OF_PERSON = select(visit.c.id).where(visit.c.person == bindparam("to"), visit.c.starts >= _BEGIN, visit.c.starts < _END)
# A worker who gives a visit back and takes it again has said yes to it anew, and confirms it anew; so does one who took it after the rest.
_CONFIRMED = (
    select(visit_place.c.visit, visit_place.c.worker)
    .join(visit, visit.c.id == visit_place.c.visit)
    .join(
        week_confirmation,
        (week_confirmation.c.worker == visit_place.c.worker)
        & (week_confirmation.c.monday == cast(func.date_trunc("week", visit.c.day), Date)),
    )
    .where(visit.c.id.in_(_OF_PERSON.union(visits_shared_by(bindparam("to")))))
    .where(visit_place.c.coming, visit_place.c.taken_at <= week_confirmation.c.confirmed_at)
    .where(visit.c.starts >= _BEGIN, visit.c.starts < _END)
    .where(visit.c.day >= bindparam("first"), visit.c.day < bindparam("end"))
    .order_by(visit.c.starts, visit_place.c.visit, visit_place.c.taken_at, visit_place.c.worker)
)
_FORGET = delete(week_confirmation).where(week_confirmation.c.monday <= bindparam("last"))
_to_confirmation = row_mapper(WeekConfirmation)


async def save(work: UnitOfWork, confirmation: WeekConfirmation) -> None:
    await work.connection.execute(_SAVE, values_of(confirmation))


async def find(work: UnitOfWork, worker: UUID, monday: date) -> WeekConfirmation | None:
    row = (await work.connection.execute(_FIND, {"of": worker, "first": monday})).first()
    return _to_confirmation(row) if row else None


async def list_times(work: UnitOfWork, worker: UUID, monday: date) -> list[tuple[UUID, datetime, datetime]]:
    """The visits that the worker goes to in that week, with their starts and ends."""
    rows = await work.connection.execute(_TIMES, {"of": worker} | _days(monday, 7))
    return [(row.visit, row.starts, row.ends) for row in rows]


async def list_confirmed(work: UnitOfWork, person: UUID, first: date, days: int) -> Mapping[UUID, tuple[UUID, ...]]:
    """Of visits to the person, and those that they share, on so many days, who has confirmed to come. Nothing else that those workers do
    has part in it.
    """
    confirmed: defaultdict[UUID, tuple[UUID, ...]] = defaultdict(tuple)
    values = {"to": person} | _days(first, days)
    async with all_rows(work):
        for row in await work.connection.execute(_CONFIRMED, values):
            confirmed[row.visit] += (row.worker,)
    return confirmed


def _days(first: date, days: int) -> dict[str, object]:
    """So many days, and the moments that are theirs by any clock of the world."""
    begin = datetime(first.year, first.month, first.day, tzinfo=UTC)
    around = timedelta(days=1)
    return {"first": first, "end": first + timedelta(days=days), "begin": begin - around, "until": begin + timedelta(days=days) + around}


async def forget_past(work: UnitOfWork, today: date) -> int:
    """Weeks that are over. Returns how many."""
    return (await work.connection.execute(_FORGET, {"last": today - timedelta(weeks=1)})).rowcount
