"""Between the wire's words and ours: votes, boards and ballots."""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime

from kith.federation.v1 import federation_pb2 as pb
from libs.boards.entries import choice_json
from libs.boards.standing import State, signatures
from libs.signing import canonical
from services.federation.queries.ballot_status import LookedUp, Status, Word
from services.federation.queries.vote_evidence import BoardSeen, VoteSeen

_STATES = {
    State.PROPOSED: pb.EVIDENCE_STATE_PROPOSED,
    State.JOINING: pb.EVIDENCE_STATE_JOINING,
    State.ROLLS: pb.EVIDENCE_STATE_ROLLS,
    State.OPEN: pb.EVIDENCE_STATE_OPEN,
    State.CLOSING: pb.EVIDENCE_STATE_CLOSING,
    State.PROVISIONAL: pb.EVIDENCE_STATE_PROVISIONAL,
    State.FINAL: pb.EVIDENCE_STATE_FINAL,
    State.DISPUTED: pb.EVIDENCE_STATE_DISPUTED,
    State.VOID: pb.EVIDENCE_STATE_VOID,
    State.ANNULLED: pb.EVIDENCE_STATE_ANNULLED,
}
_WORDS = {
    Word.NOT_THERE: pb.BALLOT_WORD_UNSPECIFIED,
    Word.RECORDED: pb.BALLOT_WORD_RECORDED,
    Word.WITNESSED: pb.BALLOT_WORD_WITNESSED,
    Word.IN_TIME: pb.BALLOT_WORD_IN_TIME,
    Word.COUNTED: pb.BALLOT_WORD_COUNTED,
    Word.NOT_COUNTED: pb.BALLOT_WORD_NOT_COUNTED,
}


def vote(seen: VoteSeen, us: str) -> pb.GetVoteEvidenceResponse:
    where, terms = seen.where, seen.vote.terms
    signed = where.signatures or {}
    settling = max(seen.settling, key=lambda one: len(one[1]), default=None)
    said = pb.GetVoteEvidenceResponse(
        vote_id=seen.vote.id,
        state=_STATES[where.state],
        contested=where.contested,
        why=where.why,
        boards=[_board(one, us, where.revision) for one in seen.boards],
        q=terms.q,
        signatures_needed=terms.signatures_needed,
        signatures=max((len(signers) for signers in signed.values()), default=0),
        misconduct=[f"{one.kind} {one.id}" for one in sorted(seen.evidence.misconduct)],
        i_am_observer=us in terms.observers,
        revision=where.revision,
        settlement=settling[0].data() if settling else b"",
        settled_by=settling[1] if settling else (),
        objections=[one.id for one in seen.evidence.objections],
    )
    said.concluded_from.FromDatetime(datetime.fromtimestamp(terms.concluded_from, UTC))
    return said


def _board(one: BoardSeen, us: str, revision: int) -> pb.BoardView:
    said = pb.BoardView(
        co_op=one.co_op,
        name=one.name,
        observer=one.observer,
        size=one.size,
        cut=one.cut_now,
        cut_at_close=one.cut_at_close,
        witnesses=one.holders,
        us=one.co_op == us,
        scrutineers=one.scrutineers,
    )
    if one.heard_at is not None:
        said.heard_at.FromDatetime(one.heard_at)
    board = one.board
    if board is not None:
        said.joined, said.withdrawn, said.roll = board.join is not None, board.withdrawn, board.roll is not None
        said.ready, said.open, said.closed = board.ready is not None, board.opened is not None, board.closed is not None
        said.rows, said.ballots = len(board.rows), sum(ballot.choice is not None for ballot in board.ballots.values())
        if revision in board.outcomes:
            said.outcome_hash = board.outcomes[revision].hash.hex()
    return said


def status(found: Status) -> pb.GetBallotStatusResponse:
    return pb.GetBallotStatusResponse(
        word=_WORDS[found.word],
        held_by=found.held_by,
        held_of=found.held_of,
        index=found.index,
        needed=found.needed,
        code=found.code,
    )


def looked_up(pseudonym: str, found: Sequence[LookedUp]) -> pb.LookUpBallotResponse:
    """A pseudonym is random enough to stand in one vote of one co-op; were there two, the first is shown."""
    said = pb.LookUpBallotResponse(pseudonym=pseudonym)
    for one in found[:1]:
        said.co_op, said.group, said.vote_id = one.co_op, one.group, one.vote
        for shown in one.ballots:
            choice = canonical.encode(choice_json(shown.choice)) if shown.choice is not None else b""
            said.ballots.add(
                vote_id=shown.vote,
                co_op=shown.co_op,
                index=shown.index,
                choice=choice,
                word=_WORDS[shown.word],
                code=shown.code,
                question=shown.question,
            )
    return said


def outcome(seen: VoteSeen) -> pb.GetOutcomeResponse:
    """What is final; before, and in a dispute, what we signed."""
    kept = seen.vote.outcome or b""
    said = pb.GetOutcomeResponse(outcome=kept, terms=seen.vote.terms.data, final=seen.where.state is State.FINAL)
    if kept:
        said.hash = hashlib.sha256(kept).hexdigest()
    for found, signers in sorted(signatures(seen.evidence, seen.where.revision).items()):
        for co_op in sorted(signers):
            said.signers.add(co_op=co_op, hash=found.hex())
    return said
