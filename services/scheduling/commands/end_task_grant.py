"""Somebody may do a kind of task in a team no longer: visits with it that they had taken are looked at again, at once."""

from libs.access import merged_persons
from libs.database.engine import UnitOfWork
from services.scheduling.storage import clearance, task_grants, visit_places
from services.scheduling.storage.task_grants import GivenTask


async def end_task_grant(work: UnitOfWork, ended: GivenTask) -> None:
    """Who takes a visit at this moment waits for the lock of the worker, and then reads that it has ended."""
    in_use = await merged_persons.find_kept(work, ended.person) or ended.person
    await visit_places.lock_worker(work, in_use)
    await task_grants.end(work, ended)
    await clearance.doubt(work, in_use)
