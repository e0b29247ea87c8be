"""Erasing a person: when it may be done, and when it is.

| from | to | when |
|---|---|---|
| asked (`data_request.py`) | decided | a secretary decides; nobody who is a member, nobody under a hold |
| decided | erased here | identity's job, a moment later: everything but the names; the event tells the other services |
| erased here | finished | every other service has confirmed; then the names go too |

What another service confirms after a restore is decided again by that. If the person is held by then, it waits until the hold ends.

A member leaves first, by membership's own rules: who has a seat, a vote or shares gives them up knowingly, not as a side effect. The
ballots of a vote that is open stay on its roll and are counted, and the name goes after the close, when governance confirms.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from libs.refusals import AlreadyExists, FailedPrecondition

CONFIRMED_BY = ("membership", "governance", "matching", "scheduling", "web")
"""The other services with data of people."""
ERASED_NAME = "Somebody who left"
"""What stands in place of both names."""


@dataclass(frozen=True)
class Erasure:
    """`entries` are the person's id and those of the entries that were merged into theirs."""

    id: UUID
    person: UUID
    entries: tuple[UUID, ...]
    decided_by: str
    decided_at: datetime
    erased_at: datetime | None = None
    finished_at: datetime | None = None


@dataclass(frozen=True)
class ErasurePart:
    """What one service has done: kinds of records (docs/formats/person-data.md)."""

    erasure: UUID
    service: str
    confirmed_at: datetime
    deleted: tuple[str, ...]
    blanked: tuple[str, ...]
    kept: tuple[str, ...]


@dataclass(frozen=True)
class ErasureGrounds:
    """What speaks against it."""

    is_decided: bool
    is_caller: bool
    is_member: bool
    is_held: bool
    is_last_secretary: bool


def require_may_erase(grounds: ErasureGrounds) -> None:
    """Raises AlreadyExists ERASED_BEFORE; FailedPrecondition ERASURE_OF_SELF, ERASURE_OF_MEMBER, ERASURE_HELD, LAST_SECRETARY."""
    if grounds.is_decided:
        raise AlreadyExists("ERASED_BEFORE")
    if grounds.is_caller:
        raise FailedPrecondition("ERASURE_OF_SELF")
    if grounds.is_member:
        raise FailedPrecondition("ERASURE_OF_MEMBER")
    if grounds.is_held:
        raise FailedPrecondition("ERASURE_HELD")
    if grounds.is_last_secretary:
        raise FailedPrecondition("LAST_SECRETARY")


def is_confirmed_by_all(services: Collection[str]) -> bool:
    """Whether the names can go too."""
    return set(CONFIRMED_BY) <= set(services)
