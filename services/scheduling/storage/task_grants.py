"""Projection of matching's events: who has been given which guarded kind of task in whose team. Only reactions write it."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import bindparam, delete, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from libs.access import merged_persons
from libs.database.columns import among
from libs.database.engine import UnitOfWork
from services.scheduling.domain.visit import Visit
from services.scheduling.domain.visit_task import TaskGrant, kinds_of, not_given
from services.scheduling.storage import teams, visit_tasks
from services.scheduling.storage.task_tables import task_grant

_INSERT = insert(task_grant)
_SET = _INSERT.on_conflict_do_update(
    index_elements=["team", "entry", "kind"], set_={name: _INSERT.excluded[name] for name in ("person", "until_day")}
)
# Matching names the entry in use, which may have been given it as another that was merged into it since.
_THEIRS = (task_grant.c.team == bindparam("of"), or_(task_grant.c.entry == bindparam("who"), task_grant.c.person == bindparam("who")))
_END = delete(task_grant).where(*_THEIRS, task_grant.c.kind == bindparam("which"))
_END_ALL = delete(task_grant).where(*_THEIRS)
_GRANTS = select(task_grant).where(task_grant.c.team == bindparam("of"), among(task_grant.c.person, "workers"))


@dataclass(frozen=True)
class GivenTask:
    """What matching says; `person` is the entry that the event names."""

    team: UUID
    person: UUID
    kind: str
    until_day: date | None = None


async def give(work: UnitOfWork, given: GivenTask) -> None:
    in_use = await merged_persons.find_kept(work, given.person) or given.person
    of = await teams.main_of(work, given.team)
    row = {"team": of, "entry": given.person, "kind": given.kind, "person": in_use, "until_day": given.until_day}
    await work.connection.execute(_SET, row)


async def end(work: UnitOfWork, ended: GivenTask) -> None:
    in_use = await merged_persons.find_kept(work, ended.person) or ended.person
    of = await teams.main_of(work, ended.team)
    for who in {ended.person, in_use}:
        await work.connection.execute(_END, {"of": of, "who": who, "which": ended.kind})


async def end_all(work: UnitOfWork, of: UUID, who: UUID) -> None:
    """They are no longer in the team, the main one of its owner."""
    await work.connection.execute(_END_ALL, {"of": of, "who": who})


async def missing_at(work: UnitOfWork, visit: Visit, workers: Collection[UUID]) -> Mapping[UUID, Sequence[str]]:
    """The kinds of tasks of a visit that each of them has not been given, or not until its day."""
    kinds = kinds_of((await visit_tasks.kinds_at(work, visit)).tasks)
    grants = await list_of(work, visit.team, workers)
    return {worker: not_given(kinds, grants[worker], visit.day) for worker in workers}


async def list_of(work: UnitOfWork, team: UUID, workers: Collection[UUID]) -> Mapping[UUID, Sequence[TaskGrant]]:
    grants: defaultdict[UUID, list[TaskGrant]] = defaultdict(list)
    for row in await work.connection.execute(_GRANTS, {"of": team, "workers": list(workers)}):
        grants[row.person].append(TaskGrant(row.kind, row.until_day))
    return grants


async def move(work: UnitOfWork, kept: UUID, other: UUID) -> None:
    """What one entry has been given is the kept entry's; in which team, follows with the teams."""
    await work.connection.execute(update(task_grant).where(task_grant.c.person == other).values(person=kept))
