"""Translates between protobuf messages and governance's own types, for federated votes."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from uuid import UUID

from google.protobuf.timestamp_pb2 import Timestamp

from kith.governance.v1 import governance_pb2
from kith.governance.v1 import votes_pb2 as pb
from libs.refusals import NotFound, invalid
from services.governance.domain.vote_ballot import VoteBallot, VoteBallotEntry, VoteRollRow, choice_marks
from services.governance.domain.vote_draft import ClassGroup, VoteDraftRequest
from services.governance.domain.vote_lifecycle import VoteState
from services.governance.domain.vote_outcome import OutcomeEvidence
from services.governance.domain.vote_quorums import QuorumRequest, QuorumRequests
from services.governance.rpc.translate import counting_rule_message, parse_id
from services.governance.storage.vote_drafts import StoredVoteDraft
from services.governance.storage.votes import VoteForCaller

_VOTE_ID = re.compile(r"[0-9a-f]{64}")
_STATES = {
    VoteState.PROPOSED: pb.VOTE_STATE_PROPOSED,
    VoteState.JOINED: pb.VOTE_STATE_JOINED,
    VoteState.ROLL_FROZEN: pb.VOTE_STATE_ROLL_FROZEN,
    VoteState.READY: pb.VOTE_STATE_READY,
    VoteState.OPEN: pb.VOTE_STATE_OPEN,
    VoteState.CLOSED: pb.VOTE_STATE_CLOSED,
    VoteState.FINAL: pb.VOTE_STATE_FINAL,
    VoteState.DISPUTED: pb.VOTE_STATE_DISPUTED,
    VoteState.VOID: pb.VOTE_STATE_VOID,
    VoteState.WITHDRAWN: pb.VOTE_STATE_WITHDRAWN,
    VoteState.ANNULLED: pb.VOTE_STATE_ANNULLED,
}


def parse_vote_id(value: str) -> str:
    """Check a vote id. Raises NotFound VOTE_UNKNOWN for anything that is not a hash."""
    if not _VOTE_ID.fullmatch(value):
        raise NotFound("VOTE_UNKNOWN")
    return value


def vote_draft_request(request: pb.DraftVoteRequest) -> VoteDraftRequest:
    """Translate DraftVote's request. Raises Invalid for missing times."""
    return VoteDraftRequest(
        question=request.question,
        text=request.text,
        method=request.method,
        options=tuple(request.options),
        candidates=tuple(request.candidates),
        basis=request.basis,
        weights=tuple((weight.co_op, weight.weight) for weight in request.weights),
        below_quorum=request.below_quorum,
        participants=tuple(request.participants),
        observers=tuple(request.observers),
        class_groups=tuple(ClassGroup(item.co_op, item.member_class, item.group) for item in request.class_groups),
        ceilings=tuple((ceiling.co_op, ceiling.group, ceiling.most) for ceiling in request.ceilings),
        k=request.k,
        small=tuple((group.co_op, group.group) for group in request.small),
        open_latest=_parse_time("open_latest", request.open_latest, is_set=request.HasField("open_latest")),
        close=_parse_time("closes_at", request.closes_at, is_set=request.HasField("closes_at")),
        settle=request.settle_seconds,
        grace=request.grace_seconds,
        window=request.window_seconds,
        settlers=request.settlers,
        audience=request.audience,
        highest_score=request.highest_score,
        quorums=QuorumRequests(
            whole=_quorum_request(request.quorum) if request.HasField("quorum") else None,
            groups=tuple(map(_quorum_request, request.group_quorums)),
            co_ops=tuple(map(_quorum_request, request.co_op_quorums)),
        ),
    )


def vote_draft_message(stored: StoredVoteDraft) -> pb.VoteDraft:
    question = stored.draft.terms_fields.get("question")
    message = pb.VoteDraft(
        draft_id=stored.id,
        question=question if isinstance(question, str) else "",
        parties=[*stored.draft.participants, *stored.draft.observers],
        vote_id=stored.vote,
    )
    message.drafted_at.FromDatetime(stored.drafted_at)
    return message


def vote_message(for_caller: VoteForCaller, now: datetime, *, with_text: bool) -> pb.Vote:
    """Translate a vote; `with_text` is off in lists."""
    vote, terms, roll_row = for_caller.vote, for_caller.vote.terms, for_caller.roll_row
    message = pb.Vote(
        vote_id=vote.id,
        state=_STATES[vote.state(now)],
        question=terms.question,
        options=terms.options,
        method=terms.rule.method,
        convener=terms.convener,
        i_may_vote=roll_row is not None,
        i_have_voted=bool(roll_row and roll_row.has_voted),
        my_group=roll_row.group if roll_row else "",
        my_pseudonym=roll_row.pseudonym if roll_row else "",
        groups=[pb.VoteGroup(group=name, rows=rows, small=small) for name, (rows, small) in for_caller.groups.items()],
        join_decision_id=str(for_caller.join_decision or ""),
        attested_by=for_caller.attested,
        i_attested=for_caller.i_attested,
        ballots=for_caller.ballots,
        outcome_hash=vote.outcome_hash,
        passes=bool(vote.passes),
        decision_id=str(for_caller.decision or ""),
        must_vote_again=bool(roll_row and roll_row.must_vote_again),
        counting=counting_rule_message(terms.rule.counting),
        highest_score=terms.rule.counting.highest_score or 0,
        participants=terms.participants,
        observer=vote.observer,
        contested=vote.contested,
        disputed_why=vote.disputed_why,
        revision=vote.revision,
        opened=vote.opened,
        my_ballots_left=roll_row.ballots_left if roll_row else 0,
    )
    message.open_latest.FromDatetime(vote.open_latest)
    message.closes_at.FromDatetime(vote.close)
    if for_caller.ready_from is not None:
        message.ready_from.FromDatetime(for_caller.ready_from)
    if with_text:
        message.terms, message.text = terms.data, terms.text
    return message


def parse_row_identities(people: Iterable[pb.RowIdentity]) -> list[tuple[UUID, str]]:
    return [(parse_id("people", row.person_id), row.identity) for row in people]


def parse_marks(marks: Iterable[pb.Mark]) -> list[tuple[str, int]]:
    return [(mark.option, mark.points) for mark in marks]


def vote_ballot_message(ballot: VoteBallot) -> pb.VoteBallot:
    message = pb.VoteBallot(
        vote_id=ballot.vote,
        pseudonym=ballot.pseudonym,
        marks=[pb.Mark(option=option, points=points) for option, points in choice_marks(ballot.choice)],
        withdrawn=ballot.choice is None,
        revision=ballot.revision,
        taken=ballot.taken.value,
        leaf=ballot.leaf,
    )
    message.recorded_at.FromDatetime(ballot.recorded_at)
    return message


def confirmed_vote_ballot_message(ballot: VoteBallot) -> pb.VoteBallot:
    """Translate a ballot for its recorder, who may not see another person's pseudonym or the leaf that would identify it."""
    message = vote_ballot_message(ballot)
    message.ClearField("pseudonym")
    message.ClearField("leaf")
    return message


def unconfirmed_vote_ballot_message(entry: VoteBallotEntry) -> governance_pb2.UnconfirmedBallot:
    """Translate a first entry without its choice, which the second person must not see."""
    message = governance_pb2.UnconfirmedBallot(
        record_id=str(entry.id),
        motion_id=entry.vote,
        person_id=str(entry.person),
        taken=entry.taken.value,
        recorder=str(entry.recorder),
    )
    message.recorded_at.FromDatetime(entry.recorded_at)
    return message


def vote_card_response(row: VoteRollRow) -> pb.GetVoteCardResponse:
    return pb.GetVoteCardResponse(pseudonym=row.pseudonym, group=row.group, salt=row.salt, commitment=row.commitment)


def vote_row_message(row: VoteRollRow) -> pb.VoteRow:
    """Translate a roll row without its pseudonym."""
    return pb.VoteRow(person_id=str(row.person), group=row.group, has_voted=row.has_voted)


def parse_evidence(request: pb.CountVoteRequest) -> OutcomeEvidence:
    """Translate the evidence of CountVote. Raises Invalid EVIDENCE_WRONG where a key occurs twice."""
    tallies = {(tally.co_op, tally.group, tally.option): tally.number for tally in request.tallies}
    groups = {(group.co_op, group.group): (group.rows, group.ballots) for group in request.groups}
    rejected = {(entry.co_op, entry.index): entry.code for entry in request.rejected}
    if (len(tallies), len(groups), len(rejected)) != (len(request.tallies), len(request.groups), len(request.rejected)):
        raise invalid("tallies", "EVIDENCE_WRONG")
    return OutcomeEvidence(
        revision=request.revision,
        boards=[(board.co_op, board.size, board.root) for board in request.boards],
        tallies=tallies,
        groups=groups,
        rejected=[(co_op, index, code) for (co_op, index), code in rejected.items()],
    )


def _quorum_request(quorum: pb.VoteQuorum) -> QuorumRequest:
    return QuorumRequest(quorum.of, quorum.fraction, quorum.count)


def _parse_time(field: str, value: Timestamp, *, is_set: bool) -> datetime:
    if not is_set:
        raise invalid(field, "TIMES_WRONG")
    try:
        return value.ToDatetime(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise invalid(field, "TIME_MALFORMED") from None
