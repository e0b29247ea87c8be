"""How drafts, terms, joining and settling of a vote with other co-ops are refused at home: with a reason, and with nothing half done."""

import json
from datetime import timedelta

from kith.governance.facts.v1 import facts_pb2 as facts
from kith.governance.v1 import votes_pb2 as pb
from libs.boards.vote_terms import read_terms
from libs.database.engine import new_id
from libs.refusals import AlreadyExists, FailedPrecondition, Invalid, NotAllowed, NotFound, NotSignedIn
from libs.rpc.client import call_service
from libs.signing import canonical
from tests.support.member_assembly import HOUR, refused_with, to_timestamp
from tests.support.running_co_op import Infrastructure
from tests.support.simulated_vote import OWN_ID, simulated_vote


async def test_a_draft_is_a_secretarys_and_needs_rules_and_times(infrastructure: Infrastructure) -> None:
    async with simulated_vote(infrastructure, user=6, worker=5) as voting:
        assembly = voting.assembly
        with refused_with(NotSignedIn, "TOKEN_MISSING"):
            await call_service(voting.stub.DraftVote, voting.question())
        with refused_with(NotAllowed, "HAT_NEEDED"):
            await call_service(voting.stub.DraftVote, voting.question(), assembly.co_op.token(voting.voters[0]))
        with refused_with(NotAllowed, "HAT_NEEDED"):
            await call_service(voting.stub.ListVoteDrafts, pb.ListVoteDraftsRequest(), assembly.co_op.token(voting.voters[0]))
        with refused_with(Invalid, "RESOLUTION_TYPE_UNKNOWN"):
            await voting.draft(voting.question(resolution_type="whim"))
        with refused_with(FailedPrecondition, "TWO_MEETINGS_NEEDED"):
            await voting.draft(voting.question(resolution_type="convert"))
        with refused_with(Invalid, "TIMES_WRONG"):
            await voting.draft(voting.question(open_latest=to_timestamp(assembly.co_op.now() - timedelta(hours=1))))
        unset = voting.question()
        unset.ClearField("closes_at")
        with refused_with(Invalid, "TIMES_WRONG"):
            await voting.draft(unset)
        assert await assembly.co_op.all_rows("governance", "vote_draft") == []
        once = voting.question()
        assert await voting.draft(once) == await voting.draft(once)
        assert await voting.count_events("VoteDrafted") == 1
        listed = await call_service(voting.stub.ListVoteDrafts, pb.ListVoteDraftsRequest(), assembly.secretary_token())
        assert [(draft.question, list(draft.parties), draft.vote_id) for draft in listed.drafts] == [
            ("Shall we share a night line?", [OWN_ID, "brook", "cove", "dale"], "")
        ]


async def test_terms_are_composed_once_from_the_keys_of_exactly_those_who_were_asked(infrastructure: Infrastructure) -> None:
    async with simulated_vote(infrastructure, user=6, worker=5) as voting:
        with refused_with(NotFound, "DRAFT_UNKNOWN"):
            await voting.compose("0" * 32)
        draft = await voting.draft()
        with refused_with(Invalid, "PARTIES_WRONG"):
            await voting.compose(draft, keys_of="1" * 32)
        with refused_with(Invalid, "PARTIES_WRONG"):
            request = pb.ComposeTermsRequest(draft_id=draft, parties=[pb.PartyKeys(party=b"{}")])
            await call_service(voting.stub.ComposeTerms, request, voting.assembly.co_op.federation_token())
        first = await voting.compose(draft)
        assert await voting.compose(draft, {"user": 99}) == first
        terms = read_terms(first)
        assert (terms.draft, terms.convener, terms.ceilings[OWN_ID, "user"], terms.ceilings["brook", "worker"]) == (draft, OWN_ID, 32, 30)
        listed = await call_service(voting.stub.ListVoteDrafts, pb.ListVoteDraftsRequest(), voting.assembly.secretary_token())
        assert [draft.vote_id for draft in listed.drafts] == [terms.vote]


async def test_terms_are_taken_once_and_only_those_that_name_us_and_hold(infrastructure: Infrastructure) -> None:
    async with simulated_vote(infrastructure, user=6, worker=5) as voting:
        await voting.propose()
        assert await voting.take_terms(voting.terms.data) == voting.vote
        assert len(await voting.assembly.co_op.all_rows("governance", "vote")) == 1
        with refused_with(Invalid, "NOT_OUR_VOTE"):
            await voting.take_terms(_terms_without_own_co_op(voting.terms.data))
        for broken in (b"", b"{}", voting.terms.data[:-1], voting.terms.data.replace(b"night", b"Night", 1) + b" "):
            with refused_with(Invalid, "TERMS_IMPOSSIBLE"):
                await voting.take_terms(broken)
        fields = json.loads(voting.terms.data)
        fields["parties"][0]["sig"] = "0" * 128
        with refused_with(Invalid, "TERMS_IMPOSSIBLE"):
            await voting.take_terms(canonical.encode(fields))


def _terms_without_own_co_op(terms: bytes) -> bytes:
    """The same vote between the others, with their own keys' signatures."""
    fields = json.loads(terms)
    fields["parties"] = [field for field in fields["parties"] if field["id"] != OWN_ID]
    for key in ("ceilings", "classes"):
        fields[key] = [field for field in fields[key] if field[0] != OWN_ID]
    return canonical.encode({**fields, "convener": "brook", "q": 1})


async def test_federation_calls_as_itself_and_people_as_people(infrastructure: Infrastructure) -> None:
    async with simulated_vote(infrastructure, user=6, worker=5, friend=1) as voting:
        await voting.propose()
        counted = await call_service(voting.stub.CountClasses, pb.CountClassesRequest(), voting.assembly.co_op.federation_token())
        assert [(member_class.member_class, member_class.people) for member_class in counted.classes] == [("user", 6), ("worker", 5)]
        for method, asked in (
            (voting.stub.GetVote, pb.GetVoteRequest(vote_id=voting.vote)),
            (voting.stub.ListVotes, pb.ListVotesRequest()),
            (voting.stub.ListVoteRows, pb.ListVoteRowsRequest(vote_id=voting.vote)),
            (voting.stub.GetVoteCard, pb.GetVoteCardRequest(vote_id=voting.vote)),
            (voting.stub.ReadyVote, pb.ReadyVoteRequest(request_id="1", vote_id=voting.vote)),
        ):
            with refused_with(NotSignedIn, "TOKEN_MISSING"):
                await call_service(method, asked)


async def test_what_the_draft_says_of_our_classes_is_what_our_rules_say(infrastructure: Infrastructure) -> None:
    async with simulated_vote(infrastructure, user=6, worker=5) as voting:
        users, misspelt = pb.ClassGroup(member_class="user", group="all"), pb.ClassGroup(member_class="wroker", group="all")
        with refused_with(Invalid, "CLASS_NOT_IN_RULES"):
            await voting.draft(voting.question(class_groups=[users, misspelt]))
        with refused_with(Invalid, "CLASS_WITHOUT_GROUP"):
            await voting.draft(voting.question(class_groups=[users]))


async def test_nobody_joins_a_vote_that_leaves_one_of_their_classes_out(infrastructure: Infrastructure) -> None:
    async with simulated_vote(infrastructure, user=6, worker=5) as voting:
        won = await voting.decide()
        voting.terms = read_terms(await voting.compose(await voting.draft(), {"user": 6}))
        await voting.take_terms(voting.terms.data)
        with refused_with(FailedPrecondition, "JOIN_CLASS_WITHOUT_GROUP"):
            await voting.join(won)


async def test_joining_takes_a_passed_motion_of_our_own(infrastructure: Infrastructure) -> None:
    async with simulated_vote(infrastructure, user=6, worker=5) as voting:
        lost, won = await voting.decide(passes=False), await voting.decide()
        await voting.propose()
        for number, reason in ((0, "DECISION_UNKNOWN"), (1, "DECISION_UNKNOWN"), (99, "DECISION_UNKNOWN"), (lost, "DECISION_NOT_PASSED")):
            with refused_with(FailedPrecondition, reason):
                await voting.join(number)
        with refused_with(NotFound, "VOTE_UNKNOWN"):
            await voting.join(won, vote_id="0" * 64)
        with refused_with(NotFound, "VOTE_UNKNOWN"):
            await voting.join(won, vote_id="vote 7")
        with refused_with(NotAllowed, "HAT_NEEDED"):
            request = pb.JoinVoteRequest(request_id=str(new_id()), vote_id=voting.vote, decision_number=won)
            await call_service(voting.stub.JoinVote, request, voting.assembly.co_op.token(voting.voters[0]))
        once = str(new_id())
        assert (await voting.join(won, request_id=once)).state == pb.VOTE_STATE_JOINED
        assert (await voting.join(won, request_id=once)).state == pb.VOTE_STATE_JOINED
        with refused_with(FailedPrecondition, "VOTE_NOT_AT_THIS"):
            await voting.join(won)
        assert await voting.count_events("VoteJoined") == 1


async def test_one_can_leave_until_ones_own_ready_and_never_come_back(infrastructure: Infrastructure) -> None:
    async with simulated_vote(infrastructure, user=6, worker=5) as voting:
        number = await voting.decide()
        await voting.propose()
        request = pb.WithdrawFromVoteRequest(request_id=str(new_id()), vote_id=voting.vote)
        with refused_with(FailedPrecondition, "VOTE_NOT_AT_THIS"):
            await call_service(voting.stub.WithdrawFromVote, request, voting.assembly.secretary_token())
        await voting.join(number)
        await call_service(voting.stub.WithdrawFromVote, request, voting.assembly.secretary_token())
        assert (await voting.get_vote()).state == pb.VOTE_STATE_WITHDRAWN
        assert await voting.count_events("VoteWithdrawn") == 1
        with refused_with(FailedPrecondition, "VOTE_NOT_AT_THIS"):
            await voting.join(number)


async def test_objecting_and_settling_take_a_decision_a_time_and_are_said_once(infrastructure: Infrastructure) -> None:
    async with simulated_vote(infrastructure, user=6, worker=5) as voting:
        assembly = voting.assembly
        await voting.open()
        body = canonical.encode({"vote": voting.vote, "revision": 2, "kind": "annul", "cuts": [], "without": []})

        async def object_to(number: int) -> None:
            request = pb.ObjectToVoteRequest(request_id=str(new_id()), vote_id=voting.vote, decision_number=number)
            await call_service(voting.stub.ObjectToVote, request, assembly.secretary_token())

        async def settle(number: int, settlement: bytes = body) -> None:
            request = pb.SettleVoteRequest(request_id=str(new_id()), vote_id=voting.vote, decision_number=number, settlement=settlement)
            await call_service(voting.stub.SettleVote, request, assembly.secretary_token())

        with refused_with(FailedPrecondition, "OBJECTION_NOT_NOW"):
            await object_to(2)
        with refused_with(FailedPrecondition, "SETTLEMENT_NOT_NOW"):
            await settle(2)
        await assembly.co_op.move_clock(assembly.co_op.shifted + 3 * HOUR)
        with refused_with(FailedPrecondition, "DECISION_UNKNOWN"):
            await object_to(1)
        await object_to(2)
        with refused_with(AlreadyExists, "OBJECTED_ALREADY"):
            await object_to(2)
        for wrong in (b"", b"{}", body.replace(voting.vote.encode(), b"0" * 64)):
            with refused_with(Invalid, "SETTLEMENT_WRONG"):
                await settle(2, wrong)
        await settle(2)
        with refused_with(AlreadyExists, "SETTLED_ALREADY"):
            await settle(2)
        events = await assembly.co_op.published_events("governance")
        assert [event.reference for event in events if isinstance(event, facts.VoteObjected)] == ["2"]
        assert [event.settlement for event in events if isinstance(event, facts.VoteSettlementAgreed)] == [body]
