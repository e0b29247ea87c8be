"""How a roll and ballots of a vote with other co-ops are refused at home: with a reason, and with nothing half done."""

from uuid import UUID

import pytest

from kith.federation.facts.v1 import facts_pb2 as federation
from kith.governance.facts.v1 import facts_pb2 as facts
from kith.governance.v1 import votes_pb2 as pb
from kith.identity.facts.v1.facts_pb2 import HatGiven
from libs.database.engine import new_id
from libs.refusals import Conflict, FailedPrecondition, Invalid, NotAllowed, NotFound, TooMany
from libs.rpc.client import call_service
from tests.support.member_assembly import HOUR, refused_with
from tests.support.running_co_op import Infrastructure
from tests.support.simulated_vote import OWN_ID, member_identity, simulated_vote


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
        assert await voting.count_events("VoteRollAttested") == 0
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
        assert await voting.count_events("VoteBallotCast") == 0
        once = str(new_id())
        assert await voting.cast(pat, "for", request_id=once) == await voting.cast(pat, "for", request_id=once)
        assert await voting.count_events("VoteBallotCast") == 1
        taken_back = await voting.cast(pat, revision=1, withdraw=True)
        assert (taken_back.withdrawn, list(taken_back.marks)) == (True, [])
        assert ((await voting.get_vote(assembly.co_op.token(pat))).i_have_voted, (await voting.get_vote()).ballots) == (False, 0)
        await assembly.co_op.move_clock(assembly.co_op.shifted + 2 * HOUR + 5)
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
        assert await voting.count_events("VoteBallotCast") == 20


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
        assert await voting.count_events("VoteBallotCast") == 0
        done = (await confirm(await record(assembly.secretary), "for", assembly.second)).ballot
        assert (done.revision, done.taken, done.pseudonym, done.leaf) == (1, "paper", "", b"")
        mine = await call_service(voting.stub.GetMyVoteBallot, pb.GetMyVoteBallotRequest(vote_id=voting.vote), assembly.co_op.token(pat))
        assert (mine.ballot.taken, [mark.option for mark in mine.ballot.marks]) == ("paper", ["for"])
        assert await voting.count_events("VoteBallotCast") == 1
