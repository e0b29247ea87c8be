"""What governance states about votes with other co-ops: it becomes entries of our own board, in the order it was stated."""

import hashlib
from collections.abc import Callable

from kith.governance.facts.v1.facts_pb2 import (
    VoteBallotCast,
    VoteDrafted,
    VoteJoined,
    VoteMadeReady,
    VoteObjected,
    VoteRollAttested,
    VoteRowsFrozen,
    VoteSettlementAgreed,
    VoteWithdrawn,
)
from libs.boards import entries, evidence
from libs.boards.entries import Join, Notice
from libs.boards.papers import Objection, read_settlement_body, write_settlement
from libs.database.engine import Work
from libs.messages.consumer import Handler
from libs.messages.envelope import Fact, type_of
from libs.observe.logs import logger
from libs.refusals import NotFound
from libs.signing import statement
from services.federation.commands import own_board
from services.federation.storage import papers, votes
from services.federation.storage.vault import Vault
from services.federation.storage.votes import Vote, VoteKeys

LOG = logger("federation")


class VoteReactions:
    """For one co-op. `recovering` says that our boards must not grow now: governance's facts wait."""

    def __init__(self, us: str, vault: Vault, recovering: Callable[[], bool]) -> None:
        self._us = us
        self._vault = vault
        self._recovering = recovering

    def handlers(self) -> dict[str, Handler]:
        return {
            type_of(VoteDrafted): self._drafted,
            type_of(VoteJoined): self._joined,
            type_of(VoteWithdrawn): self._withdrawn,
            type_of(VoteRowsFrozen): self._rows,
            type_of(VoteRollAttested): self._attested,
            type_of(VoteMadeReady): self._ready,
            type_of(VoteBallotCast): self._ballot,
            type_of(VoteObjected): self._objected,
            type_of(VoteSettlementAgreed): self._settled,
        }

    async def _drafted(self, work: Work, fact: Fact) -> None:
        said = VoteDrafted.FromString(fact.payload)
        await votes.add_draft(work, said.draft_id, said.participants, said.observers)

    async def _joined(self, work: Work, fact: Fact) -> None:
        said = VoteJoined.FromString(fact.payload)
        vote, keys = await self._of(work, said.vote_id)
        join = Join(vote.id, self._us, said.body, said.date, said.reference)
        signed = Join(join.vote, join.id, join.body, join.date, join.reference, statement.sign(keys.statement, "join", join.signed()))
        await self._append(work, vote.id, vote.terms.data, signed.data())

    async def _withdrawn(self, work: Work, fact: Fact) -> None:
        said = VoteWithdrawn.FromString(fact.payload)
        await self._append(work, said.vote_id, Notice(entries.WITHDRAW, hashlib.sha256(b"").digest()).data())

    async def _rows(self, work: Work, fact: Fact) -> None:
        said = VoteRowsFrozen.FromString(fact.payload)
        await self._append(work, said.vote_id, *said.entries)

    async def _attested(self, work: Work, fact: Fact) -> None:
        said = VoteRollAttested.FromString(fact.payload)
        vote, _ = await self._of(work, said.vote_id)
        about = hashlib.sha256(f"{vote.id} {self._us}".encode()).digest()
        await self._append(work, vote.id, Notice(entries.SCRUTINY, about, said.rows, said.scrutineers).data())

    async def _ready(self, work: Work, fact: Fact) -> None:
        await votes.want_ready(work, VoteMadeReady.FromString(fact.payload).vote_id)

    async def _ballot(self, work: Work, fact: Fact) -> None:
        said = VoteBallotCast.FromString(fact.payload)
        own_board.require_steady(recovering=self._recovering())
        # The same choice may be cast twice with another between: what was told again after a restore cannot be told from that.
        if await own_board.append(work, said.vote_id, self._us, [said.entry]):
            LOG.error("entry_too_long", vote=said.vote_id)

    async def _objected(self, work: Work, fact: Fact) -> None:
        said = VoteObjected.FromString(fact.payload)
        vote, keys = await self._of(work, said.vote_id)
        paper = evidence.objection(Objection(vote.id, self._us, int(fact.at.timestamp()), said.reference).signed(keys.statement))
        await papers.add(work, vote.id, evidence.OBJECTION, paper)
        await self._append(work, vote.id, Notice(entries.OBJECTION, hashlib.sha256(paper).digest()).data())

    async def _settled(self, work: Work, fact: Fact) -> None:
        said = VoteSettlementAgreed.FromString(fact.payload)
        vote, keys = await self._of(work, said.vote_id)
        settlement = read_settlement_body(said.settlement)
        sig = statement.sign(keys.statement, "settlement", settlement.data())
        paper = evidence.settlement(write_settlement(settlement, {self._us: sig}))
        await papers.add(work, vote.id, evidence.SETTLEMENT, paper)

    async def _append(self, work: Work, vote: str, *data: bytes) -> None:
        own_board.require_steady(recovering=self._recovering())
        if await own_board.append(work, vote, self._us, data, once=True):
            LOG.error("entry_too_long", vote=vote)

    async def _of(self, work: Work, vote_id: str) -> tuple[Vote, VoteKeys]:
        vote = await votes.one(work, vote_id)
        found = await votes.keys(work, self._vault, vote.terms.draft, vote.terms.convener) if vote is not None else None
        if vote is None or found is None:
            raise NotFound("VOTE_UNKNOWN")
        return vote, found[1]
