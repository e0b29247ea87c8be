"""Merging two entries of one person must not leave them two ballots in one vote, nor take the vote from them.

A roll that is frozen stays as it is, and so does every ballot on it. So an entry is merged into another only while it is on no roll of a
motion or a federated vote that still takes ballots, or will: the secretary waits until the last of them closes, and sees which it is and
until when. The edges (the page, `kith person merge`) ask us before they ask identity, which cannot check it and merges all the same. A
secretary who gets past them, or merges at the moment at which a roll is frozen, gains nothing for later: the merged entry signs nobody in,
and no ballot is taken for it, neither from a page nor from paper. A ballot that it had cast by then stays and counts.

On later rolls the entry in use stands in its place, even while the register has not yet ended its membership.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from libs.refusals import FailedPrecondition


@dataclass(frozen=True)
class OpenRoll:
    """A motion or federated vote that is not closed, with the person in question on its roll."""

    title: str
    closes_at: datetime


def last_to_close(rolls: Iterable[OpenRoll]) -> OpenRoll | None:
    """What the secretary has to wait for; None when the entry can be merged now."""
    return max(rolls, key=lambda roll: roll.closes_at, default=None)


def require_not_merged(kept: UUID | None) -> None:
    """Raises FailedPrecondition PERSON_MERGED for an entry that was merged into `kept`."""
    if kept is not None:
        raise FailedPrecondition("PERSON_MERGED", person=str(kept))
