"""Every way a vote with other co-ops can be refused at home: with a reason, and with nothing half done."""

import json
from datetime import timedelta
from uuid import UUID

import pytest

from kith.federation.facts.v1 import facts_pb2 as federation
from kith.governance.facts.v1 import facts_pb2 as facts
from kith.governance.v1 import votes_pb2 as pb
from kith.identity.facts.v1.facts_pb2 import HatGiven
from libs.boards.terms import read_terms
from libs.database.engine import new_id
from libs.refusals import AlreadyDone, Conflict, Invalid, NotAllowed, NotFound, NotNow, NotSignedIn, TooMany
from libs.rpc.client import ask
from libs.signing import canonical
from tests.support.assembly import HOUR, stamp, told
from tests.support.running import Kith
from tests.support.vote_assembly import US, Voting, a_vote, identity_of


async def stated(voting: Voting, kind: str) -> int:
    """How often a fact of that name was stated."""
    return [type(one).__name__ for one in await voting.assembly.co_op.facts("governance")].count(kind)


async def test_a_draft_is_a_secretarys_and_needs_rules_and_times(kith: Kith) -> None:
    async with a_vote(kith, user=6, worker=5) as voting:
        assembly = voting.assembly
        with told(NotSignedIn, "TOKEN_MISSING"):
            await ask(voting.desk.DraftVote, voting.question())
        with told(NotAllowed, "HAT_NEEDED"):
            await ask(voting.desk.DraftVote, voting.question(), assembly.co_op.token(voting.everybody[0]))
        with told(NotAllowed, "HAT_NEEDED"):
            await ask(voting.desk.ListVoteDrafts, pb.ListVoteDraftsRequest(), assembly.co_op.token(voting.everybody[0]))
        with told(Invalid, "RESOLUTION_TYPE_UNKNOWN"):
            await voting.draft(voting.question(resolution_type="whim"))
        with told(NotNow, "TWO_MEETINGS_NEEDED"):
            await voting.draft(voting.question(resolution_type="convert"))
        with told(Invalid, "TIMES_WRONG"):
            await voting.draft(voting.question(open_latest=stamp(assembly.co_op.now() - timedelta(hours=1))))
        unset = voting.question()
        unset.ClearField("closes_at")
        with told(Invalid, "TIMES_WRONG"):
            await voting.draft(unset)
        assert await assembly.co_op.everything("governance", "vote_draft") == []
        once = voting.question()
        assert await voting.draft(once) == await voting.draft(once)
        assert await stated(voting, "VoteDrafted") == 1
        listed = await ask(voting.desk.ListVoteDrafts, pb.ListVoteDraftsRequest(), assembly.chair())
        assert [(one.question, list(one.parties), one.vote_id) for one in listed.drafts] == [
            ("Shall we share a night line?", [US, "brook", "cove", "dale"], "")
        ]


async def test_terms_are_composed_once_from_the_keys_of_exactly_those_who_were_asked(kith: Kith) -> None:
    async with a_vote(kith, user=6, worker=5) as voting:
        with told(NotFound, "DRAFT_UNKNOWN"):
            await voting.compose("0" * 32)
        draft = await voting.draft()
        with told(Invalid, "PARTIES_WRONG"):
            await voting.compose(draft, keys_of="1" * 32)
        with told(Invalid, "PARTIES_WRONG"):
            await ask(voting.desk.ComposeTerms, pb.ComposeTermsRequest(draft_id=draft, parties=[pb.PartyKeys(party=b"{}")]))
        first = await voting.compose(draft)
        assert await voting.compose(draft, {"user": 99}) == first
        terms = read_terms(first)
        assert (terms.draft, terms.convener, terms.ceilings[US, "user"], terms.ceilings["brook", "worker"]) == (draft, US, 32, 30)
        listed = await ask(voting.desk.ListVoteDrafts, pb.ListVoteDraftsRequest(), voting.assembly.chair())
        assert [one.vote_id for one in listed.drafts] == [terms.vote]


async def test_terms_are_taken_once_and_only_those_that_name_us_and_hold(kith: Kith) -> None:
    async with a_vote(kith, user=6, worker=5) as voting:
        await voting.propose()
        assert await voting.take(voting.terms.data) == voting.vote
        assert len(await voting.assembly.co_op.everything("governance", "vote")) == 1
        with told(Invalid, "NOT_OUR_VOTE"):
            await voting.take(_without_us(voting.terms.data))
        for broken in (b"", b"{}", voting.terms.data[:-1], voting.terms.data.replace(b"night", b"Night", 1) + b" "):
            with told(Invalid, "TERMS_IMPOSSIBLE"):
                await voting.take(broken)
        said = json.loads(voting.terms.data)
        said["parties"][0]["sig"] = "0" * 128
        with told(Invalid, "TERMS_IMPOSSIBLE"):
            await voting.take(canonical.encode(said))


def _without_us(terms: bytes) -> bytes:
    """The same vote between the others, with their own keys' signatures."""
    said = json.loads(terms)
    said["parties"] = [one for one in said["parties"] if one["id"] != US]
    for key in ("ceilings", "classes"):
        said[key] = [one for one in said[key] if one[0] != US]
    return canonical.encode({**said, "convener": "brook", "q": 1})


async def test_what_federation_asks_needs_no_token_and_what_people_ask_does(kith: Kith) -> None:
    async with a_vote(kith, user=6, worker=5, friend=1) as voting:
        await voting.propose()
        counted = await ask(voting.desk.CountClasses, pb.CountClassesRequest())
        assert [(one.member_class, one.people) for one in counted.classes] == [("user", 6), ("worker", 5)]
        for method, asked in (
            (voting.desk.GetVote, pb.GetVoteRequest(vote_id=voting.vote)),
            (voting.desk.ListVotes, pb.ListVotesRequest()),
            (voting.desk.ListVoteRows, pb.ListVoteRowsRequest(vote_id=voting.vote)),
            (voting.desk.GetVoteCard, pb.GetVoteCardRequest(vote_id=voting.vote)),
            (voting.desk.ReadyVote, pb.ReadyVoteRequest(request_id="1", vote_id=voting.vote)),
        ):
            with told(NotSignedIn, "TOKEN_MISSING"):
                await ask(method, asked)


async def test_what_the_draft_says_of_our_classes_is_what_our_rules_say(kith: Kith) -> None:
    async with a_vote(kith, user=6, worker=5) as voting:
        users, misspelt = pb.ClassGroup(member_class="user", group="all"), pb.ClassGroup(member_class="wroker", group="all")
        with told(Invalid, "CLASS_NOT_IN_RULES"):
            await voting.draft(voting.question(class_groups=[users, misspelt]))
        with told(Invalid, "CLASS_WITHOUT_GROUP"):
            await voting.draft(voting.question(class_groups=[users]))


async def test_nobody_joins_a_vote_that_leaves_one_of_their_classes_out(kith: Kith) -> None:
    async with a_vote(kith, user=6, worker=5) as voting:
        won = await voting.decide()
        voting.terms = read_terms(await voting.compose(await voting.draft(), {"user": 6}))
        await voting.take(voting.terms.data)
        with told(NotNow, "JOIN_CLASS_WITHOUT_GROUP"):
            await voting.join(won)


async def test_joining_takes_a_passed_motion_of_our_own(kith: Kith) -> None:
    async with a_vote(kith, user=6, worker=5) as voting:
        lost, won = await voting.decide(passes=False), await voting.decide()
        await voting.propose()
        for number, reason in ((0, "DECISION_UNKNOWN"), (1, "DECISION_UNKNOWN"), (99, "DECISION_UNKNOWN"), (lost, "DECISION_NOT_PASSED")):
            with told(NotNow, reason):
                await voting.join(number)
        with told(NotFound, "VOTE_UNKNOWN"):
            await voting.join(won, vote_id="0" * 64)
        with told(NotFound, "VOTE_UNKNOWN"):
            await voting.join(won, vote_id="vote 7")
        with told(NotAllowed, "HAT_NEEDED"):
            asked = pb.JoinVoteRequest(request_id=str(new_id()), vote_id=voting.vote, decision_number=won)
            await ask(voting.desk.JoinVote, asked, voting.assembly.co_op.token(voting.everybody[0]))
        once = str(new_id())
        assert (await voting.join(won, request_id=once)).state == pb.VOTE_STATE_JOINED
        assert (await voting.join(won, request_id=once)).state == pb.VOTE_STATE_JOINED
        with told(NotNow, "VOTE_NOT_AT_THIS"):
            await voting.join(won)
        assert await stated(voting, "VoteJoined") == 1


async def test_one_can_leave_until_ones_own_ready_and_never_come_back(kith: Kith) -> None:
    async with a_vote(kith, user=6, worker=5) as voting:
        number = await voting.decide()
        await voting.propose()
        asked = pb.WithdrawFromVoteRequest(request_id=str(new_id()), vote_id=voting.vote)
        with told(NotNow, "VOTE_NOT_AT_THIS"):
            await ask(voting.desk.WithdrawFromVote, asked, voting.assembly.chair())
        await voting.join(number)
        await ask(voting.desk.WithdrawFromVote, asked, voting.assembly.chair())
        assert (await voting.seen()).state == pb.VOTE_STATE_WITHDRAWN
        assert await stated(voting, "VoteWithdrawn") == 1
        with told(NotNow, "VOTE_NOT_AT_THIS"):
            await voting.join(number)


async def test_a_roll_is_frozen_once_with_everybody_and_nobody_else(kith: Kith) -> None:
    async with a_vote(kith, user=6, worker=5, friend=1) as voting:
        assembly = voting.assembly
        number = await voting.decide()
        await voting.propose()
        with told(NotNow, "VOTE_NOT_AT_THIS"):
            await voting.freeze()
        await voting.join(number)
        with told(NotAllowed, "HAT_NEEDED"):
            await voting.freeze(token=assembly.co_op.token(voting.everybody[0]))
        with told(Invalid, "PEOPLE_MISSING"):
            await voting.freeze(voting.people(*voting.everybody[:2]))
        friend = pb.RowIdentity(person_id=str(assembly.members["friend"][0]), identity="99\nA Friend")
        with told(Invalid, "PEOPLE_UNKNOWN"):
            await voting.freeze([*voting.people(), friend])
        with told(Invalid, "PEOPLE_TWICE"):
            await voting.freeze([*voting.people(), voting.people()[0]])
        with told(Invalid, "IDENTITY_MALFORMED"):
            await voting.freeze(voting.people(instead={voting.everybody[0]: "Pat"}))
        # Stated just now; the roll is frozen under it, or not at all.
        [late] = await assembly.admit("user")
        with told(Invalid, "PEOPLE_MISSING"):
            await voting.freeze(voting.people(late))
        assert await assembly.co_op.everything("governance", "vote_row") == []
        assert [one.rows for one in (await voting.freeze()).groups] == [7, 5]
        with told(NotNow, "ROLL_FROZEN_ALREADY"):
            await voting.freeze()
        [later] = await assembly.admit("user")
        await assembly.co_op.heard("governance", "membership")
        assert not (await voting.seen(assembly.co_op.token(later))).i_may_vote
        kept = repr(await assembly.co_op.everything("governance", "vote_row"))
        assert not [one for one in voting.everybody if identity_of(one).split("\n")[1] in kept]


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"ceilings": [pb.Ceiling(co_op=US, group="user", most=2), pb.Ceiling(co_op=US, group="worker", most=9)]}, "ROLL_ABOVE_CEILING"),
        ({"k": 4}, "ROLL_GROUP_TOO_SMALL"),
        ({"k": 4, "small": [pb.Ceiling(co_op=US, group="user")]}, "ROLL_GROUP_TOO_SMALL"),
    ],
)
async def test_a_group_too_large_or_too_small_for_the_terms_stops_the_roll(kith: Kith, changed: dict[str, object], reason: str) -> None:
    async with a_vote(kith, user=3, worker=2) as voting:
        number = await voting.decide()
        await voting.propose(**changed)
        await voting.join(number)
        with told(NotNow, reason):
            await voting.freeze()


async def test_a_small_group_that_the_terms_name_is_told_so(kith: Kith) -> None:
    async with a_vote(kith, user=6, worker=2) as voting:
        number = await voting.decide()
        await voting.propose(k=3, small=[pb.Ceiling(co_op=US, group="worker")])
        await voting.join(number)
        assert [(one.group, one.rows, one.small) for one in (await voting.freeze()).groups] == [("user", 6, False), ("worker", 2, True)]


@pytest.mark.capability("G15")
async def test_two_scrutineers_open_every_row_and_neither_froze_it(kith: Kith) -> None:
    async with a_vote(kith, user=6, worker=5) as voting:
        assembly = voting.assembly
        pat, kim = voting.everybody[:2]
        number = await voting.decide()
        await voting.propose()
        await voting.join(number)
        with told(NotNow, "VOTE_NOT_AT_THIS"):
            await voting.attest(voting.scrutineer())
        await voting.freeze()
        for token in (assembly.chair(), assembly.co_op.token(pat, hat="scrutineer")):
            with told(NotAllowed, "HAT_NEEDED"):
                await voting.attest(token)
        with told(NotNow, "SCRUTINEERS_MISSING"):
            await voting.ready()
        wrong = await voting.attest(voting.scrutineer(), voting.people(kim, instead={pat: "1\nSomebody Else"}))
        assert set(wrong.wrong_person_ids) == {str(pat), str(kim)}
        assert wrong.vote.attested_by == 0
        assert (await voting.attest(voting.scrutineer())).vote.attested_by == 1
        assert (await voting.attest(voting.scrutineer())).vote.attested_by == 1
        with told(NotNow, "SCRUTINEERS_MISSING"):
            await voting.ready()
        assert await stated(voting, "VoteRollAttested") == 0
        second = (await voting.attest(voting.scrutineer(1))).vote
        assert (second.attested_by, second.i_attested) == (2, True)
        assert (await voting.ready()).state == pb.VOTE_STATE_READY
        [said] = [one for one in await assembly.co_op.facts("governance") if isinstance(one, facts.VoteRollAttested)]
        assert (said.rows, said.scrutineers) == (11, 2)
        with told(NotNow, "VOTE_NOT_AT_THIS"):
            await voting.ready()
        with told(NotNow, "VOTE_NOT_AT_THIS"):
            await ask(
                voting.desk.WithdrawFromVote,
                pb.WithdrawFromVoteRequest(request_id=str(new_id()), vote_id=voting.vote),
                assembly.chair(),
            )


async def test_whoever_froze_the_roll_does_not_attest_it(kith: Kith) -> None:
    async with a_vote(kith, user=6, worker=5) as voting:
        assembly = voting.assembly
        await assembly.identity.state((HatGiven(person_id=str(assembly.secretary), hat="scrutineer"), str(assembly.secretary)))
        await assembly.co_op.heard("governance", "identity")
        number = await voting.decide()
        await voting.propose()
        await voting.join(number)
        await voting.freeze()
        with told(NotAllowed, "FROZE_IT_THEMSELVES"):
            await voting.attest(assembly.co_op.token(assembly.secretary, hat="scrutineer"))


async def test_a_ballot_needs_an_open_vote_a_row_a_choice_and_the_last_page(kith: Kith) -> None:
    async with a_vote(kith, user=6, worker=5, friend=1) as voting:
        assembly = voting.assembly
        pat = voting.everybody[0]
        number = await voting.decide()
        await voting.propose()
        with told(NotNow, "BALLOT_NOT_OPEN"):
            await voting.cast(pat, "for")
        await voting.join(number)
        await voting.freeze()
        for one in range(2):
            await voting.attest(voting.scrutineer(one))
        await voting.ready()
        with told(NotNow, "BALLOT_NOT_OPEN"):
            await voting.cast(pat, "for")
        await voting.state(federation.VoteOpened(vote_id=voting.vote))
        with told(NotAllowed, "NOT_ON_VOTE_ROLL"):
            await voting.cast(assembly.members["friend"][0], "for")
        for marks, reason in ((("maybe",), "CHOICE_UNKNOWN"), ((), "CHOICE_MISSING"), (("for", "against"), "CHOICE_UNKNOWN")):
            with told(Invalid, reason):
                await voting.cast(pat, *marks)
        with told(Conflict, "BALLOT_STALE"):
            await voting.cast(pat, "for", revision=1)
        with told(Invalid, "CHOICE_MISSING"):
            await voting.cast(pat, withdraw=True)
        assert await stated(voting, "VoteBallotCast") == 0
        once = str(new_id())
        assert await voting.cast(pat, "for", request_id=once) == await voting.cast(pat, "for", request_id=once)
        assert await stated(voting, "VoteBallotCast") == 1
        taken_back = await voting.cast(pat, revision=1, withdraw=True)
        assert (taken_back.withdrawn, list(taken_back.marks)) == (True, [])
        assert ((await voting.seen(assembly.co_op.token(pat))).i_have_voted, (await voting.seen()).ballots) == (False, 0)
        await assembly.co_op.move_clock(int(assembly.co_op.process.clock.offset().total_seconds()) + 2 * HOUR + 5)
        with told(NotNow, "BALLOT_CLOSED"):
            await voting.cast(pat, "for", revision=2)
        assert (await voting.seen()).state == pb.VOTE_STATE_CLOSED


async def test_a_row_casts_at_most_twenty_times(kith: Kith) -> None:
    async with a_vote(kith, user=6, worker=5) as voting:
        await voting.open_it()
        pat = voting.everybody[0]
        for revision in range(20):
            await voting.cast(pat, "for" if revision % 2 else "against", revision=revision)
        with told(TooMany, "BALLOT_CHANGED_TOO_OFTEN"):
            await voting.cast(pat, "for", revision=20)
        assert (await voting.seen(voting.assembly.co_op.token(pat))).my_ballots_left == 0
        assert await stated(voting, "VoteBallotCast") == 20


@pytest.mark.capability("G15")
async def test_two_people_record_a_paper_vote_and_what_differs_is_put_aside(kith: Kith) -> None:
    async with a_vote(kith, user=6, worker=5) as voting:
        assembly = voting.assembly
        await voting.open_it()
        pat = voting.everybody[0]

        async def record(by: UUID) -> str:
            asked = pb.RecordVoteBallotRequest(
                request_id=str(new_id()), vote_id=voting.vote, person_id=str(pat), marks=[pb.Mark(option="for")], taken="paper"
            )
            answered: pb.RecordVoteBallotResponse = await ask(voting.desk.RecordVoteBallot, asked, assembly.chair(by))
            return answered.record_id

        async def confirm(record_id: str, option: str, by: UUID) -> pb.ConfirmVoteBallotResponse:
            asked = pb.ConfirmVoteBallotRequest(request_id=str(new_id()), record_id=record_id, marks=[pb.Mark(option=option)])
            answered: pb.ConfirmVoteBallotResponse = await ask(voting.desk.ConfirmVoteBallot, asked, assembly.chair(by))
            return answered

        entry = await record(assembly.secretary)
        waiting = await ask(voting.desk.ListUnconfirmedVoteBallots, pb.ListUnconfirmedVoteBallotsRequest(), assembly.chair())
        assert [(one.record_id, one.motion_id, one.person_id) for one in waiting.ballots] == [(entry, voting.vote, str(pat))]
        with told(NotAllowed, "SAME_RECORDER"):
            await confirm(entry, "for", assembly.secretary)
        assert (await confirm(entry, "against", assembly.second)).differs
        with told(NotFound, "ENTRY_UNKNOWN"):
            await confirm(entry, "for", assembly.second)
        assert await stated(voting, "VoteBallotCast") == 0
        done = (await confirm(await record(assembly.secretary), "for", assembly.second)).ballot
        assert (done.revision, done.taken, done.pseudonym, done.leaf) == (1, "paper", "", b"")
        mine = await ask(voting.desk.GetMyVoteBallot, pb.GetMyVoteBallotRequest(vote_id=voting.vote), assembly.co_op.token(pat))
        assert (mine.ballot.taken, [one.option for one in mine.ballot.marks]) == ("paper", ["for"])
        assert await stated(voting, "VoteBallotCast") == 1


async def test_objecting_and_settling_take_a_decision_a_time_and_are_said_once(kith: Kith) -> None:
    async with a_vote(kith, user=6, worker=5) as voting:
        assembly = voting.assembly
        await voting.open_it()
        body = canonical.encode({"vote": voting.vote, "revision": 2, "kind": "annul", "cuts": [], "without": []})

        async def object_to(number: int) -> None:
            asked = pb.ObjectToVoteRequest(request_id=str(new_id()), vote_id=voting.vote, decision_number=number)
            await ask(voting.desk.ObjectToVote, asked, assembly.chair())

        async def settle(number: int, settlement: bytes = body) -> None:
            asked = pb.SettleVoteRequest(request_id=str(new_id()), vote_id=voting.vote, decision_number=number, settlement=settlement)
            await ask(voting.desk.SettleVote, asked, assembly.chair())

        with told(NotNow, "OBJECTION_NOT_NOW"):
            await object_to(2)
        with told(NotNow, "SETTLEMENT_NOT_NOW"):
            await settle(2)
        await assembly.co_op.move_clock(int(assembly.co_op.process.clock.offset().total_seconds()) + 3 * HOUR)
        with told(NotNow, "DECISION_UNKNOWN"):
            await object_to(1)
        await object_to(2)
        with told(AlreadyDone, "OBJECTED_ALREADY"):
            await object_to(2)
        for wrong in (b"", b"{}", body.replace(voting.vote.encode(), b"0" * 64)):
            with told(Invalid, "SETTLEMENT_WRONG"):
                await settle(2, wrong)
        await settle(2)
        with told(AlreadyDone, "SETTLED_ALREADY"):
            await settle(2)
        said = await assembly.co_op.facts("governance")
        assert [one.reference for one in said if isinstance(one, facts.VoteObjected)] == ["2"]
        assert [one.settlement for one in said if isinstance(one, facts.VoteSettlementAgreed)] == [body]
