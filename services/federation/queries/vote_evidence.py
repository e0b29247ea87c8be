"""What the boards of a vote prove, as anyone could compute it from the same evidence."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from libs.boards.board import Board
from libs.boards.cuts import cut
from libs.boards.entries import SCRUTINY
from libs.boards.papers import Settlement
from libs.boards.standing import Evidence, Where, stand
from libs.boards.terms import OBSERVER, Terms
from libs.database.engine import Work
from libs.refusals import NotFound
from services.federation.storage import boards, papers, votes
from services.federation.storage.mirrors import Mirrors, settlement_signatures
from services.federation.storage.votes import Vote


@dataclass(frozen=True)
class BoardSeen:
    """One party's board as we hold it."""

    co_op: str
    name: str
    observer: bool
    board: Board | None
    size: int
    cut_now: int
    cut_at_close: int
    holders: tuple[str, ...]
    heard_at: datetime | None
    scrutineers: int


@dataclass(frozen=True)
class VoteSeen:
    """The vote, its boards, and where it stands."""

    vote: Vote
    evidence: Evidence
    where: Where
    boards: tuple[BoardSeen, ...]
    settling: tuple[tuple[Settlement, tuple[str, ...]], ...]
    """Settlements that some signed: the body, and who."""


async def see_vote(work: Work, mirrors: Mirrors, vote_id: str) -> VoteSeen:
    """Raises NotFound VOTE_UNKNOWN."""
    vote = await votes.one(work, vote_id)
    if vote is None:
        raise NotFound("VOTE_UNKNOWN")
    now = int(work.now.timestamp())
    evidence = await mirrors.evidence(work, vote)
    kept = await boards.of_vote(work, vote.id)
    names = await votes.names(work, vote.id)
    cosigned = await boards.all_cosignatures(work, vote.id)
    seen = []
    for party in vote.terms.parties:
        row, board = kept[party.id], evidence.boards.get(party.id)
        held = evidence.held.get(party.id, ())
        seen.append(
            BoardSeen(
                co_op=party.id,
                name=names.get(party.id, party.id),
                observer=party.kind == OBSERVER,
                board=board,
                size=row.size,
                cut_now=cut(vote.terms, party.id, held, now),
                cut_at_close=cut(vote.terms, party.id, held, vote.terms.concluded_from) if now > vote.terms.concluded_from else 0,
                holders=tuple(sorted({one.witness for one in cosigned.get(party.id, []) if one.size >= row.size})) if row.size else (),
                heard_at=row.heard_at,
                scrutineers=max((one.scrutineers for one in board.notices if one.about == SCRUTINY), default=0) if board else 0,
            )
        )
    signed = settlement_signatures(vote.terms, evidence.boards, await papers.of_vote(work, vote.id))
    settling = tuple((one, tuple(sorted(sigs))) for one, sigs in signed.items())
    return VoteSeen(vote, evidence, stand(evidence, now), tuple(seen), settling)


def pins_of(terms: Terms, fingerprints: Mapping[str, str]) -> dict[str, str]:
    """Of the parties whose root keys people here compared."""
    return {party.id: fingerprints[party.id] for party in terms.parties if party.id in fingerprints}
