"""Ballots in a federated vote: a roll row's choice, published on the board under the row's pseudonym.

Inside the co-op it is a recorded ballot like any other: the co-op can see who chose what. Nobody else can.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from libs.boards import document_fields, entries
from libs.boards.ballots import APPROVAL, SCORE, is_choice_allowed
from libs.boards.entries import Choice
from libs.boards.vote_terms import MAX_BALLOTS_PER_ROW, VoteTerms
from libs.refusals import NotAllowed, invalid
from libs.signing import canonical, merkle
from services.governance.domain.ballot import Ballot
from services.governance.domain.vote_lifecycle import Vote, require_open, require_participant

Marks = Sequence[tuple[str, int]]
"""(option, points); points only for method score."""


@dataclass(frozen=True)
class VoteRow:
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

    most_ballots: ClassVar[int | None] = MAX_BALLOTS_PER_ROW

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


VoteBallot = Ballot[VoteRow, Choice | None]
"""Its choice is None where it withdraws the ballot."""


@dataclass(frozen=True)
class VotePoll:
    """A federated vote as one voter finds it."""

    vote: Vote
    row: VoteRow | None

    def require_row(self, now: datetime) -> VoteRow:
        """Raises FailedPrecondition VOTE_ONLY_WITNESSED, BALLOT_NOT_OPEN or BALLOT_CLOSED, NotAllowed NOT_ON_VOTE_ROLL."""
        require_participant(self.vote)
        require_open(self.vote, now)
        if self.row is None:
            raise NotAllowed("NOT_ON_VOTE_ROLL")
        return self.row

    def read_choice(self, marks: Marks | None) -> Choice | None:
        """No marks at all, None, withdraw the ballot. Raises Invalid CHOICE_MISSING, also where there is no ballot to withdraw."""
        if marks is not None:
            return parse_choice(self.vote.terms, marks)
        if self.row is None or not self.row.has_voted:
            raise invalid("withdraw", "CHOICE_MISSING")
        return None


def parse_choice(terms: VoteTerms, marks: Marks) -> Choice:
    """Turn marks into a choice as the board writes it. Raises Invalid CHOICE_MISSING or CHOICE_UNKNOWN."""
    options = [option for option, _ in marks]
    method = terms.rule.method
    if method not in (SCORE, APPROVAL) and not options:
        raise invalid("marks", "CHOICE_MISSING")
    choice: Choice | None
    if len(set(options)) != len(options) or any(points < 0 or (points and method != SCORE) for _, points in marks):
        choice = None
    elif method == SCORE:
        choice = dict(marks)
    elif method == APPROVAL:
        choice = tuple(str(option) for option in document_fields.sort_items(list(options))) if _is_canonical(options) else tuple(options)
    else:
        choice = options[0] if len(options) == 1 else None
    if choice is None or not is_choice_allowed(terms, choice):
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


def encode_choice(choice: Choice | None) -> str | None:
    """Encode a choice for its column."""
    return None if choice is None else canonical.encode(entries.choice_json(choice)).decode()


def decode_choice(text: str | None) -> Choice | None:
    return None if text is None else entries.read_choice(canonical.decode(text.encode()))


def board_entry(ballot: VoteBallot) -> bytes:
    """The bytes of the ballot's entry on the board."""
    return entries.BallotEntry(ballot.row.pseudonym, ballot.choice).data()


def board_leaf(ballot: VoteBallot) -> bytes:
    """The leaf hash of that entry."""
    return merkle.leaf_hash(board_entry(ballot))


def _is_canonical(options: Sequence[str]) -> bool:
    """Whether the options can be encoded; text that cannot is refused as an unknown choice instead of failing later."""
    try:
        canonical.encode(list(options))
    except canonical.NotCanonicalError:
        return False
    return True
