"""Follows a merge of two entries of one person through what they pay, what they get and what they agreed to."""

from uuid import UUID

from sqlalchemy import update

from kith.scheduling.v1.enums import TermsState
from libs.database.engine import UnitOfWork
from services.scheduling.storage.money_tables import (
    activity,
    below_floor,
    charge,
    earning,
    engagement,
    funding_line,
    funding_plan,
    invoice,
    pay_period,
    settled_visit,
)

_NAMED = (
    *(funding_plan.c.person, funding_plan.c.proposed_by, funding_plan.c.answered_by, funding_line.c.person, funding_line.c.payer),
    *(engagement.c.worker, engagement.c.proposed_by, engagement.c.answered_by),
    *(settled_visit.c.person, settled_visit.c.worker, charge.c.person, charge.c.payer, earning.c.worker),
    *(below_floor.c.worker, invoice.c.payer, pay_period.c.closed_by, activity.c.written_by),
)


async def move(work: UnitOfWork, kept: UUID, other: UUID) -> None:
    """What was agreed for either holds for both; what waited for the other's answer is proposed anew."""
    for table, column in ((funding_plan, funding_plan.c.person), (engagement, engagement.c.worker)):
        waiting = update(table).where(column == other, table.c.state == TermsState.PROPOSED.value)
        await work.connection.execute(waiting.values(state=TermsState.WITHDRAWN.value))
    for column in _NAMED:
        await work.connection.execute(update(column.table).where(column == other).values({column.name: kept}))
