"""Wire to our words and back, for votes with other co-ops."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from uuid import UUID

from google.protobuf.timestamp_pb2 import Timestamp

from kith.governance.v1 import governance_pb2
from kith.governance.v1 import votes_pb2 as pb
from libs.refusals import NotFound, invalid
from services.governance.domain.outcome import Evidence
from services.governance.domain.vote_ballot import VoteBallot, VoteEntry, VoteRow, marks_said
from services.governance.domain.vote_course import State
from services.governance.domain.vote_draft import Asked, ClassGroup
from services.governance.domain.vote_quorums import AskedQuorum, AskedQuorums
from services.governance.rpc.translate import counting_rule, id_of
from services.governance.storage.vote_drafts import Drafted
from services.governance.storage.votes import SeenVote

_VOTE_ID = re.compile(r"[0-9a-f]{64}")
_STATES = {
    State.PROPOSED: pb.VOTE_STATE_PROPOSED,
    State.JOINED: pb.VOTE_STATE_JOINED,
    State.ROLL_FROZEN: pb.VOTE_STATE_ROLL_FROZEN,
    State.READY: pb.VOTE_STATE_READY,
    State.OPEN: pb.VOTE_STATE_OPEN,
    State.CLOSED: pb.VOTE_STATE_CLOSED,
    State.FINAL: pb.VOTE_STATE_FINAL,
    State.DISPUTED: pb.VOTE_STATE_DISPUTED,
    State.VOID: pb.VOTE_STATE_VOID,
    State.WITHDRAWN: pb.VOTE_STATE_WITHDRAWN,
    State.ANNULLED: pb.VOTE_STATE_ANNULLED,
}


def vote_id_of(value: str) -> str:
    """Raises NotFound VOTE_UNKNOWN for what is no hash."""
    if not _VOTE_ID.fullmatch(value):
        raise NotFound("VOTE_UNKNOWN")
    return value


def vote_asked(request: pb.DraftVoteRequest) -> Asked:
    """Raises Invalid for times that are missing."""
    return Asked(
        question=request.question,
        text=request.text,
        method=request.method,
        options=tuple(request.options),
        candidates=tuple(request.candidates),
        basis=request.basis,
        weights=tuple((one.co_op, one.weight) for one in request.weights),
        below_quorum=request.below_quorum,
        participants=tuple(request.participants),
        observers=tuple(request.observers),
        class_groups=tuple(ClassGroup(one.co_op, one.member_class, one.group) for one in request.class_groups),
        ceilings=tuple((one.co_op, one.group, one.most) for one in request.ceilings),
        k=request.k,
        small=tuple((one.co_op, one.group) for one in request.small),
        open_latest=_time("open_latest", request.open_latest, given=request.HasField("open_latest")),
        close=_time("closes_at", request.closes_at, given=request.HasField("closes_at")),
        settle=request.settle_seconds,
        grace=request.grace_seconds,
        window=request.window_seconds,
        settlers=request.settlers,
        audience=request.audience,
        highest_score=request.highest_score,
        quorums=AskedQuorums(
            whole=_quorum(request.quorum) if request.HasField("quorum") else None,
            groups=tuple(map(_quorum, request.group_quorums)),
            co_ops=tuple(map(_quorum, request.co_op_quorums)),
        ),
    )


def vote_draft(found: Drafted) -> pb.VoteDraft:
    question = found.draft.said.get("question")
    said = pb.VoteDraft(
        draft_id=found.id,
        question=question if isinstance(question, str) else "",
        parties=[*found.draft.participants, *found.draft.observers],
        vote_id=found.vote,
    )
    said.drafted_at.FromDatetime(found.drafted_at)
    return said


def vote(seen: SeenVote, now: datetime, *, with_text: bool) -> pb.Vote:
    """`with_text` is off in lists."""
    found, terms, mine = seen.vote, seen.vote.terms, seen.mine
    said = pb.Vote(
        vote_id=found.id,
        state=_STATES[found.state(now)],
        question=terms.question,
        options=terms.options,
        method=terms.rule.method,
        convener=terms.convener,
        i_may_vote=mine is not None,
        i_have_voted=bool(mine and mine.has_voted),
        my_group=mine.group if mine else "",
        my_pseudonym=mine.pseudonym if mine else "",
        groups=[pb.VoteGroup(group=name, rows=rows, small=small) for name, (rows, small) in seen.groups.items()],
        join_decision_id=str(seen.join_decision or ""),
        attested_by=seen.attested,
        i_attested=seen.i_attested,
        ballots=seen.ballots,
        outcome_hash=found.outcome_hash,
        passes=bool(found.passes),
        decision_id=str(seen.decision or ""),
        must_vote_again=bool(mine and mine.must_vote_again),
        counting=counting_rule(terms.rule.counting),
        highest_score=terms.rule.counting.highest_score or 0,
        participants=terms.participants,
        observer=found.observer,
        contested=found.contested,
        disputed_why=found.disputed_why,
        revision=found.revision,
        opened=found.opened,
        my_ballots_left=mine.ballots_left if mine else 0,
    )
    said.open_latest.FromDatetime(found.open_latest)
    said.closes_at.FromDatetime(found.close)
    if seen.ready_from is not None:
        said.ready_from.FromDatetime(seen.ready_from)
    if with_text:
        said.terms, said.text = terms.data, terms.text
    return said


def identities(people: Iterable[pb.RowIdentity]) -> list[tuple[UUID, str]]:
    return [(id_of("people", one.person_id), one.identity) for one in people]


def marks_of(marks: Iterable[pb.Mark]) -> list[tuple[str, int]]:
    return [(one.option, one.points) for one in marks]


def vote_ballot(found: VoteBallot) -> pb.VoteBallot:
    said = pb.VoteBallot(
        vote_id=found.vote,
        pseudonym=found.pseudonym,
        marks=[pb.Mark(option=option, points=points) for option, points in marks_said(found.choice)],
        withdrawn=found.choice is None,
        revision=found.revision,
        taken=found.taken.value,
        leaf=found.leaf,
    )
    said.recorded_at.FromDatetime(found.recorded_at)
    return said


def confirmed(found: VoteBallot) -> pb.VoteBallot:
    """For whoever recorded it: another person's pseudonym, and the leaf it would be found by, are not theirs to see."""
    said = vote_ballot(found)
    said.ClearField("pseudonym")
    said.ClearField("leaf")
    return said


def unconfirmed_vote_ballot(entry: VoteEntry) -> governance_pb2.UnconfirmedBallot:
    """Without the choice: the second person must not see it."""
    said = governance_pb2.UnconfirmedBallot(
        record_id=str(entry.id),
        motion_id=entry.vote,
        person_id=str(entry.person),
        taken=entry.taken.value,
        recorder=str(entry.recorder),
    )
    said.recorded_at.FromDatetime(entry.recorded_at)
    return said


def vote_card(row: VoteRow) -> pb.GetVoteCardResponse:
    return pb.GetVoteCardResponse(pseudonym=row.pseudonym, group=row.group, salt=row.salt, commitment=row.commitment)


def vote_row(row: VoteRow) -> pb.VoteRow:
    """Without the pseudonym."""
    return pb.VoteRow(person_id=str(row.person), group=row.group, has_voted=row.has_voted)


def evidence(request: pb.CountVoteRequest) -> Evidence:
    """Raises Invalid EVIDENCE_WRONG where something is said twice."""
    tallies = {(one.co_op, one.group, one.option): one.number for one in request.tallies}
    groups = {(one.co_op, one.group): (one.rows, one.ballots) for one in request.groups}
    rejected = {(one.co_op, one.index): one.code for one in request.rejected}
    if (len(tallies), len(groups), len(rejected)) != (len(request.tallies), len(request.groups), len(request.rejected)):
        raise invalid("tallies", "EVIDENCE_WRONG")
    return Evidence(
        revision=request.revision,
        boards=[(one.co_op, one.size, one.root) for one in request.boards],
        tallies=tallies,
        groups=groups,
        rejected=[(co_op, index, code) for (co_op, index), code in rejected.items()],
    )


def _quorum(asked: pb.VoteQuorum) -> AskedQuorum:
    return AskedQuorum(asked.of, asked.fraction, asked.count)


def _time(field: str, value: Timestamp, *, given: bool) -> datetime:
    if not given:
        raise invalid(field, "TIMES_WRONG")
    try:
        return value.ToDatetime(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise invalid(field, "TIME_MALFORMED") from None
