"""What drafts propose: visits to the caller as a worker, and workers for visits to the caller as a person."""

from collections.abc import Sequence
from dataclasses import dataclass

from libs.access import acting
from libs.database.engine import UnitOfWork
from services.scheduling.domain.visit import SCOPE
from services.scheduling.domain.week_draft import DraftPlace, DraftVisit
from services.scheduling.storage import week_drafts

Proposal = tuple[DraftVisit, Sequence[DraftPlace]]


@dataclass(frozen=True)
class Proposals:
    """In the order in which the visits start. A worker sees their own place alone."""

    to_worker: Sequence[Proposal]
    to_person: Sequence[Proposal]


async def get_draft_proposals(work: UnitOfWork) -> Proposals:
    """Who acts for a person answers for visits to them, and not as a worker. Raises NotAllowed PERSON_NEEDED or as for acting."""
    principal = await acting.require_principal(work, SCOPE)
    to_worker: Sequence[Proposal] = [] if work.caller.acting_for else await week_drafts.list_proposed(work, principal, as_worker=True)
    own = [(visit, [place for place in places if place.worker == principal]) for visit, places in to_worker]
    return Proposals(own, await week_drafts.list_proposed(work, principal, as_worker=False))
