"""Stores a vote with its boards and the identity documents that we have of its parties."""

from libs.boards.vote_terms import VoteTerms
from libs.database.engine import UnitOfWork
from services.federation.storage import boards, own_identity, peers, votes


async def store_vote(work: UnitOfWork, terms: VoteTerms) -> None:
    """A second time changes nothing."""
    if not await votes.add(work, terms):
        return
    await boards.create_all(work, terms.vote, (party.id for party in terms.parties))
    own_document = await own_identity.get_latest(work)
    if own_document is not None:
        await votes.add_identity(work, terms.vote, own_document.document.id, own_document.content)
    for peer in await peers.list_all(work):
        if peer.id in terms.by_id and peer.root == terms.by_id[peer.id].root:
            await votes.add_identity(work, terms.vote, peer.id, peer.document)
