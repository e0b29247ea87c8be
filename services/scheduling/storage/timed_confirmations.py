"""Who agreed that entries about visits to them confirm themselves, and after how many days by the rulebook in force."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import bindparam, delete, select
from sqlalchemy.dialects.postgresql import insert

from libs.database.all_rows import all_rows
from libs.database.engine import UnitOfWork
from libs.database.rows import row_mapper, values_of
from libs.rulebook import VisitRules
from services.scheduling.storage.tables import timed_confirmation, visit_rule

_FIND = select(timed_confirmation).where(timed_confirmation.c.person == bindparam("of"))
_AGREE = insert(timed_confirmation).on_conflict_do_nothing()
_TAKE_BACK = delete(timed_confirmation).where(timed_confirmation.c.person == bindparam("of"))
_RULES = select(visit_rule)
_INSERT_RULES = insert(visit_rule)
_SET_RULES = _INSERT_RULES.on_conflict_do_update(
    index_elements=["only_one"],
    set_={name: _INSERT_RULES.excluded[name] for name in ("confirm_after_days", "day_sheet_hour")},
)


@dataclass(frozen=True)
class TimedConfirmation:
    """Agreed by the person, or by who acted for them."""

    person: UUID
    set_by: UUID
    since: datetime


_to_agreed = row_mapper(TimedConfirmation)
_to_rules = row_mapper(VisitRules)


async def find(work: UnitOfWork, person: UUID) -> TimedConfirmation | None:
    row = (await work.connection.execute(_FIND, {"of": person})).first()
    return _to_agreed(row) if row else None


async def agree(work: UnitOfWork, agreed: TimedConfirmation) -> None:
    """Who has agreed already, has agreed since then."""
    await work.connection.execute(_AGREE, values_of(agreed))


async def take_back(work: UnitOfWork, person: UUID) -> None:
    await work.connection.execute(_TAKE_BACK, {"of": person})


async def timer_for(work: UnitOfWork, person: UUID, worker: UUID) -> timedelta | None:
    """After how long what this worker writes now confirms itself; None where the person has not agreed to it.

    What the worker agreed to themselves, in the person's place, does not count for their own records.
    """
    agreed = await find(work, person)
    if agreed is None or agreed.set_by == worker:
        return None
    return timedelta(days=(await get_rules(work)).confirm_after_days)


async def timer_for_all(work: UnitOfWork, persons: Collection[UUID], worker: UUID) -> timedelta | None:
    """As `timer_for`; None where one of them has not agreed to it."""
    async with all_rows(work):
        timers = [await timer_for(work, person, worker) for person in persons]
    return None if None in timers else timers[0]


async def get_rules(work: UnitOfWork) -> VisitRules:
    """Of the rulebook in force; as usual while none has said otherwise."""
    row = (await work.connection.execute(_RULES)).first()
    return _to_rules(row) if row else VisitRules()


async def replace_rules(work: UnitOfWork, rules: VisitRules) -> None:
    await work.connection.execute(_SET_RULES, values_of(rules))
