"""A worker offers one of their visits to another of the team, alone or for one of the other's."""

from dataclasses import dataclass
from uuid import UUID
from zoneinfo import ZoneInfo

from kith.scheduling.v1.enums import SwapState
from libs.access import hats
from libs.database.engine import UnitOfWork
from libs.refusals import AlreadyExists, FailedPrecondition, invalid
from services.scheduling.commands.say_rest_reason import say_rest_reason
from services.scheduling.commands.tell import Notice, tell
from services.scheduling.domain.rest_reason import SaidReason
from services.scheduling.domain.swap import Swap, require_two
from services.scheduling.domain.visit import COMES_AS, Visit, require_free_place, require_version
from services.scheduling.storage import swaps, teams, visit_places, visit_records, visits


@dataclass(frozen=True)
class ShownVisit:
    """A visit at the version that the page showed."""

    id: UUID
    version: int


async def offer_swap(
    work: UnitOfWork, shown: ShownVisit, colleague: UUID, shown_return: ShownVisit | None, said: SaidReason | None = None, *, zone: ZoneInfo
) -> UUID:
    """Returns the id of the offer; the colleague is told. `said` is of the visit that the worker takes in return.

    Raises Invalid SWAP_WITH_YOURSELF, NotFound VISIT_UNKNOWN, Conflict VERSION_STALE, FailedPrecondition VISIT_OVER, VISIT_NOT_AGREED,
    VISIT_STARTED, VISIT_NOT_YOURS, SWAP_NOT_COLLEAGUE, SWAP_OTHER_TEAM or SWAP_NOT_THEIRS, AlreadyExists SWAP_COMES_ALREADY, VISIT_YOURS or
    SWAP_OFFERED, Invalid REST_REASON_NOT_NEEDED, and what `say_rest_reason` raises.
    """
    worker = await hats.require_person(work)
    require_two(worker, colleague)
    both = [shown, shown_return] if shown_return else [shown]
    locked = {one.id: await visits.get(work, one.id, lock=True) for one in sorted(both, key=lambda each: each.id)}
    for one in both:
        # State, start and version; whether a place is free does not matter to those who have theirs.
        require_free_place(locked[one.id], 0, work.now)
        require_version(locked[one.id], one.version)
    visit = locked[shown.id]
    await visit_records.require_not_begun(work, visit.id, worker)
    if shown_return:
        await visit_records.require_not_begun(work, shown_return.id, colleague)
    await _require_own(work, visit, worker, colleague)
    if shown_return:
        await _require_theirs(work, locked[shown_return.id], visit, worker, colleague)
    offered = Swap(
        work.new_id(),
        visit.id,
        visit.version,
        shown_return.id if shown_return else None,
        shown_return.version if shown_return else None,
        worker,
        colleague,
        SwapState.OFFERED,
        offered_at=work.now,
        expires_at=min(each.starts for each in locked.values()),
    )
    if await swaps.is_offered(work, offered):
        raise AlreadyExists("SWAP_OFFERED")
    if shown_return:
        await say_rest_reason(work, locked[shown_return.id], worker, said, zone=zone, without=[(visit.starts, visit.ends)])
    elif said:
        raise invalid("rest_reason", "REST_REASON_NOT_NEEDED")
    await swaps.add(work, offered)
    await tell(work, Notice.SWAP_OFFERED, min(locked.values(), key=lambda each: each.starts), {colleague})
    return offered.id


async def _require_own(work: UnitOfWork, visit: Visit, worker: UUID, colleague: UUID) -> None:
    coming = await visit_places.list_workers(work, visit.id)
    if worker not in coming:
        raise FailedPrecondition("VISIT_NOT_YOURS")
    if colleague in coming:
        raise AlreadyExists("SWAP_COMES_ALREADY")
    member = await teams.find_member(work, visit.team, colleague)
    if member is None or member.kind not in COMES_AS:
        raise FailedPrecondition("SWAP_NOT_COLLEAGUE")


async def _require_theirs(work: UnitOfWork, wanted: Visit, offered: Visit, worker: UUID, colleague: UUID) -> None:
    if wanted.team != offered.team:
        raise FailedPrecondition("SWAP_OTHER_TEAM")
    coming = await visit_places.list_workers(work, wanted.id)
    if worker in coming:
        raise AlreadyExists("VISIT_YOURS")
    if colleague not in coming:
        raise FailedPrecondition("SWAP_NOT_THEIRS")
