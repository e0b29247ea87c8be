"""What federation's evidence does at home: ballots lost, outcomes final, contested, disputed, replaced, void and annulled; and restarts."""

from datetime import UTC, datetime, timedelta

import pytest
from google.protobuf.message import Message

from kith.federation.facts.v1 import facts_pb2 as federation
from kith.governance.v1 import governance_pb2 as governance
from kith.governance.v1 import votes_pb2 as pb
from libs import callers
from libs.boards.terms import OBSERVER, PARTICIPANT, read_terms
from libs.database.engine import Database, new_id
from libs.messages.rebuild import rebuild
from libs.refusals import Invalid, NotFound, NotNow
from libs.rpc.client import ask
from libs.signing import canonical
from services.governance.domain.outcome import Evidence, outcome
from services.governance.reactions import federation as reactions
from tests.support.assembly import HOUR, stamp, told
from tests.support.running import Kith
from tests.support.vote_assembly import US, Voting, a_vote, made_party


async def log(voting: Voting) -> list[tuple[str, bool, str]]:
    """(kind, passed, effect) of what votes with other co-ops left in the log, oldest first; its numbers have no gap."""
    answered = await ask(voting.assembly.desk.ListDecisions, governance.ListDecisionsRequest(), voting.assembly.chair())
    assert sorted(one.number for one in answered.decisions) == [*range(1, len(answered.decisions) + 1)]
    found = [one for one in reversed(answered.decisions) if one.kind == "federated_vote"]
    assert {one.vote_id for one in found} <= {voting.vote}
    return [(one.title, one.passed, one.effect) for one in found]


def final(voting: Voting, revision: int = 1, *, passes: bool = True, contested: bool = False) -> Message:
    said = f"{revision:02x}" * 32
    return federation.VoteFinal(vote_id=voting.vote, revision=revision, outcome_hash=said, passes=passes, contested=contested)


@pytest.mark.capability("G15")
async def test_an_outcome_is_final_once_and_only_a_later_revision_replaces_it(kith: Kith) -> None:
    async with a_vote(kith, user=6, worker=5) as voting:
        await voting.open_it()
        title = voting.terms.question
        await voting.state(final(voting))
        await voting.state(final(voting))
        assert await log(voting) == [(title, True, "")]
        await voting.state(federation.VoteContested(vote_id=voting.vote))
        seen = await voting.seen()
        assert (seen.state, seen.contested, seen.revision) == (pb.VOTE_STATE_FINAL, True, 1)
        await voting.state(federation.VoteDisputed(vote_id=voting.vote, why="two_outcomes"))
        seen = await voting.seen()
        assert (seen.state, seen.disputed_why) == (pb.VOTE_STATE_DISPUTED, "two_outcomes")
        await voting.state(final(voting, 2, passes=False))
        seen = await voting.seen()
        assert (seen.state, seen.passes, seen.revision, seen.outcome_hash) == (pb.VOTE_STATE_FINAL, False, 2, "02" * 32)
        assert await log(voting) == [(title, True, ""), (title, False, "outcome_replaced")]
        before = await voting.assembly.co_op.everything("governance", "vote")

        database = Database(voting.assembly.co_op.databases["governance"].run_url)
        async with database.work(callers.job("rebuild"), datetime.now(UTC)) as work:
            await rebuild(work, (reactions.REACTIONS,))
        await database.close()
        await voting.assembly.co_op.heard("governance", "federation", seconds=20)
        assert await voting.assembly.co_op.everything("governance", "vote") == before
        assert len(await log(voting)) == 2


async def test_an_annulled_outcome_says_so_in_the_log(kith: Kith) -> None:
    async with a_vote(kith, user=6, worker=5) as voting:
        await voting.open_it()
        await voting.state(final(voting, contested=True))
        assert (await voting.seen()).contested
        for _ in range(2):
            await voting.state(federation.VoteAnnulled(vote_id=voting.vote))
        assert (await voting.seen()).state == pb.VOTE_STATE_ANNULLED
        assert [(passed, effect) for _, passed, effect in await log(voting)] == [(True, ""), (False, "vote_annulled")]


async def test_a_void_vote_leaves_nothing_in_the_log(kith: Kith) -> None:
    async with a_vote(kith, user=6, worker=5) as voting:
        number = await voting.decide()
        await voting.propose()
        await voting.join(number)
        await voting.state(federation.VoteVoid(vote_id=voting.vote))
        assert (await voting.seen()).state == pb.VOTE_STATE_VOID
        with told(NotNow, "VOTE_NOT_AT_THIS"):
            await voting.freeze()
        assert await log(voting) == []


async def test_what_is_heard_of_an_unknown_vote_stops_nothing(kith: Kith) -> None:
    async with a_vote(kith, user=6, worker=5) as voting:
        await voting.open_it()
        for said in (
            federation.VoteOpened(vote_id="0" * 64),
            federation.VoteFinal(vote_id="0" * 64, revision=1),
            federation.VoteBallotsLost(vote_id="0" * 64, pseudonyms=["X"]),
            federation.VoteDisputed(vote_id="0" * 64),
            federation.VoteVoid(vote_id="0" * 64),
            federation.VoteContested(vote_id="0" * 64),
            federation.VoteAnnulled(vote_id="0" * 64),
        ):
            await voting.state(said)
        assert (await voting.seen()).state == pb.VOTE_STATE_OPEN


@pytest.mark.capability("G15")
async def test_whoever_lost_a_ballot_is_asked_to_vote_again_and_then_has(kith: Kith) -> None:
    async with a_vote(kith, user=6, worker=5) as voting:
        await voting.open_it()
        pat, kim = voting.everybody[:2]
        mine = voting.assembly.co_op.token(pat)
        lost = (await voting.cast(pat, "for")).pseudonym
        await voting.cast(kim, "for")
        await voting.state(federation.VoteBallotsLost(vote_id=voting.vote, pseudonyms=[lost]))
        seen = await voting.seen(mine)
        assert (seen.must_vote_again, seen.i_have_voted, seen.ballots) == (True, False, 1)
        needed = await ask(voting.desk.ListVotes, pb.ListVotesRequest(filter=governance.MOTION_FILTER_NEEDS_MY_VOICE), mine)
        assert [one.vote_id for one in needed.votes] == [voting.vote]
        assert (await voting.cast(pat, "against", revision=1)).revision == 2
        seen = await voting.seen(mine)
        assert (seen.must_vote_again, seen.i_have_voted, seen.ballots) == (False, True, 2)


@pytest.mark.capability("G15")
async def test_a_restart_between_any_two_steps_changes_nothing(kith: Kith) -> None:
    async with a_vote(kith, user=6, worker=5) as voting:
        co_op = voting.assembly.co_op
        number = await voting.decide()
        shifted = int(co_op.process.clock.offset().total_seconds())

        async def again() -> None:
            await co_op.restart()
            await co_op.move_clock(shifted)

        draft = await voting.draft()
        await again()
        voting.terms = read_terms(await voting.compose(draft))
        await again()
        assert await voting.compose(draft) == voting.terms.data
        await voting.take(voting.terms.data)
        await voting.join(number)
        await again()
        await voting.freeze()
        await voting.attest(voting.scrutineer())
        await again()
        await voting.attest(voting.scrutineer(1))
        await voting.ready()
        await voting.federation.state((federation.VoteOpened(vote_id=voting.vote), voting.vote))
        await again()
        await co_op.heard("governance", "federation", seconds=20)
        first = await voting.cast(voting.everybody[0], "for")
        await again()
        mine = await ask(voting.desk.GetMyVoteBallot, pb.GetMyVoteBallotRequest(vote_id=voting.vote), co_op.token(voting.everybody[0]))
        assert mine.ballot == first


async def test_lists_are_filtered_and_paged(kith: Kith) -> None:
    async with a_vote(kith, user=6, worker=5) as voting:
        ids = []
        number = await voting.decide()
        for minutes in range(3):
            closes_at = voting.assembly.co_op.now() + timedelta(hours=2, minutes=minutes + 1)
            await voting.propose(closes_at=stamp(closes_at))
            ids.append(voting.vote)
        await voting.join(number)
        await voting.state(federation.VoteVoid(vote_id=voting.vote))

        async def listed(by: governance.MotionFilter.ValueType, size: int = 50) -> list[str]:
            found, token = [], ""
            while True:
                asked = pb.ListVotesRequest(filter=by, page_size=size, page_token=token)
                page = await ask(voting.desk.ListVotes, asked, voting.assembly.co_op.token(voting.everybody[0]))
                assert not any(one.terms or one.text for one in page.votes)
                found += [one.vote_id for one in page.votes]
                token = page.next_page_token
                if not token:
                    return found

        assert await listed(governance.MOTION_FILTER_UNSPECIFIED, size=1) == ids[::-1]
        assert await listed(governance.MOTION_FILTER_CLOSED) == ids[2:]
        assert await listed(governance.MOTION_FILTER_OPEN, size=1) == ids[:2]
        assert await listed(governance.MOTION_FILTER_NEEDS_MY_VOICE) == []
        with told(NotFound, "VOTE_UNKNOWN"):
            await ask(voting.desk.GetVote, pb.GetVoteRequest(vote_id="0" * 64), voting.assembly.chair())
        with told(Invalid, "PAGE_TOKEN_FOREIGN"):
            await ask(voting.desk.ListVotes, pb.ListVotesRequest(page_token="x"), voting.assembly.chair())


async def test_a_vote_that_we_only_witness_asks_nothing_of_our_people(kith: Kith) -> None:
    async with a_vote(kith, user=6, worker=5) as voting:
        number = await voting.decide()
        await voting.propose()
        said = dict(_object(voting.terms.data))
        parties = [made_party(one, voting.terms.draft, OBSERVER if one == US else PARTICIPANT).json() for one in ("brook", "cove", US)]
        parties.sort(key=canonical.encode)
        lists: dict[str, canonical.Json] = {key: _without_us(said[key]) for key in ("ceilings", "classes")}
        watched = canonical.encode({**said, **lists, "convener": "brook", "parties": list(parties), "q": 1})
        vote = await voting.take(watched)
        voting.terms = read_terms(watched)
        seen = await voting.seen()
        assert (seen.observer, seen.state, list(seen.participants)) == (True, pb.VOTE_STATE_PROPOSED, ["brook", "cove"])
        assert (await voting.join(number)).state == pb.VOTE_STATE_JOINED
        with told(NotNow, "VOTE_ONLY_WITNESSED"):
            await voting.freeze()
        await voting.state(federation.VoteOpened(vote_id=vote))
        assert (await voting.seen()).state == pb.VOTE_STATE_OPEN
        with told(NotNow, "VOTE_ONLY_WITNESSED"):
            await voting.cast(voting.everybody[0], "for")
        await voting.state(final(voting))
        assert ((await voting.seen()).state, await log(voting)) == (pb.VOTE_STATE_FINAL, [])


def _object(data: bytes) -> dict[str, canonical.Json]:
    value = canonical.decode(data)
    assert isinstance(value, dict)
    return value


def _without_us(value: canonical.Json) -> list[canonical.Json]:
    """Of rows that begin with a co-op."""
    assert isinstance(value, list)
    return [one for one in value if isinstance(one, list) and one[0] != US]


@pytest.mark.capability("G15")
async def test_what_federation_counts_is_the_same_here_and_anywhere(kith: Kith) -> None:
    async with a_vote(kith, user=6, worker=5) as voting:
        await voting.propose()
        boards = [(one, 9, bytes(32)) for one in voting.terms.participants]
        evidence = Evidence(1, boards, {(US, "user", "for"): 3, ("cove", "worker", "against"): 2}, {}, [("cove", 7, "NO_ROW")])
        evidence = Evidence(1, boards, evidence.tallies, {(US, "user"): (6, 3), ("cove", "worker"): (4, 2)}, evidence.rejected)
        asked = pb.CountVoteRequest(
            terms=voting.terms.data,
            revision=1,
            boards=[pb.BoardSize(co_op=co_op, size=size, root=root) for co_op, size, root in boards],
            tallies=[pb.Marks(co_op=key[0], group=key[1], option=key[2], number=number) for key, number in evidence.tallies.items()],
            groups=[pb.GroupCount(co_op=key[0], group=key[1], rows=rows, ballots=said) for key, (rows, said) in evidence.groups.items()],
            rejected=[pb.Rejected(co_op=co_op, index=index, code=code) for co_op, index, code in evidence.rejected],
        )
        counted = await ask(voting.desk.CountVote, asked)
        assert counted.outcome == outcome(voting.terms, evidence)
        asked.tallies[0].number = 9
        with told(Invalid, "EVIDENCE_WRONG"):
            await ask(voting.desk.CountVote, asked)
        asked.tallies.append(asked.tallies[0])
        with told(Invalid, "EVIDENCE_WRONG"):
            await ask(voting.desk.CountVote, asked)
        with told(Invalid, "TERMS_IMPOSSIBLE"):
            await ask(voting.desk.CountVote, pb.CountVoteRequest(terms=b"{}"))


async def test_ballots_are_taken_until_the_close_itself(kith: Kith) -> None:
    async with a_vote(kith, user=6, worker=5) as voting:
        await voting.open_it()
        co_op = voting.assembly.co_op
        left = voting.terms.close - co_op.now().timestamp()
        shifted = int(co_op.process.clock.offset().total_seconds())
        assert HOUR < left < 2 * HOUR + 60
        await co_op.move_clock(shifted + int(left) - 20)
        await voting.cast(voting.everybody[0], "for", request_id=str(new_id()))
        await co_op.move_clock(shifted + int(left) + 2)
        with told(NotNow, "BALLOT_CLOSED"):
            await voting.cast(voting.everybody[0], "against", revision=1)
