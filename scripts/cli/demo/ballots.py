"""The demonstration's ballots: every member signs in with a card made for them, and votes; a few votes come on paper."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from kith.governance.v1 import governance_pb2 as pb
from kith.governance.v1 import votes_pb2 as votes
from libs.database.engine import new_id
from libs.rpc.client import ask
from scripts.cli.demo.co_op import CoOp
from scripts.cli.demo.example import PAPER, TAKEN_BACK, Vote
from scripts.cli.patience import patiently

_AT_ONCE = 12


async def cast_on_motion(co_op: CoOp, motion_id: str, cast: Sequence[Vote]) -> None:
    """Each over the real calls: card, sign in, cast, and cast again for whoever changes their mind."""

    async def say(choice: str, revision: int, token: str) -> None:
        asked = pb.CastBallotRequest(request_id=str(new_id()), motion_id=motion_id, choice=choice, revision=revision)
        await patiently(lambda: ask(co_op.door.governance.CastBallot, asked, token))

    async def on_paper(vote: Vote, first: str, second: str) -> None:
        person, choice = str(co_op.persons[vote.number]), vote.choices[-1]
        asked = pb.RecordBallotRequest(request_id=str(new_id()), motion_id=motion_id, person_id=person, choice=choice, taken=PAPER)
        record = (await patiently(lambda: ask(co_op.door.governance.RecordBallot, asked, first))).record_id
        again = pb.ConfirmBallotRequest(request_id=str(new_id()), record_id=record, choice=choice)
        await patiently(lambda: ask(co_op.door.governance.ConfirmBallot, again, second))

    await _cast(co_op, cast, say, on_paper)


async def cast_on_vote(co_op: CoOp, vote_id: str, cast: Sequence[Vote]) -> None:
    """The same in a vote with other co-ops, where a ballot can also be taken back."""

    async def say(choice: str, revision: int, token: str) -> None:
        back = choice == TAKEN_BACK
        marks = [] if back else [votes.Mark(option=choice)]
        asked = votes.CastVoteBallotRequest(request_id=str(new_id()), vote_id=vote_id, marks=marks, revision=revision, withdraw=back)
        await patiently(lambda: ask(co_op.door.votes.CastVoteBallot, asked, token))

    async def on_paper(vote: Vote, first: str, second: str) -> None:
        person, marks = str(co_op.persons[vote.number]), [votes.Mark(option=vote.choices[-1])]
        asked = votes.RecordVoteBallotRequest(request_id=str(new_id()), vote_id=vote_id, person_id=person, marks=marks, taken=PAPER)
        record = (await patiently(lambda: ask(co_op.door.votes.RecordVoteBallot, asked, first))).record_id
        again = votes.ConfirmVoteBallotRequest(request_id=str(new_id()), record_id=record, marks=marks)
        await patiently(lambda: ask(co_op.door.votes.ConfirmVoteBallot, again, second))

    await _cast(co_op, cast, say, on_paper)


async def _cast(
    co_op: CoOp,
    cast: Sequence[Vote],
    say: Callable[[str, int, str], Awaitable[None]],
    on_paper: Callable[[Vote, str, str], Awaitable[None]],
) -> None:
    """Twelve members at a time; then what came on paper, written down by one secretary and unseen again by another."""
    places = asyncio.Semaphore(_AT_ONCE)

    async def one_member(vote: Vote) -> None:
        async with places:
            session = await co_op.sign_in(vote.number)
            for revision, choice in enumerate(vote.choices):
                await say(choice, revision, session.token)

    async with asyncio.TaskGroup() as group:
        for vote in cast:
            if vote.how != PAPER:
                group.create_task(one_member(vote))
    papers = [vote for vote in cast if vote.how == PAPER]
    if papers:
        first, second = await co_op.recorders()
        for vote in papers:
            await on_paper(vote, first, second)
