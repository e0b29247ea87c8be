"""Rows of alerts and their steps. Row-level security shows them to those they concern, and to who holds the watch while they are open."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, bindparam, case, exists, func, insert, not_, or_, select, update

from kith.scheduling.v1.enums import AlertKind, AlertState, AlertStepKind, WatchDutyState
from libs.access import hats
from libs.database.columns import NOW, among
from libs.database.engine import UnitOfWork
from libs.database.rows import row_mapper, values_of
from libs.refusals import NotFound
from services.scheduling.domain.watch import IN_CHARGE, Alert, AlertChange, AlertStep
from services.scheduling.storage import watch_choices
from services.scheduling.storage.tables import visit, visit_place, visit_record, watch_alert, watch_duty, watch_step
from services.scheduling.storage.visits import TAKES_PLACE
from services.scheduling.storage.watch_duties import WATCH

_BATCH = 100
_BY_ID = select(watch_alert).where(watch_alert.c.id == bindparam("of")).with_for_update()
_OF_VISITS = select(watch_alert).where(among(watch_alert.c.visit, "visits")).order_by(watch_alert.c.id)
_OF_WORKER = (
    select(watch_alert)
    .where(watch_alert.c.visit == bindparam("of"), watch_alert.c.worker == bindparam("by"))
    .order_by(watch_alert.c.id)
    .with_for_update()
)
_IN_CHARGE = watch_alert.c.state.in_([state.value for state in IN_CHARGE])
_OPEN = select(watch_alert).where(_IN_CHARGE).order_by(watch_alert.c.opened_at, watch_alert.c.id).limit(_BATCH)
_COUNT_OPEN = select(func.count()).select_from(watch_alert).where(_IN_CHARGE)
_COUNT_TOLD = _COUNT_OPEN.where(
    exists().where(
        watch_step.c.alert == watch_alert.c.id,
        watch_step.c.round == watch_alert.c.round,
        watch_step.c.who == bindparam("of"),
        watch_step.c.kind == AlertStepKind.TOLD_SECRETARY.value,
    )
)
_COMES_STILL = exists(
    watch_choices.watched_visits()
    .join(visit_place, and_(visit_place.c.visit == visit.c.id, visit_place.c.coming))
    .where(visit.c.id == watch_alert.c.visit, visit.c.starts == watch_alert.c.starts, visit.c.state.in_(TAKES_PLACE))
    .where(visit_place.c.worker == watch_alert.c.worker)
    .correlate(watch_alert)
)
# Where nobody has come, who comes later than the end is missed, not late: another round begins with that (`commands/raise_alerts.py`).
_WILL_BE_MISSED = and_(
    watch_alert.c.state == AlertState.WAITING.value,
    watch_alert.c.kind == AlertKind.ARRIVAL.value,
    watch_alert.c.ends <= NOW,
    watch_alert.c.missed_at.is_(None),
    _COMES_STILL,
    ~exists().where(visit_record.c.visit == watch_alert.c.visit),
)
_DUE = (
    select(watch_alert)
    .where(watch_alert.c.next_at <= NOW, not_(_WILL_BE_MISSED))
    .order_by(watch_alert.c.id)
    .limit(_BATCH)
    .with_for_update()
)
_STILL_COMES = select(_COMES_STILL).select_from(watch_alert).where(watch_alert.c.id == bindparam("of"))
_NEXT = select(func.min(watch_alert.c.next_at)).where(not_(_WILL_BE_MISSED))
# Who was told last, or has it, neither has a turn that they said yes to nor is a secretary: they handed it back, or were erased. A turn
# that is over by itself leaves them what they took.
_LEAD = case((watch_alert.c.state == AlertState.TAKEN.value, watch_alert.c.taken_by), else_=watch_alert.c.told_last)
_HAS_TURN = exists().where(watch_duty.c.holder == _LEAD, watch_duty.c.state == WatchDutyState.HELD.value)
_IS_SECRETARY = exists().where(hats.worn_hat.c.person == _LEAD, hats.worn_hat.c.hat == hats.SECRETARY)
_LEFT_ALONE = (
    select(watch_alert)
    .where(
        or_(
            watch_alert.c.state == AlertState.TAKEN.value,
            and_(watch_alert.c.state == AlertState.OPEN.value, watch_alert.c.next_at > NOW),
        ),
        _LEAD.is_not(None),
        not_(_HAS_TURN),
        not_(_IS_SECRETARY),
    )
    .order_by(watch_alert.c.id)
    .limit(_BATCH)
    .with_for_update()
)
_IS_ANY = select(exists().where(or_(_IN_CHARGE, watch_alert.c.next_at <= NOW)))
_ADD = insert(watch_alert)
_SAVE = update(watch_alert).where(watch_alert.c.id == bindparam("saved"))
_ADD_STEP = insert(watch_step)
_STEPS = select(watch_step).where(among(watch_step.c.alert, "alerts")).order_by(watch_step.c.alert, watch_step.c.number)
_TOLD = select(watch_step.c.who).where(
    watch_step.c.alert == bindparam("of"),
    watch_step.c.round == bindparam("in_round"),
    watch_step.c.kind.in_([AlertStepKind.TOLD.value, AlertStepKind.TOLD_SECRETARY.value]),
)

_to_alert = row_mapper(Alert)
_to_step = row_mapper(AlertStep)


async def get(work: UnitOfWork, alert: UUID) -> Alert:
    """Locked. Raises NotFound ALERT_UNKNOWN, also for one that the caller may not see."""
    row = (await work.connection.execute(_BY_ID, {"of": alert})).first()
    if row is None:
        raise NotFound("ALERT_UNKNOWN")
    return _to_alert(row)


async def list_of_visits(work: UnitOfWork, visits: Collection[UUID], *, lock: bool = False) -> list[Alert]:
    statement = _OF_VISITS.with_for_update() if lock else _OF_VISITS
    return list(map(_to_alert, await work.connection.execute(statement, {"visits": list(visits)})))


async def list_of_worker(work: UnitOfWork, visit: UUID, worker: UUID) -> list[Alert]:
    """About this worker at this visit, locked."""
    return list(map(_to_alert, await work.connection.execute(_OF_WORKER, {"of": visit, "by": worker})))


async def list_open(work: UnitOfWork) -> list[Alert]:
    """What is to be looked after, as far as the caller sees it; the oldest first."""
    return list(map(_to_alert, await work.connection.execute(_OPEN)))


async def count_open(work: UnitOfWork) -> int:
    return int((await work.connection.execute(_COUNT_OPEN)).scalar_one())


async def count_told(work: UnitOfWork, secretary: UUID) -> int:
    """As `count_open`, of those alone that this secretary was told in the round that runs."""
    return int((await work.connection.execute(_COUNT_TOLD, {"of": secretary})).scalar_one())


async def list_due(work: UnitOfWork) -> list[Alert]:
    """Of which somebody is to be told now, locked."""
    return list(map(_to_alert, await work.connection.execute(_DUE, {"now": work.now})))


async def still_comes(work: UnitOfWork, alert: Alert) -> bool:
    """Whether the visit takes place when it was to, is watched over, and the worker comes."""
    return bool((await work.connection.execute(_STILL_COMES, {"of": alert.id})).scalar_one())


async def is_any_to_look_after(work: UnitOfWork) -> bool:
    """Whether any is open or taken, or its time has come."""
    return bool((await work.connection.execute(_IS_ANY, {"now": work.now})).scalar_one())


async def list_left_alone(work: UnitOfWork) -> list[Alert]:
    """Whose holder holds the watch no more, locked."""
    return list(map(_to_alert, await work.connection.execute(_LEFT_ALONE, {"now": work.now})))


async def next_due(work: UnitOfWork) -> datetime | None:
    due: datetime | None = (await work.connection.execute(_NEXT, {"now": work.now})).scalar()
    return due


async def add(work: UnitOfWork, change: AlertChange) -> None:
    """A new alert with its first steps."""
    await work.connection.execute(_ADD, values_of(change.alert))
    await _add_steps(work, change.steps)


async def save(work: UnitOfWork, change: AlertChange) -> None:
    await work.connection.execute(_SAVE.values(values_of(change.alert, "id")), {"saved": change.alert.id})
    await _add_steps(work, change.steps)


async def list_steps(work: UnitOfWork, alerts: Collection[UUID]) -> Mapping[UUID, list[AlertStep]]:
    """By alert, in their order."""
    steps: dict[UUID, list[AlertStep]] = defaultdict(list)
    for row in await work.connection.execute(_STEPS, {"alerts": list(alerts)}):
        steps[row.alert].append(_to_step(row))
    return steps


async def list_told(work: UnitOfWork, alert: Alert) -> set[UUID]:
    """Who was told in its round."""
    return set((await work.connection.execute(_TOLD, {"of": alert.id, "in_round": alert.round})).scalars())


async def _add_steps(work: UnitOfWork, steps: Iterable[AlertStep]) -> None:
    if rows := list(map(values_of, steps)):
        await work.connection.execute(_ADD_STEP, rows)
    work.wakes.add(WATCH)
