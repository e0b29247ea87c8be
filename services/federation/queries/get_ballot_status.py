"""The state of a ballot: recorded, witnessed, in time, counted. Each word has one meaning (docs/formats/federated-vote.md)."""

from collections.abc import Sequence
from dataclasses import dataclass

from kith.federation.v1.enums import BallotWord
from libs.boards.board import Board
from libs.boards.cuts import WitnessedSize, witnessed_cut
from libs.boards.entries import BallotEntry, Choice, read_entry
from libs.boards.vote_state import VoteEvidence, VoteState, vote_status
from libs.boards.vote_terms import VoteTerms
from libs.database.engine import UnitOfWork
from services.federation.domain.own_board_rules import get_counted_cuts
from services.federation.storage import boards, votes
from services.federation.storage.board_cache import BoardCache
from services.federation.storage.boards import PseudonymEntry


@dataclass(frozen=True)
class BallotStatus:
    """The state of the last ballot of a row on a board; None when there is none (yet)."""

    state: BallotWord | None
    index: int
    held_by: int
    held_of: int
    needed: int
    code: str


@dataclass(frozen=True)
class BallotEntryView:
    """One ballot entry with a pseudonym, as our mirror holds it."""

    vote: str
    co_op: str
    index: int
    choice: Choice | None
    state: BallotWord
    code: str
    question: str


@dataclass(frozen=True)
class PseudonymLookup:
    """What our mirrors hold for a pseudonym in one vote."""

    vote: str
    co_op: str
    group: str
    ballots: tuple[BallotEntryView, ...]


async def get_ballot_status(work: UnitOfWork, board_cache: BoardCache, vote_id: str, co_op: str, pseudonym: str) -> BallotStatus:
    """The status of the row's last ballot on this co-op's board."""
    vote = await votes.get(work, vote_id)
    entries = [
        entry
        for entry in await boards.find_by_pseudonym(work, pseudonym)
        if entry.vote == vote_id and entry.co_op == co_op and _is_ballot(entry)
    ]
    if vote is None or not entries:
        return BallotStatus(None, 0, 0, 0, 0, "")
    evidence = await board_cache.load_evidence(work, vote)
    last_index = entries[-1].index
    witnessed = evidence.witnessed.get(co_op, ())
    holders = {entry.witness for entry in witnessed if entry.size > last_index}
    state, code = _ballot_state(evidence, co_op, pseudonym, last_index, int(work.now.timestamp()))
    return BallotStatus(state, last_index, len(holders), len(vote.terms.witnesses_of(co_op)), vote.terms.q, code)


async def look_up_ballot(work: UnitOfWork, board_cache: BoardCache, pseudonym: str, vote_id: str) -> tuple[str, PseudonymLookup | None]:
    """Everything our mirrors hold for a pseudonym: its row, and its ballots from the first. An empty `vote_id` means any vote.

    A pseudonym is random enough to be in one vote of one co-op only; if there were two, the first is shown.
    """
    entries = [entry for entry in await boards.find_by_pseudonym(work, pseudonym) if vote_id in ("", entry.vote)]
    vote = await votes.get(work, entries[0].vote) if entries else None
    if vote is None:
        return pseudonym, None
    co_op, evidence = entries[0].co_op, await board_cache.load_evidence(work, vote)
    board = evidence.boards.get(co_op)
    group = board.rows.get(pseudonym, "") if board is not None else ""
    ballots = [entry for entry in entries if (entry.vote, entry.co_op) == (vote.id, co_op) and _is_ballot(entry)]
    return pseudonym, PseudonymLookup(vote.id, co_op, group, tuple(_build_entry_view(work, evidence, entry) for entry in ballots))


def _build_entry_view(work: UnitOfWork, evidence: VoteEvidence, entry: PseudonymEntry) -> BallotEntryView:
    parsed = read_entry(entry.data)
    choice = parsed.choice if isinstance(parsed, BallotEntry) else None
    pseudonym = parsed.pseudonym if isinstance(parsed, BallotEntry) else ""
    state, code = _ballot_state(evidence, entry.co_op, pseudonym, entry.index, int(work.now.timestamp()))
    return BallotEntryView(entry.vote, entry.co_op, entry.index, choice, state, code, evidence.terms.question)


def _is_ballot(entry: PseudonymEntry) -> bool:
    return isinstance(read_entry(entry.data), BallotEntry)


def _ballot_state(evidence: VoteEvidence, co_op: str, pseudonym: str, index: int, now: int) -> tuple[BallotWord, str]:
    terms, board = evidence.terms, evidence.boards.get(co_op)
    if board is None or index >= board.size:
        return BallotWord.RECORDED, ""
    code = dict(board.rejected).get(index, "")
    witnessed = evidence.witnessed.get(co_op, ())
    if now <= terms.concluded_from:
        return _state_before_conclusion(terms, co_op, witnessed, index, now), code
    counts_to = get_counted_cuts(evidence).get(co_op, 0)
    if code or index >= counts_to or _is_replaced(board, pseudonym, index, counts_to):
        return BallotWord.NOT_COUNTED, code
    final = vote_status(evidence, now).state is VoteState.FINAL
    return (BallotWord.COUNTED if final else BallotWord.IN_TIME), code


def _state_before_conclusion(terms: VoteTerms, co_op: str, witnessed: Sequence[WitnessedSize], index: int, now: int) -> BallotWord:
    """Until T more cosignatures may come; a witnessed ballot is certain to be in time, because cuts never shrink."""
    return BallotWord.WITNESSED if index < witnessed_cut(terms, co_op, witnessed, now) else BallotWord.RECORDED


def _is_replaced(board: Board, pseudonym: str, index: int, counts_to: int) -> bool:
    """Whether a later ballot of the row, below the cut and without a code, replaced it."""
    last = board.ballots.get(pseudonym)
    if last is None or last.index == index:
        return False
    return last.index < counts_to
