"""Rules for ballots on a motion: what one person on the roll chose. Each change is a new revision; the highest one counts.

Ballots are recorded: the co-op's own records show who chose what, and every ballot says so. A vote that came on paper or by phone is
entered by two people who do not see each other's entry; it becomes a ballot only when both entries match.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from libs.refusals import Conflict, NotAllowed, invalid
from libs.rulebook.counting import Method
from services.governance.domain.head_count import ABSTAIN, AGAINST, FOR

YES_NO_OPTIONS = (FOR, AGAINST, ABSTAIN)


class BallotChannel(StrEnum):
    """How a ballot reached us: `taken` in tables and on the wire."""

    PAGE = "page"
    PAPER = "paper"
    PHONE = "phone"
    HELPER = "helper"
    COMMAND_LINE = "command_line"
    """Cast by an operator of the co-op's machine. It must never look as if the member had cast it."""


@dataclass(frozen=True)
class RollRow:
    """A person's row on a frozen roll. `revision` is that of their ballot; 0 means no ballot yet."""

    person: UUID
    member_class: str
    revision: int


@dataclass(frozen=True)
class Ballot:
    """One revision of one person's ballot."""

    id: UUID
    motion: UUID
    person: UUID
    member_class: str
    choice: str
    revision: int
    taken: BallotChannel
    recorded_at: datetime
    recorders: tuple[UUID, ...] = ()


@dataclass(frozen=True)
class BallotEntry:
    """What the first of two people entered; it waits for the second."""

    id: UUID
    motion: UUID
    person: UUID
    choice: str
    taken: BallotChannel
    recorder: UUID
    recorded_at: datetime
    revision: int
    """Revision of the person's ballot when this was entered."""


class NoVoteReason(StrEnum):
    """Why a person has no vote on a motion."""

    NOT_A_MEMBER = "NOT_A_MEMBER"
    CLASS_HAS_NO_VOTE = "CLASS_HAS_NO_VOTE"
    JOINED_TOO_LATE = "JOINED_TOO_LATE"


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


def check_revision(row: RollRow, shown: int) -> None:
    """Check that the form showed the latest ballot; the voter must see a newer one first. Raises Conflict BALLOT_STALE."""
    if row.revision != shown:
        raise Conflict("BALLOT_STALE", revision=str(row.revision))


def check_first_entry(row: RollRow, entry: BallotEntry, options: Sequence[str]) -> BallotEntry:
    """Check the first entry of a paper or phone vote, and return it. Raises Invalid or NotAllowed."""
    if entry.taken not in (BallotChannel.PAPER, BallotChannel.PHONE):
        raise invalid("taken", "TAKEN_UNKNOWN")
    check_choice(entry.choice, options)
    if entry.recorder == row.person:
        raise NotAllowed("RECORDER_IS_VOTER")
    return entry


def confirm_entry(row: RollRow, entry: BallotEntry, choice: str, recorder: UUID, ballot_id: UUID, now: datetime) -> Ballot | None:
    """Turn the first entry and a matching second one into a ballot.

    Returns None when they differ: both are then discarded, so that nobody can guess until they match.

    Raises NotAllowed SAME_RECORDER or RECORDER_IS_VOTER, or Conflict BALLOT_STALE when the person voted meanwhile.
    """
    if recorder == row.person:
        raise NotAllowed("RECORDER_IS_VOTER")
    if recorder == entry.recorder:
        raise NotAllowed("SAME_RECORDER")
    check_revision(row, entry.revision)
    if choice != entry.choice:
        return None
    return Ballot(
        id=ballot_id,
        motion=entry.motion,
        person=row.person,
        member_class=row.member_class,
        choice=choice,
        revision=row.revision + 1,
        taken=entry.taken,
        recorded_at=now,
        recorders=(entry.recorder, recorder),
    )
