"""Merging two entries of one person must not leave them two ballots in one vote, nor take the vote from them.

A roll that is frozen stays as it is, and so does every ballot on it. So an entry is merged into another only while it is on no roll of a
motion or a federated vote that still takes ballots, or will: the secretary waits until the last of them closes, and sees which it is and
until when. Two ballots in one open vote can therefore never become one person's. Whoever merges all the same, at the very moment at which a
roll is frozen, gains nothing: the merged entry signs nobody in, and no ballot is taken for it, neither from a page nor from paper.

Later rolls have no merged entry, even while the register has not yet ended its membership.
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
