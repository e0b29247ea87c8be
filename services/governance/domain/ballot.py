"""A ballot: what one person on the roll chose, each change a new revision; the highest counts.

Ballots are recorded: the co-op's own records show who chose what, and every ballot says so on its face. A vote that came on paper or by
phone is entered by two people who do not see each other's entry; it is no ballot until both wrote the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from libs.refusals import Conflict, NotAllowed, invalid
from libs.rulebook.counting import Method
from services.governance.domain.head_count import ABSTAIN, AGAINST, FOR

PLAIN_OPTIONS = (FOR, AGAINST, ABSTAIN)


class Taken(StrEnum):
    """How a ballot reached us."""

    PAGE = "page"
    PAPER = "paper"
    PHONE = "phone"
    HELPER = "helper"
    COMMAND_LINE = "command_line"
    """By whoever holds the co-op's machine. It must never pass for the member's own hand."""


@dataclass(frozen=True)
class RollRow:
    """A person's place on a frozen roll. `revision` is that of their ballot; 0 means none yet."""

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
    taken: Taken
    recorded_at: datetime
    recorders: tuple[UUID, ...] = ()


@dataclass(frozen=True)
class Entry:
    """What the first of two people wrote down; it waits for the second."""

    id: UUID
    motion: UUID
    person: UUID
    choice: str
    taken: Taken
    recorder: UUID
    recorded_at: datetime
    revision: int
    """Of the person's ballot when this was written."""


class NoVote(StrEnum):
    """Why somebody who asks has no vote on a motion."""

    NOT_A_MEMBER = "NOT_A_MEMBER"
    CLASS_HAS_NO_VOTE = "CLASS_HAS_NO_VOTE"
    JOINED_TOO_LATE = "JOINED_TOO_LATE"


def options_of(method: Method) -> tuple[str, ...]:
    """What a ballot may say under a method that motions can be put by."""
    if method is not Method.YES_NO_ABSTAIN:
        raise invalid("resolution_type", "METHOD_NOT_FOR_MOTIONS", method=method.value)
    return PLAIN_OPTIONS


def why_no_vote(standing: tuple[str, bool] | None, excluded: Sequence[str]) -> NoVote:
    """For a person who is not on the roll: their class and vote right on the roll's day or, joined later, since then; None = no member."""
    if standing is None:
        return NoVote.NOT_A_MEMBER
    member_class, may_vote = standing
    return NoVote.CLASS_HAS_NO_VOTE if not may_vote or member_class in excluded else NoVote.JOINED_TOO_LATE


def check_choice(choice: str, options: Sequence[str]) -> None:
    """Raises Invalid CHOICE_UNKNOWN, or CHOICE_MISSING when nothing was chosen."""
    if not choice:
        raise invalid("choice", "CHOICE_MISSING")
    if choice not in options:
        raise invalid("choice", "CHOICE_UNKNOWN")


def check_revision(row: RollRow, shown: int) -> None:
    """The page showed an older ballot than there is: whoever fills it in must see the newer one first. Raises Conflict BALLOT_STALE."""
    if row.revision != shown:
        raise Conflict("BALLOT_STALE", revision=str(row.revision))


def record(row: RollRow, entry: Entry, options: Sequence[str]) -> Entry:
    """The first entry of a paper or phone vote. Raises Invalid or NotAllowed."""
    if entry.taken not in (Taken.PAPER, Taken.PHONE):
        raise invalid("taken", "TAKEN_UNKNOWN")
    check_choice(entry.choice, options)
    if entry.recorder == row.person:
        raise NotAllowed("RECORDER_IS_VOTER")
    return entry


def confirm(row: RollRow, entry: Entry, choice: str, recorder: UUID, ballot_id: UUID, now: datetime) -> Ballot | None:
    """The second entry makes it a ballot. None when the two differ: then both are put aside, so that nobody can guess until it fits.

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
