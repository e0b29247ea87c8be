"""Rows of what is to be done at visits. Row-level security shows them to the person, who acts for them, and workers who come."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy import Select, bindparam, insert, or_, select, update

from libs.database.all_rows import all_rows
from libs.database.columns import MOMENT
from libs.database.engine import UnitOfWork
from libs.database.rows import row_mapper, values_of
from services.scheduling.domain.visit import Visit
from services.scheduling.domain.visit_task import NewTask, TaskList, VisitTask
from services.scheduling.storage.task_tables import visit_task, visit_task_list

_OWN = select(visit_task_list).where(visit_task_list.c.visit == bindparam("of"))
_OF_SERIES = select(visit_task_list).where(visit_task_list.c.series == bindparam("of"))
_LATEST = (visit_task_list.c.set_at.desc(), visit_task_list.c.id.desc())
_LATEST_OWN = _OWN.order_by(*_LATEST).limit(1)
_LATEST_OF_SERIES = _OF_SERIES.where(visit_task_list.c.set_at <= bindparam("at", type_=MOMENT)).order_by(*_LATEST).limit(1)
_READ_BY_VISIT = select(visit_task_list).where(
    visit_task_list.c.id == bindparam("named"),
    or_(visit_task_list.c.visit == bindparam("of"), visit_task_list.c.series == bindparam("series")),
)
_TASKS = select(visit_task).where(visit_task.c.list_id == bindparam("of")).order_by(visit_task.c.number)
_ADD_LIST = insert(visit_task_list)
_ADD_TASKS = insert(visit_task)

_to_list = row_mapper(TaskList)
_to_task = row_mapper(VisitTask)


@dataclass(frozen=True)
class TasksToDo:
    """The list that holds, and what is in it."""

    list: TaskList | None = None
    tasks: Sequence[VisitTask] = ()


async def of_visit(work: UnitOfWork, visit: Visit) -> TasksToDo:
    """As far as the caller may read it."""
    return await _with_tasks(work, await _find_for(work, visit))


async def kinds_at(work: UnitOfWork, visit: Visit) -> TasksToDo:
    """Without the words: for rules, and for who sees the visit and not the words."""
    async with all_rows(work):
        found = await of_visit(work, visit)
    return replace(found, tasks=[replace(task, words="") for task in found.tasks])


async def of_series(work: UnitOfWork, series: UUID) -> TasksToDo:
    """The one that holds for visits from now on, as far as the caller may read it."""
    return await _with_tasks(work, await _first(work, _LATEST_OF_SERIES, of=series, at=work.now))


async def kinds_of_series(work: UnitOfWork, series: UUID) -> TasksToDo:
    """Without the words."""
    async with all_rows(work):
        found = await of_series(work, series)
    return replace(found, tasks=[replace(task, words="") for task in found.tasks])


async def has_own(work: UnitOfWork, visit: UUID) -> bool:
    """Whether a visit of a series has a list of its own."""
    return await _first(work, _LATEST_OWN, of=visit) is not None


async def find_read(work: UnitOfWork, visit: Visit, list_id: UUID) -> TasksToDo:
    """A list that was shown for this visit, now or before; without one if it is none of this visit's."""
    values = {"named": list_id, "of": visit.id, "series": visit.series}
    return await _with_tasks(work, await _first(work, _READ_BY_VISIT, **values))


async def add(work: UnitOfWork, new: TaskList, tasks: Sequence[NewTask]) -> None:
    """From now on it holds, in place of the one before."""
    await work.connection.execute(_ADD_LIST, values_of(new))
    rows = [values_of(VisitTask(work.new_id(), new.id, new.person, number, task.kind, task.words)) for number, task in enumerate(tasks, 1)]
    if rows:
        await work.connection.execute(_ADD_TASKS, rows)


async def follow_series(work: UnitOfWork, before: UUID, after: TaskList) -> None:
    """A series takes the place of another one: what was to be done there is to be done here, unless this says otherwise already."""
    assert after.series is not None  # noqa: S101 - the caller makes it of a series
    found = await of_series(work, before)
    if found.list is not None and (await of_series(work, after.series)).list is None:
        await add(work, after, [NewTask(task.kind, task.words) for task in found.tasks])


async def move(work: UnitOfWork, kept: UUID, other: UUID) -> None:
    """Follows a merge of two entries of one person."""
    for column in (visit_task_list.c.person, visit_task_list.c.set_by, visit_task.c.person):
        await work.connection.execute(update(column.table).where(column == other).values({column.name: kept}))


async def _find_for(work: UnitOfWork, visit: Visit) -> TaskList | None:
    own = await _first(work, _LATEST_OWN, of=visit.id)
    if own is not None or visit.series is None:
        return own
    return await _first(work, _LATEST_OF_SERIES, of=visit.series, at=visit.starts)


async def _first(work: UnitOfWork, statement: "Select[tuple[object, ...]]", **values: object) -> TaskList | None:
    row = (await work.connection.execute(statement, values)).first()
    return _to_list(row) if row else None


async def _with_tasks(work: UnitOfWork, found: TaskList | None) -> TasksToDo:
    if found is None:
        return TasksToDo()
    return TasksToDo(found, list(map(_to_task, await work.connection.execute(_TASKS, {"of": found.id}))))
