"""How far a ballot is: recorded, witnessed, in time, counted. Each word has one meaning (docs/formats/federated-vote.md)."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from libs.boards.board import Board
from libs.boards.cuts import Held, cut
from libs.boards.entries import Ballot, Choice, read_entry
from libs.boards.standing import Evidence, State, stand
from libs.boards.terms import Terms
from libs.database.engine import Work
from services.federation.domain.home import cuts_that_count
from services.federation.storage import boards, votes
from services.federation.storage.boards import Found
from services.federation.storage.mirrors import Mirrors


class Word(StrEnum):
    """The four words, and the two that say there is none of them."""

    NOT_THERE = "not_there"
    RECORDED = "recorded"
    WITNESSED = "witnessed"
    IN_TIME = "in_time"
    COUNTED = "counted"
    NOT_COUNTED = "not_counted"


@dataclass(frozen=True)
class Status:
    """Of the last ballot of a row on a board."""

    word: Word
    index: int
    held_by: int
    held_of: int
    needed: int
    code: str


@dataclass(frozen=True)
class Shown:
    """One ballot entry with a pseudonym, as a mirror holds it."""

    vote: str
    co_op: str
    index: int
    choice: Choice | None
    word: Word
    code: str
    question: str


@dataclass(frozen=True)
class LookedUp:
    """What is held for 16 characters."""

    vote: str
    co_op: str
    group: str
    ballots: tuple[Shown, ...]


async def ballot_status(work: Work, mirrors: Mirrors, vote_id: str, co_op: str, pseudonym: str) -> Status:
    """Of the row's last ballot on this co-op's board; NOT_THERE where there is none (yet)."""
    vote = await votes.one(work, vote_id)
    found = [one for one in await boards.of_pseudonym(work, pseudonym) if one.vote == vote_id and one.co_op == co_op and _is_ballot(one)]
    if vote is None or not found:
        return Status(Word.NOT_THERE, 0, 0, 0, 0, "")
    evidence = await mirrors.evidence(work, vote)
    last = found[-1].index
    held = evidence.held.get(co_op, ())
    holders = {one.witness for one in held if one.size > last}
    word, code = _word(evidence, co_op, pseudonym, last, int(work.now.timestamp()))
    return Status(word, last, len(holders), len(vote.terms.witnesses_of(co_op)), vote.terms.q, code)


async def look_up(work: Work, mirrors: Mirrors, pseudonym: str) -> list[LookedUp]:
    """Everything our mirrors hold for a pseudonym: its row, and its ballots from the first."""
    rows: dict[tuple[str, str], list[Found]] = {}
    for one in await boards.of_pseudonym(work, pseudonym):
        rows.setdefault((one.vote, one.co_op), []).append(one)
    shown = []
    for (vote_id, co_op), found in rows.items():
        vote = await votes.one(work, vote_id)
        if vote is None:
            continue
        evidence = await mirrors.evidence(work, vote)
        board = evidence.boards.get(co_op)
        group = board.rows.get(pseudonym, "") if board is not None else ""
        ballots = tuple(_shown(work, evidence, one) for one in found if _is_ballot(one))
        shown.append(LookedUp(vote_id, co_op, group, ballots))
    return shown


def _shown(work: Work, evidence: Evidence, one: Found) -> Shown:
    entry = read_entry(one.data)
    choice = entry.choice if isinstance(entry, Ballot) else None
    pseudonym = entry.pseudonym if isinstance(entry, Ballot) else ""
    word, code = _word(evidence, one.co_op, pseudonym, one.index, int(work.now.timestamp()))
    return Shown(one.vote, one.co_op, one.index, choice, word, code, evidence.terms.question)


def _is_ballot(one: Found) -> bool:
    return isinstance(read_entry(one.data), Ballot)


def _word(evidence: Evidence, co_op: str, pseudonym: str, index: int, now: int) -> tuple[Word, str]:
    terms, board = evidence.terms, evidence.boards.get(co_op)
    if board is None or index >= board.size:
        return Word.RECORDED, ""
    code = dict(board.rejected).get(index, "")
    held = evidence.held.get(co_op, ())
    if now <= terms.concluded_from:
        return _before_the_end(terms, co_op, held, index, now), code
    counts_to = cuts_that_count(evidence).get(co_op, 0)
    if code or index >= counts_to or _replaced(board, pseudonym, index, counts_to):
        return Word.NOT_COUNTED, code
    final = stand(evidence, now).state is State.FINAL
    return (Word.COUNTED if final else Word.IN_TIME), code


def _before_the_end(terms: Terms, co_op: str, held: Sequence[Held], index: int, now: int) -> Word:
    """Until T more may come that was held in time; `in time` is certain as soon as it is witnessed, for cuts never shrink."""
    return Word.WITNESSED if index < cut(terms, co_op, held, now) else Word.RECORDED


def _replaced(board: Board, pseudonym: str, index: int, counts_to: int) -> bool:
    """A later ballot of the row, below the cut and without a code, took its place."""
    last = board.ballots.get(pseudonym)
    if last is None or last.index == index:
        return False
    return last.index < counts_to
