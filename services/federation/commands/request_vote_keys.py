"""Requests the keys of every party of a draft, once all of them are active peers."""

from libs.boards.vote_terms import OBSERVER, PARTICIPANT
from libs.database.engine import UnitOfWork
from services.federation.commands.create_vote_keys import create_vote_keys
from services.federation.domain import message_stream
from services.federation.storage import peer_messages, peers, votes
from services.federation.storage.local_identity import LocalIdentity
from services.federation.storage.votes import Draft


async def request_vote_keys(work: UnitOfWork, local_identity: LocalIdentity, draft: Draft) -> bool:
    """Creates our own keys too. Returns whether it did; while a party is not yet an active peer, nothing happens."""
    known_peers = {peer.id for peer in await peers.list_active(work)}
    others = {*draft.participants, *draft.observers} - {local_identity.co_op}
    if others - known_peers:
        return False
    await create_vote_keys(work, local_identity, draft.id, local_identity.co_op, PARTICIPANT)
    for co_op in sorted(others):
        kind = PARTICIPANT if co_op in draft.participants else OBSERVER
        await peer_messages.enqueue(work, co_op, message_stream.KEYS_REQUEST, {"draft": draft.id, "kind": kind})
    await votes.mark_keys_requested(work, draft.id)
    return True
