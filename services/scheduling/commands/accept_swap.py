"""The colleague says yes: both visits change hands in one transaction, if every rule allows it to both at this moment, or neither does.

Locks are taken in one order by everybody: the visits by their ids, the offer, the workers by their ids. So two who accept at one instant
wait for each other, and never both for the other.
"""

from uuid import UUID
from zoneinfo import ZoneInfo

from libs.access import hats
from libs.database.engine import UnitOfWork
from libs.refusals import FailedPrecondition, NotFound, Refusal
from services.scheduling.commands.take_place import take_place
from services.scheduling.commands.tell import Notice, tell, tell_sharers
from services.scheduling.domain.rest_reason import SaidReason
from services.scheduling.domain.swap import Swap, accept
from services.scheduling.domain.visit import Visit
from services.scheduling.storage import events_out, rest_reasons, swaps, visit_places, visit_records, visits
from services.scheduling.storage.visit_places import VisitPlace


async def accept_swap(work: UnitOfWork, swap_id: UUID, said: SaidReason | None = None, *, zone: ZoneInfo) -> None:
    """`said` is the caller's word; that of who offers, for the visit that they take in return, stands since then.

    Raises NotFound SWAP_UNKNOWN, NotAllowed SWAP_NOT_FOR_YOU, FailedPrecondition SWAP_OVER, NOT_IN_TEAM, SWAP_CHANGED, VISIT_STARTED
    or SWAP_OTHER_CANNOT, and what `take_place` raises for the caller.
    """
    worker = await hats.require_person(work)
    accept(await swaps.get(work, swap_id), worker, work.now)
    swap, locked = await _lock(work, swap_id)
    accepted = accept(swap, worker, work.now)
    if not await swaps.still_stands(work, swap.id):
        raise FailedPrecondition("SWAP_CHANGED")
    moves = [(locked[swap.visit], swap.from_worker, swap.to_worker)]
    if swap.return_visit is not None:
        moves.append((locked[swap.return_visit], swap.to_worker, swap.from_worker))
    for visit, giver, _ in moves:
        await visit_records.require_not_begun(work, visit.id, giver)
        if not await visit_places.give_back(work, visit.id, giver):
            raise FailedPrecondition("SWAP_CHANGED")
        await events_out.visit_given_back(work, visit.id, visit.person, giver, "swapped")
    for visit, giver, taker in moves:
        if taker == worker:
            place = await take_place(work, visit, taker, visit.version, said, zone=zone)
        else:
            place = await _take_other(work, visit, taker, zone)
        await events_out.visit_swapped(work, swap.id, place, giver)
    await swaps.save(work, accepted)
    first = min((visit for visit, _, _ in moves), key=lambda each: each.starts)
    await tell(work, Notice.SWAP_ACCEPTED, first, {swap.from_worker})
    await tell(work, Notice.SWAPPED, first, {first.person})
    await tell_sharers(work, Notice.SWAPPED, [visit for visit, _, _ in moves])


async def _lock(work: UnitOfWork, swap_id: UUID) -> tuple[Swap, dict[UUID, Visit]]:
    """Which visits it is about never changes, so that they can be locked before it."""
    try:
        locked = {visit: await visits.get(work, visit, lock=True) for visit in (await swaps.get(work, swap_id)).visits}
    except NotFound as unseen:
        # Who has left the team sees its visits no more.
        raise FailedPrecondition("NOT_IN_TEAM") from unseen
    swap = await swaps.get(work, swap_id, lock=True)
    for each in swap.workers:
        await visit_places.lock_worker(work, each)
    return swap, locked


async def _take_other(work: UnitOfWork, visit: Visit, taker: UUID, zone: ZoneInfo) -> VisitPlace:
    """What stands against the colleague is not for the caller to read."""
    reason = await rest_reasons.find(work, visit.id, taker)
    try:
        return await take_place(work, visit, taker, visit.version, reason, zone=zone, said_before=True)
    except Refusal as refusal:
        raise FailedPrecondition("SWAP_OTHER_CANNOT") from refusal
