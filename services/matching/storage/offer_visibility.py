"""Which offers a person sees. Who gives support and said no to them looks like somebody who closed their offer, and never otherwise.

An offer must not change as a no is said in the middle of an introduction: those of a live introduction are never among the offers to find,
and their own page shows until its time is over, whatever either has said.
"""

from uuid import UUID

from libs.database.engine import UnitOfWork
from services.matching.storage import introductions, private_noes


async def hidden_from(work: UnitOfWork, person: UUID) -> frozenset[UUID]:
    """Whose offers this person does not find: those either does not want to see, and those they are getting to know."""
    return await private_noes.excluded_for(work, person, as_worker=False) | await _met_now(work, person)


async def is_closed_to(work: UnitOfWork, person: UUID, worker: UUID) -> bool:
    """Whether this offer is closed to the person, as it is to everybody once its owner closes it."""
    excluded = await private_noes.excluded_for(work, person, as_worker=False)
    return worker in excluded and worker not in await _met_now(work, person)


async def _met_now(work: UnitOfWork, person: UUID) -> frozenset[UUID]:
    """Also those whose time has just gone by, until the job has ended it: an end looks the same after a no as after silence."""
    return frozenset(live.worker for live in await introductions.list_live(work, person, as_worker=False))
