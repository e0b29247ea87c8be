"""A vote by the first digits of its id: 64 digits are more than anybody types."""

from collections.abc import AsyncIterator

from kith.governance.v1 import votes_pb2 as pb
from libs.rpc.client import ask
from scripts.cli.console import CommandError, ExitCode
from scripts.cli.door import Door

LEAST_DIGITS = 8
_PAGE = 200


async def votes(door: Door) -> AsyncIterator[pb.Vote]:
    """Every vote this co-op takes part in, newest first, without its text and terms."""
    token = ""
    while True:
        answer = await ask(door.votes.ListVotes, pb.ListVotesRequest(page_size=_PAGE, page_token=token), door.secretary())
        for one in answer.votes:
            yield one
        token = answer.next_page_token
        if not token:
            return


async def drafts(door: Door) -> AsyncIterator[pb.VoteDraft]:
    """Every draft of ours, newest first."""
    token = ""
    while True:
        answer = await ask(door.votes.ListVoteDrafts, pb.ListVoteDraftsRequest(page_size=_PAGE, page_token=token), door.secretary())
        for one in answer.drafts:
            yield one
        token = answer.next_page_token
        if not token:
            return


async def vote_id(door: Door, said: str) -> str:
    """The id of the one vote whose id, or whose draft's id, begins so. Raises CommandError."""
    begins = said.lower()
    if len(begins) < LEAST_DIGITS:
        why = f'"{said}" is too short to name a vote.'
        raise CommandError("Which vote?", why, f"Write at least the first {LEAST_DIGITS} digits of its id.", ExitCode.USAGE)
    found = {one.vote_id async for one in votes(door) if one.vote_id.startswith(begins)}
    if not found:
        found = {one.vote_id async for one in drafts(door) if one.draft_id.startswith(begins) and one.vote_id}
    if len(found) == 1:
        return found.pop()
    if found:
        raise CommandError("Which vote?", f"{len(found)} votes begin with {said}.", "Write more of its digits.", ExitCode.USAGE)
    raise CommandError("Which vote?", f"No vote here begins with {said}.", "See those there are: kith vote list", ExitCode.NOT_FOUND)


async def seen(door: Door, vote: str, token: str = "") -> pb.Vote:
    """The vote with its text and terms, as the caller of `token` sees it; as the secretary by default."""
    answer: pb.GetVoteResponse = await ask(door.votes.GetVote, pb.GetVoteRequest(vote_id=vote), token or door.secretary())
    return answer.vote
