"""Turns governance's events about federated votes into entries of our own board, in the order of the events."""

import hashlib
from collections.abc import Callable
from dataclasses import replace

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
from libs.boards.documents import Objection, read_settlement_body, write_settlement
from libs.boards.entries import JoinEntry, NoticeEntry
from libs.database.engine import UnitOfWork
from libs.messages.envelope import Event, type_of
from libs.messages.reactions import EventHandler
from libs.observe.logs import logger
from libs.refusals import NotFound
from libs.signing import statement
from services.federation.domain.own_board_rules import require_not_recovering
from services.federation.storage import boards, evidence_documents, votes
from services.federation.storage.key_cipher import KeyCipher
from services.federation.storage.votes import Vote, VoteKeys

LOG = logger("federation")


class VoteReactions:
    """Handles the vote events of one co-op. While `is_recovering`, our boards must not grow, and events wait."""

    def __init__(self, us: str, cipher: KeyCipher, is_recovering: Callable[[], bool]) -> None:
        self._us = us
        self._cipher = cipher
        self._recovering = is_recovering

    def handlers(self) -> dict[str, EventHandler]:
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

    async def _drafted(self, work: UnitOfWork, event: Event) -> None:
        payload = VoteDrafted.FromString(event.payload)
        await votes.add_draft(work, payload.draft_id, payload.participants, payload.observers)

    async def _joined(self, work: UnitOfWork, event: Event) -> None:
        payload = VoteJoined.FromString(event.payload)
        vote, keys = await self._of(work, payload.vote_id)
        join = JoinEntry(vote.id, self._us, payload.body, payload.date, payload.reference)
        signed = replace(join, sig=statement.sign(keys.statement, "join", join.signed()))
        await self._append(work, vote.id, vote.terms.data, signed.data())

    async def _withdrawn(self, work: UnitOfWork, event: Event) -> None:
        payload = VoteWithdrawn.FromString(event.payload)
        await self._append(work, payload.vote_id, NoticeEntry(entries.WITHDRAW, hashlib.sha256(b"").digest()).data())

    async def _rows(self, work: UnitOfWork, event: Event) -> None:
        payload = VoteRowsFrozen.FromString(event.payload)
        await self._append(work, payload.vote_id, *payload.entries)

    async def _attested(self, work: UnitOfWork, event: Event) -> None:
        payload = VoteRollAttested.FromString(event.payload)
        vote, _ = await self._of(work, payload.vote_id)
        about = hashlib.sha256(f"{vote.id} {self._us}".encode()).digest()
        await self._append(work, vote.id, NoticeEntry(entries.SCRUTINY, about, payload.rows, payload.scrutineers).data())

    async def _ready(self, work: UnitOfWork, event: Event) -> None:
        await votes.request_ready(work, VoteMadeReady.FromString(event.payload).vote_id)

    async def _ballot(self, work: UnitOfWork, event: Event) -> None:
        payload = VoteBallotCast.FromString(event.payload)
        require_not_recovering(recovering=self._recovering())
        # The same choice may be cast twice with another in between; that cannot be told from an event repeated after a restore.
        if await boards.append_own(work, payload.vote_id, self._us, [payload.entry]):
            LOG.error("entry_too_long", vote=payload.vote_id)

    async def _objected(self, work: UnitOfWork, event: Event) -> None:
        payload = VoteObjected.FromString(event.payload)
        vote, keys = await self._of(work, payload.vote_id)
        document = evidence.objection(Objection(vote.id, self._us, int(event.at.timestamp()), payload.reference).signed(keys.statement))
        await evidence_documents.add(work, vote.id, evidence.OBJECTION, document)
        await self._append(work, vote.id, NoticeEntry(entries.OBJECTION, hashlib.sha256(document).digest()).data())

    async def _settled(self, work: UnitOfWork, event: Event) -> None:
        payload = VoteSettlementAgreed.FromString(event.payload)
        vote, keys = await self._of(work, payload.vote_id)
        settlement = read_settlement_body(payload.settlement)
        sig = statement.sign(keys.statement, "settlement", settlement.data())
        document = evidence.settlement(write_settlement(settlement, {self._us: sig}))
        await evidence_documents.add(work, vote.id, evidence.SETTLEMENT, document)

    async def _append(self, work: UnitOfWork, vote: str, *data: bytes) -> None:
        require_not_recovering(recovering=self._recovering())
        if await boards.append_own(work, vote, self._us, data, once=True):
            LOG.error("entry_too_long", vote=vote)

    async def _of(self, work: UnitOfWork, vote_id: str) -> tuple[Vote, VoteKeys]:
        vote = await votes.get(work, vote_id)
        keys = await votes.get_keys(work, self._cipher, vote.terms.draft, vote.terms.convener) if vote is not None else None
        if vote is None or keys is None:
            raise NotFound("VOTE_UNKNOWN")
        return vote, keys[1]
