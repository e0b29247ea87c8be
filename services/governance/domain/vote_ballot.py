"""A ballot in a vote with other co-ops: a row's choice, as it goes on the board under the row's pseudonym.

At home it is a recorded ballot like any other: the co-op can see who chose what. Nobody else can.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from libs.boards import entries, forms
from libs.boards.ballots import APPROVAL, SCORE, choice_allowed
from libs.boards.entries import Choice
from libs.boards.terms import BALLOTS_MOST, Terms
from libs.refusals import Conflict, NotAllowed, TooMany, invalid
from libs.signing import canonical, merkle
from services.governance.domain.ballot import Taken

Marks = Sequence[tuple[str, int]]
"""(option, points); points are for score alone."""


@dataclass(frozen=True)
class VoteRow:
    """Somebody's place on our frozen roll. `revision` is that of their ballot; 0 means none yet."""

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
        """A recovery took the ballot off our board after it was cast."""
        return self.voted_at is not None and self.lost_at is not None and self.lost_at >= self.voted_at

    @property
    def has_voted(self) -> bool:
        return self.voted_at is not None and not self.withdrawn and not self.must_vote_again

    @property
    def ballots_left(self) -> int:
        return max(0, BALLOTS_MOST - self.revision)


@dataclass(frozen=True)
class VoteBallot:
    """One revision of one row's ballot; `choice` is None where it takes the ballot back."""

    vote: str
    person: UUID
    pseudonym: str
    choice: Choice | None
    revision: int
    taken: Taken
    recorded_at: datetime
    recorders: tuple[UUID, ...] = ()

    @property
    def entry(self) -> bytes:
        """As the board has it."""
        return entries.Ballot(self.pseudonym, self.choice).data()

    @property
    def leaf(self) -> bytes:
        return merkle.leaf_hash(self.entry)


@dataclass(frozen=True)
class VoteEntry:
    """What the first of two people wrote down; it waits for the second."""

    id: UUID
    vote: str
    person: UUID
    choice: Choice
    taken: Taken
    recorder: UUID
    recorded_at: datetime
    revision: int
    """Of the row's ballot when this was written."""


def choice_of(terms: Terms, marks: Marks) -> Choice:
    """As the board writes it. Raises Invalid CHOICE_MISSING or CHOICE_UNKNOWN."""
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
        choice = tuple(str(one) for one in forms.in_order(list(options))) if _writable(options) else tuple(options)
    elif not options:
        raise invalid("marks", "CHOICE_MISSING")
    elif len(options) > 1:
        raise invalid("marks", "CHOICE_UNKNOWN")
    else:
        choice = options[0]
    if not choice_allowed(terms, choice):
        raise invalid("marks", "CHOICE_UNKNOWN")
    return choice


def marks_said(choice: Choice | None) -> list[tuple[str, int]]:
    """The other way round, for a page."""
    match choice:
        case None:
            return []
        case str():
            return [(choice, 0)]
        case tuple():
            return [(option, 0) for option in choice]
        case _:
            return sorted(choice.items())


def kept(choice: Choice) -> str:
    """As a table keeps it."""
    return canonical.encode(entries.choice_json(choice)).decode()


def read_kept(said: str) -> Choice:
    return entries.read_choice(canonical.decode(said.encode()))


def check_row(row: VoteRow, shown: int) -> None:
    """Raises Conflict BALLOT_STALE when the page showed an older ballot than there is, TooMany BALLOT_CHANGED_TOO_OFTEN after 20."""
    if row.revision != shown:
        raise Conflict("BALLOT_STALE", revision=str(row.revision))
    if not row.ballots_left:
        raise TooMany("BALLOT_CHANGED_TOO_OFTEN", most=str(BALLOTS_MOST))


def require_ballot(row: VoteRow) -> None:
    """Only a ballot that is there can be taken back. Raises Invalid CHOICE_MISSING."""
    if not row.has_voted:
        raise invalid("withdraw", "CHOICE_MISSING")


def record(row: VoteRow, entry: VoteEntry) -> VoteEntry:
    """The first entry of a paper or phone vote. Raises Invalid or NotAllowed."""
    if entry.taken not in (Taken.PAPER, Taken.PHONE):
        raise invalid("taken", "TAKEN_UNKNOWN")
    if entry.recorder == row.person:
        raise NotAllowed("RECORDER_IS_VOTER")
    return entry


def confirm(row: VoteRow, entry: VoteEntry, choice: Choice, recorder: UUID, now: datetime) -> VoteBallot | None:
    """The second entry makes it a ballot. None when the two differ: then both are put aside.

    Raises NotAllowed SAME_RECORDER or RECORDER_IS_VOTER, Conflict BALLOT_STALE when the person voted meanwhile, TooMany.
    """
    if recorder == row.person:
        raise NotAllowed("RECORDER_IS_VOTER")
    if recorder == entry.recorder:
        raise NotAllowed("SAME_RECORDER")
    check_row(row, entry.revision)
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


def _writable(options: Sequence[str]) -> bool:
    """What is no text of ours is refused as a choice, not as a mistake of ours."""
    try:
        canonical.encode(list(options))
    except canonical.NotCanonicalError:
        return False
    return True
