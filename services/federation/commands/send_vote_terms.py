"""Sends the convener's terms to all parties, with every party's identity document: not all parties are each other's peers."""

from libs.boards import document_fields
from libs.boards.vote_terms import VoteTerms
from libs.database.engine import UnitOfWork
from services.federation.commands.store_vote import store_vote
from services.federation.domain import message_stream
from services.federation.storage import peer_messages, votes


async def send_vote_terms(work: UnitOfWork, terms: VoteTerms, us: str) -> None:
    """The draft has become a vote."""
    await store_vote(work, terms)
    documents = await votes.get_identities(work, terms.vote)
    body = document_fields.decode_json(terms.data, "terms")
    for party in terms.parties:
        if party.id == us:
            continue
        await peer_messages.enqueue(work, party.id, message_stream.TERMS, {"terms": body})
        for document in documents.values():
            payload = {"vote": terms.vote, "document": document_fields.decode_json(document, "identity")}
            await peer_messages.enqueue(work, party.id, message_stream.IDENTITY, payload)
    await votes.mark_composed(work, terms.draft, terms.vote)
