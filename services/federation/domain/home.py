"""What this co-op has to put on its own board next, by the evidence and the clock. Nobody tells it to; a message never moves a vote.

ready    governance said ready; every participant's roll is mirrored, in order, and it is not past `open_latest`
open     all n ready agree, are right, and each is held by enough witnesses
closed   the clock is past T
outcome  the clock is past T, everything below the cuts is held, every party has closed or the grace is over, whoever can be reached
         was heard after T, and no misconduct is known: once for each revision, ever
"""

from collections.abc import Mapping, Sequence

from libs.boards.board import Board
from libs.boards.cuts import cut
from libs.boards.entries import Closed, Entry, Open, Ready
from libs.boards.papers import CUTS
from libs.boards.standing import Evidence, proven, readies_agree, ready_in_time
from libs.signing import merkle

Cosigned = tuple[int, bytes, int]
"""(size, root, date) of our own last cosignature of a board, dated by T."""


def next_entries(evidence: Evidence, us: str, now: int, *, ready_wanted: bool, cosigned: Mapping[str, Cosigned]) -> list[Entry]:
    """In the order in which they go on the board; none when nothing is due."""
    board = evidence.boards.get(us)
    if board is None or board.join is None:
        return []
    if now > evidence.terms.concluded_from:
        return [] if board.closed is not None else [_closed(evidence, us, cosigned)]
    if ready_wanted and board.roll is not None and board.ready is None and not board.withdrawn:
        found = _ready(evidence, now)
        return [found] if found is not None else []
    if board.ready is not None and board.opened is None and _may_open(evidence, now):
        leaves = [(co_op, evidence.boards[co_op].ready_leaf) for co_op in evidence.terms.participants]
        return [Open(tuple(leaves))]
    return []


def cuts_that_count(evidence: Evidence) -> dict[str, int]:
    """How far each participant's board counts: its cut at T, or what people settled."""
    terms = evidence.terms
    if evidence.settlement is not None and evidence.settlement.kind == CUTS:
        return dict(evidence.settlement.cuts)
    return {co_op: cut(terms, co_op, evidence.held.get(co_op, ()), terms.concluded_from) for co_op in terms.participants}


def may_count(evidence: Evidence) -> bool:
    """Whether every entry below the cuts is held."""
    return all(_size(evidence.boards.get(co_op)) >= size for co_op, size in cuts_that_count(evidence).items())


def may_sign(evidence: Evidence, us: str, now: int, *, heard_all: bool) -> bool:
    """Whether this participant signs an outcome now. `heard_all`: whoever can be reached was heard after T."""
    terms = evidence.terms
    board = evidence.boards.get(us)
    if us not in terms.participants or board is None or board.closed is None or now <= terms.concluded_from:
        return False
    if not may_count(evidence) or not heard_all or not ready_in_time(evidence):
        return False
    if evidence.settlement is not None:
        return evidence.settlement.kind == CUTS
    return not proven(evidence) and (now > terms.concluded_from + terms.grace or _all_closed(evidence))


def _ready(evidence: Evidence, now: int) -> Ready | None:
    terms = evidence.terms
    boards = [evidence.boards.get(co_op) for co_op in terms.participants]
    if now > terms.open_latest or any(board is None or board.roll is None for board in boards):
        return None
    return Ready(tuple((board.co_op, board.roll_size, board.roll_root) for board in boards if board is not None))


def _may_open(evidence: Evidence, now: int) -> bool:
    terms = evidence.terms
    if now > terms.close or not readies_agree(evidence):
        return False
    if now > terms.open_latest:
        return ready_in_time(evidence)
    return all(evidence.boards[one].ready_index < cut(terms, one, evidence.held.get(one, ()), now) for one in terms.participants)


def _closed(evidence: Evidence, us: str, cosigned: Mapping[str, Cosigned]) -> Closed:
    nothing: Cosigned = (0, merkle.EMPTY_ROOT, 0)
    others: Sequence[str] = [one.id for one in evidence.terms.parties if one.id != us]
    return Closed(tuple((co_op, *cosigned.get(co_op, nothing)) for co_op in others))


def _size(board: Board | None) -> int:
    return board.size if board is not None else 0


def _all_closed(evidence: Evidence) -> bool:
    """Every party has closed, and what each says that it cosigned by T is here: else a cosignature is still on its way."""
    return all(_has_come(evidence, one.id) for one in evidence.terms.parties)


def _has_come(evidence: Evidence, witness: str) -> bool:
    board = evidence.boards.get(witness)
    if board is None or board.closed is None:
        return False
    until = evidence.terms.concluded_from
    return all(
        any(one.witness == witness and one.time <= until and one.size >= size for one in evidence.held.get(co_op, ()))
        for co_op, size, _, _ in board.closed.boards
        if size
    )
