"""Every way a vote with other co-ops can be refused at home: with a reason, and with nothing half done."""

import json
from datetime import timedelta
from uuid import UUID

import pytest

from kith.federation.facts.v1 import facts_pb2 as federation
from kith.governance.facts.v1 import facts_pb2 as facts
from kith.governance.v1 import votes_pb2 as pb
from kith.identity.facts.v1.facts_pb2 import HatGiven
from libs.boards.vote_terms import read_terms
from libs.database.engine import new_id
from libs.refusals import AlreadyExists, Conflict, FailedPrecondition, Invalid, NotAllowed, NotFound, NotSignedIn, TooMany
from libs.rpc.client import call_service
from libs.signing import canonical
from tests.support.member_assembly import HOUR, refused_with, to_timestamp
from tests.support.running_co_op import Infrastructure
from tests.support.simulated_vote import OWN_ID, SimulatedVote, member_identity, simulated_vote


async def count_events(voting: SimulatedVote, kind: str) -> int:
    """How often a fact of that name was stated."""
    return [type(event).__name__ for event in await voting.assembly.co_op.published_events("governance")].count(kind)


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
        assert await count_events(voting, "VoteDrafted") == 1
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
        assert await count_events(voting, "VoteJoined") == 1


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
        assert await count_events(voting, "VoteWithdrawn") == 1
        with refused_with(FailedPrecondition, "VOTE_NOT_AT_THIS"):
            await voting.join(number)


async def test_a_roll_is_frozen_once_with_exactly_the_eligible_members(infrastructure: Infrastructure) -> None:
    async with simulated_vote(infrastructure, user=6, worker=5, friend=1) as voting:
        assembly = voting.assembly
        number = await voting.decide()
        await voting.propose()
        with refused_with(FailedPrecondition, "VOTE_NOT_AT_THIS"):
            await voting.freeze()
        await voting.join(number)
        with refused_with(NotAllowed, "HAT_NEEDED"):
            await voting.freeze(token=assembly.co_op.token(voting.voters[0]))
        with refused_with(Invalid, "PEOPLE_MISSING"):
            await voting.freeze(voting.people(*voting.voters[:2]))
        friend = pb.RowIdentity(person_id=str(assembly.members["friend"][0]), identity="99\nA Friend")
        with refused_with(Invalid, "PEOPLE_UNKNOWN"):
            await voting.freeze([*voting.people(), friend])
        with refused_with(Invalid, "PEOPLE_TWICE"):
            await voting.freeze([*voting.people(), voting.people()[0]])
        with refused_with(Invalid, "IDENTITY_MALFORMED"):
            await voting.freeze(voting.people(instead={voting.voters[0]: "Pat"}))
        # Stated just now; the roll is frozen under it, or not at all.
        [late] = await assembly.admit("user")
        with refused_with(Invalid, "PEOPLE_MISSING"):
            await voting.freeze(voting.people(late))
        assert await assembly.co_op.all_rows("governance", "vote_row") == []
        assert [group.rows for group in (await voting.freeze()).groups] == [7, 5]
        with refused_with(FailedPrecondition, "ROLL_FROZEN_ALREADY"):
            await voting.freeze()
        [later] = await assembly.admit("user")
        await assembly.co_op.wait_until_consumed("governance", "membership")
        assert not (await voting.get_vote(assembly.co_op.token(later))).i_may_vote
        kept = repr(await assembly.co_op.all_rows("governance", "vote_row"))
        assert not [voter for voter in voting.voters if member_identity(voter).split("\n")[1] in kept]


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        (
            {"ceilings": [pb.Ceiling(co_op=OWN_ID, group="user", most=2), pb.Ceiling(co_op=OWN_ID, group="worker", most=9)]},
            "ROLL_ABOVE_CEILING",
        ),
        ({"k": 4}, "ROLL_GROUP_TOO_SMALL"),
        ({"k": 4, "small": [pb.Ceiling(co_op=OWN_ID, group="user")]}, "ROLL_GROUP_TOO_SMALL"),
    ],
)
async def test_a_group_too_large_or_too_small_for_the_terms_stops_the_roll(
    infrastructure: Infrastructure, changed: dict[str, object], reason: str
) -> None:
    async with simulated_vote(infrastructure, user=3, worker=2) as voting:
        number = await voting.decide()
        await voting.propose(**changed)
        await voting.join(number)
        with refused_with(FailedPrecondition, reason):
            await voting.freeze()


async def test_a_small_group_that_the_terms_name_is_told_so(infrastructure: Infrastructure) -> None:
    async with simulated_vote(infrastructure, user=6, worker=2) as voting:
        number = await voting.decide()
        await voting.propose(k=3, small=[pb.Ceiling(co_op=OWN_ID, group="worker")])
        await voting.join(number)
        assert [(group.group, group.rows, group.small) for group in (await voting.freeze()).groups] == [
            ("user", 6, False),
            ("worker", 2, True),
        ]


@pytest.mark.capability("G15")
async def test_two_scrutineers_open_every_row_and_neither_froze_it(infrastructure: Infrastructure) -> None:
    async with simulated_vote(infrastructure, user=6, worker=5) as voting:
        assembly = voting.assembly
        pat, kim = voting.voters[:2]
        number = await voting.decide()
        await voting.propose()
        await voting.join(number)
        with refused_with(FailedPrecondition, "VOTE_NOT_AT_THIS"):
            await voting.attest(voting.scrutineer())
        await voting.freeze()
        for token in (assembly.secretary_token(), assembly.co_op.token(pat, hat="scrutineer")):
            with refused_with(NotAllowed, "HAT_NEEDED"):
                await voting.attest(token)
        with refused_with(FailedPrecondition, "SCRUTINEERS_MISSING"):
            await voting.ready()
        wrong = await voting.attest(voting.scrutineer(), voting.people(kim, instead={pat: "1\nSomebody Else"}))
        assert set(wrong.wrong_person_ids) == {str(pat), str(kim)}
        assert wrong.vote.attested_by == 0
        assert (await voting.attest(voting.scrutineer())).vote.attested_by == 1
        assert (await voting.attest(voting.scrutineer())).vote.attested_by == 1
        with refused_with(FailedPrecondition, "SCRUTINEERS_MISSING"):
            await voting.ready()
        assert await count_events(voting, "VoteRollAttested") == 0
        second = (await voting.attest(voting.scrutineer(1))).vote
        assert (second.attested_by, second.i_attested) == (2, True)
        assert (await voting.ready()).state == pb.VOTE_STATE_READY
        [said] = [event for event in await assembly.co_op.published_events("governance") if isinstance(event, facts.VoteRollAttested)]
        assert (said.rows, said.scrutineers) == (11, 2)
        with refused_with(FailedPrecondition, "VOTE_NOT_AT_THIS"):
            await voting.ready()
        with refused_with(FailedPrecondition, "VOTE_NOT_AT_THIS"):
            await call_service(
                voting.stub.WithdrawFromVote,
                pb.WithdrawFromVoteRequest(request_id=str(new_id()), vote_id=voting.vote),
                assembly.secretary_token(),
            )


async def test_the_secretary_who_froze_the_roll_does_not_attest_it(infrastructure: Infrastructure) -> None:
    async with simulated_vote(infrastructure, user=6, worker=5) as voting:
        assembly = voting.assembly
        await assembly.identity.publish((HatGiven(person_id=str(assembly.secretary), hat="scrutineer"), str(assembly.secretary)))
        await assembly.co_op.wait_until_consumed("governance", "identity")
        number = await voting.decide()
        await voting.propose()
        await voting.join(number)
        await voting.freeze()
        with refused_with(NotAllowed, "FROZE_IT_THEMSELVES"):
            await voting.attest(assembly.co_op.token(assembly.secretary, hat="scrutineer"))


async def test_a_ballot_needs_an_open_vote_a_row_a_choice_and_the_last_page(infrastructure: Infrastructure) -> None:
    async with simulated_vote(infrastructure, user=6, worker=5, friend=1) as voting:
        assembly = voting.assembly
        pat = voting.voters[0]
        number = await voting.decide()
        await voting.propose()
        with refused_with(FailedPrecondition, "BALLOT_NOT_OPEN"):
            await voting.cast(pat, "for")
        await voting.join(number)
        await voting.freeze()
        for one in range(2):
            await voting.attest(voting.scrutineer(one))
        await voting.ready()
        with refused_with(FailedPrecondition, "BALLOT_NOT_OPEN"):
            await voting.cast(pat, "for")
        await voting.publish(federation.VoteOpened(vote_id=voting.vote))
        with refused_with(NotAllowed, "NOT_ON_VOTE_ROLL"):
            await voting.cast(assembly.members["friend"][0], "for")
        for marks, reason in ((("maybe",), "CHOICE_UNKNOWN"), ((), "CHOICE_MISSING"), (("for", "against"), "CHOICE_UNKNOWN")):
            with refused_with(Invalid, reason):
                await voting.cast(pat, *marks)
        with refused_with(Conflict, "BALLOT_STALE"):
            await voting.cast(pat, "for", revision=1)
        with refused_with(Invalid, "CHOICE_MISSING"):
            await voting.cast(pat, withdraw=True)
        assert await count_events(voting, "VoteBallotCast") == 0
        once = str(new_id())
        assert await voting.cast(pat, "for", request_id=once) == await voting.cast(pat, "for", request_id=once)
        assert await count_events(voting, "VoteBallotCast") == 1
        taken_back = await voting.cast(pat, revision=1, withdraw=True)
        assert (taken_back.withdrawn, list(taken_back.marks)) == (True, [])
        assert ((await voting.get_vote(assembly.co_op.token(pat))).i_have_voted, (await voting.get_vote()).ballots) == (False, 0)
        await assembly.co_op.move_clock(int(assembly.co_op.process.clock.offset().total_seconds()) + 2 * HOUR + 5)
        with refused_with(FailedPrecondition, "BALLOT_CLOSED"):
            await voting.cast(pat, "for", revision=2)
        assert (await voting.get_vote()).state == pb.VOTE_STATE_CLOSED


async def test_a_row_casts_at_most_twenty_times(infrastructure: Infrastructure) -> None:
    async with simulated_vote(infrastructure, user=6, worker=5) as voting:
        await voting.open()
        pat = voting.voters[0]
        for revision in range(20):
            await voting.cast(pat, "for" if revision % 2 else "against", revision=revision)
        with refused_with(TooMany, "BALLOT_CHANGED_TOO_OFTEN"):
            await voting.cast(pat, "for", revision=20)
        assert (await voting.get_vote(voting.assembly.co_op.token(pat))).my_ballots_left == 0
        assert await count_events(voting, "VoteBallotCast") == 20


@pytest.mark.capability("G15")
async def test_two_people_record_a_paper_vote_and_what_differs_is_put_aside(infrastructure: Infrastructure) -> None:
    async with simulated_vote(infrastructure, user=6, worker=5) as voting:
        assembly = voting.assembly
        await voting.open()
        pat = voting.voters[0]

        async def record(by: UUID) -> str:
            request = pb.RecordVoteBallotRequest(
                request_id=str(new_id()), vote_id=voting.vote, person_id=str(pat), marks=[pb.Mark(option="for")], taken="paper"
            )
            response: pb.RecordVoteBallotResponse = await call_service(voting.stub.RecordVoteBallot, request, assembly.secretary_token(by))
            return response.record_id

        async def confirm(record_id: str, option: str, by: UUID) -> pb.ConfirmVoteBallotResponse:
            request = pb.ConfirmVoteBallotRequest(request_id=str(new_id()), record_id=record_id, marks=[pb.Mark(option=option)])
            response: pb.ConfirmVoteBallotResponse = await call_service(
                voting.stub.ConfirmVoteBallot, request, assembly.secretary_token(by)
            )
            return response

        entry = await record(assembly.secretary)
        waiting = await call_service(
            voting.stub.ListUnconfirmedVoteBallots, pb.ListUnconfirmedVoteBallotsRequest(), assembly.secretary_token()
        )
        assert [(ballot.record_id, ballot.motion_id, ballot.person_id) for ballot in waiting.ballots] == [(entry, voting.vote, str(pat))]
        with refused_with(NotAllowed, "SAME_RECORDER"):
            await confirm(entry, "for", assembly.secretary)
        assert (await confirm(entry, "against", assembly.second)).differs
        with refused_with(NotFound, "ENTRY_UNKNOWN"):
            await confirm(entry, "for", assembly.second)
        assert await count_events(voting, "VoteBallotCast") == 0
        done = (await confirm(await record(assembly.secretary), "for", assembly.second)).ballot
        assert (done.revision, done.taken, done.pseudonym, done.leaf) == (1, "paper", "", b"")
        mine = await call_service(voting.stub.GetMyVoteBallot, pb.GetMyVoteBallotRequest(vote_id=voting.vote), assembly.co_op.token(pat))
        assert (mine.ballot.taken, [mark.option for mark in mine.ballot.marks]) == ("paper", ["for"])
        assert await count_events(voting, "VoteBallotCast") == 1


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
        await assembly.co_op.move_clock(int(assembly.co_op.process.clock.offset().total_seconds()) + 3 * HOUR)
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
