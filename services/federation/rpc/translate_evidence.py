"""Translates votes, boards and ballots to wire messages."""

import hashlib

from kith.federation.v1 import federation_pb2 as pb
from libs.boards import documents
from libs.boards.entries import choice_json
from libs.boards.pseudonyms import parse_typed_pseudonym
from libs.boards.vote_state import VoteState, outcome_signers
from libs.refusals import invalid
from libs.rpc.enums import to_wire
from libs.signing import canonical
from services.federation.queries.get_ballot_status import BallotStatus, PseudonymLookup
from services.federation.queries.get_bundle import BundleCache, BundlePiece
from services.federation.queries.get_vote_evidence import BoardView, VoteEvidenceView
from services.federation.storage.board_cache import BoardCache


def vote(board_cache: BoardCache, request: pb.GetVoteEvidenceRequest | pb.GetOutcomeRequest) -> tuple[BoardCache, str]:
    return board_cache, request.vote_id


def ballot(board_cache: BoardCache, us: str, request: pb.GetBallotStatusRequest) -> tuple[BoardCache, str, str, str]:
    return board_cache, request.vote_id, us, parse_pseudonym(request.pseudonym)


def look_up(board_cache: BoardCache, request: pb.LookUpBallotRequest) -> tuple[BoardCache, str, str]:
    return board_cache, parse_pseudonym(request.pseudonym), request.vote_id


def bundle(cache: BundleCache, request: pb.GetBundleRequest) -> tuple[BundleCache, str, int]:
    return cache, request.vote_id, request.offset


def parse_pseudonym(typed: str) -> str:
    """Raises Invalid PSEUDONYM_MALFORMED."""
    pseudonym = parse_typed_pseudonym(typed)
    if pseudonym is None:
        raise invalid("pseudonym", "PSEUDONYM_MALFORMED")
    return pseudonym


def vote_evidence_response(view: VoteEvidenceView, us: str) -> pb.GetVoteEvidenceResponse:
    status, terms = view.status, view.vote.terms
    signed = status.signatures or {}
    best_supported = max(view.partial_settlements, key=lambda settlement: len(settlement[1]), default=None)
    response = pb.GetVoteEvidenceResponse(
        vote_id=view.vote.id,
        state=to_wire(pb.EvidenceState, status.state),
        contested=status.contested,
        why=status.why,
        boards=[_board_view_message(board, us, status.revision) for board in view.boards],
        q=terms.q,
        signatures_needed=terms.signatures_needed,
        signatures=max((len(signers) for signers in signed.values()), default=0),
        misconduct=[f"{misconduct.kind} {misconduct.id}" for misconduct in sorted(view.evidence.misconduct)],
        i_am_observer=us in terms.observers,
        revision=status.revision,
        settlement=best_supported[0].data() if best_supported else b"",
        settled_by=best_supported[1] if best_supported else (),
        objections=[objection.id for objection in view.evidence.objections],
    )
    response.concluded_from.FromSeconds(terms.concluded_from)
    return response


def _board_view_message(view: BoardView, us: str, revision: int) -> pb.BoardView:
    message = pb.BoardView(
        co_op=view.co_op,
        name=view.name,
        observer=view.observer,
        size=view.size,
        cut=view.cut_now,
        cut_at_close=view.cut_at_close,
        witnesses=view.holders,
        us=view.co_op == us,
        scrutineers=view.scrutineers,
    )
    if view.heard_at is not None:
        message.heard_at.FromDatetime(view.heard_at)
    board = view.board
    if board is not None:
        message.joined, message.withdrawn, message.roll = board.join is not None, board.withdrawn, board.roll is not None
        message.ready, message.open, message.closed = board.ready is not None, board.opened is not None, board.closed is not None
        message.rows, message.ballots = len(board.rows), sum(ballot.choice is not None for ballot in board.ballots.values())
        if revision in board.outcomes:
            message.outcome_hash = board.outcomes[revision].hash.hex()
    return message


def ballot_status_response(status: BallotStatus) -> pb.GetBallotStatusResponse:
    return pb.GetBallotStatusResponse(
        word=to_wire(pb.BallotWord, status.state) if status.state else pb.BALLOT_WORD_UNSPECIFIED,
        held_by=status.held_by,
        held_of=status.held_of,
        index=status.index,
        needed=status.needed,
        code=status.code,
    )


def look_up_response(result: tuple[str, PseudonymLookup | None]) -> pb.LookUpBallotResponse:
    pseudonym, lookup = result
    response = pb.LookUpBallotResponse(pseudonym=pseudonym)
    if lookup is not None:
        response.co_op, response.group, response.vote_id = lookup.co_op, lookup.group, lookup.vote
        for ballot in lookup.ballots:
            choice = canonical.encode(choice_json(ballot.choice)) if ballot.choice is not None else b""
            response.ballots.add(
                vote_id=ballot.vote,
                co_op=ballot.co_op,
                index=ballot.index,
                choice=choice,
                word=to_wire(pb.BallotWord, ballot.state),
                code=ballot.code,
                question=ballot.question,
            )
    return response


def outcome_response(view: VoteEvidenceView) -> pb.GetOutcomeResponse:
    """The final outcome; before that, and in a dispute, the one that we signed.

    A co-op that was away may have signed another one than the others made final: until it has counted theirs, it shows none as final.
    """
    outcome = view.vote.outcome or b""
    is_final = view.status.state is VoteState.FINAL and hashlib.sha256(outcome).digest() == view.status.outcome
    response = pb.GetOutcomeResponse(outcome=outcome, terms=view.vote.terms.data, final=is_final)
    if outcome:
        response.hash = hashlib.sha256(outcome).hexdigest()
    for outcome_hash, signers in sorted(outcome_signers(view.evidence, view.status.revision).items()):
        for co_op in sorted(signers):
            response.signers.add(co_op=co_op, hash=outcome_hash.hex())
    return response


def bundle_response(piece: BundlePiece) -> pb.GetBundleResponse:
    return pb.GetBundleResponse(piece=piece.content, total=piece.total, name=piece.name, pins=documents.encode_pins(piece.pins))
