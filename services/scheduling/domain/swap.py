"""A swap: a worker offers a visit of theirs to another of the team, alone or for one of the other's, and the other says yes or no.

| state     | accept   | decline  | withdraw  |
|-----------|----------|----------|-----------|
| offered   | accepted | declined | withdrawn |
| accepted  | -        | -        | -         |
| declined  | -        | -        | -         |
| withdrawn | -        | -        | -         |
| expired   | -        | -        | -         |

- The one to whom it is offered accepts or declines; the one who offers withdraws. Nobody else sees it, and nobody has to allow it.
- What is offered is expired from the moment at which the earlier of its visits starts.
- It is for the visits at the times that both saw: `version` and `return_version` are those of the offer.
- A yes counts only while every rule of taking a visit holds for both, at that moment; else nothing changes, and the offer stays.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from kith.scheduling.v1.enums import SwapState
from libs.refusals import FailedPrecondition, NotAllowed, invalid


class SwapStep(StrEnum):
    """What people do with an offer."""

    ACCEPT = "accept"
    DECLINE = "decline"
    WITHDRAW = "withdraw"


NEXT: Mapping[SwapState, Mapping[SwapStep, SwapState]] = {
    SwapState.OFFERED: {
        SwapStep.ACCEPT: SwapState.ACCEPTED,
        SwapStep.DECLINE: SwapState.DECLINED,
        SwapStep.WITHDRAW: SwapState.WITHDRAWN,
    },
    SwapState.ACCEPTED: {},
    SwapState.DECLINED: {},
    SwapState.WITHDRAWN: {},
    SwapState.EXPIRED: {},
}


@dataclass(frozen=True)
class Swap:
    """`visit` goes from the one worker to the other, and `return_visit`, if there is one, the other way."""

    id: UUID
    visit: UUID
    version: int
    return_visit: UUID | None
    return_version: int | None
    from_worker: UUID
    to_worker: UUID
    state: SwapState
    offered_at: datetime
    expires_at: datetime
    answered_at: datetime | None = None

    @property
    def visits(self) -> list[UUID]:
        """In the order of their ids, in which they are locked."""
        return sorted(visit for visit in (self.visit, self.return_visit) if visit is not None)

    @property
    def workers(self) -> list[UUID]:
        """In the order of their ids, in which they are locked."""
        return sorted((self.from_worker, self.to_worker))

    def state_at(self, now: datetime) -> SwapState:
        """An offer expires by itself: no job has to say so."""
        return SwapState.EXPIRED if self.state is SwapState.OFFERED and self.expires_at <= now else self.state


def require_two(from_worker: UUID, to_worker: UUID) -> None:
    """Raises Invalid SWAP_WITH_YOURSELF."""
    if from_worker == to_worker:
        raise invalid("colleague_id", "SWAP_WITH_YOURSELF")


def accept(swap: Swap, by: UUID, now: datetime) -> Swap:
    """Raises NotAllowed SWAP_NOT_FOR_YOU, FailedPrecondition SWAP_OVER."""
    return _step(swap, SwapStep.ACCEPT, by == swap.to_worker, now)


def decline(swap: Swap, by: UUID, now: datetime) -> Swap:
    """Raises NotAllowed SWAP_NOT_FOR_YOU, FailedPrecondition SWAP_OVER."""
    return _step(swap, SwapStep.DECLINE, by == swap.to_worker, now)


def withdraw(swap: Swap, by: UUID, now: datetime) -> Swap:
    """Raises NotAllowed SWAP_NOT_FOR_YOU, FailedPrecondition SWAP_OVER."""
    return _step(swap, SwapStep.WITHDRAW, by == swap.from_worker, now)


def _step(swap: Swap, step: SwapStep, is_theirs: bool, now: datetime) -> Swap:  # noqa: FBT001 - private, and named by its use
    if not is_theirs:
        raise NotAllowed("SWAP_NOT_FOR_YOU")
    following = NEXT[swap.state_at(now)].get(step)
    if following is None:
        raise FailedPrecondition("SWAP_OVER")
    return replace(swap, state=following, answered_at=now)
