"""What this co-op must post on its own board next. Only the evidence and the clock decide; a message never advances a vote.

ready    governance requested it; every participant's roll is mirrored, in order, and it is not past `open_latest`
open     all n ready agree, are right, and each is held by enough witnesses
closed   the clock is past T
outcome  the clock is past T, everything below the cuts is held, every party has closed or the grace is over, every reachable
         party was heard after T, and no misconduct is known: once for each revision, ever
"""

from collections.abc import Mapping, Sequence

from libs.boards.board import Board
from libs.boards.cuts import witnessed_cut
from libs.boards.documents import CUTS
from libs.boards.entries import ClosedEntry, Entry, OpenEntry, ReadyEntry
from libs.boards.vote_state import VoteEvidence, all_ready_in_time, proven_misconduct, ready_entries_agree
from libs.refusals import Unavailable
from libs.signing import merkle

OwnCosignature = tuple[int, bytes, int]
"""(size, root, date) of our own last cosignature of a board, dated by T."""


def require_not_recovering(*, recovering: bool) -> None:
    """Raises Unavailable RECOVERING: after a rollback our boards must not grow before the other co-ops were asked."""
    if recovering:
        raise Unavailable("RECOVERING")


def find_due_entries(
    evidence: VoteEvidence, us: str, now: int, *, ready_requested: bool, cosigned: Mapping[str, OwnCosignature]
) -> list[Entry]:
    """The entries that are due, in order; empty when nothing is due."""
    board = evidence.boards.get(us)
    if board is None or board.join is None:
        return []
    if now > evidence.terms.concluded_from:
        return [] if board.closed is not None else [_closed_entry(evidence, us, cosigned)]
    if ready_requested and board.roll is not None and board.ready is None and not board.withdrawn:
        ready = _ready_entry(evidence, now)
        return [ready] if ready is not None else []
    if board.ready is not None and board.opened is None and _may_open(evidence, now):
        leaves = [(co_op, evidence.boards[co_op].ready_leaf) for co_op in evidence.terms.participants]
        return [OpenEntry(tuple(leaves))]
    return []


def next_moment(evidence: VoteEvidence, now: int) -> int | None:
    """The next second at which the clock alone may ask for something; None when only new evidence can.

    Also the date of a cosignature by a co-op whose clock is ahead of ours: it counts from then on.
    """
    terms = evidence.terms
    end_of_grace = terms.concluded_from + terms.grace
    ends = (terms.open_latest, terms.close, terms.concluded_from, end_of_grace, end_of_grace + terms.window)
    dates = [held.time for sizes in evidence.witnessed.values() for held in sizes]
    return min((moment for moment in (*(end + 1 for end in ends), *dates) if moment > now), default=None)


def get_counted_cuts(evidence: VoteEvidence) -> dict[str, int]:
    """How far each participant's board counts: its cut at T, or what a settlement fixed."""
    terms = evidence.terms
    if evidence.settlement is not None and evidence.settlement.kind == CUTS:
        return dict(evidence.settlement.cuts)
    return {co_op: witnessed_cut(terms, co_op, evidence.witnessed.get(co_op, ()), terms.concluded_from) for co_op in terms.participants}


def can_count(evidence: VoteEvidence) -> bool:
    """Whether every entry below the cuts is held."""
    return all(_size(evidence.boards.get(co_op)) >= size for co_op, size in get_counted_cuts(evidence).items())


def may_sign_outcome(evidence: VoteEvidence, us: str, now: int, *, heard_all: bool) -> bool:
    """Whether this participant signs an outcome now. `heard_all`: every reachable party was heard after T."""
    terms = evidence.terms
    board = evidence.boards.get(us)
    if us not in terms.participants or board is None or board.closed is None or now <= terms.concluded_from:
        return False
    if not can_count(evidence) or not heard_all or not all_ready_in_time(evidence):
        return False
    if evidence.settlement is not None:
        return evidence.settlement.kind == CUTS
    return not proven_misconduct(evidence) and (now > terms.concluded_from + terms.grace or _all_closed(evidence))


def _ready_entry(evidence: VoteEvidence, now: int) -> ReadyEntry | None:
    terms = evidence.terms
    boards = [evidence.boards.get(co_op) for co_op in terms.participants]
    if now > terms.open_latest or any(board is None or board.roll is None for board in boards):
        return None
    return ReadyEntry(tuple((board.co_op, board.roll_size, board.roll_root) for board in boards if board is not None))


def _may_open(evidence: VoteEvidence, now: int) -> bool:
    terms = evidence.terms
    if now > terms.close or not ready_entries_agree(evidence):
        return False
    if now > terms.open_latest:
        return all_ready_in_time(evidence)
    return all(
        evidence.boards[co_op].ready_index < witnessed_cut(terms, co_op, evidence.witnessed.get(co_op, ()), now)
        for co_op in terms.participants
    )


def _closed_entry(evidence: VoteEvidence, us: str, cosigned: Mapping[str, OwnCosignature]) -> ClosedEntry:
    nothing: OwnCosignature = (0, merkle.EMPTY_ROOT, 0)
    others: Sequence[str] = [party.id for party in evidence.terms.parties if party.id != us]
    return ClosedEntry(tuple((co_op, *cosigned.get(co_op, nothing)) for co_op in others))


def _size(board: Board | None) -> int:
    return board.size if board is not None else 0


def _all_closed(evidence: VoteEvidence) -> bool:
    """Whether every party has closed and all cosignatures that it lists are here; otherwise some are still on their way."""
    return all(_has_all_cosignatures_of(evidence, party.id) for party in evidence.terms.parties)


def _has_all_cosignatures_of(evidence: VoteEvidence, witness: str) -> bool:
    board = evidence.boards.get(witness)
    if board is None or board.closed is None:
        return False
    until = evidence.terms.concluded_from
    return all(
        any(held.witness == witness and held.time <= until and held.size >= size for held in evidence.witnessed.get(co_op, ()))
        for co_op, size, _, _ in board.closed.boards
        if size
    )
