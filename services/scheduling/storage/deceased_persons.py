"""Who has died, as membership published it, and of whom of them something is planned or shared still. Only reactions write it."""

from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Date, and_, bindparam, delete, func, or_, select
from sqlalchemy.dialects.postgresql import insert

from kith.scheduling.v1.enums import GroupActivityState, SeriesState
from libs.database.columns import NOW
from libs.database.engine import UnitOfWork
from services.scheduling.domain.local_clock import midnight
from services.scheduling.storage import shared_budgets, sharings
from services.scheduling.storage.money_tables import shared_budget
from services.scheduling.storage.series import RUNNING
from services.scheduling.storage.sharing_tables import group_activity, sharing
from services.scheduling.storage.tables import deceased_person, visit, visit_series
from services.scheduling.storage.visits import IS_TO_COME

_SOON = timedelta(seconds=1)
_TODAY = bindparam("today", type_=Date)
_INSERT = insert(deceased_person)
_SET = _INSERT.on_conflict_do_update(index_elements=["person"], set_={"last_day": _INSERT.excluded.last_day})
_FORGET = delete(deceased_person).where(deceased_person.c.person == bindparam("of"))
_LAST_DAY = deceased_person.c.last_day
_HAS_VISIT = (
    select(visit.c.id)
    .where(visit.c.person == deceased_person.c.person, visit.c.day > _LAST_DAY, visit.c.starts > NOW, IS_TO_COME)
    .correlate(deceased_person)
    .exists()
)
_GOES_ON = or_(
    visit_series.c.last_day.is_(None),
    # One that is ended now has no visit from today, or from the day after the last one of who died.
    and_(visit_series.c.last_day > _LAST_DAY, visit_series.c.last_day >= _TODAY),
)
_HAS_SERIES = (
    select(visit_series.c.id)
    .where(visit_series.c.person == deceased_person.c.person, _GOES_ON)
    .where(or_(visit_series.c.state == SeriesState.PROPOSED.value, RUNNING))
    .correlate(deceased_person)
    .exists()
)
_OF_DECEASED = deceased_person.c.person
_SHARES_VISITS = (
    select(sharing.c.id)
    .where(or_(sharing.c.person == _OF_DECEASED, sharing.c.sharer == _OF_DECEASED), sharing.c.state.in_(sharings.OPEN))
    .where(or_(sharing.c.last_day.is_(None), sharing.c.last_day >= _TODAY))
    .correlate(deceased_person)
    .exists()
)
_SHARES_BUDGET = (
    select(shared_budget.c.id)
    .where(or_(shared_budget.c.proposed_by == _OF_DECEASED, shared_budget.c.other == _OF_DECEASED))
    .where(shared_budget.c.state.in_(shared_budgets.OPEN))
    .where(or_(shared_budget.c.last_day.is_(None), shared_budget.c.last_day >= _TODAY))
    .correlate(deceased_person)
    .exists()
)
_ANNOUNCED = (
    select(group_activity.c.id)
    .where(group_activity.c.organiser == _OF_DECEASED, group_activity.c.state == GroupActivityState.ANNOUNCED.value)
    .where(group_activity.c.ends > NOW)
    .correlate(deceased_person)
    .exists()
)
_SHARES = or_(_SHARES_VISITS, _SHARES_BUDGET, _ANNOUNCED)
# From a day that is to come on they may have been entered by mistake: then nothing has happened yet.
_DUE = (
    select(deceased_person.c.person, _LAST_DAY)
    .where(_LAST_DAY <= _TODAY, or_(_HAS_VISIT, _HAS_SERIES, and_(_LAST_DAY < _TODAY, _SHARES)))
    .order_by(deceased_person.c.person)
    .limit(20)
)
_NEXT = select(func.min(_LAST_DAY)).where(_LAST_DAY > _TODAY)
_ENDS_TODAY = select(_LAST_DAY).where(_LAST_DAY == _TODAY, _SHARES).limit(1)


async def set_last_day(work: UnitOfWork, person: UUID, last_day: date) -> None:
    await work.connection.execute(_SET, {"person": person, "last_day": last_day})


async def forget(work: UnitOfWork, person: UUID) -> None:
    """They are a member after all, or were never one as this entry."""
    await work.connection.execute(_FORGET, {"of": person})


async def list_due(work: UnitOfWork, today: date) -> list[tuple[UUID, date]]:
    """Some of those of whom something is planned or shared after their last day, each with that day, once it has come."""
    rows = await work.connection.execute(_DUE, {"now": work.now, "today": today})
    return [(row.person, row.last_day) for row in rows]


async def next_due(work: UnitOfWork, zone: ZoneInfo) -> datetime | None:
    """When there is something to call off next, as far as is known."""
    today = work.now.astimezone(zone).date()
    if await list_due(work, today):
        return work.now + _SOON
    if (await work.connection.execute(_ENDS_TODAY, {"now": work.now, "today": today})).first() is not None:
        return midnight(zone, today + timedelta(days=1))
    last_day: date | None = (await work.connection.execute(_NEXT, {"today": today})).scalar()
    return midnight(zone, last_day) if last_day else None
