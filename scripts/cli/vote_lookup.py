"""Lists votes and drafts, and finds a vote by the first digits of its id, because nobody types all 64."""

from kith.federation.v1 import federation_pb2 as federation
from kith.governance.v1 import votes_pb2 as pb
from scripts.cli.connection import Connection
from scripts.cli.console import CommandError, ExitCode

MIN_DIGITS = 8


async def list_votes(co_op: Connection) -> list[pb.Vote]:
    """Every vote this co-op takes part in, newest first, without text and terms."""
    return await co_op.list_as_secretary(co_op.votes.ListVotes, pb.ListVotesRequest(), lambda page: page.votes)


async def list_drafts(co_op: Connection) -> list[pb.VoteDraft]:
    """Every draft of this co-op, newest first."""
    return await co_op.list_as_secretary(co_op.votes.ListVoteDrafts, pb.ListVoteDraftsRequest(), lambda page: page.drafts)


async def find_vote_id(co_op: Connection, id_prefix: str) -> str:
    """The id of the only vote whose id, or whose draft's id, has this prefix. Raises CommandError."""
    prefix = id_prefix.lower()
    if len(prefix) < MIN_DIGITS:
        why = f'"{id_prefix}" is too short to name a vote.'
        raise CommandError("Which vote?", why, f"Write at least the first {MIN_DIGITS} digits of its id.", ExitCode.USAGE)
    vote_ids = {vote.vote_id for vote in await list_votes(co_op) if vote.vote_id.startswith(prefix)}
    if not vote_ids:
        vote_ids = {draft.vote_id for draft in await list_drafts(co_op) if draft.draft_id.startswith(prefix) and draft.vote_id}
    if len(vote_ids) == 1:
        return vote_ids.pop()
    if vote_ids:
        raise CommandError("Which vote?", f"{len(vote_ids)} votes begin with {id_prefix}.", "Write more of its digits.", ExitCode.USAGE)
    raise CommandError("Which vote?", f"No vote here begins with {id_prefix}.", "See those there are: kith vote list", ExitCode.NOT_FOUND)


async def get_vote(co_op: Connection, vote: str, token: str = "") -> pb.Vote:
    """The vote with text and terms, as the caller of `token` sees it; the secretary by default."""
    request = pb.GetVoteRequest(vote_id=vote)
    response: pb.GetVoteResponse = await co_op.call(co_op.votes.GetVote, request, token or co_op.secretary_token())
    return response.vote


async def get_evidence(co_op: Connection, vote: str) -> federation.GetVoteEvidenceResponse:
    """What the boards prove about the vote."""
    return await co_op.as_secretary(co_op.evidence.GetVoteEvidence, federation.GetVoteEvidenceRequest(vote_id=vote))
