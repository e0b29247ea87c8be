"""Translates votes, boards and ballots to wire messages."""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime

from kith.federation.v1 import federation_pb2 as pb
from libs.boards.entries import choice_json
from libs.boards.vote_state import VoteState, outcome_signers
from libs.signing import canonical
from services.federation.queries.get_ballot_status import BallotState, BallotStatus, PseudonymLookup
from services.federation.queries.get_vote_evidence import BoardView, VoteEvidenceView

_VOTE_STATES = {
    VoteState.PROPOSED: pb.EVIDENCE_STATE_PROPOSED,
    VoteState.JOINING: pb.EVIDENCE_STATE_JOINING,
    VoteState.ROLLS: pb.EVIDENCE_STATE_ROLLS,
    VoteState.OPEN: pb.EVIDENCE_STATE_OPEN,
    VoteState.CLOSING: pb.EVIDENCE_STATE_CLOSING,
    VoteState.PROVISIONAL: pb.EVIDENCE_STATE_PROVISIONAL,
    VoteState.FINAL: pb.EVIDENCE_STATE_FINAL,
    VoteState.DISPUTED: pb.EVIDENCE_STATE_DISPUTED,
    VoteState.VOID: pb.EVIDENCE_STATE_VOID,
    VoteState.ANNULLED: pb.EVIDENCE_STATE_ANNULLED,
}
_BALLOT_STATES = {
    BallotState.NOT_THERE: pb.BALLOT_WORD_UNSPECIFIED,
    BallotState.RECORDED: pb.BALLOT_WORD_RECORDED,
    BallotState.WITNESSED: pb.BALLOT_WORD_WITNESSED,
    BallotState.IN_TIME: pb.BALLOT_WORD_IN_TIME,
    BallotState.COUNTED: pb.BALLOT_WORD_COUNTED,
    BallotState.NOT_COUNTED: pb.BALLOT_WORD_NOT_COUNTED,
}


def vote_evidence_response(view: VoteEvidenceView, us: str) -> pb.GetVoteEvidenceResponse:
    status, terms = view.status, view.vote.terms
    signed = status.signatures or {}
    best_supported = max(view.partial_settlements, key=lambda settlement: len(settlement[1]), default=None)
    response = pb.GetVoteEvidenceResponse(
        vote_id=view.vote.id,
        state=_VOTE_STATES[status.state],
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
    response.concluded_from.FromDatetime(datetime.fromtimestamp(terms.concluded_from, UTC))
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
        word=_BALLOT_STATES[status.state],
        held_by=status.held_by,
        held_of=status.held_of,
        index=status.index,
        needed=status.needed,
        code=status.code,
    )


def look_up_response(pseudonym: str, lookups: Sequence[PseudonymLookup]) -> pb.LookUpBallotResponse:
    """A pseudonym is random enough to be in one vote of one co-op only; if there were two, the first is shown."""
    response = pb.LookUpBallotResponse(pseudonym=pseudonym)
    for lookup in lookups[:1]:
        response.co_op, response.group, response.vote_id = lookup.co_op, lookup.group, lookup.vote
        for ballot in lookup.ballots:
            choice = canonical.encode(choice_json(ballot.choice)) if ballot.choice is not None else b""
            response.ballots.add(
                vote_id=ballot.vote,
                co_op=ballot.co_op,
                index=ballot.index,
                choice=choice,
                word=_BALLOT_STATES[ballot.state],
                code=ballot.code,
                question=ballot.question,
            )
    return response


def outcome_response(view: VoteEvidenceView) -> pb.GetOutcomeResponse:
    """The final outcome; before that, and in a dispute, the one that we signed."""
    outcome = view.vote.outcome or b""
    response = pb.GetOutcomeResponse(outcome=outcome, terms=view.vote.terms.data, final=view.status.state is VoteState.FINAL)
    if outcome:
        response.hash = hashlib.sha256(outcome).hexdigest()
    for outcome_hash, signers in sorted(outcome_signers(view.evidence, view.status.revision).items()):
        for co_op in sorted(signers):
            response.signers.add(co_op=co_op, hash=outcome_hash.hex())
    return response
