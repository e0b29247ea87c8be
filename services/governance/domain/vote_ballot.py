"""Rules for ballots in a federated vote: a roll row's choice, published on the board under the row's pseudonym.

Inside the co-op it is a recorded ballot like any other: the co-op can see who chose what. Nobody else can.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from libs.boards import document_fields, entries
from libs.boards.ballots import APPROVAL, SCORE, is_choice_allowed
from libs.boards.entries import Choice
from libs.boards.terms import MAX_BALLOTS_PER_ROW, Terms
from libs.refusals import Conflict, NotAllowed, TooMany, invalid
from libs.signing import canonical, merkle
from services.governance.domain.ballot import BallotChannel

Marks = Sequence[tuple[str, int]]
"""(option, points); points only for method score."""


@dataclass(frozen=True)
class VoteRollRow:
    """A person's row on our frozen roll. `revision` is that of their ballot; 0 means no ballot yet."""

    vote: str
    person: UUID
    pseudonym: str
    group: str
    salt: bytes
    commitment: bytes
    revision: int = 0
    voted_at: datetime | None = None
    withdrawn: bool = False
    lost_at: datetime | None = None

    @property
    def must_vote_again(self) -> bool:
        """Whether a recovery removed the ballot from our board after it was cast."""
        return self.voted_at is not None and self.lost_at is not None and self.lost_at >= self.voted_at

    @property
    def has_voted(self) -> bool:
        return self.voted_at is not None and not self.withdrawn and not self.must_vote_again

    @property
    def ballots_left(self) -> int:
        return max(0, MAX_BALLOTS_PER_ROW - self.revision)


@dataclass(frozen=True)
class VoteBallot:
    """One revision of one row's ballot; `choice` is None where it withdraws the ballot."""

    vote: str
    person: UUID
    pseudonym: str
    choice: Choice | None
    revision: int
    taken: BallotChannel
    recorded_at: datetime
    recorders: tuple[UUID, ...] = ()

    @property
    def entry(self) -> bytes:
        """The bytes of the board entry."""
        return entries.BallotEntry(self.pseudonym, self.choice).data()

    @property
    def leaf(self) -> bytes:
        return merkle.leaf_hash(self.entry)


@dataclass(frozen=True)
class VoteBallotEntry:
    """What the first of two people entered; it waits for the second."""

    id: UUID
    vote: str
    person: UUID
    choice: Choice
    taken: BallotChannel
    recorder: UUID
    recorded_at: datetime
    revision: int
    """Revision of the row's ballot when this was entered."""


def parse_choice(terms: Terms, marks: Marks) -> Choice:
    """Turn marks into a choice as the board writes it. Raises Invalid CHOICE_MISSING or CHOICE_UNKNOWN."""
    options = [option for option, _ in marks]
    if len(set(options)) != len(options) or any(points < 0 for _, points in marks):
        raise invalid("marks", "CHOICE_UNKNOWN")
    method = terms.rule.method
    if method != SCORE and any(points for _, points in marks):
        raise invalid("marks", "CHOICE_UNKNOWN")
    choice: Choice
    if method == SCORE:
        choice = dict(marks)
    elif method == APPROVAL:
        choice = tuple(str(option) for option in document_fields.sort_items(list(options))) if _is_canonical(options) else tuple(options)
    elif not options:
        raise invalid("marks", "CHOICE_MISSING")
    elif len(options) > 1:
        raise invalid("marks", "CHOICE_UNKNOWN")
    else:
        choice = options[0]
    if not is_choice_allowed(terms, choice):
        raise invalid("marks", "CHOICE_UNKNOWN")
    return choice


def choice_marks(choice: Choice | None) -> list[tuple[str, int]]:
    """Turn a choice into marks, for a page."""
    match choice:
        case None:
            return []
        case str():
            return [(choice, 0)]
        case tuple():
            return [(option, 0) for option in choice]
        case _:
            return sorted(choice.items())


def encode_choice(choice: Choice) -> str:
    """Encode a choice for its column."""
    return canonical.encode(entries.choice_json(choice)).decode()


def decode_choice(text: str) -> Choice:
    return entries.read_choice(canonical.decode(text.encode()))


def check_revision(row: VoteRollRow, shown: int) -> None:
    """Check that the form showed the latest ballot and the row may still change it.

    Raises Conflict BALLOT_STALE, or TooMany BALLOT_CHANGED_TOO_OFTEN after 20 ballots.
    """
    if row.revision != shown:
        raise Conflict("BALLOT_STALE", revision=str(row.revision))
    if not row.ballots_left:
        raise TooMany("BALLOT_CHANGED_TOO_OFTEN", most=str(MAX_BALLOTS_PER_ROW))


def require_ballot_to_withdraw(row: VoteRollRow) -> None:
    """Check that there is a ballot to withdraw. Raises Invalid CHOICE_MISSING."""
    if not row.has_voted:
        raise invalid("withdraw", "CHOICE_MISSING")


def check_first_entry(row: VoteRollRow, entry: VoteBallotEntry) -> VoteBallotEntry:
    """Check the first entry of a paper or phone vote, and return it. Raises Invalid or NotAllowed."""
    if entry.taken not in (BallotChannel.PAPER, BallotChannel.PHONE):
        raise invalid("taken", "TAKEN_UNKNOWN")
    if entry.recorder == row.person:
        raise NotAllowed("RECORDER_IS_VOTER")
    return entry


def confirm_entry(row: VoteRollRow, entry: VoteBallotEntry, choice: Choice, recorder: UUID, now: datetime) -> VoteBallot | None:
    """Turn the first entry and a matching second one into a ballot. Returns None when they differ: both are then discarded.

    Raises NotAllowed SAME_RECORDER or RECORDER_IS_VOTER, Conflict BALLOT_STALE when the person voted meanwhile, TooMany.
    """
    if recorder == row.person:
        raise NotAllowed("RECORDER_IS_VOTER")
    if recorder == entry.recorder:
        raise NotAllowed("SAME_RECORDER")
    check_revision(row, entry.revision)
    if choice != entry.choice:
        return None
    return VoteBallot(
        vote=entry.vote,
        person=row.person,
        pseudonym=row.pseudonym,
        choice=choice,
        revision=row.revision + 1,
        taken=entry.taken,
        recorded_at=now,
        recorders=(entry.recorder, recorder),
    )


def _is_canonical(options: Sequence[str]) -> bool:
    """Whether the options can be encoded; text that cannot is refused as an unknown choice instead of failing later."""
    try:
        canonical.encode(list(options))
    except canonical.NotCanonicalError:
        return False
    return True
