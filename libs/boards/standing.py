"""Where a vote stands. A state is a function of evidence and of the clock, never of a message.

proposed - joining - rolls - open - closing - provisional - final | disputed
                             void (not everybody ready in time)      annulled (by settlement)
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from libs.boards.board import Board
from libs.boards.cuts import Held, cut
from libs.boards.entries import Outcome
from libs.boards.papers import ANNUL, Objection, Settlement
from libs.boards.terms import Terms


class State(StrEnum):
    """The names of the format."""

    PROPOSED = "proposed"
    JOINING = "joining"
    ROLLS = "rolls"
    OPEN = "open"
    CLOSING = "closing"
    PROVISIONAL = "provisional"
    FINAL = "final"
    DISPUTED = "disputed"
    VOID = "void"
    ANNULLED = "annulled"


DOUBLE_OUTCOME, LATE_COSIGNATURE = "double_outcome", "late_cosignature"
TWO_OUTCOMES, SPLIT, MISCONDUCT, NOT_CONCLUDED = "two_outcomes", "split", "misconduct", "not_concluded"


@dataclass(frozen=True, order=True)
class Misconduct:
    """Proven offline: fork, double_outcome, late_cosignature or falling_dates, and whose it is."""

    kind: str
    id: str
    outcomes: tuple[Outcome, ...] = field(default=(), compare=False)
    """The two of a double_outcome: who signed both counts for both, wherever they were found."""


@dataclass(frozen=True)
class Evidence:
    """Everything held about a vote."""

    terms: Terms
    boards: Mapping[str, Board]
    """Of every party a board is held of."""
    held: Mapping[str, Sequence[Held]]
    """By board: its witnesses' cosignatures."""
    misconduct: frozenset[Misconduct] = frozenset()
    """What papers prove; `proven` adds what the boards show by themselves."""
    objections: tuple[Objection, ...] = ()
    settlement: Settlement | None = None
    """Complete: every signature that it needs is good."""
    revoked: frozenset[str] = frozenset()
    """Parties that have revoked a key of this vote since."""


@dataclass(frozen=True)
class Where:
    """The state, and what a person asks next about it."""

    state: State
    revision: int
    contested: bool = False
    why: str = ""
    signatures: Mapping[bytes, frozenset[str]] | None = None
    """Outcome hash -> participants that signed it, for this revision."""
    outcome: bytes = b""
    """The hash that is final."""


def stand(evidence: Evidence, now: int) -> Where:
    """Where the vote stands at `now` for whoever holds this evidence."""
    terms = evidence.terms
    settlement = evidence.settlement
    if settlement is not None and settlement.kind == ANNUL:
        return Where(State.ANNULLED, settlement.revision)
    if now > terms.open_latest and not ready_in_time(evidence):
        return Where(State.VOID, 1)
    if now <= terms.concluded_from:
        return Where(_before_the_end(evidence, now), 1)
    return _at_the_end(evidence, now)


def all_joined(evidence: Evidence) -> bool:
    boards = [evidence.boards.get(one) for one in evidence.terms.participants]
    return all(board is not None and board.join is not None for board in boards)


def readies_agree(evidence: Evidence) -> bool:
    """All n are there, say the same, and what they say is what the boards give."""
    boards = [evidence.boards.get(one) for one in evidence.terms.participants]
    first = boards[0].ready if boards[0] is not None else None
    if first is None or tuple(co_op for co_op, _, _ in first.rolls) != evidence.terms.participants:
        return False
    if any(board is None or board.ready is None or board.ready != first for board in boards):
        return False
    return all(is_right(evidence, co_op, size, root) for co_op, size, root in first.rolls)


def is_right(evidence: Evidence, co_op: str, size: int, root: bytes) -> bool:
    """Whether a board has its roll at just this size, under this root."""
    board = evidence.boards.get(co_op)
    return board is not None and board.roll is not None and (board.roll_size, board.roll_root) == (size, root)


def ready_in_time(evidence: Evidence) -> bool:
    """Every participant's ready was witnessed by `open_latest`, and they agree."""
    if not readies_agree(evidence):
        return False
    terms = evidence.terms
    return all(
        evidence.boards[co_op].ready_index < cut(terms, co_op, evidence.held.get(co_op, ()), terms.open_latest)
        for co_op in terms.participants
    )


def signatures(evidence: Evidence, revision: int) -> dict[bytes, frozenset[str]]:
    """Who signed which outcome of this revision, on the boards or as papers show. Who signed two counts for both."""
    entries = [entry for board in evidence.boards.values() for entry in board.signed.values()]
    entries += [entry for one in evidence.misconduct for entry in one.outcomes]
    found: dict[bytes, set[str]] = {}
    for entry in entries:
        if entry.revision == revision:
            found.setdefault(entry.hash, set()).add(entry.id)
    return {outcome: frozenset(signers) for outcome, signers in found.items()}


def proven(evidence: Evidence) -> frozenset[Misconduct]:
    """By papers, and by the boards themselves: two outcomes of one revision, a cosignature above what its author closed with.

    Whoever packs or passes on evidence chooses among papers. What the boards show cannot be left out.
    """
    twice = {Misconduct(DOUBLE_OUTCOME, one) for one, board in evidence.boards.items() if _signed_two(board)}
    said = {
        one: {co_op: size for co_op, size, _, _ in board.closed.boards}
        for one, board in evidence.boards.items()
        if board.closed is not None
    }
    late = {
        Misconduct(LATE_COSIGNATURE, one.witness)
        for co_op, cosigned in evidence.held.items()
        for one in cosigned
        if one.witness in said and one.time <= evidence.terms.concluded_from and one.size > said[one.witness].get(co_op, 0)
    }
    return evidence.misconduct | twice | late


def _signed_two(board: Board) -> bool:
    return len(board.signed) > len({revision for revision, _ in board.signed})


def _before_the_end(evidence: Evidence, now: int) -> State:
    terms = evidence.terms
    if readies_agree(evidence):
        return State.OPEN if now <= terms.close else State.CLOSING
    if all_joined(evidence):
        return State.ROLLS
    joined = any(board.join is not None for board in evidence.boards.values())
    return State.JOINING if joined else State.PROPOSED


def _at_the_end(evidence: Evidence, now: int) -> Where:
    terms = evidence.terms
    revision = evidence.settlement.revision if evidence.settlement is not None else 1
    signed, misconduct = signatures(evidence, revision), proven(evidence)
    certain = [outcome for outcome, signers in signed.items() if len(signers) >= terms.signatures_needed]
    if len(certain) == 1:
        objected = any(terms.concluded_from < one.at <= terms.concluded_from + terms.window for one in evidence.objections)
        contested = revision == 1 and (objected or bool(misconduct) or bool(evidence.revoked))
        return Where(State.FINAL, revision, contested=contested, signatures=signed, outcome=certain[0])
    why = TWO_OUTCOMES if certain else _why_never(evidence, signed, now, misconduct=revision == 1 and bool(misconduct))
    return Where(State.DISPUTED if why else State.PROVISIONAL, revision, why=why, signatures=signed)


def _why_never(evidence: Evidence, signed: Mapping[bytes, frozenset[str]], now: int, *, misconduct: bool) -> str:
    """Why no outcome can come to its certificate any more; empty while one can."""
    terms = evidence.terms
    if misconduct:
        return MISCONDUCT
    silent = len(terms.participants) - len(frozenset().union(*signed.values()))
    if max((len(signers) for signers in signed.values()), default=0) + silent < terms.signatures_needed:
        return SPLIT
    return NOT_CONCLUDED if now > terms.concluded_from + terms.grace + terms.window else ""
