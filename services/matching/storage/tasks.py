"""Rows of tasks in teams."""

from datetime import date
from uuid import UUID

from sqlalchemy import bindparam, delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from kith.matching.v1.enums import TaskKind
from libs.database import wakeups
from libs.database.engine import UnitOfWork
from libs.database.rows import row_mapper, values_of
from services.matching.domain.task import TeamTask
from services.matching.storage.tables import team_task

_OF_TEAM = select(team_task).where(team_task.c.team == bindparam("of")).order_by(team_task.c.kind, team_task.c.person)
_INSERT = insert(team_task)
_SAVE = _INSERT.on_conflict_do_update(
    index_elements=["team", "person", "kind"], set_={name: _INSERT.excluded[name] for name in ("until_day", "check_again")}
)
_REMOVE = delete(team_task).where(
    team_task.c.team == bindparam("of"), team_task.c.person == bindparam("who"), team_task.c.kind == bindparam("which")
)
_DOUBTFUL = (
    select(team_task)
    .where(or_(team_task.c.check_again, team_task.c.until_day < bindparam("today")))
    .order_by(team_task.c.team, team_task.c.person, team_task.c.kind)
    .limit(200)
    .with_for_update()
)
_FIRST_END = select(func.bool_or(team_task.c.check_again), func.min(team_task.c.until_day))
_CHECK_AGAIN = update(team_task).where(team_task.c.person == bindparam("who")).values(check_again=True)
_CHECK_ALL_AGAIN = update(team_task).values(check_again=True)

_to_task = row_mapper(TeamTask)


async def list_of(work: UnitOfWork, team: UUID) -> list[TeamTask]:
    """By kind."""
    return list(map(_to_task, await work.connection.execute(_OF_TEAM, {"of": team})))


async def find(work: UnitOfWork, team: UUID, person: UUID, kind: TaskKind) -> TeamTask | None:
    return next((task for task in await list_of(work, team) if (task.person, task.kind) == (person, kind)), None)


async def save(work: UnitOfWork, task: TeamTask) -> None:
    await work.connection.execute(_SAVE, values_of(task))


async def remove(work: UnitOfWork, task: TeamTask) -> None:
    await work.connection.execute(_REMOVE, {"of": task.team, "who": task.person, "which": task.kind.value})


async def list_doubtful(work: UnitOfWork, today: date) -> list[TeamTask]:
    """At most 200 whose credentials changed, or whose last day is over; locked."""
    return list(map(_to_task, await work.connection.execute(_DOUBTFUL, {"today": today})))


async def first_end(work: UnitOfWork) -> tuple[bool, date | None]:
    """Whether one must be checked again now, and the last day of the one that ends next."""
    doubtful, day = (await work.connection.execute(_FIRST_END)).one()
    return bool(doubtful), day


async def check_again(work: UnitOfWork, person: UUID) -> None:
    """Their credentials changed: the job looks at once."""
    await work.connection.execute(_CHECK_AGAIN, {"who": person})
    work.wakes.add(wakeups.EVENTS)


async def check_all_again(work: UnitOfWork) -> None:
    """The rulebook changed: the job looks at once."""
    await work.connection.execute(_CHECK_ALL_AGAIN)
    work.wakes.add(wakeups.EVENTS)
