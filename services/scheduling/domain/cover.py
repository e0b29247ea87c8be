"""Cover: which visits need somebody since one of the team has left, until nobody needs to be looked for any more.

| state   | when                                                                          | then                |
|---------|-------------------------------------------------------------------------------|---------------------|
| open    | each visit before `until` has everybody it needs, is called off, or has begun | settled: covered    |
| open    | the person says that they need nobody                                         | settled: not_needed |
| settled |                                                                               |                     |

Who leaves without visits to come before `until` leaves nothing to look for: settled at once, as `none`. What is later is shown with them,
and keeps nothing open.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from libs.refusals import FailedPrecondition


class Settled(StrEnum):
    """How it came that nobody needs to be looked for."""

    NONE = "none"
    COVERED = "covered"
    NOT_NEEDED = "not_needed"


@dataclass(frozen=True)
class Cover:
    """Of visits to `person` that `worker` left with the team; open while `settled_at` is missing."""

    id: UUID
    person: UUID
    worker: UUID
    left_at: datetime
    until: datetime
    visits: tuple[UUID, ...]
    settled_at: datetime | None = None
    how: str = ""


def raise_cover(
    new_id: UUID, person: UUID, worker: UUID, left_at: datetime, freed: Mapping[UUID, datetime], days: int, now: datetime
) -> Cover:
    """`freed` are the visits that they left, with their starts; `days` ahead they are looked after."""
    cover = Cover(new_id, person, worker, left_at, left_at + timedelta(days=days), tuple(freed))
    return cover if any(starts < cover.until for starts in freed.values()) else replace(cover, settled_at=now, how=Settled.NONE)


def join(doubles: Sequence[Cover]) -> Cover:
    """One leave of one person that was two of their entries: open, for the visits of all that are, while one of them is."""
    counted = [cover for cover in doubles if cover.settled_at is None] or doubles
    visits = dict.fromkeys(visit for cover in counted for visit in cover.visits)
    return replace(counted[0], until=max(cover.until for cover in counted), visits=tuple(visits))


def settle(cover: Cover, how: Settled, now: datetime) -> Cover:
    """Raises FailedPrecondition COVER_SETTLED."""
    if cover.settled_at is not None:
        raise FailedPrecondition("COVER_SETTLED")
    return replace(cover, settled_at=now, how=how)
