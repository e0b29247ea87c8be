"""The core of every ballot: a row on a frozen roll, what its person chose, revision by revision, and votes that came on paper or by phone.

Each change is a new revision; the highest one counts. Ballots are recorded: the co-op's own records show who chose what, and every ballot
says so. A vote on paper or by phone is entered by two people who do not see each other's entry; it becomes a ballot only when both match.
By phone each of the two says that the person chose, and asked them to enter it.

What is voted on, and who may vote when and on what, is for a `Poll` to decide: `motion_ballot.py` for a motion of this co-op,
`vote_ballot.py` for a federated vote.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Generic, Protocol, TypeVar
from uuid import UUID

from libs.refusals import Conflict, NotAllowed, TooMany, invalid


class BallotChannel(StrEnum):
    """How a ballot reached us: `taken` in tables and on the wire."""

    PAGE = "page"
    PAPER = "paper"
    PHONE = "phone"
    HELPER = "helper"
    COMMAND_LINE = "command_line"
    """Cast by an operator of the co-op's machine. It must never look as if the member had cast it."""


class RollRow(Protocol):
    """A person's row on a frozen roll."""

    @property
    def person(self) -> UUID: ...

    @property
    def revision(self) -> int:
        """That of the person's ballot; 0 means no ballot yet."""

    @property
    def most_ballots(self) -> int | None:
        """How many revisions the row may have at most, if there is a limit."""


Row = TypeVar("Row", bound=RollRow)
Subject = TypeVar("Subject")
Choice = TypeVar("Choice")


@dataclass(frozen=True)
class Ballot(Generic[Row, Choice]):
    """One revision of one person's ballot; `row` is the row as it was before."""

    row: Row
    choice: Choice
    revision: int
    taken: BallotChannel
    recorded_at: datetime
    recorders: tuple[UUID, ...] = ()
    asked_for: bool = False
    """By phone: both recorders heard the person choose, and ask them to enter it."""
    id: UUID | None = None
    """None where ballots are stored without an id, as those of federated votes."""


@dataclass(frozen=True)
class BallotEntry(Generic[Subject, Choice]):
    """What the first of two people entered; it waits for the second. `subject` is the id of what is voted on."""

    id: UUID
    subject: Subject
    person: UUID
    choice: Choice
    taken: BallotChannel
    recorder: UUID
    recorded_at: datetime
    revision: int
    """Revision of the person's ballot when this was entered."""
    asked_for: bool = False
    """The person chose on the phone, and asked the recorder to enter it."""


PollRow = TypeVar("PollRow", bound=RollRow, covariant=True)
PollRequest = TypeVar("PollRequest", contravariant=True)
PollChoice = TypeVar("PollChoice", covariant=True)


class Poll(Protocol[PollRow, PollRequest, PollChoice]):
    """What is voted on, as one person finds it."""

    def require_row(self, now: datetime) -> PollRow:
        """Return the person's row. Raises FailedPrecondition unless ballots are taken now, NotAllowed where the person has no vote."""

    def read_choice(self, request: PollRequest) -> PollChoice:
        """Turn the request into a choice. Raises Invalid CHOICE_MISSING or CHOICE_UNKNOWN."""


def check_revision(row: RollRow, shown: int) -> None:
    """Check that the form showed the latest ballot (the voter must see a newer one first), and that the row may still change it.

    Raises Conflict BALLOT_STALE, TooMany BALLOT_CHANGED_TOO_OFTEN.
    """
    if row.revision != shown:
        raise Conflict("BALLOT_STALE", revision=str(row.revision))
    if row.most_ballots is not None and row.revision >= row.most_ballots:
        raise TooMany("BALLOT_CHANGED_TOO_OFTEN", most=str(row.most_ballots))


def check_first_entry(entry: BallotEntry[Subject, Choice]) -> BallotEntry[Subject, Choice]:
    """Check the first entry of a paper or phone vote, and return it.

    Raises Invalid TAKEN_UNKNOWN or PHONE_CONSENT_MISSING, NotAllowed RECORDER_IS_VOTER.
    """
    if entry.taken not in (BallotChannel.PAPER, BallotChannel.PHONE):
        raise invalid("taken", "TAKEN_UNKNOWN")
    if entry.recorder == entry.person:
        raise NotAllowed("RECORDER_IS_VOTER")
    _require_asked_for(entry.taken, asked_for=entry.asked_for)
    return entry


def confirm_entry(
    row: Row, entry: BallotEntry[Subject, Choice], choice: Choice, recorder: UUID, ballot_id: UUID, now: datetime, *, asked_for: bool
) -> Ballot[Row, Choice] | None:
    """Turn the first entry and a matching second one into a ballot.

    Returns None when they differ: both are then discarded, so that nobody can guess until they match.

    Raises Invalid PHONE_CONSENT_MISSING, NotAllowed SAME_RECORDER or RECORDER_IS_VOTER, and what `check_revision` does when the person
    voted meanwhile.
    """
    if recorder == row.person:
        raise NotAllowed("RECORDER_IS_VOTER")
    if recorder == entry.recorder:
        raise NotAllowed("SAME_RECORDER")
    _require_asked_for(entry.taken, asked_for=asked_for)
    check_revision(row, entry.revision)
    if choice != entry.choice:
        return None
    by_phone = entry.taken is BallotChannel.PHONE
    return Ballot(row, choice, row.revision + 1, entry.taken, now, (entry.recorder, recorder), by_phone, ballot_id)


def _require_asked_for(taken: BallotChannel, *, asked_for: bool) -> None:
    """A paper shows itself what its person wants; of a call there is nothing but what the recorders say."""
    if taken is BallotChannel.PHONE and not asked_for:
        raise invalid("asked_for", "PHONE_CONSENT_MISSING")
