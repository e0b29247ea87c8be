"""The state of a federated vote: a function of the evidence and the clock, never of a message.

proposed - joining - rolls - open - closing - provisional - final | disputed
                             void (not everybody ready in time)      annulled (by settlement)
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from libs.boards.board import Board
from libs.boards.cuts import WitnessedSize, witnessed_cut
from libs.boards.documents import ANNUL, Objection, Settlement
from libs.boards.entries import OutcomeEntry
from libs.boards.vote_terms import VoteTerms


class VoteState(StrEnum):
    """The states of a vote, named as in the format."""

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
LATER, CLAIMS = "later_outcome", "unseen_cosignatures"
"""Why a vote with enough signatures is only provisional."""
TWO_OUTCOMES, SPLIT, MISCONDUCT, NOT_CONCLUDED = "two_outcomes", "split", "misconduct", "not_concluded"


@dataclass(frozen=True, order=True)
class Misconduct:
    """Misconduct of a party, provable offline: fork, double_outcome, late_cosignature or falling_dates."""

    kind: str
    id: str
    outcomes: tuple[OutcomeEntry, ...] = field(default=(), compare=False)
    """The two entries of a double_outcome: a party that signed both counts for both, wherever they were found."""


@dataclass(frozen=True)
class VoteEvidence:
    """All evidence that this co-op holds about a vote."""

    terms: VoteTerms
    boards: Mapping[str, Board]
    """The board of every party whose board we hold."""
    witnessed: Mapping[str, Sequence[WitnessedSize]]
    """By board: its witnesses' cosignatures."""
    misconduct: frozenset[Misconduct] = frozenset()
    """What evidence documents prove; `proven_misconduct` adds what the boards themselves show."""
    objections: tuple[Objection, ...] = ()
    settlement: Settlement | None = None
    """A complete settlement: every required signature is valid."""
    revoked: frozenset[str] = frozenset()
    """Parties that have since revoked a key of this vote."""


@dataclass(frozen=True)
class VoteStatus:
    """A vote's state, with the details that people need to know about it."""

    state: VoteState
    revision: int
    contested: bool = False
    why: str = ""
    signatures: Mapping[bytes, frozenset[str]] | None = None
    """Outcome hash -> participants that signed it, for this revision."""
    outcome: bytes = b""
    """The hash of the final outcome."""


def vote_status(evidence: VoteEvidence, now: int) -> VoteStatus:
    """The status of the vote at `now`, given this evidence."""
    terms = evidence.terms
    settlement = evidence.settlement
    if settlement is not None and settlement.kind == ANNUL:
        return VoteStatus(VoteState.ANNULLED, settlement.revision)
    if now > terms.open_latest and not all_ready_in_time(evidence):
        return VoteStatus(VoteState.VOID, 1)
    if now <= terms.concluded_from:
        return VoteStatus(_state_before_conclusion(evidence, now), 1)
    return _status_after_conclusion(evidence, now)


def all_participants_joined(evidence: VoteEvidence) -> bool:
    boards = [evidence.boards.get(co_op) for co_op in evidence.terms.participants]
    return all(board is not None and board.join is not None for board in boards)


def ready_entries_agree(evidence: VoteEvidence) -> bool:
    """Whether all n ready entries exist, are equal, and match the boards."""
    boards = [evidence.boards.get(co_op) for co_op in evidence.terms.participants]
    first = boards[0].ready if boards[0] is not None else None
    if first is None or tuple(co_op for co_op, _, _ in first.rolls) != evidence.terms.participants:
        return False
    if any(board is None or board.ready is None or board.ready != first for board in boards):
        return False
    return all(is_roll_at(evidence, co_op, size, root) for co_op, size, root in first.rolls)


def is_roll_at(evidence: VoteEvidence, co_op: str, size: int, root: bytes) -> bool:
    """Whether a board's roll ends at exactly this size, with this root."""
    board = evidence.boards.get(co_op)
    return board is not None and board.roll is not None and (board.roll_size, board.roll_root) == (size, root)


def all_ready_in_time(evidence: VoteEvidence) -> bool:
    """Whether every participant's ready entry was witnessed by `open_latest`, and they agree."""
    if not ready_entries_agree(evidence):
        return False
    terms = evidence.terms
    return all(
        evidence.boards[co_op].ready_index < witnessed_cut(terms, co_op, evidence.witnessed.get(co_op, ()), terms.open_latest)
        for co_op in terms.participants
    )


def outcome_signers(evidence: VoteEvidence, revision: int) -> dict[bytes, frozenset[str]]:
    """The signers of each outcome of this revision, from boards and evidence documents. A party that signed two counts for both."""
    entries = [entry for board in evidence.boards.values() for entry in board.signed.values()]
    entries += [entry for misconduct in evidence.misconduct for entry in misconduct.outcomes]
    signers_by_outcome: dict[bytes, set[str]] = {}
    for entry in entries:
        if entry.revision == revision:
            signers_by_outcome.setdefault(entry.hash, set()).add(entry.id)
    return {outcome: frozenset(signers) for outcome, signers in signers_by_outcome.items()}


def later_signers(evidence: VoteEvidence, revision: int) -> frozenset[str]:
    """The participants that signed an outcome of a later revision, which follows from a settlement that is not here."""
    entries = [entry for board in evidence.boards.values() for entry in board.signed.values()]
    entries += [entry for misconduct in evidence.misconduct for entry in misconduct.outcomes]
    return frozenset(entry.id for entry in entries if entry.revision > revision)


@dataclass(frozen=True)
class UnseenCosignatures:
    """Whether cosignatures that are only named in `closed` entries would move a cut, or show another or a larger board."""

    deciding: bool = False
    contesting: bool = False


def unseen_cosignatures(evidence: VoteEvidence) -> UnseenCosignatures:
    """A `closed` entry counts as the cosignature that it names, unless its author cosigned fewer entries after T."""
    found = UnseenCosignatures()
    for co_op in evidence.terms.participants:
        found = _with_claims_about(evidence, co_op, found)
    return found


def _with_claims_about(evidence: VoteEvidence, co_op: str, found: UnseenCosignatures) -> UnseenCosignatures:
    terms, board, witnessed = evidence.terms, evidence.boards.get(co_op), evidence.witnessed.get(co_op, ())
    size_here = board.size if board is not None else 0
    claimed = []
    for witness in terms.witnesses_of(co_op):
        size, root = _claim(evidence, witness, co_op)
        in_time = max((seen.size for seen in witnessed if seen.witness == witness and seen.time <= terms.concluded_from), default=0)
        later = min((seen.size for seen in witnessed if seen.witness == witness and seen.time > terms.concluded_from), default=size)
        if board is not None and 0 < size <= size_here and board.root(size) != root:
            found = replace(found, contesting=True)
        elif in_time < size <= later:
            claimed.append(WitnessedSize(witness, terms.concluded_from, size))
    settled = evidence.settlement is not None
    cut = witnessed_cut(terms, co_op, witnessed, terms.concluded_from)
    if not settled and witnessed_cut(terms, co_op, [*witnessed, *claimed], terms.concluded_from) != cut:
        return replace(found, deciding=True)
    return replace(found, contesting=found.contesting or any(claim.size > size_here for claim in claimed))


def _claim(evidence: VoteEvidence, witness: str, co_op: str) -> tuple[int, bytes]:
    """Size and root of what a witness says in its `closed` that it cosigned in time; (0, b"") where nothing."""
    board = evidence.boards.get(witness)
    if board is None or board.closed is None:
        return 0, b""
    claims = {other: (size, root) for other, size, root, at in board.closed.boards if at <= evidence.terms.concluded_from}
    return claims.get(co_op, (0, b""))


def proven_misconduct(evidence: VoteEvidence) -> frozenset[Misconduct]:
    """Misconduct proven by documents and by the boards: two outcomes of one revision, a cosignature above what its author closed with.

    A sender of evidence can leave documents out, but not what the boards show.
    """
    double_outcomes = {Misconduct(DOUBLE_OUTCOME, co_op) for co_op, board in evidence.boards.items() if _signed_two_outcomes(board)}
    closed_sizes = {
        witness: {co_op: size for co_op, size, _, _ in board.closed.boards}
        for witness, board in evidence.boards.items()
        if board.closed is not None
    }
    late_cosignatures = {
        Misconduct(LATE_COSIGNATURE, cosigned.witness)
        for co_op, sizes in evidence.witnessed.items()
        for cosigned in sizes
        if cosigned.witness in closed_sizes
        and cosigned.time <= evidence.terms.concluded_from
        and cosigned.size > closed_sizes[cosigned.witness].get(co_op, 0)
    }
    return evidence.misconduct | double_outcomes | late_cosignatures


def _signed_two_outcomes(board: Board) -> bool:
    return len(board.signed) > len({revision for revision, _ in board.signed})


def _state_before_conclusion(evidence: VoteEvidence, now: int) -> VoteState:
    terms = evidence.terms
    if ready_entries_agree(evidence):
        return VoteState.OPEN if now <= terms.close else VoteState.CLOSING
    if all_participants_joined(evidence):
        return VoteState.ROLLS
    joined = any(board.join is not None for board in evidence.boards.values())
    return VoteState.JOINING if joined else VoteState.PROPOSED


def _status_after_conclusion(evidence: VoteEvidence, now: int) -> VoteStatus:
    terms = evidence.terms
    revision = evidence.settlement.revision if evidence.settlement is not None else 1
    signed, misconduct = outcome_signers(evidence, revision), proven_misconduct(evidence)
    certified = [outcome for outcome, signers in signed.items() if len(signers) >= terms.signatures_needed]
    later, claims = later_signers(evidence, revision), unseen_cosignatures(evidence)
    if len(certified) == 1 and (len(later) >= terms.signatures_needed or claims.deciding):
        # Something that decides is somewhere else: it will come, or people settle it.
        return VoteStatus(VoteState.PROVISIONAL, revision, why=CLAIMS if len(later) < terms.signatures_needed else LATER, signatures=signed)
    if len(certified) == 1:
        objected = any(terms.concluded_from < objection.at <= terms.concluded_from + terms.window for objection in evidence.objections)
        contested = revision == 1 and (objected or bool(misconduct) or bool(evidence.revoked) or claims.contesting)
        contested = contested or bool(later)
        return VoteStatus(VoteState.FINAL, revision, contested=contested, signatures=signed, outcome=certified[0])
    why = TWO_OUTCOMES if certified else _dispute_reason(evidence, signed, now, misconduct=revision == 1 and bool(misconduct))
    return VoteStatus(VoteState.DISPUTED if why else VoteState.PROVISIONAL, revision, why=why, signatures=signed)


def _dispute_reason(evidence: VoteEvidence, signed: Mapping[bytes, frozenset[str]], now: int, *, misconduct: bool) -> str:
    """Why no outcome can get enough signatures any more; empty while one can."""
    terms = evidence.terms
    if misconduct:
        return MISCONDUCT
    silent = len(terms.participants) - len(frozenset().union(*signed.values()))
    if max((len(signers) for signers in signed.values()), default=0) + silent < terms.signatures_needed:
        return SPLIT
    return NOT_CONCLUDED if now > terms.concluded_from + terms.grace + terms.window else ""
