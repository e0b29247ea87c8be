"""Synchronises boards and evidence documents with a peer: tells what we hold of shared votes, finds what the peer lacks, accepts what it
sends.

Everything signed leaves through this module, so it is anchored here first. During a recovery nothing signed leaves.
"""

from collections.abc import Mapping, Sequence

from kith.peer.v1 import peer_pb2 as pb
from libs import callers
from libs.boards import evidence
from libs.boards.document_fields import DocumentError
from libs.clock import Clock
from libs.database.engine import Database
from libs.observe.logs import logger
from libs.observe.metrics import BOARD_ENTRIES_MIRRORED, PEER_FALSE_PROOFS
from libs.signing.checkpoint import Checkpoint
from services.federation.border import translate_vote_sync
from services.federation.border.board_recovery import BoardRecovery
from services.federation.border.clock_skew_monitor import ClockSkewMonitor
from services.federation.border.false_proofs import FalseProofs
from services.federation.commands.accept_board_update import MAX_FALSE_PROOFS, accept_board_update
from services.federation.commands.cosign_boards import cosign_boards
from services.federation.commands.sign_own_board import sign_own_board
from services.federation.storage import boards, evidence_documents, votes
from services.federation.storage.anchor_file import AnchorFile
from services.federation.storage.board_cache import BoardCache
from services.federation.storage.local_identity import LocalIdentity
from services.federation.storage.uncosigned_heads import find_heads_to_cosign
from services.federation.storage.votes import Vote

LOG = logger("federation")
MAX_PARCEL_BYTES = 1_500_000
MAX_BOARD_PARTS = 500
MAX_VOTES = 200
"""Limits for each parcel, received or sent."""
CALLER = callers.job("exchange")


class BoardSync:
    """Opens its own transactions. Used for active peers only."""

    def __init__(
        self,
        local_identity: LocalIdentity,
        database: Database,
        clock: Clock,
        anchor: AnchorFile,
        board_cache: BoardCache,
        clock_monitor: ClockSkewMonitor,
        recovery: BoardRecovery,
    ) -> None:
        self._us = local_identity.co_op
        self._cipher = local_identity.cipher
        self._database = database
        self._clock = clock
        self._anchor = anchor
        self._board_cache = board_cache
        self._clock_monitor = clock_monitor
        self._recovery = recovery
        self._false_proofs = FalseProofs()
        self._confirmed_votes: set[str] = set()
        """Votes of which, since this process began, a peer said how much of our board it holds, and it was no more than we remember."""

    async def list_holdings(self, peer: str) -> list[pb.VoteHave]:
        """What we hold of every vote in which the peer is a party too."""
        async with self._database.query_work(CALLER, self._clock.now()) as work:
            shared_ids = [vote.id for vote in await votes.list_live(work) if peer in vote.terms.by_id]
            if not shared_ids:
                return []
            holdings, digests = await boards.load_holdings(work, shared_ids), await evidence_documents.digests(work, shared_ids)
        return [translate_vote_sync.vote_have_message(vote, holdings[vote], digests[vote]) for vote in shared_ids]

    async def find_missing(self, peer: str, holdings_of_peer: Sequence[pb.VoteHave]) -> tuple[list[pb.BoardPart], list[pb.VotePaper]]:
        """What we hold and the peer lacks, up to `MAX_PARCEL_BYTES`."""
        requested = {have.vote.hex(): have for have in holdings_of_peer[:MAX_VOTES]}
        if self._recovery.is_active:
            for vote_id, have in requested.items():
                await self._recovery.record_answer(peer, vote_id, translate_vote_sync.size_held_by_peer(self._us, have))
            return [], []
        if not requested:
            return [], []
        parts: list[pb.BoardPart] = []
        documents: list[pb.VotePaper] = []
        bytes_left = MAX_PARCEL_BYTES
        shared = await self._sign_and_list_shared(peer, requested)
        async with self._database.query_work(CALLER, self._clock.now()) as work:
            holdings, digests = await boards.load_holdings(work, shared), await evidence_documents.digests(work, shared)
            for vote in shared:
                have = requested[vote]
                for part in await translate_vote_sync.board_part_messages(work, vote, holdings[vote], have, bytes_left):
                    parts.append(part)
                    bytes_left -= part.ByteSize()
                if have.papers != digests[vote]:
                    documents += await translate_vote_sync.document_messages(work, vote)
                if bytes_left <= 0 or len(parts) >= MAX_BOARD_PARTS:
                    break
        await self._anchor.record(translate_vote_sync.heads_signed_by(self._us, parts))
        return parts, documents

    def may_sign_checkpoint(self, vote: str) -> bool:
        """Whether our board of this vote may get a head outside an exchange: after a rollback of the whole machine, a peer must tell us
        first.
        """
        return vote in self._confirmed_votes and not self._recovery.is_active

    async def anchor_head(self, head: Checkpoint) -> None:
        """Returns when it is on disk that we signed this head."""
        await self._anchor.record([(head.origin, head.size, head.root)])

    async def accept(self, peer: str, parts_received: Sequence[pb.BoardPart], documents_received: Sequence[pb.VotePaper]) -> bool:
        """Stores what is proven and cosigns what we hold then. A part that is refused is logged and does not affect the others.

        After a few false signatures the rest of the parcel is put aside, and the peer is not listened to for a while if that happens again.
        """
        if self._false_proofs.is_ignored(peer, self._clock.now()):
            return False
        new, still_forgiven = False, MAX_FALSE_PROOFS
        for vote_id in {part.vote for part in parts_received[:MAX_BOARD_PARTS]}:
            vote = await self._get_shared_vote(peer, vote_id)
            if vote is not None:
                parts = [part for part in parts_received[:MAX_BOARD_PARTS] if part.vote == vote_id]
                changed, false_proofs = await self._accept_parts(peer, vote, parts, still_forgiven)
                new, still_forgiven = new or changed, still_forgiven - false_proofs
            if still_forgiven <= 0:
                pause = self._false_proofs.count(peer, self._clock.now())
                LOG.warning("false_proofs", peer=peer, pause_seconds=int(pause.total_seconds()))
                return new
        for document in documents_received[: translate_vote_sync.MAX_DOCUMENTS]:
            vote = await self._get_shared_vote(peer, document.vote)
            new |= vote is not None and await self._accept_document(vote, document.content)
        return new

    async def _accept_parts(self, peer: str, vote: Vote, parts: Sequence[pb.BoardPart], forgiven: int) -> tuple[bool, int]:
        """Returns whether anything was new, and how many signatures were false. Parts after the last that is forgiven are passed over."""
        new, false_proofs = False, 0
        for part in parts[: len(vote.terms.parties)]:
            if false_proofs >= forgiven:
                break
            async with self._database.work(CALLER, self._clock.now(), "exchange") as work:
                result = await accept_board_update(work, vote, translate_vote_sync.parse_board_part(part), self._us)
                if part.co_op == peer:
                    await boards.record_contact(work, vote.id, peer)
            if result.newer_own_size:
                new |= await self._recovery.accept_own_board(vote, translate_vote_sync.parse_board_part(part))
            if result.false_proofs:
                false_proofs += result.false_proofs
                PEER_FALSE_PROOFS.labels(peer).inc(result.false_proofs)
            if result.refused:
                LOG.warning("board_refused", vote=vote.id, board=part.co_op[:64], peer=peer, why=result.refused)
            if result.new:
                BOARD_ENTRIES_MIRRORED.inc(len(part.entries))
            new |= result.new
        return await self.cosign(vote) or new, false_proofs

    async def cosign(self, vote: Vote) -> bool:
        """Cosigns the boards that we hold, unless our own clock or database cannot be trusted. Returns whether it cosigned anything."""
        if self._clock_monitor.is_doubtful or self._recovery.is_active:
            return False
        async with self._database.query_work(CALLER, self._clock.now()) as work:
            if not await find_heads_to_cosign(work, vote, self._us, self._anchor.all_heads()):
                return False
            own_board = (await boards.get_by_co_op(work, vote.id)).get(self._us)
            is_closed = own_board is not None and (await self._board_cache.load_board(work, vote.terms, own_board)).closed is not None
        async with self._database.work(CALLER, self._clock.now(), "cosign") as work:
            await votes.lock(work, vote.id)
            keys, now = await votes.get_keys(work, self._cipher, vote.terms.draft, vote.terms.convener), int(self._clock.now().timestamp())
            if keys is None or (is_closed and now <= vote.terms.concluded_from):
                return False
            return await cosign_boards(work, vote, self._us, keys[1], self._anchor.all_heads(), now) > 0

    async def _accept_document(self, vote: Vote, content: bytes) -> bool:
        async with self._database.query_work(CALLER, self._clock.now()) as work:
            evidence_held = await self._board_cache.load_evidence(work, vote)
        try:
            evidence.read_evidence(vote.terms, evidence_held.boards, content)
        except DocumentError as error:
            LOG.warning("paper_refused", vote=vote.id, why=str(error))
            return False
        kind = next((evidence_kind for evidence_kind in _EVIDENCE_KINDS if f'"kind":"{evidence_kind}"'.encode() in content), "paper")
        async with self._database.work(CALLER, self._clock.now(), "exchange") as work:
            return await evidence_documents.add(work, vote.id, kind, content)

    async def _sign_and_list_shared(self, peer: str, requested: Mapping[str, pb.VoteHave]) -> list[str]:
        """Returns which of these votes we share with the peer, after signing a head for each of our own boards that grew.

        Where the peer says that it holds more of our board than we remember to have signed, we do not sign, but wait for what it sends.
        """
        async with self._database.query_work(CALLER, self._clock.now()) as work:
            shared = [vote for vote in await votes.list_by_ids(work, requested) if peer in vote.terms.by_id]
            grown = set(await boards.list_unsigned(work, self._us))
            signed = await boards.get_signed_sizes(work, self._us, [vote.id for vote in shared])
        for vote in shared:
            if translate_vote_sync.size_held_by_peer(self._us, requested[vote.id]) <= signed.get(vote.id, 0):
                self._confirmed_votes.add(vote.id)
                if vote.id in grown:
                    await self._sign_own_board(vote)
        return [vote.id for vote in shared]

    async def _sign_own_board(self, vote: Vote) -> None:
        async with self._database.work(CALLER, self._clock.now(), "seal") as work:
            keys = await votes.get_keys(work, self._cipher, vote.terms.draft, vote.terms.convener)
            if keys is not None:
                await sign_own_board(work, vote, self._us, keys[1])

    async def _get_shared_vote(self, peer: str, vote_id: bytes) -> Vote | None:
        async with self._database.query_work(CALLER, self._clock.now()) as work:
            vote = await votes.get(work, vote_id.hex())
        return vote if vote is not None and peer in vote.terms.by_id else None


_EVIDENCE_KINDS = (
    evidence.FORK,
    evidence.DOUBLE_OUTCOME,
    evidence.LATE_COSIGNATURE,
    evidence.FALLING_DATES,
    evidence.OBJECTION,
    evidence.SETTLEMENT,
)
