"""Gives what waits for a peer its place in the stream, and signs what the peer does not hold yet."""

from libs.database.engine import Work
from services.federation.commands.confirm_peer import known
from services.federation.commands.take_letters import kinds_now
from services.federation.domain import letters as law
from services.federation.domain.letters import Letter
from services.federation.storage import letters
from services.federation.storage.edge import Edge, signing_key


async def send_letters(work: Work, edge: Edge, peer_id: str) -> list[bytes]:
    """A batch, in order. Only for a peer whose hello was heard by this process and who is not ahead of us."""
    peer = await known(work, peer_id)
    last = await letters.last_out(work, peer_id)
    room = law.MOST_IN_BATCH - (last.seq - peer.letters_held)
    if room > 0:
        for one in await letters.waiting(work, peer_id, kinds_now(peer.state), room):
            letter = Letter(edge.co_op, peer_id, last.seq + 1, last.hash, one.expires, one.kind, one.payload)
            last = await letters.give_number(work, one.id, letter)
    bodies = await letters.out_after(work, peer_id, peer.letters_held)
    if not bodies:
        return []
    key = (await signing_key(work, edge)).private
    return letters.within([letters.seal(body, key) for body in bodies])
