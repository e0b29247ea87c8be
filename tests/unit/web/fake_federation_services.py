"""Federation, as the pages see it: the other co-ops, their boards, and what the boards of a vote prove."""

from datetime import timedelta

from kith.federation.v1 import federation_pb2 as fed
from libs.refusals import NotFound
from tests.unit.web.fake_people import NOW, FakeService, to_timestamp
from tests.unit.web.fake_vote_services import (
    CO_OPS,
    DONE_VOTE,
    ELM,
    FINGERPRINTS,
    HARBOUR,
    INVITATION,
    MILL,
    NEW_VOTE,
    OPEN_VOTE,
    OWN_PSEUDONYM,
    ROLL_VOTE,
    SPLIT_VOTE,
    WATCH,
    make_board,
    make_outcome,
)


class FakeFederationService(FakeService):
    """A fake federation service with peers in different states."""

    def __init__(self) -> None:
        super().__init__(fed.DESCRIPTOR.services_by_name["FederationService"])
        self.peers = {
            HARBOUR: fed.Peer(
                co_op=HARBOUR,
                name=CO_OPS[HARBOUR],
                state=fed.PEER_STATE_ACTIVE,
                fingerprint=FINGERPRINTS[HARBOUR],
                contact="The secretary, 01632 960 031",
                heard_at=to_timestamp(NOW),
                decided=True,
                endpoint="harbour.example:8443",
                asks=True,
                agreement=b'{"v":1,"parties":["elm-row","harbour"]}',
                events=[
                    fed.PeerEvent(at=to_timestamp(NOW - timedelta(days=40)), what="compared"),
                    fed.PeerEvent(at=to_timestamp(NOW - timedelta(days=39)), what="decided", decision_number=2, by_them=True),
                ],
            ),
            MILL: fed.Peer(
                co_op=MILL, name=CO_OPS[MILL], state=fed.PEER_STATE_INVITED, fingerprint=FINGERPRINTS[MILL], code="4F2K-9XQD-7MTR"
            ),
            WATCH: fed.Peer(
                co_op=WATCH,
                name=CO_OPS[WATCH],
                state=fed.PEER_STATE_ACTIVE,
                fingerprint=FINGERPRINTS[WATCH],
                unreachable=True,
                heard_at=to_timestamp(NOW - timedelta(days=2)),
                waiting=3,
                decided=True,
                contact="The office, 01632 960 044",
            ),
        }

    def ListPeers(self, _request: fed.ListPeersRequest) -> fed.ListPeersResponse:
        return fed.ListPeersResponse(peers=self.peers.values())

    def GetPeer(self, request: fed.GetPeerRequest) -> fed.GetPeerResponse:
        if request.peer not in self.peers:
            raise NotFound("PEER_UNKNOWN")
        return fed.GetPeerResponse(peer=self.peers[request.peer])

    def GetOwnIdentity(self, _request: fed.GetOwnIdentityRequest) -> fed.GetOwnIdentityResponse:
        return fed.GetOwnIdentityResponse(co_op=ELM, name=CO_OPS[ELM], fingerprint=FINGERPRINTS[ELM])

    def InvitePeer(self, _request: fed.InvitePeerRequest) -> fed.InvitePeerResponse:
        return fed.InvitePeerResponse(invitation=INVITATION)

    def AcceptPeer(self, _request: fed.AcceptPeerRequest) -> fed.AcceptPeerResponse:
        return fed.AcceptPeerResponse(peer=self.peers[MILL])


class FakeEvidenceService(FakeService):
    """A fake evidence service: what the boards prove."""

    def __init__(self) -> None:
        super().__init__(fed.DESCRIPTOR.services_by_name["EvidenceService"])
        self.word = fed.BALLOT_WORD_WITNESSED
        self.receipt = b'{"body":{},"sig":"00"}'
        self.found = True
        self.bundle = bytes(range(256)) * 10
        self.proved: dict[str, fed.GetVoteEvidenceResponse] = {}
        """What the boards of a vote prove, if a test sets it."""
        self.signed: dict[str, fed.GetOutcomeResponse] = {}

    def GetVoteEvidence(self, request: fed.GetVoteEvidenceRequest) -> fed.GetVoteEvidenceResponse:
        if request.vote_id in self.proved:
            return self.proved[request.vote_id]
        states = {
            DONE_VOTE: fed.EVIDENCE_STATE_FINAL,
            SPLIT_VOTE: fed.EVIDENCE_STATE_DISPUTED,
            NEW_VOTE: fed.EVIDENCE_STATE_PROPOSED,
            ROLL_VOTE: fed.EVIDENCE_STATE_ROLLS,
        }
        state = states.get(request.vote_id, fed.EVIDENCE_STATE_OPEN)
        over = state in (fed.EVIDENCE_STATE_FINAL, fed.EVIDENCE_STATE_DISPUTED)
        signed = {ELM: "ab" * 32, HARBOUR: "ab" * 32, MILL: ("cd" if state == fed.EVIDENCE_STATE_DISPUTED else "ab") * 32}
        early = request.vote_id == NEW_VOTE
        boards = [
            make_board(
                co_op,
                closed=over,
                outcome_hash=signed.get(co_op, "") if over else "",
                cut_at_close=160 if over else 0,
                joined=not early,
                roll=not early and co_op != WATCH,
                ready=not early,
                open=not early,
            )
            for co_op in CO_OPS
        ]
        disputed = state == fed.EVIDENCE_STATE_DISPUTED
        return fed.GetVoteEvidenceResponse(
            vote_id=request.vote_id,
            state=state,
            boards=boards,
            q=2,
            signatures_needed=2,
            signatures=2 if over else 0,
            concluded_from=to_timestamp(NOW - timedelta(days=1)),
            revision=1,
            why="misconduct" if disputed else "",
            misconduct=[f"double_outcome {MILL}"] if disputed else [],
            objections=[HARBOUR] if disputed else [],
        )

    def GetBallotStatus(self, _request: fed.GetBallotStatusRequest) -> fed.GetBallotStatusResponse:
        code = "TOO_MANY" if self.word == fed.BALLOT_WORD_NOT_COUNTED else ""
        return fed.GetBallotStatusResponse(word=self.word, held_by=2, held_of=3, index=12, needed=2, code=code)

    def GetReceipt(self, _request: fed.GetReceiptRequest) -> fed.GetReceiptResponse:
        if not self.receipt:
            raise NotFound("RECEIPT_NOT_YET")
        return fed.GetReceiptResponse(receipt=self.receipt)

    def LookUpBallot(self, _request: fed.LookUpBallotRequest) -> fed.LookUpBallotResponse:
        if not self.found:
            return fed.LookUpBallotResponse(pseudonym=OWN_PSEUDONYM)
        ballots = [
            fed.FoundBallot(
                vote_id=OPEN_VOTE,
                co_op=ELM,
                index=130,
                choice=b'"against"',
                word=fed.BALLOT_WORD_NOT_COUNTED,
                question="Share a night team?",
            ),
            fed.FoundBallot(
                vote_id=OPEN_VOTE, co_op=ELM, index=141, choice=b'"for"', word=fed.BALLOT_WORD_COUNTED, question="Share a night team?"
            ),
        ]
        return fed.LookUpBallotResponse(pseudonym=OWN_PSEUDONYM, co_op=ELM, group="supported", vote_id=OPEN_VOTE, ballots=ballots)

    def GetOutcome(self, request: fed.GetOutcomeRequest) -> fed.GetOutcomeResponse:
        if request.vote_id in self.signed:
            return self.signed[request.vote_id]
        if request.vote_id not in (DONE_VOTE, SPLIT_VOTE):
            return fed.GetOutcomeResponse()
        signers = [fed.OutcomeSigner(co_op=co_op, hash="ab" * 32) for co_op in (ELM, HARBOUR)] + [
            fed.OutcomeSigner(co_op=MILL, hash="cd" * 32)
        ]
        return fed.GetOutcomeResponse(outcome=make_outcome(), hash="ab" * 32, signers=signers, final=request.vote_id == DONE_VOTE)

    def GetBundle(self, request: fed.GetBundleRequest) -> fed.GetBundleResponse:
        piece = self.bundle[request.offset : request.offset + 1000]
        return fed.GetBundleResponse(piece=piece, total=len(self.bundle), name="night-team.kith", pins=b'{"pins":[],"v":1}')
