"""From two halves to one agreement that both have signed."""

import hashlib
from dataclasses import replace

from libs.boards.forms import DocumentError
from libs.database.engine import Work
from libs.refusals import invalid
from libs.signing import canonical, statement
from services.federation.domain import agreement, letters, pairing
from services.federation.domain.pairing import Act, PeerState
from services.federation.storage import facts_out, peers
from services.federation.storage import letters as stream
from services.federation.storage.edge import Edge, signing_key
from services.federation.storage.peers import Peer


async def compose_and_sign(work: Work, edge: Edge, peer: Peer) -> Peer:
    """Once both halves are here, composes the agreement, signs it and tells the peer; again when a half is another one now."""
    if peer.our_half is None or peer.their_half is None:
        return peer
    try:
        ours, theirs = (agreement.half_from_json(canonical.decode(one)) for one in (peer.our_half, peer.their_half))
        content = agreement.compose(ours, theirs)
    except DocumentError:
        raise invalid("agreement", "AGREEMENT_UNREADABLE") from None
    if content == peer.agreement and peer.our_signature is not None:
        return peer
    signature = statement.sign((await signing_key(work, edge)).private, agreement.KIND, content)
    await stream.write(work, peer.id, letters.SIGNED, {"hash": hashlib.sha256(content).hexdigest(), "sig": signature.hex()})
    return replace(peer, agreement=content, our_signature=signature, their_signature=None)


async def conclude(work: Work, peer: Peer) -> Peer:
    """Once both have signed the same bytes, the peering holds."""
    if peer.agreement is None or peer.our_signature is None or peer.their_signature is None:
        return peer
    begins = peer.state is PeerState.CONFIRMED
    peer = replace(peer, state=pairing.after(peer.state, Act.AGREE))
    if begins:
        await peers.note(work, peer.id, "paired")
        await facts_out.peer_paired(work, peer.id)
    return peer
