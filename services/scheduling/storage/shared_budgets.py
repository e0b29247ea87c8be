"""Budgets that two share. Row-level security: the two, and who acts for one of them in `money`."""

from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import Date, bindparam, delete, func, insert, or_, select, update

from kith.scheduling.v1.enums import TermsState
from libs.database.all_rows import all_rows
from libs.database.columns import MOMENT
from libs.database.engine import UnitOfWork
from libs.database.rows import row_mapper, values_of
from libs.refusals import NotFound
from services.scheduling.domain.shared_budget import SharedBudget
from services.scheduling.storage.money_tables import shared_budget

OPEN = (TermsState.PROPOSED.value, TermsState.AGREED.value)
"""Agreed, or waits for a yes."""
_NO_IS_SHOWN = timedelta(weeks=4)
_BY_ID = select(shared_budget).where(shared_budget.c.id == bindparam("of")).with_for_update()
_MINE = or_(shared_budget.c.proposed_by == bindparam("of"), shared_budget.c.other == bindparam("of"))
_OF = (
    select(shared_budget)
    .where(_MINE, shared_budget.c.state != TermsState.WITHDRAWN.value)
    .where(or_(shared_budget.c.last_day.is_(None), shared_budget.c.last_day >= bindparam("today", type_=Date)))
    .where(or_(shared_budget.c.state != TermsState.DECLINED.value, shared_budget.c.answered_at >= bindparam("since", type_=MOMENT)))
    .order_by(shared_budget.c.id.desc())
)
_LOCK_OPEN = (
    select(shared_budget)
    .where(_MINE, shared_budget.c.state.in_(OPEN))
    .where(or_(shared_budget.c.last_day.is_(None), shared_budget.c.last_day >= bindparam("today", type_=Date)))
    .order_by(shared_budget.c.id)
    .with_for_update()
)
# A yes that somebody gives meanwhile is waited for: then its new state is read.
_WITH_PAYER = (
    select(shared_budget)
    .where(shared_budget.c.payer == bindparam("payer"))
    .where(
        or_(
            shared_budget.c.proposed_by.in_([bindparam("one"), bindparam("two")]),
            shared_budget.c.other.in_([bindparam("one"), bindparam("two")]),
        )
    )
    .order_by(shared_budget.c.id)
    .with_for_update()
)
_COUNT_WAITING = (
    select(func.count())
    .select_from(shared_budget)
    .where(shared_budget.c.other == bindparam("of"), shared_budget.c.state == TermsState.PROPOSED.value)
    .where(shared_budget.c.proposed_by != bindparam("by"), shared_budget.c.written_by != bindparam("by"))
)
_SAVE = update(shared_budget).where(shared_budget.c.id == bindparam("saved"))
_to_shared = row_mapper(SharedBudget)


async def add(work: UnitOfWork, new: SharedBudget) -> None:
    await work.connection.execute(insert(shared_budget), values_of(new))


async def get(work: UnitOfWork, shared_id: UUID) -> SharedBudget:
    """Locked. Raises NotFound SHARED_BUDGET_UNKNOWN, also for one that the caller may not see."""
    row = (await work.connection.execute(_BY_ID, {"of": shared_id})).first()
    if row is None:
        raise NotFound("SHARED_BUDGET_UNKNOWN")
    return _to_shared(row)


async def save(work: UnitOfWork, changed: SharedBudget) -> None:
    await work.connection.execute(_SAVE.values(values_of(changed, "id")), {"saved": changed.id})


async def list_of(work: UnitOfWork, person: UUID, today: date) -> list[SharedBudget]:
    """What goes on, what waits for a yes and what got a no in the last weeks, the latest first."""
    values = {"of": person, "today": today, "since": work.now - _NO_IS_SHOWN}
    return [_to_shared(row) for row in await work.connection.execute(_OF, values)]


async def lock_open(work: UnitOfWork, person: UUID, today: date) -> list[SharedBudget]:
    """What they share with others, today or later, and what waits for a yes."""
    return [_to_shared(row) for row in await work.connection.execute(_LOCK_OPEN, {"of": person, "today": today})]


async def lock_with_payer(work: UnitOfWork, shared: SharedBudget) -> list[SharedBudget]:
    """All of either of the two with the same payer, also with others: they do not change until the end of the transaction."""
    async with all_rows(work):
        rows = await work.connection.execute(_WITH_PAYER, {"payer": shared.payer, "one": shared.proposed_by, "two": shared.other})
        return [_to_shared(row) for row in rows]


async def count_waiting(work: UnitOfWork, person: UUID, answers: UUID) -> int:
    """How many wait for a yes of `person` that `answers` may give."""
    return int((await work.connection.execute(_COUNT_WAITING, {"of": person, "by": answers})).scalar_one())


async def move(work: UnitOfWork, kept: UUID, other: UUID) -> None:
    """Two entries are one person: what the two shared with one another is over."""
    both = (kept, other)
    await work.connection.execute(delete(shared_budget).where(shared_budget.c.proposed_by.in_(both), shared_budget.c.other.in_(both)))
    for column in (shared_budget.c.proposed_by, shared_budget.c.other, shared_budget.c.written_by, shared_budget.c.answered_by):
        await work.connection.execute(update(shared_budget).where(column == other).values({column.name: kept}))
