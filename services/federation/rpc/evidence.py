"""EvidenceService over gRPC: what the boards of a vote prove, to people of this co-op."""

from datetime import UTC, datetime
from typing import Any, Protocol

from kith.federation.v1 import federation_pb2 as pb
from kith.federation.v1 import federation_pb2_grpc
from libs.boards import papers
from libs.boards.rows import as_typed
from libs.database.engine import Work
from libs.refusals import invalid
from libs.rpc.desk import Desk
from libs.signing.checkpoint import Checkpoint
from services.federation.commands import own_board
from services.federation.commands.give_receipt import give_receipt
from services.federation.queries.ballot_status import ballot_status, look_up
from services.federation.queries.see_identity import fingerprints
from services.federation.queries.vote_bundle import Packed, pack_vote
from services.federation.queries.vote_evidence import pins_of, see_vote
from services.federation.rpc import translate_evidence as translate
from services.federation.storage.edge import Edge
from services.federation.storage.mirrors import Mirrors

Context = Any
"""grpc carries no types."""
PIECE_BYTES = 1024 * 1024
_KEPT_SECONDS = 120


class Signing(Protocol):
    """What the running process knows of what it signed before."""

    def may_sign(self, vote: str) -> bool:
        """Whether our board of this vote may get another head."""
        ...

    async def anchor(self, head: Checkpoint) -> None:
        """Back when it is on disk, outside the database, that we signed it."""
        ...


class EvidenceServicer(federation_pb2_grpc.EvidenceServiceServicer):
    """One RPC, one question."""

    def __init__(self, desk: Desk, edge: Edge, mirrors: Mirrors, signing: Signing) -> None:
        self._desk = desk
        self._edge = edge
        self._mirrors = mirrors
        self._signing = signing
        self._packed: dict[str, tuple[datetime, Packed]] = {}

    async def GetVoteEvidence(self, request: pb.GetVoteEvidenceRequest, _: Context) -> pb.GetVoteEvidenceResponse:
        async with self._desk.query() as work:
            return translate.vote(await see_vote(work, self._mirrors, request.vote_id), self._edge.co_op)

    async def GetBallotStatus(self, request: pb.GetBallotStatusRequest, _: Context) -> pb.GetBallotStatusResponse:
        pseudonym = _pseudonym(request.pseudonym)
        async with self._desk.query() as work:
            return translate.status(await ballot_status(work, self._mirrors, request.vote_id, self._edge.co_op, pseudonym))

    async def LookUpBallot(self, request: pb.LookUpBallotRequest, _: Context) -> pb.LookUpBallotResponse:
        pseudonym = _pseudonym(request.pseudonym)
        async with self._desk.query() as work:
            found = await look_up(work, self._mirrors, pseudonym)
        return translate.looked_up(pseudonym, [one for one in found if request.vote_id in ("", one.vote)])

    async def GetReceipt(self, request: pb.GetReceiptRequest, _: Context) -> pb.GetReceiptResponse:
        pseudonym = _pseudonym(request.pseudonym)
        own_board.require_steady(recovering=not self._signing.may_sign(request.vote_id))
        async with self._desk.query() as work:
            receipt, head = await give_receipt(work, self._edge.vault, self._edge.co_op, request.vote_id, pseudonym)
        await self._signing.anchor(head)
        return pb.GetReceiptResponse(receipt=receipt)

    async def GetOutcome(self, request: pb.GetOutcomeRequest, _: Context) -> pb.GetOutcomeResponse:
        async with self._desk.query() as work:
            return translate.outcome(await see_vote(work, self._mirrors, request.vote_id))

    async def GetBundle(self, request: pb.GetBundleRequest, _: Context) -> pb.GetBundleResponse:
        async with self._desk.query() as work:
            packed = await self._pack(work, request.vote_id, request.offset)
            seen = await see_vote(work, self._mirrors, request.vote_id)
            pins = papers.pins(pins_of(seen.vote.terms, await fingerprints(work)))
        if not 0 <= request.offset <= len(packed.content):
            raise invalid("offset", "OFFSET_BEYOND_THE_END")
        piece = packed.content[request.offset : request.offset + PIECE_BYTES]
        return pb.GetBundleResponse(piece=piece, total=len(packed.content), name=packed.name, pins=pins)

    async def _pack(self, work: Work, vote_id: str, offset: int) -> Packed:
        """The pieces of one download are of one bundle, though more may have come in the meantime."""
        now = datetime.now(UTC)
        self._packed = {key: kept for key, kept in self._packed.items() if (now - kept[0]).total_seconds() < _KEPT_SECONDS}
        if offset and vote_id in self._packed:
            return self._packed[vote_id][1]
        packed = await pack_vote(work, self._mirrors, vote_id)
        self._packed[vote_id] = now, packed
        return packed


def _pseudonym(typed: str) -> str:
    """Raises Invalid PSEUDONYM_MALFORMED."""
    found = as_typed(typed)
    if found is None:
        raise invalid("pseudonym", "PSEUDONYM_MALFORMED")
    return found
