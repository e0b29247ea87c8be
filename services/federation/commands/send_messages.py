"""Numbers the messages that wait for a peer, and signs those that the peer does not hold yet."""

from libs.database.engine import UnitOfWork
from services.federation.domain import message_stream
from services.federation.domain.message_stream import PeerMessage
from services.federation.storage import peer_messages, peers
from services.federation.storage.local_identity import LocalIdentity, require_signing_key


async def send_messages(work: UnitOfWork, local_identity: LocalIdentity, peer_id: str) -> list[bytes]:
    """Returns a batch, in order. Only for a peer whose hello this process has received, and that holds no message of ours that we lack."""
    peer = await peers.require(work, peer_id)
    last = await peer_messages.get_last_sent(work, peer_id)
    max_new = message_stream.MAX_IN_BATCH - (last.seq - peer.letters_held)
    if max_new > 0:
        for unnumbered in await peer_messages.list_unnumbered(work, peer_id, message_stream.allowed_kinds(peer.state), max_new):
            message = PeerMessage(
                local_identity.co_op, peer_id, last.seq + 1, last.hash, unnumbered.expires, unnumbered.kind, unnumbered.payload
            )
            last = await peer_messages.add_numbered(work, unnumbered.id, message)
    bodies = await peer_messages.list_sent_after(work, peer_id, peer.letters_held)
    if not bodies:
        return []
    key = (await require_signing_key(work, local_identity)).private
    return peer_messages.take_up_to_bytes([peer_messages.sign_message(body, key) for body in bodies])
