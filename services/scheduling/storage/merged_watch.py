"""Follows a merge of two entries of one person through the watch: who holds it, what it is about, and who was told."""

from uuid import UUID

from sqlalchemy import and_, delete, exists, select, update

from kith.scheduling.v1.enums import AlertStepKind
from libs.database.engine import UnitOfWork
from services.scheduling.storage.tables import watch_alert, watch_choice, watch_duty, watch_step

_COLUMNS = (
    *(watch_duty.c.holder, watch_duty.c.asked_by),
    *(watch_alert.c.person, watch_alert.c.worker, watch_alert.c.told_last, watch_alert.c.taken_by),
    *(watch_choice.c.person, watch_choice.c.set_by, watch_step.c.who),
)
_TOLD = [AlertStepKind.TOLD.value, AlertStepKind.TOLD_SECRETARY.value]


async def move(work: UnitOfWork, kept: UUID, other: UUID) -> None:
    """Of what both chose for all their visits the kept entry's own counts. Who was told as both in one round was told once."""
    whole = and_(watch_choice.c.series.is_(None), watch_choice.c.visit.is_(None))
    own = select(watch_choice.c.id).where(watch_choice.c.person == kept, whole)
    await work.connection.execute(delete(watch_choice).where(watch_choice.c.person == other, whole, exists(own)))
    same = watch_step.alias("same")
    # Once, whether as a holder or as a secretary: the index `watch_step_told_once`.
    told_twice = exists().where(
        same.c.alert == watch_step.c.alert, same.c.round == watch_step.c.round, same.c.kind.in_(_TOLD), same.c.who == kept
    )
    await work.connection.execute(delete(watch_step).where(watch_step.c.who == other, watch_step.c.kind.in_(_TOLD), told_twice))
    for column in _COLUMNS:
        await work.connection.execute(update(column.table).where(column == other).values({column.name: kept}))
