"""Lists votes and drafts, and finds a vote by the first digits of its id, because nobody types all 64."""

from collections.abc import AsyncIterator

from kith.governance.v1 import votes_pb2 as pb
from libs.rpc.client import call_service
from scripts.cli.connection import Connection
from scripts.cli.console import CommandError, ExitCode

MIN_DIGITS = 8
_PAGE_SIZE = 200


async def list_votes(connection: Connection) -> AsyncIterator[pb.Vote]:
    """Yields every vote this co-op takes part in, newest first, without text and terms."""
    token = ""
    while True:
        response = await call_service(
            connection.votes.ListVotes, pb.ListVotesRequest(page_size=_PAGE_SIZE, page_token=token), connection.secretary_token()
        )
        for vote in response.votes:
            yield vote
        token = response.next_page_token
        if not token:
            return


async def list_drafts(connection: Connection) -> AsyncIterator[pb.VoteDraft]:
    """Yields every draft of this co-op, newest first."""
    token = ""
    while True:
        response = await call_service(
            connection.votes.ListVoteDrafts, pb.ListVoteDraftsRequest(page_size=_PAGE_SIZE, page_token=token), connection.secretary_token()
        )
        for draft in response.drafts:
            yield draft
        token = response.next_page_token
        if not token:
            return


async def find_vote_id(connection: Connection, id_prefix: str) -> str:
    """The id of the only vote whose id, or whose draft's id, has this prefix. Raises CommandError."""
    prefix = id_prefix.lower()
    if len(prefix) < MIN_DIGITS:
        why = f'"{id_prefix}" is too short to name a vote.'
        raise CommandError("Which vote?", why, f"Write at least the first {MIN_DIGITS} digits of its id.", ExitCode.USAGE)
    vote_ids = {match.vote_id async for match in list_votes(connection) if match.vote_id.startswith(prefix)}
    if not vote_ids:
        vote_ids = {match.vote_id async for match in list_drafts(connection) if match.draft_id.startswith(prefix) and match.vote_id}
    if len(vote_ids) == 1:
        return vote_ids.pop()
    if vote_ids:
        raise CommandError("Which vote?", f"{len(vote_ids)} votes begin with {id_prefix}.", "Write more of its digits.", ExitCode.USAGE)
    raise CommandError("Which vote?", f"No vote here begins with {id_prefix}.", "See those there are: kith vote list", ExitCode.NOT_FOUND)


async def get_vote(connection: Connection, vote: str, token: str = "") -> pb.Vote:
    """The vote with text and terms, as the caller of `token` sees it; the secretary by default."""
    response: pb.GetVoteResponse = await call_service(
        connection.votes.GetVote, pb.GetVoteRequest(vote_id=vote), token or connection.secretary_token()
    )
    return response.vote
