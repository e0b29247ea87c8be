"""Translates between protobuf messages and governance's own types, for federated votes: requests to arguments, results to responses."""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Literal
from uuid import UUID

from google.protobuf.timestamp_pb2 import Timestamp

from kith.governance.v1 import votes_pb2 as pb
from kith.governance.v1.enums import MotionFilter
from libs.boards.entries import Choice
from libs.database.paging import Page, PageRequest
from libs.refusals import NotFound, invalid
from libs.rpc.enums import to_wire
from libs.rpc.fields import parse_id, timestamp
from services.governance.domain import vote_roll
from services.governance.domain.ballot import BallotChannel, BallotEntry
from services.governance.domain.vote_ballot import Marks, VoteBallot, VoteRow, board_leaf, choice_marks
from services.governance.domain.vote_draft import ClassGroup, VoteDraftRequest
from services.governance.domain.vote_outcome import OutcomeEvidence
from services.governance.domain.vote_quorums import QuorumDraft, QuorumDrafts
from services.governance.rpc.translate import counting_rule_message, entry_message, parse_ballot_channel, parse_filter, parse_time
from services.governance.storage.ballots import BallotCarrier
from services.governance.storage.vote_ballots import FEDERATED_VOTES
from services.governance.storage.vote_drafts import StoredVoteDraft
from services.governance.storage.votes import VoteForCaller

VoteCarrier = BallotCarrier[str, VoteRow, Marks | None, Choice | None]
_VOTE_ID = re.compile(r"[0-9a-f]{64}")

# --- from requests


def parse_vote_id(value: str) -> str:
    """Check a vote id. Raises NotFound VOTE_UNKNOWN for anything that is not a hash."""
    if not _VOTE_ID.fullmatch(value):
        raise NotFound("VOTE_UNKNOWN")
    return value


def party_answers(request: pb.ComposeTermsRequest) -> tuple[str, list[tuple[bytes, dict[str, int]]]]:
    parties = [(party.party, {item.member_class: item.people for item in party.classes}) for party in request.parties]
    return request.draft_id, parties


def terms(request: pb.TakeTermsRequest) -> tuple[bytes]:
    return (request.terms,)


def no_fields(_: pb.CountClassesRequest) -> tuple[()]:
    return ()


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


def draft_request(request: pb.DraftVoteRequest) -> tuple[VoteDraftRequest, str]:
    """Return the draft and the resolution type to decide by. Raises Invalid for missing times."""
    draft = VoteDraftRequest(
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
        open_latest=_required_time(request, "open_latest", request.open_latest),
        close=_required_time(request, "closes_at", request.closes_at),
        settle=request.settle_seconds,
        grace=request.grace_seconds,
        window=request.window_seconds,
        settlers=request.settlers,
        audience=request.audience,
        highest_score=request.highest_score,
        quorums=QuorumDrafts(
            whole=_quorum_draft(request.quorum) if request.HasField("quorum") else None,
            groups=tuple(map(_quorum_draft, request.group_quorums)),
            co_ops=tuple(map(_quorum_draft, request.co_op_quorums)),
        ),
    )
    return draft, request.resolution_type


def page(request: pb.ListVoteDraftsRequest) -> tuple[PageRequest]:
    return (PageRequest(request.page_size, request.page_token),)


def vote_id(request: pb.GetVoteRequest | pb.ReadyVoteRequest | pb.WithdrawFromVoteRequest) -> tuple[str]:
    return (parse_vote_id(request.vote_id),)


def decision_on_vote(request: pb.JoinVoteRequest | pb.ObjectToVoteRequest) -> tuple[str, int]:
    return parse_vote_id(request.vote_id), request.decision_number


def settlement(request: pb.SettleVoteRequest) -> tuple[str, int, bytes]:
    return parse_vote_id(request.vote_id), request.decision_number, request.settlement


def roll_identities(request: pb.FreezeVoteRollRequest | pb.AttestVoteRollRequest) -> tuple[str, dict[UUID, str]]:
    people = [(parse_id("people", row.person_id), row.identity) for row in request.people]
    return parse_vote_id(request.vote_id), vote_roll.parse_identities(people)


def row_list(request: pb.ListVoteRowsRequest) -> tuple[str, PageRequest]:
    return parse_vote_id(request.vote_id), PageRequest(request.page_size, request.page_token)


def vote_list(request: pb.ListVotesRequest) -> tuple[MotionFilter | None, PageRequest]:
    return parse_filter(request.filter), PageRequest(request.page_size, request.page_token)


def card_owner(request: pb.GetVoteCardRequest) -> tuple[str, UUID | None]:
    return parse_vote_id(request.vote_id), parse_id("person_id", request.person_id) if request.person_id else None


def ballot_request(request: pb.CastVoteBallotRequest) -> tuple[str, Marks | None, int]:
    return parse_vote_id(request.vote_id), None if request.withdraw else _marks(request.marks), request.revision


def ballots_of(request: pb.GetMyVoteBallotRequest) -> tuple[VoteCarrier, str]:
    return FEDERATED_VOTES, parse_vote_id(request.vote_id)


def first_entry(request: pb.RecordVoteBallotRequest) -> tuple[str, UUID, Marks, BallotChannel, bool]:
    vote, person = parse_vote_id(request.vote_id), parse_id("person_id", request.person_id)
    return vote, person, _marks(request.marks), parse_ballot_channel(request.taken), request.asked_for


def second_entry(request: pb.ConfirmVoteBallotRequest) -> tuple[UUID, Marks, bool]:
    return parse_id("record_id", request.record_id), _marks(request.marks), request.asked_for


def unconfirmed_list(request: pb.ListUnconfirmedVoteBallotsRequest) -> tuple[VoteCarrier, str | None, PageRequest]:
    vote = parse_vote_id(request.vote_id) if request.vote_id else None
    return FEDERATED_VOTES, vote, PageRequest(request.page_size, request.page_token)


def _quorum_draft(quorum: pb.VoteQuorum) -> QuorumDraft:
    return QuorumDraft(quorum.of, quorum.fraction, quorum.count)


def _marks(marks: Iterable[pb.Mark]) -> Marks:
    return [(mark.option, mark.points) for mark in marks]


def _required_time(request: pb.DraftVoteRequest, field: Literal["open_latest", "closes_at"], value: Timestamp) -> datetime:
    if not request.HasField(field):
        raise invalid(field, "TIMES_WRONG")
    return parse_time(field, value)


# --- to responses


def class_counts_response(counts: Mapping[str, int]) -> pb.CountClassesResponse:
    return pb.CountClassesResponse(classes=[pb.ClassCount(member_class=name, people=counts[name]) for name in sorted(counts)])


def drafts_response(page: Page[StoredVoteDraft]) -> pb.ListVoteDraftsResponse:
    return pb.ListVoteDraftsResponse(drafts=map(_draft_message, page.items), next_page_token=page.next_token)


def attested_response(attested: tuple[VoteForCaller, list[UUID]]) -> pb.AttestVoteRollResponse:
    vote, wrong_people = attested
    return pb.AttestVoteRollResponse(vote=vote_message(vote), wrong_person_ids=map(str, wrong_people))


def vote_response(for_caller: VoteForCaller) -> pb.GetVoteResponse:
    message, terms = vote_message(for_caller), for_caller.vote.terms
    message.terms, message.text = terms.data, terms.text
    return pb.GetVoteResponse(vote=message)


def votes_response(page: Page[VoteForCaller]) -> pb.ListVotesResponse:
    return pb.ListVotesResponse(votes=map(vote_message, page.items), next_page_token=page.next_token)


def card_response(row: VoteRow) -> pb.GetVoteCardResponse:
    return pb.GetVoteCardResponse(pseudonym=row.pseudonym, group=row.group, salt=row.salt, commitment=row.commitment)


def rows_response(page: Page[VoteRow]) -> pb.ListVoteRowsResponse:
    """Without pseudonyms."""
    rows = [pb.VoteRow(person_id=str(row.person), group=row.group, has_voted=row.has_voted) for row in page.items]
    return pb.ListVoteRowsResponse(rows=rows, next_page_token=page.next_token)


def my_ballot_response(ballot: VoteBallot | None) -> pb.GetMyVoteBallotResponse:
    return pb.GetMyVoteBallotResponse(ballot=ballot_message(ballot) if ballot else None)


def confirmed_response(ballot: VoteBallot | None) -> pb.ConfirmVoteBallotResponse:
    """For the recorder, who may not see another person's pseudonym or the leaf that would identify it."""
    if ballot is None:
        return pb.ConfirmVoteBallotResponse(differs=True)
    message = ballot_message(ballot)
    message.ClearField("pseudonym")
    message.ClearField("leaf")
    return pb.ConfirmVoteBallotResponse(ballot=message)


def unconfirmed_response(page: Page[BallotEntry[str, Choice | None]]) -> pb.ListUnconfirmedVoteBallotsResponse:
    return pb.ListUnconfirmedVoteBallotsResponse(ballots=map(entry_message, page.items), next_page_token=page.next_token)


def _draft_message(stored: StoredVoteDraft) -> pb.VoteDraft:
    question = stored.draft.terms_fields.get("question")
    return pb.VoteDraft(
        draft_id=stored.id,
        question=question if isinstance(question, str) else "",
        parties=[*stored.draft.participants, *stored.draft.observers],
        vote_id=stored.vote,
        drafted_at=timestamp(stored.drafted_at),
    )


def ballot_message(ballot: VoteBallot) -> pb.VoteBallot:
    return pb.VoteBallot(
        vote_id=ballot.row.vote,
        pseudonym=ballot.row.pseudonym,
        marks=[pb.Mark(option=option, points=points) for option, points in choice_marks(ballot.choice)],
        withdrawn=ballot.choice is None,
        revision=ballot.revision,
        taken=ballot.taken.value,
        asked_for=ballot.asked_for,
        leaf=board_leaf(ballot),
        recorded_at=timestamp(ballot.recorded_at),
    )


def vote_message(for_caller: VoteForCaller) -> pb.Vote:
    """A vote as a list shows it, without its texts."""
    vote, roll_row = for_caller.vote, for_caller.roll_row
    return pb.Vote(
        vote_id=vote.id,
        state=to_wire(pb.VoteState, for_caller.state),
        question=vote.terms.question,
        options=vote.terms.options,
        method=vote.terms.rule.method,
        convener=vote.terms.convener,
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
        counting=counting_rule_message(vote.terms.rule.counting),
        highest_score=vote.terms.rule.counting.highest_score or 0,
        participants=vote.terms.participants,
        observer=vote.observer,
        contested=vote.contested,
        disputed_why=vote.disputed_why,
        revision=vote.revision,
        opened=vote.opened,
        my_ballots_left=roll_row.ballots_left if roll_row else 0,
        open_latest=timestamp(vote.open_latest),
        closes_at=timestamp(vote.close),
        ready_from=timestamp(for_caller.ready_from) if for_caller.ready_from else None,
    )
