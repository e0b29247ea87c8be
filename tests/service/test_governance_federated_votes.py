"""A vote with other co-ops as our own people live it: drafted, joined by our decision, rolled, attested, voted on, final in our log."""

import json
from fractions import Fraction

import pytest

from kith.federation.facts.v1 import facts_pb2 as federation
from kith.governance.facts.v1 import facts_pb2 as facts
from kith.governance.v1 import governance_pb2 as governance
from kith.governance.v1 import votes_pb2 as pb
from libs.boards import entries, pseudonyms
from libs.refusals import Invalid
from libs.rpc.client import call_service
from libs.rulebook.counting import Quorum
from libs.signing import merkle
from tests.support.member_assembly import refused_with
from tests.support.running_co_op import Infrastructure
from tests.support.simulated_vote import OTHER_PARTICIPANTS, OWN_ID, member_identity, simulated_vote


@pytest.mark.capability("G15")
async def test_a_vote_is_drafted_joined_rolled_voted_on_and_written_into_the_log(infrastructure: Infrastructure) -> None:
    async with simulated_vote(infrastructure, user=6, worker=5, friend=2) as voting:
        assembly = voting.assembly
        pat, kim = assembly.members["user"][:2]
        await voting.open()
        vote = await voting.get_vote(assembly.co_op.token(pat))
        assert (vote.state, vote.i_may_vote, vote.my_group, vote.attested_by) == (pb.VOTE_STATE_OPEN, True, "user", 2)
        assert [(group.group, group.rows) for group in vote.groups] == [("user", 6), ("worker", 5)]
        first = await voting.cast(pat, "for")
        await voting.cast(pat, "against", revision=1)
        await voting.cast(kim, "abstain")
        assert (first.pseudonym, first.revision) == (vote.my_pseudonym, 1)
        assert first.leaf == merkle.leaf_hash(entries.BallotEntry(vote.my_pseudonym, "for").data())
        assert (await voting.get_vote()).ballots == 2

        await voting.publish(federation.VoteFinal(vote_id=voting.vote, revision=1, outcome_hash="ab" * 32, passes=True))
        final = await voting.get_vote()
        assert (final.state, final.passes, final.outcome_hash) == (pb.VOTE_STATE_FINAL, True, "ab" * 32)
        log = (await call_service(assembly.stub.ListDecisions, governance.ListDecisionsRequest(), assembly.secretary_token())).decisions
        assert [one.number for one in log] == [3, 2, 1]
        assert (log[0].kind, log[0].vote_id, log[0].title, log[0].passed) == ("federated_vote", voting.vote, voting.terms.question, True)
        assert log[0].decision_id == final.decision_id

        events = await assembly.co_op.published_events("governance")
        names = [type(event).__name__ for event in events if type(event).__name__.startswith("Vote")]
        assert names == ["VoteDrafted", "VoteJoined", "VoteRowsFrozen", "VoteRollAttested", "VoteMadeReady", *["VoteBallotCast"] * 3]
        [joined] = [event for event in events if isinstance(event, facts.VoteJoined)]
        assert (joined.body, joined.reference) == ("general_meeting", "2")
        [frozen] = [event for event in events if isinstance(event, facts.VoteRowsFrozen)]
        read = [entries.read_entry(entry) for entry in frozen.entries]
        assert frozen.last
        assert read[-1] == entries.RollEntry((("user", 6), ("worker", 5)))
        assert all(isinstance(one, entries.RowEntry) for one in read[:-1])
        cast = [entries.read_entry(event.entry) for event in events if isinstance(event, facts.VoteBallotCast)]
        assert cast[:2] == [entries.BallotEntry(vote.my_pseudonym, "for"), entries.BallotEntry(vote.my_pseudonym, "against")]


@pytest.mark.capability("G15")
async def test_a_card_opens_the_row_it_is_for(infrastructure: Infrastructure) -> None:
    async with simulated_vote(infrastructure, user=3, worker=2) as voting:
        await voting.open()
        [pat, *_] = voting.assembly.members["user"]
        card = await call_service(voting.stub.GetVoteCard, pb.GetVoteCardRequest(vote_id=voting.vote), voting.assembly.co_op.token(pat))
        opened = pseudonyms.row_commitment(voting.vote, card.pseudonym, card.group, member_identity(pat), card.salt)
        assert opened == card.commitment
        [frozen] = [
            event for event in await voting.assembly.co_op.published_events("governance") if isinstance(event, facts.VoteRowsFrozen)
        ]
        assert entries.RowEntry(card.pseudonym, "user", opened).data() in frozen.entries
        assert (OWN_ID, "user") in voting.terms.ceilings


async def test_how_many_must_take_part_is_agreed_in_the_terms_and_decides_the_result(infrastructure: Infrastructure) -> None:
    async with simulated_vote(infrastructure, user=6, worker=5) as voting:
        quorum, workers, brook = (
            pb.VoteQuorum(fraction="1/2", count=4),
            pb.VoteQuorum(of="worker", count=3),
            pb.VoteQuorum(of="brook", count=2),
        )
        await voting.propose(basis="one_co_op_one_vote", quorum=quorum, group_quorums=[workers], co_op_quorums=[brook])
        rule = voting.terms.rule
        assert rule.counting.quorum == Quorum(Fraction(1, 2), 4)
        assert rule.counting.class_quorums == (("worker", Quorum(count=3)),)
        assert rule.co_op_quorums == {"brook": Quorum(count=2)}
        with refused_with(Invalid, "QUORUM_UNUSED"):
            await voting.propose(co_op_quorums=[brook])

        # Brook has 3 of 11, all workers: enough by its own rules, and too few by those of the others.
        groups = [
            pb.GroupCount(co_op=one, group=name, rows=pseudonyms)
            for one in (OWN_ID, *OTHER_PARTICIPANTS)
            for name, pseudonyms in (("user", 6), ("worker", 5))
        ]
        groups[3].ballots = 3
        request = pb.CountVoteRequest(
            terms=voting.terms.data,
            revision=1,
            boards=[pb.BoardSize(co_op=one, size=9, root=bytes(32)) for one in (OWN_ID, *OTHER_PARTICIPANTS)],
            tallies=[pb.Marks(co_op="brook", group="worker", option="for", number=3)],
            groups=groups,
        )
        counted: pb.CountVoteResponse = await call_service(voting.stub.CountVote, request, voting.assembly.co_op.federation_token())
        stances = {str(co_op): str(stance) for co_op, stance, _ in json.loads(counted.outcome)["result"]["co_ops"]}
        assert stances == {OWN_ID: "left_out", "brook": "agrees", "cove": "left_out"}
