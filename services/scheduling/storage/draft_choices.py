"""What people say of drafts beforehand. Row-level security shows a worker's to them alone, a person's also to who acts for them."""

from collections.abc import Collection, Mapping
from uuid import UUID

from sqlalchemy import bindparam, delete, select
from sqlalchemy.dialects.postgresql import insert

from libs.database.columns import among
from libs.database.engine import UnitOfWork
from libs.database.rows import row_mapper, values_of
from services.scheduling.domain.draft_choice import PersonDraftChoice, WorkerDraftChoice
from services.scheduling.storage.tables import team
from services.scheduling.storage.week_draft_tables import person_draft_choice, worker_draft_choice

_OF_WORKER = select(worker_draft_choice).where(worker_draft_choice.c.worker == bindparam("of"))
_OF_WORKERS = select(worker_draft_choice).where(among(worker_draft_choice.c.worker, "workers"))
_OF_PERSON = select(person_draft_choice).where(person_draft_choice.c.person == bindparam("of"))
_TOGETHER = (
    select(person_draft_choice)
    .where(person_draft_choice.c.together, person_draft_choice.c.person.in_(select(team.c.owner)))
    .order_by(person_draft_choice.c.person)
)
_INSERT_WORKER, _INSERT_PERSON = insert(worker_draft_choice), insert(person_draft_choice)
_SAVE_WORKER = _INSERT_WORKER.on_conflict_do_update(
    index_elements=["worker"],
    set_={name: _INSERT_WORKER.excluded[name] for name in ("wished_minutes", "free_parts", "may_change", "since", "district", "goes")},
)
_SAVE_PERSON = _INSERT_PERSON.on_conflict_do_update(
    index_elements=["person"],
    set_={name: _INSERT_PERSON.excluded[name] for name in ("together", "may_change", "set_by", "since", "district")},
)
_DROP_WORKER = delete(worker_draft_choice).where(worker_draft_choice.c.worker == bindparam("of"))
_to_worker = row_mapper(WorkerDraftChoice)
_to_person = row_mapper(PersonDraftChoice)


async def find_worker(work: UnitOfWork, worker: UUID) -> WorkerDraftChoice | None:
    row = (await work.connection.execute(_OF_WORKER, {"of": worker})).first()
    return _to_worker(row) if row else None


async def find_person(work: UnitOfWork, person: UUID) -> PersonDraftChoice | None:
    row = (await work.connection.execute(_OF_PERSON, {"of": person})).first()
    return _to_person(row) if row else None


async def save_worker(work: UnitOfWork, choice: WorkerDraftChoice) -> None:
    await work.connection.execute(_SAVE_WORKER, values_of(choice))


async def save_person(work: UnitOfWork, choice: PersonDraftChoice) -> None:
    await work.connection.execute(_SAVE_PERSON, values_of(choice))


async def drop_worker(work: UnitOfWork, worker: UUID) -> None:
    await work.connection.execute(_DROP_WORKER, {"of": worker})


async def list_workers(work: UnitOfWork, workers: Collection[UUID]) -> Mapping[UUID, WorkerDraftChoice]:
    """Of those of them who may be in drafts, as far as the transaction sees."""
    rows = await work.connection.execute(_OF_WORKERS, {"workers": list(workers)})
    return {choice.worker: choice for choice in map(_to_worker, rows)}


async def list_together(work: UnitOfWork) -> list[PersonDraftChoice]:
    """Of the owners of teams who agreed to be drafted together, as far as the transaction sees."""
    return list(map(_to_person, await work.connection.execute(_TOGETHER)))
