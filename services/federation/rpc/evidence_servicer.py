"""EvidenceService over gRPC: what the boards of a vote prove, to people of this co-op."""

from datetime import UTC, datetime
from typing import Any, Protocol

from kith.federation.v1 import federation_pb2 as pb
from kith.federation.v1 import federation_pb2_grpc
from libs.boards import documents
from libs.boards.pseudonyms import parse_typed_pseudonym
from libs.database.engine import UnitOfWork
from libs.refusals import invalid
from libs.rpc.transactions import Transactions
from libs.signing.checkpoint import Checkpoint
from services.federation.commands import own_board
from services.federation.commands.issue_receipt import issue_receipt
from services.federation.queries.get_ballot_status import get_ballot_status, look_up_pseudonym
from services.federation.queries.get_own_identity import get_root_fingerprints
from services.federation.queries.get_vote_bundle import VoteBundleFile, get_vote_bundle
from services.federation.queries.get_vote_evidence import get_vote_evidence, select_pins
from services.federation.rpc import translate_evidence as translate
from services.federation.storage.board_cache import BoardCache
from services.federation.storage.local_identity import LocalIdentity

Context = Any
"""grpc carries no types."""
BUNDLE_PIECE_BYTES = 1024 * 1024
_BUNDLE_CACHE_SECONDS = 120


class CheckpointSigner(Protocol):
    """What the running process knows about the checkpoints that it signed before."""

    def may_sign_checkpoint(self, vote: str) -> bool:
        """Whether our board of this vote may get another head."""
        ...

    async def anchor_head(self, head: Checkpoint) -> None:
        """Returns when it is on disk, outside the database, that we signed it."""
        ...


class EvidenceServicer(federation_pb2_grpc.EvidenceServiceServicer):
    """One RPC, one question."""

    def __init__(
        self, transactions: Transactions, local_identity: LocalIdentity, board_cache: BoardCache, signer: CheckpointSigner
    ) -> None:
        self._transactions = transactions
        self._local_identity = local_identity
        self._board_cache = board_cache
        self._signer = signer
        self._bundle_cache: dict[str, tuple[datetime, VoteBundleFile]] = {}

    async def GetVoteEvidence(self, request: pb.GetVoteEvidenceRequest, _: Context) -> pb.GetVoteEvidenceResponse:
        async with self._transactions.query() as work:
            return translate.vote_evidence_response(
                await get_vote_evidence(work, self._board_cache, request.vote_id), self._local_identity.co_op
            )

    async def GetBallotStatus(self, request: pb.GetBallotStatusRequest, _: Context) -> pb.GetBallotStatusResponse:
        pseudonym = _parse_pseudonym(request.pseudonym)
        async with self._transactions.query() as work:
            return translate.ballot_status_response(
                await get_ballot_status(work, self._board_cache, request.vote_id, self._local_identity.co_op, pseudonym)
            )

    async def LookUpBallot(self, request: pb.LookUpBallotRequest, _: Context) -> pb.LookUpBallotResponse:
        pseudonym = _parse_pseudonym(request.pseudonym)
        async with self._transactions.query() as work:
            lookups = await look_up_pseudonym(work, self._board_cache, pseudonym)
        return translate.look_up_response(pseudonym, [lookup for lookup in lookups if request.vote_id in ("", lookup.vote)])

    async def GetReceipt(self, request: pb.GetReceiptRequest, _: Context) -> pb.GetReceiptResponse:
        pseudonym = _parse_pseudonym(request.pseudonym)
        own_board.require_not_recovering(recovering=not self._signer.may_sign_checkpoint(request.vote_id))
        async with self._transactions.query() as work:
            receipt, head = await issue_receipt(work, self._local_identity.cipher, self._local_identity.co_op, request.vote_id, pseudonym)
        await self._signer.anchor_head(head)
        return pb.GetReceiptResponse(receipt=receipt)

    async def GetOutcome(self, request: pb.GetOutcomeRequest, _: Context) -> pb.GetOutcomeResponse:
        async with self._transactions.query() as work:
            return translate.outcome_response(await get_vote_evidence(work, self._board_cache, request.vote_id))

    async def GetBundle(self, request: pb.GetBundleRequest, _: Context) -> pb.GetBundleResponse:
        async with self._transactions.query() as work:
            bundle = await self._load_bundle(work, request.vote_id, request.offset)
            view = await get_vote_evidence(work, self._board_cache, request.vote_id)
            pins = documents.encode_pins(select_pins(view.vote.terms, await get_root_fingerprints(work)))
        if not 0 <= request.offset <= len(bundle.content):
            raise invalid("offset", "OFFSET_BEYOND_THE_END")
        piece = bundle.content[request.offset : request.offset + BUNDLE_PIECE_BYTES]
        return pb.GetBundleResponse(piece=piece, total=len(bundle.content), name=bundle.name, pins=pins)

    async def _load_bundle(self, work: UnitOfWork, vote_id: str, offset: int) -> VoteBundleFile:
        """The pieces of one download come from one bundle, though more evidence may have come in the meantime."""
        now = datetime.now(UTC)
        self._bundle_cache = {
            key: cached for key, cached in self._bundle_cache.items() if (now - cached[0]).total_seconds() < _BUNDLE_CACHE_SECONDS
        }
        if offset and vote_id in self._bundle_cache:
            return self._bundle_cache[vote_id][1]
        bundle = await get_vote_bundle(work, self._board_cache, vote_id)
        self._bundle_cache[vote_id] = now, bundle
        return bundle


def _parse_pseudonym(typed: str) -> str:
    """Raises Invalid PSEUDONYM_MALFORMED."""
    pseudonym = parse_typed_pseudonym(typed)
    if pseudonym is None:
        raise invalid("pseudonym", "PSEUDONYM_MALFORMED")
    return pseudonym
