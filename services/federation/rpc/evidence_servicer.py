"""EvidenceService: what the boards of a vote prove, to people of this co-op."""

from functools import partial
from typing import Protocol

from kith.federation.v1 import federation_pb2 as pb
from libs.rpc.binding import BoundService, bind, handler, query
from libs.rpc.transactions import Transactions
from libs.signing.checkpoint import Checkpoint
from services.federation.commands.issue_receipt import issue_receipt
from services.federation.domain.own_board_rules import require_not_recovering
from services.federation.queries.get_ballot_status import get_ballot_status, look_up_ballot
from services.federation.queries.get_bundle import BundleCache, get_bundle
from services.federation.queries.get_vote_evidence import get_vote_evidence
from services.federation.rpc import translate_evidence as translate
from services.federation.storage.board_cache import BoardCache
from services.federation.storage.local_identity import LocalIdentity


class CheckpointSigner(Protocol):
    """What the running process knows about the checkpoints that it signed before."""

    def may_sign_checkpoint(self, vote: str) -> bool:
        """Whether our board of this vote may get another head."""
        ...

    async def anchor_head(self, head: Checkpoint) -> None:
        """Returns when it is on disk, outside the database, that we signed it."""
        ...


def evidence_service(
    transactions: Transactions, local_identity: LocalIdentity, board_cache: BoardCache, signer: CheckpointSigner
) -> BoundService:
    us = local_identity.co_op

    async def get_receipt(transactions: Transactions, request: pb.GetReceiptRequest) -> pb.GetReceiptResponse:
        # The head that covers the ballot is anchored between the commit and the response.
        vote_id, pseudonym = request.vote_id, translate.parse_pseudonym(request.pseudonym)
        require_not_recovering(recovering=not signer.may_sign_checkpoint(vote_id))
        async with transactions.query() as work:
            receipt, head = await issue_receipt(work, local_identity.cipher, us, vote_id, pseudonym)
        await signer.anchor_head(head)
        return pb.GetReceiptResponse(receipt=receipt)

    return bind(
        pb,
        "EvidenceService",
        transactions,
        {
            "GetVoteEvidence": query(
                partial(translate.vote, board_cache), get_vote_evidence, lambda view: translate.vote_evidence_response(view, us)
            ),
            "GetBallotStatus": query(partial(translate.ballot, board_cache, us), get_ballot_status, translate.ballot_status_response),
            # Anybody with a card may look up its row without an account: the response shows only what is on boards.
            "LookUpBallot": query(partial(translate.look_up, board_cache), look_up_ballot, translate.look_up_response, open=True),
            "GetReceipt": handler(get_receipt),
            "GetOutcome": query(partial(translate.vote, board_cache), get_vote_evidence, translate.outcome_response),
            "GetBundle": query(partial(translate.bundle, BundleCache(board_cache)), get_bundle, translate.bundle_response),
        },
    )
