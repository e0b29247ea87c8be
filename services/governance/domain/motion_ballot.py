"""Ballots on a motion of this co-op: who on its roll may vote when, and what they may choose."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from libs.refusals import NotAllowed, invalid
from libs.rulebook import ResolutionType
from libs.rulebook.counting import Method
from services.governance.domain.head_count import ABSTAIN, AGAINST, FOR
from services.governance.domain.motion import Motion, require_open

YES_NO_OPTIONS = (FOR, AGAINST, ABSTAIN)


@dataclass(frozen=True)
class MotionRow:
    """A person's row on the roll of a motion. `revision` is that of their ballot; 0 means no ballot yet."""

    motion: UUID
    person: UUID
    member_class: str
    revision: int = 0

    most_ballots: ClassVar[int | None] = None
    """Until the close, a member changes their mind as often as they like."""


class NoVoteReason(StrEnum):
    """Why a person has no vote on a motion."""

    NOT_A_MEMBER = "NOT_A_MEMBER"
    CLASS_HAS_NO_VOTE = "CLASS_HAS_NO_VOTE"
    JOINED_TOO_LATE = "JOINED_TOO_LATE"


@dataclass(frozen=True)
class MotionPoll:
    """A motion as one voter finds it. `voting_right` is only needed where `row` is None: see `no_vote_reason`."""

    motion: Motion
    resolution_type: ResolutionType
    row: MotionRow | None
    voting_right: tuple[str, bool] | None = None

    def require_row(self, now: datetime) -> MotionRow:
        """Raises FailedPrecondition BALLOT_NOT_OPEN or BALLOT_CLOSED, NotAllowed with a `NoVoteReason`."""
        require_open(self.motion, now)
        if self.row is None:
            raise NotAllowed(no_vote_reason(self.voting_right, self.resolution_type.counting.excluded).value)
        return self.row

    def read_choice(self, choice: str) -> str:
        check_choice(choice, ballot_options(self.resolution_type.counting.method))
        return choice


def ballot_options(method: Method) -> tuple[str, ...]:
    """Return the choices on a ballot. Raises Invalid METHOD_NOT_FOR_MOTIONS for a method that motions cannot use."""
    if method is not Method.YES_NO_ABSTAIN:
        raise invalid("resolution_type", "METHOD_NOT_FOR_MOTIONS", method=method.value)
    return YES_NO_OPTIONS


def no_vote_reason(voting_right: tuple[str, bool] | None, excluded: Sequence[str]) -> NoVoteReason:
    """Return why a person is not on the roll.

    `voting_right` is their class and right to vote on the roll's day or, for a later joiner, since they joined; None = not a member.
    """
    if voting_right is None:
        return NoVoteReason.NOT_A_MEMBER
    member_class, may_vote = voting_right
    return NoVoteReason.CLASS_HAS_NO_VOTE if not may_vote or member_class in excluded else NoVoteReason.JOINED_TOO_LATE


def check_choice(choice: str, options: Sequence[str]) -> None:
    """Check the choice. Raises Invalid CHOICE_UNKNOWN, or CHOICE_MISSING when nothing was chosen."""
    if not choice:
        raise invalid("choice", "CHOICE_MISSING")
    if choice not in options:
        raise invalid("choice", "CHOICE_UNKNOWN")
