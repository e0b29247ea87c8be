"""The planner chooses another worker for one place of a draft by hand. All other places stay as they are."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from kith.scheduling.v1.enums import DraftAnswer, DraftPlaceKind
from libs.refusals import Conflict, FailedPrecondition, invalid
from services.scheduling.domain.week_draft import DraftPlace, DraftVisit


@dataclass(frozen=True)
class HandChange:
    """`saved` are places that are new or another kind now; `removed` is one that is not proposed any more."""

    saved: Sequence[DraftPlace]
    removed: DraftPlace | None


def choose_by_hand(
    visit: DraftVisit,
    places: Sequence[DraftPlace],
    worker: UUID,
    instead_of: UUID | None,
    *,
    may_go: bool,
) -> HandChange:
    """`may_go` says whether who has taken the visit agreed beforehand that a draft may propose somebody else, and the person too.

    Raises Conflict WEEK_DRAFT_CHANGED where the place is not as the planner saw it; Invalid DRAFT_WORKER_COMES; FailedPrecondition
    DRAFT_WORKER_SAID_YES for who was asked and agreed, DRAFT_WORKER_STAYS for who has taken it and stays.
    """
    drafted = {place.worker: place for place in places if place.kind is not DraftPlaceKind.GONE}
    if worker in drafted:
        raise invalid("worker_id", "DRAFT_WORKER_COMES")
    if (instead_of is None and len(drafted) >= visit.workers) or (instead_of is not None and instead_of not in drafted):
        raise Conflict("WEEK_DRAFT_CHANGED", visit=str(visit.visit))
    gone = next((place for place in places if place.worker == worker), None)
    saved = [_comes(visit, gone, worker)]
    if instead_of is None:
        return HandChange(saved, None)
    before = drafted[instead_of]
    if before.kind is DraftPlaceKind.NEW:
        if before.answer is DraftAnswer.YES:
            raise FailedPrecondition("DRAFT_WORKER_SAID_YES")
        return HandChange(saved, before)
    if not may_go:
        raise FailedPrecondition("DRAFT_WORKER_STAYS")
    goes = replace(before, kind=DraftPlaceKind.GONE, answer=DraftAnswer.WAITING, answered_at=None, chosen=True)
    return HandChange([*saved, goes], None)


def _comes(visit: DraftVisit, gone: DraftPlace | None, worker: UUID) -> DraftPlace:
    """Who was to go stays after all."""
    if gone is not None:
        return replace(gone, kind=DraftPlaceKind.STAYS, answer=DraftAnswer.WAITING, answered_at=None, chosen=True)
    return DraftPlace(visit.draft, visit.visit, worker, visit.planner, visit.person, DraftPlaceKind.NEW, chosen=True)
