"""Fakes of the vote service, with some federated votes and invented co-ops."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from fractions import Fraction
from functools import cache
from typing import Any

from kith.federation.v1 import federation_pb2 as fed
from kith.governance.v1 import governance_pb2 as gov
from kith.governance.v1 import votes_pb2 as pb
from libs.boards.pseudonyms import commitment_identity, row_commitment
from libs.boards.vote_rule import VoteRule, write_rule
from libs.boards.vote_terms import quorum_of_witnesses, write_terms
from libs.refusals import Conflict, NotFound
from libs.rulebook.counting import Basis, CountingRule, Method, OneMemberOneVote, Quorum, Threshold
from libs.signing import canonical
from libs.signing.canonical import Json
from tests.unit.web.fake_people import ADA, JO, MO, NOW, FakeService, to_timestamp

ELM, HARBOUR, MILL, WATCH = "elm-row", "harbour", "mill-lane", "watchers"
CO_OPS = {ELM: "Elm Row Care Co-op", HARBOUR: "Harbour Care Co-op", MILL: "Mill Lane Care Co-op", WATCH: "Bridge Street Watchers"}
OPEN_VOTE, DONE_VOTE, SPLIT_VOTE, NEW_VOTE, SCORE_VOTE, APPROVAL_VOTE, NAMED_VOTE = (f"{digit}" * 64 for digit in "1234567")
ROLL_VOTE = "8" * 64
OWN_PSEUDONYM = "7K3M9QWD2XTR5HVA"
SALT = bytes(range(32))
RECORD = "01939f00-0000-7000-8000-0000000000f1"
FINGERPRINTS = {co_op: f"{number:02x}" * 32 for number, co_op in enumerate(CO_OPS, start=161)}
INVITATION = '{"certificates":["Zm9v"],"document":{"body":{"id":"elm-row"}}}'
DECISION = 2
CLOSE = datetime(2026, 11, 27, 20, tzinfo=NOW.tzinfo)


def to_unix_seconds(at: datetime) -> int:
    return int(at.timestamp())


def make_terms(
    method: Method,
    options: Sequence[str],
    *,
    consent: bool = False,
    basis: Basis = Basis.POOLED,
    highest: int | None = None,
    quorums: Mapping[str, Quorum] | None = None,
) -> bytes:
    return _make_terms(method, tuple(options), consent=consent, basis=basis, highest=highest, quorums=tuple((quorums or {}).items()))


@cache
def _make_terms(
    method: Method, options: tuple[str, ...], *, consent: bool, basis: Basis, highest: int | None, quorums: tuple[tuple[str, Quorum], ...]
) -> bytes:
    """Made once: every browser of a test has fakes of its own, with the same terms."""
    participants = (ELM, HARBOUR, MILL)
    threshold = Threshold(Fraction(1), strict=False) if consent else Threshold(Fraction(1, 2), strict=True)
    rule = VoteRule(
        "consent" if consent else method.value,
        CountingRule(method, OneMemberOneVote(), threshold, basis=basis, highest_score=highest),
        dict(quorums),
    )
    parties: list[dict[str, Json]] = [
        {
            "id": co_op,
            "kind": "observer" if co_op == WATCH else "participant",
            "root": FINGERPRINTS[co_op],
            "statement": f"{number}1" * 32,
            "board": f"{number}2" * 32,
            "witness": f"{number}3" * 32,
            "reachable": True,
            "signer": f"{number}4" * 32,
            "sig": "00" * 64,
        }
        for number, co_op in enumerate(CO_OPS, start=1)
    ]
    groups: list[Json] = ["supported", "worker"]
    fields: dict[str, Json] = {
        "v": 1,
        "draft": "ab" * 16,
        "convener": HARBOUR,
        "proposed": to_unix_seconds(NOW - timedelta(days=20)),
        "question": "Should our co-ops share a night team?",
        "text": "One team could always have somebody awake.",
        "options": list(options),
        "candidates": [],
        "rule": write_rule(rule),
        "parties": sorted(parties, key=canonical.encode),
        "ceilings": sorted(([co_op, group, 300] for co_op in participants for group in ("supported", "worker")), key=canonical.encode),
        "groups": groups,
        "classes": sorted(([co_op, group, group] for co_op in participants for group in ("supported", "worker")), key=canonical.encode),
        "k": 5,
        "small": [[ELM, "worker"]],
        "q": quorum_of_witnesses(3, 1),
        "open_latest": to_unix_seconds(NOW - timedelta(days=2)),
        "close": to_unix_seconds(CLOSE),
        "settle": 900,
        "grace": 86_400,
        "window": 604_800,
        "settlers": "The boards of the three co-ops, in one meeting",
        "audience": "members",
        "double_membership": "one_vote_per_membership",
        "ties": "do_not_pass",
    }
    return write_terms(fields)


def make_vote(**overrides: Any) -> pb.Vote:
    vote: dict[str, Any] = {
        "vote_id": OPEN_VOTE,
        "state": pb.VOTE_STATE_OPEN,
        "terms": make_terms(Method.YES_NO_ABSTAIN, ["for", "against", "abstain"]),
        "question": "Should our co-ops share a night team?",
        "text": "Today each co-op finds its own people for the night.\n\nOne team for all three could always have somebody awake.",
        "options": ["for", "against", "abstain"],
        "method": "yes_no_abstain",
        "convener": HARBOUR,
        "participants": [ELM, HARBOUR, MILL],
        "open_latest": to_timestamp(NOW - timedelta(days=2)),
        "closes_at": to_timestamp(CLOSE),
        "i_may_vote": True,
        "my_group": "supported",
        "my_pseudonym": OWN_PSEUDONYM,
        "groups": [pb.VoteGroup(group="supported", rows=120), pb.VoteGroup(group="worker", rows=4, small=True)],
        "attested_by": 2,
        "ballots": 41,
        "counting": gov.CountingRule(method="yes_no_abstain", class_rule="none", threshold="1/2", strict=True, of="cast"),
    }
    return pb.Vote(**(vote | overrides))


def make_board(co_op: str, **overrides: Any) -> fed.BoardView:
    board: dict[str, Any] = {
        "co_op": co_op,
        "name": CO_OPS[co_op],
        "observer": co_op == WATCH,
        "joined": True,
        "roll": co_op != WATCH,
        "ready": True,
        "open": True,
        "rows": 124,
        "ballots": 41,
        "size": 170,
        "cut": 168,
        "us": co_op == ELM,
    }
    return fed.BoardView(**(board | overrides))


def make_outcome(*, passes: bool = True, **overrides: Any) -> bytes:
    fields: dict[str, Any] = {
        "v": 1,
        "vote": DONE_VOTE,
        "rule": "kith-count/1",
        "revision": 1,
        "result": {
            "passes": passes,
            "winner": "",
            "tie": False,
            "co_ops": [[ELM, "agrees", ""], [HARBOUR, "agrees", ""], [MILL, "does_not_agree", ""]],
        },
        "reasons": [] if passes else [["threshold", []]],
        "boards": [[ELM, 170, "aa" * 32], [HARBOUR, 120, "bb" * 32], [MILL, 90, "cc" * 32]],
        "tallies": [
            [ELM, "supported", "for", 60],
            [ELM, "supported", "against", 20],
            [ELM, "supported", "abstain", 2],
            [ELM, "worker", "for", 3],
            [HARBOUR, "supported", "for", 40],
            [HARBOUR, "worker", "against", 12],
            [MILL, "supported", "against", 25],
        ],
        "figures": [
            ["members/share_for", "103/160"],
            ["members/ballot/supported", "1/1"],
            ["members/ballot/worker", "1/1"],
            ["co_ops/share", "2/3"],
        ],
        "quorums": [
            [ELM, "supported", 120, 82],
            [ELM, "worker", 4, 3],
            [HARBOUR, "supported", 60, 40],
            [HARBOUR, "worker", 20, 12],
            [MILL, "supported", 80, 25],
        ],
        "rejected": [[ELM, 160, "TOO_MANY"]],
    }
    return json.dumps(fields | overrides).encode()


class FakeVoteService(FakeService):
    """A fake of governance's vote service."""

    def __init__(self) -> None:
        super().__init__(pb.DESCRIPTOR.services_by_name["VoteService"])
        self.ballot: pb.VoteBallot | None = None
        self.wrong: list[str] = []
        self.frozen_as = "Ada Fenwick"
        options = ["A garden", "A minibus", "A kitchen for all"]
        own = gov.CountingRule(method="approval", class_rule="none", threshold="1/2", strict=True, of="present")
        past = to_timestamp(NOW - timedelta(days=3))
        self.votes = {
            vote.vote_id: vote
            for vote in (
                make_vote(),
                make_vote(
                    vote_id=DONE_VOTE, state=pb.VOTE_STATE_FINAL, passes=True, closes_at=past, question="Should we buy food together?"
                ),
                make_vote(vote_id=SPLIT_VOTE, state=pb.VOTE_STATE_DISPUTED, closes_at=past, question="Should we share one office?"),
                make_vote(
                    vote_id=NEW_VOTE,
                    state=pb.VOTE_STATE_PROPOSED,
                    question="Should we train together?",
                    i_may_vote=False,
                    groups=[],
                    my_pseudonym="",
                    open_latest=to_timestamp(NOW + timedelta(days=9)),
                ),
                make_vote(
                    vote_id=SCORE_VOTE,
                    method="score",
                    options=options,
                    highest_score=5,
                    question="What should we build first?",
                    terms=make_terms(Method.SCORE, options, highest=5),
                    counting=own,
                    my_group="worker",
                ),
                make_vote(
                    vote_id=APPROVAL_VOTE,
                    method="approval",
                    options=options,
                    question="Which of these would help you?",
                    terms=make_terms(Method.APPROVAL, options),
                    counting=own,
                ),
                make_vote(
                    vote_id=NAMED_VOTE,
                    method="plurality",
                    options=["Jo Bright", "Mo Stone"],
                    question="Who should speak for us?",
                    terms=make_terms(Method.PLURALITY, ["Jo Bright", "Mo Stone"]),
                    counting=own,
                ),
                make_vote(
                    vote_id=ROLL_VOTE,
                    state=pb.VOTE_STATE_ROLL_FROZEN,
                    attested_by=1,
                    question="Should we pay the same?",
                    open_latest=to_timestamp(NOW + timedelta(days=4)),
                ),
            )
        }

    def set_state(self, vote_id: str, state: "pb.VoteState.ValueType", **overrides: Any) -> None:
        changed = make_vote(vote_id=vote_id, state=state, **overrides)
        self.votes[vote_id] = changed

    def GetVote(self, request: pb.GetVoteRequest) -> pb.GetVoteResponse:
        if request.vote_id not in self.votes:
            raise NotFound("VOTE_UNKNOWN")
        vote = pb.Vote()
        vote.CopyFrom(self.votes[request.vote_id])
        vote.i_have_voted = self.ballot is not None and self.ballot.vote_id == request.vote_id and not self.ballot.withdrawn
        return pb.GetVoteResponse(vote=vote)

    def ListVotes(self, request: pb.ListVotesRequest) -> pb.ListVotesResponse:
        chosen = {
            gov.MOTION_FILTER_NEEDS_MY_VOICE: [] if self.ballot else [OPEN_VOTE],
            gov.MOTION_FILTER_OPEN: [OPEN_VOTE, NEW_VOTE, SCORE_VOTE],
            gov.MOTION_FILTER_CLOSED: [DONE_VOTE, SPLIT_VOTE],
        }[request.filter]
        return pb.ListVotesResponse(votes=[self.votes[item] for item in chosen])

    def ListVoteDrafts(self, _request: pb.ListVoteDraftsRequest) -> pb.ListVoteDraftsResponse:
        draft = pb.VoteDraft(draft_id="cd" * 16, question="Should we swap a van?", parties=[ELM, MILL], drafted_at=to_timestamp(NOW))
        return pb.ListVoteDraftsResponse(drafts=[draft])

    def DraftVote(self, _request: pb.DraftVoteRequest) -> pb.DraftVoteResponse:
        return pb.DraftVoteResponse(draft_id="ef" * 16)

    def AttestVoteRoll(self, _request: pb.AttestVoteRollRequest) -> pb.AttestVoteRollResponse:
        return pb.AttestVoteRollResponse(wrong_person_ids=self.wrong)

    def GetVoteCard(self, request: pb.GetVoteCardRequest) -> pb.GetVoteCardResponse:
        identities = {ADA: "1\nAda Fenwick", JO: "2\nJo Bright", MO: "3\nMo Stone", "": commitment_identity("2", self.frozen_as)}
        made = row_commitment(request.vote_id, OWN_PSEUDONYM, "supported", identities[request.person_id], SALT)
        return pb.GetVoteCardResponse(pseudonym=OWN_PSEUDONYM, group="supported", salt=SALT, commitment=made)

    def ListVoteRows(self, _request: pb.ListVoteRowsRequest) -> pb.ListVoteRowsResponse:
        return pb.ListVoteRowsResponse(rows=[pb.VoteRow(person_id=person, group="supported") for person in (ADA, JO, MO)])

    def CastVoteBallot(self, request: pb.CastVoteBallotRequest) -> pb.CastVoteBallotResponse:
        if request.revision != (self.ballot.revision if self.ballot else 0):
            raise Conflict("BALLOT_STALE")
        self.ballot = pb.VoteBallot(
            vote_id=request.vote_id,
            pseudonym=OWN_PSEUDONYM,
            marks=request.marks,
            withdrawn=request.withdraw,
            revision=request.revision + 1,
            taken="page",
            recorded_at=to_timestamp(NOW),
        )
        return pb.CastVoteBallotResponse(ballot=self.ballot)

    def GetMyVoteBallot(self, request: pb.GetMyVoteBallotRequest) -> pb.GetMyVoteBallotResponse:
        mine = self.ballot if self.ballot and self.ballot.vote_id == request.vote_id else None
        return pb.GetMyVoteBallotResponse(ballot=mine)

    def RecordVoteBallot(self, _request: pb.RecordVoteBallotRequest) -> pb.RecordVoteBallotResponse:
        return pb.RecordVoteBallotResponse(record_id=RECORD)

    def ListUnconfirmedVoteBallots(self, _request: pb.ListUnconfirmedVoteBallotsRequest) -> pb.ListUnconfirmedVoteBallotsResponse:
        ballot = gov.UnconfirmedBallot(
            record_id=RECORD, motion_id=OPEN_VOTE, person_id=JO, taken="phone", recorder=MO, recorded_at=to_timestamp(NOW)
        )
        return pb.ListUnconfirmedVoteBallotsResponse(ballots=[ballot])
