"""Casts the demonstration's ballots: members sign in with their cards and vote; a few ballots come on paper."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from kith.governance.v1 import governance_pb2 as pb
from kith.governance.v1 import votes_pb2 as votes
from scripts.cli.demo.co_op import DemoCoOp
from scripts.cli.demo.expected_results import PAPER, TAKEN_BACK, MemberVote
from scripts.cli.retry import retry

_CONCURRENT_MEMBERS = 12


async def cast_on_motion(co_op: DemoCoOp, motion_id: str, member_votes: Sequence[MemberVote]) -> None:
    """Casts ballots on a motion by real RPCs: issue a card, sign in, cast, and cast again if the member changes their mind."""

    async def cast_choice(choice: str, revision: int, token: str) -> None:
        request = pb.CastBallotRequest(motion_id=motion_id, choice=choice, revision=revision)
        await retry(lambda: co_op.connection.call(co_op.connection.governance.CastBallot, request, token))

    async def record_on_paper(vote: MemberVote, first: str, second: str) -> None:
        person, choice = str(co_op.persons[vote.number]), vote.choices[-1]
        request = pb.RecordBallotRequest(motion_id=motion_id, person_id=person, choice=choice, taken=PAPER)
        record_id = (await retry(lambda: co_op.connection.call(co_op.connection.governance.RecordBallot, request, first))).record_id
        confirmation = pb.ConfirmBallotRequest(record_id=record_id, choice=choice)
        await retry(lambda: co_op.connection.call(co_op.connection.governance.ConfirmBallot, confirmation, second))

    await _cast(co_op, member_votes, cast_choice, record_on_paper)


async def cast_on_vote(co_op: DemoCoOp, vote_id: str, member_votes: Sequence[MemberVote]) -> None:
    """Casts ballots in a federated vote, where a member can also withdraw a ballot."""

    async def cast_choice(choice: str, revision: int, token: str) -> None:
        withdraw = choice == TAKEN_BACK
        marks = [] if withdraw else [votes.Mark(option=choice)]
        request = votes.CastVoteBallotRequest(vote_id=vote_id, marks=marks, revision=revision, withdraw=withdraw)
        await retry(lambda: co_op.connection.call(co_op.connection.votes.CastVoteBallot, request, token))

    async def record_on_paper(vote: MemberVote, first: str, second: str) -> None:
        person, marks = str(co_op.persons[vote.number]), [votes.Mark(option=vote.choices[-1])]
        request = votes.RecordVoteBallotRequest(vote_id=vote_id, person_id=person, marks=marks, taken=PAPER)
        record_id = (await retry(lambda: co_op.connection.call(co_op.connection.votes.RecordVoteBallot, request, first))).record_id
        confirmation = votes.ConfirmVoteBallotRequest(record_id=record_id, marks=marks)
        await retry(lambda: co_op.connection.call(co_op.connection.votes.ConfirmVoteBallot, confirmation, second))

    await _cast(co_op, member_votes, cast_choice, record_on_paper)


async def _cast(
    co_op: DemoCoOp,
    member_votes: Sequence[MemberVote],
    cast_choice: Callable[[str, int, str], Awaitable[None]],
    record_on_paper: Callable[[MemberVote, str, str], Awaitable[None]],
) -> None:
    """Twelve members at a time; then the paper ballots, recorded by one secretary and confirmed independently by another."""
    semaphore = asyncio.Semaphore(_CONCURRENT_MEMBERS)

    async def cast_as_member(vote: MemberVote) -> None:
        async with semaphore:
            session = await co_op.sign_in(vote.number)
            for revision, choice in enumerate(vote.choices):
                await cast_choice(choice, revision, session.token)

    async with asyncio.TaskGroup() as group:
        for vote in member_votes:
            if vote.source != PAPER:
                group.create_task(cast_as_member(vote))
    on_paper = [vote for vote in member_votes if vote.source == PAPER]
    if on_paper:
        first, second = await co_op.recorder_tokens()
        for vote in on_paper:
            await record_on_paper(vote, first, second)
