"""What federation's evidence does at home: ballots lost, outcomes final, contested, disputed, replaced, void and annulled; and restarts."""

from datetime import timedelta

import pytest
from google.protobuf.message import Message

from kith.federation.facts.v1 import facts_pb2 as federation
from kith.governance.v1 import governance_pb2 as governance
from kith.governance.v1 import votes_pb2 as pb
from libs.boards.vote_terms import OBSERVER, PARTICIPANT, read_terms
from libs.database.engine import new_id
from libs.refusals import FailedPrecondition, Invalid, NotFound
from libs.rpc.client import call_service
from libs.signing import canonical
from services.governance.domain.vote_outcome import OutcomeEvidence, compute_outcome
from services.governance.reactions import federation as reactions
from tests.support.member_assembly import HOUR, refused_with, to_timestamp
from tests.support.running_co_op import Infrastructure
from tests.support.simulated_vote import OWN_ID, SimulatedVote, make_party, simulated_vote


async def decision_log(voting: SimulatedVote) -> list[tuple[str, bool, str]]:
    """(kind, passed, effect) of what votes with other co-ops left in the log, oldest first; its numbers have no gap."""
    response = await call_service(voting.assembly.stub.ListDecisions, governance.ListDecisionsRequest(), voting.assembly.secretary_token())
    assert sorted(decision.number for decision in response.decisions) == [*range(1, len(response.decisions) + 1)]
    results = [decision for decision in reversed(response.decisions) if decision.kind == "federated_vote"]
    assert {one.vote_id for one in results} <= {voting.vote}
    return [(one.title, one.passed, one.effect) for one in results]


def vote_final_event(voting: SimulatedVote, revision: int = 1, *, passes: bool = True, contested: bool = False) -> Message:
    said = f"{revision:02x}" * 32
    return federation.VoteFinal(vote_id=voting.vote, revision=revision, outcome_hash=said, passes=passes, contested=contested)


@pytest.mark.capability("G15")
async def test_an_outcome_is_final_once_and_only_a_later_revision_replaces_it(infrastructure: Infrastructure) -> None:
    async with simulated_vote(infrastructure, user=6, worker=5) as voting:
        await voting.open()
        title = voting.terms.question
        await voting.publish(vote_final_event(voting))
        await voting.publish(vote_final_event(voting))
        assert await decision_log(voting) == [(title, True, "")]
        await voting.publish(federation.VoteContested(vote_id=voting.vote))
        vote = await voting.get_vote()
        assert (vote.state, vote.contested, vote.revision) == (pb.VOTE_STATE_FINAL, True, 1)
        await voting.publish(federation.VoteDisputed(vote_id=voting.vote, why="two_outcomes"))
        vote = await voting.get_vote()
        assert (vote.state, vote.disputed_why) == (pb.VOTE_STATE_DISPUTED, "two_outcomes")
        await voting.publish(vote_final_event(voting, 2, passes=False))
        vote = await voting.get_vote()
        assert (vote.state, vote.passes, vote.revision, vote.outcome_hash) == (pb.VOTE_STATE_FINAL, False, 2, "02" * 32)
        assert await decision_log(voting) == [(title, True, ""), (title, False, "outcome_replaced")]
        before = await voting.assembly.co_op.all_rows("governance", "vote")

        await voting.assembly.co_op.rebuild("governance", reactions.REACTIONS)
        await voting.assembly.co_op.wait_until_consumed("governance", "federation")
        assert await voting.assembly.co_op.all_rows("governance", "vote") == before
        assert len(await decision_log(voting)) == 2


async def test_an_annulled_outcome_says_so_in_the_log(infrastructure: Infrastructure) -> None:
    async with simulated_vote(infrastructure, user=6, worker=5) as voting:
        await voting.open()
        await voting.publish(vote_final_event(voting, contested=True))
        assert (await voting.get_vote()).contested
        for _ in range(2):
            await voting.publish(federation.VoteAnnulled(vote_id=voting.vote))
        assert (await voting.get_vote()).state == pb.VOTE_STATE_ANNULLED
        assert [(passed, effect) for _, passed, effect in await decision_log(voting)] == [(True, ""), (False, "vote_annulled")]


async def test_a_void_vote_leaves_nothing_in_the_log(infrastructure: Infrastructure) -> None:
    async with simulated_vote(infrastructure, user=6, worker=5) as voting:
        number = await voting.decide()
        await voting.propose()
        await voting.join(number)
        await voting.publish(federation.VoteVoid(vote_id=voting.vote))
        assert (await voting.get_vote()).state == pb.VOTE_STATE_VOID
        with refused_with(FailedPrecondition, "VOTE_NOT_AT_THIS"):
            await voting.freeze()
        assert await decision_log(voting) == []


async def test_an_event_about_an_unknown_vote_blocks_nothing(infrastructure: Infrastructure) -> None:
    async with simulated_vote(infrastructure, user=6, worker=5) as voting:
        await voting.open()
        for said in (
            federation.VoteOpened(vote_id="0" * 64),
            federation.VoteFinal(vote_id="0" * 64, revision=1),
            federation.VoteBallotsLost(vote_id="0" * 64, pseudonyms=["X"]),
            federation.VoteDisputed(vote_id="0" * 64),
            federation.VoteVoid(vote_id="0" * 64),
            federation.VoteContested(vote_id="0" * 64),
            federation.VoteAnnulled(vote_id="0" * 64),
        ):
            await voting.publish(said)
        assert (await voting.get_vote()).state == pb.VOTE_STATE_OPEN


@pytest.mark.capability("G15")
async def test_a_voter_whose_ballot_was_lost_is_asked_to_vote_again_and_then_has(infrastructure: Infrastructure) -> None:
    async with simulated_vote(infrastructure, user=6, worker=5) as voting:
        await voting.open()
        pat, kim = voting.voters[:2]
        mine = voting.assembly.co_op.token(pat)
        lost = (await voting.cast(pat, "for")).pseudonym
        await voting.cast(kim, "for")
        await voting.publish(federation.VoteBallotsLost(vote_id=voting.vote, pseudonyms=[lost]))
        seen = await voting.get_vote(mine)
        assert (seen.must_vote_again, seen.i_have_voted, seen.ballots) == (True, False, 1)
        needed = await call_service(voting.stub.ListVotes, pb.ListVotesRequest(filter=governance.MOTION_FILTER_NEEDS_MY_VOICE), mine)
        assert [vote.vote_id for vote in needed.votes] == [voting.vote]
        assert (await voting.cast(pat, "against", revision=1)).revision == 2
        seen = await voting.get_vote(mine)
        assert (seen.must_vote_again, seen.i_have_voted, seen.ballots) == (False, True, 2)


@pytest.mark.capability("G15")
async def test_a_restart_between_any_two_steps_changes_nothing(infrastructure: Infrastructure) -> None:
    async with simulated_vote(infrastructure, user=6, worker=5) as voting:
        co_op = voting.assembly.co_op
        number = await voting.decide()
        shifted = co_op.shifted

        async def again() -> None:
            await co_op.restart()
            await co_op.move_clock(shifted)

        draft = await voting.draft()
        await again()
        voting.terms = read_terms(await voting.compose(draft))
        await again()
        assert await voting.compose(draft) == voting.terms.data
        await voting.take_terms(voting.terms.data)
        await voting.join(number)
        await again()
        await voting.freeze()
        await voting.attest(voting.scrutineer())
        await again()
        await voting.attest(voting.scrutineer(1))
        await voting.ready()
        await voting.federation.publish((federation.VoteOpened(vote_id=voting.vote), voting.vote))
        await again()
        await co_op.wait_until_consumed("governance", "federation")
        first = await voting.cast(voting.voters[0], "for")
        await again()
        mine = await call_service(
            voting.stub.GetMyVoteBallot, pb.GetMyVoteBallotRequest(vote_id=voting.vote), co_op.token(voting.voters[0])
        )
        assert mine.ballot == first


async def test_lists_are_filtered_and_paged(infrastructure: Infrastructure) -> None:
    async with simulated_vote(infrastructure, user=6, worker=5) as voting:
        ids = []
        number = await voting.decide()
        for minutes in range(3):
            closes_at = voting.assembly.co_op.now() + timedelta(hours=2, minutes=minutes + 1)
            await voting.propose(closes_at=to_timestamp(closes_at))
            ids.append(voting.vote)
        await voting.join(number)
        await voting.publish(federation.VoteVoid(vote_id=voting.vote))

        async def listed(by: governance.MotionFilter.ValueType, size: int = 50) -> list[str]:
            found, token = [], ""
            while True:
                request = pb.ListVotesRequest(filter=by, page_size=size, page_token=token)
                page = await call_service(voting.stub.ListVotes, request, voting.assembly.co_op.token(voting.voters[0]))
                assert not any(vote.terms or vote.text for vote in page.votes)
                found += [vote.vote_id for vote in page.votes]
                token = page.next_page_token
                if not token:
                    return found

        assert await listed(governance.MOTION_FILTER_UNSPECIFIED, size=1) == ids[::-1]
        assert await listed(governance.MOTION_FILTER_CLOSED) == ids[2:]
        assert await listed(governance.MOTION_FILTER_OPEN, size=1) == ids[:2]
        assert await listed(governance.MOTION_FILTER_NEEDS_MY_VOICE) == []
        with refused_with(NotFound, "VOTE_UNKNOWN"):
            await call_service(voting.stub.GetVote, pb.GetVoteRequest(vote_id="0" * 64), voting.assembly.secretary_token())
        with refused_with(Invalid, "PAGE_TOKEN_FOREIGN"):
            await call_service(voting.stub.ListVotes, pb.ListVotesRequest(page_token="x"), voting.assembly.secretary_token())


async def test_a_vote_that_we_only_witness_asks_nothing_of_our_people(infrastructure: Infrastructure) -> None:
    async with simulated_vote(infrastructure, user=6, worker=5) as voting:
        number = await voting.decide()
        await voting.propose()
        said = dict(_decode_object(voting.terms.data))
        parties = [
            make_party(one, voting.terms.draft, OBSERVER if one == OWN_ID else PARTICIPANT).json() for one in ("brook", "cove", OWN_ID)
        ]
        parties.sort(key=canonical.encode)
        lists: dict[str, canonical.Json] = {key: _without_own_co_op(said[key]) for key in ("ceilings", "classes")}
        watched = canonical.encode({**said, **lists, "convener": "brook", "parties": list(parties), "q": 1})
        vote = await voting.take_terms(watched)
        voting.terms = read_terms(watched)
        seen = await voting.get_vote()
        assert (seen.observer, seen.state, list(seen.participants)) == (True, pb.VOTE_STATE_PROPOSED, ["brook", "cove"])
        assert (await voting.join(number)).state == pb.VOTE_STATE_JOINED
        with refused_with(FailedPrecondition, "VOTE_ONLY_WITNESSED"):
            await voting.freeze()
        await voting.publish(federation.VoteOpened(vote_id=vote))
        assert (await voting.get_vote()).state == pb.VOTE_STATE_OPEN
        with refused_with(FailedPrecondition, "VOTE_ONLY_WITNESSED"):
            await voting.cast(voting.voters[0], "for")
        await voting.publish(vote_final_event(voting))
        assert ((await voting.get_vote()).state, await decision_log(voting)) == (pb.VOTE_STATE_FINAL, [])


def _decode_object(data: bytes) -> dict[str, canonical.Json]:
    value = canonical.decode(data)
    assert isinstance(value, dict)
    return value


def _without_own_co_op(value: canonical.Json) -> list[canonical.Json]:
    """Of rows that begin with a co-op."""
    assert isinstance(value, list)
    return [one for one in value if isinstance(one, list) and one[0] != OWN_ID]


@pytest.mark.capability("G15")
async def test_federation_counts_the_same_everywhere(infrastructure: Infrastructure) -> None:
    async with simulated_vote(infrastructure, user=6, worker=5) as voting:
        await voting.propose()
        boards = [(participant, 9, bytes(32)) for participant in voting.terms.participants]
        evidence = OutcomeEvidence(1, boards, {(OWN_ID, "user", "for"): 3, ("cove", "worker", "against"): 2}, {}, [("cove", 7, "NO_ROW")])
        evidence = OutcomeEvidence(1, boards, evidence.tallies, {(OWN_ID, "user"): (6, 3), ("cove", "worker"): (4, 2)}, evidence.rejected)
        request = pb.CountVoteRequest(
            terms=voting.terms.data,
            revision=1,
            boards=[pb.BoardSize(co_op=co_op, size=size, root=root) for co_op, size, root in boards],
            tallies=[pb.Marks(co_op=key[0], group=key[1], option=key[2], number=number) for key, number in evidence.tallies.items()],
            groups=[pb.GroupCount(co_op=key[0], group=key[1], rows=rows, ballots=said) for key, (rows, said) in evidence.groups.items()],
            rejected=[pb.Rejected(co_op=co_op, index=index, code=code) for co_op, index, code in evidence.rejected],
        )
        token = voting.assembly.co_op.federation_token()
        counted = await call_service(voting.stub.CountVote, request, token)
        assert counted.outcome == compute_outcome(voting.terms, evidence)
        request.tallies[0].number = 9
        with refused_with(Invalid, "EVIDENCE_WRONG"):
            await call_service(voting.stub.CountVote, request, token)
        request.tallies.append(request.tallies[0])
        with refused_with(Invalid, "EVIDENCE_WRONG"):
            await call_service(voting.stub.CountVote, request, token)
        with refused_with(Invalid, "TERMS_IMPOSSIBLE"):
            await call_service(voting.stub.CountVote, pb.CountVoteRequest(terms=b"{}"), token)


async def test_ballots_are_taken_until_the_close_itself(infrastructure: Infrastructure) -> None:
    async with simulated_vote(infrastructure, user=6, worker=5) as voting:
        await voting.open()
        co_op = voting.assembly.co_op
        left = voting.terms.close - co_op.now().timestamp()
        shifted = co_op.shifted
        assert HOUR < left < 2 * HOUR + 60
        await co_op.move_clock(shifted + int(left) - 20)
        await voting.cast(voting.voters[0], "for", request_id=str(new_id()))
        await co_op.move_clock(shifted + int(left) + 2)
        with refused_with(FailedPrecondition, "BALLOT_CLOSED"):
            await voting.cast(voting.voters[0], "against", revision=1)
