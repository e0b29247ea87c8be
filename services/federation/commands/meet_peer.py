"""What every contact with a peer begins with: who holds what of whom. A co-op that was set back takes its own letters back here."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from libs.boards.forms import DocumentError
from libs.database.engine import Work
from libs.refusals import Refusal
from services.federation.commands.accept_peer import readable, usable
from services.federation.commands.confirm_peer import known
from services.federation.domain import letters as law
from services.federation.domain.letters import Coming
from services.federation.storage import facts_out, letters, peers
from services.federation.storage.edge import identity_of
from services.federation.storage.peers import Peer


@dataclass(frozen=True)
class Hello:
    """What the other side says: the last letter of ours it holds, the last it wrote to us, hashes in hex; `identity` the `seq` of our
    identity document it holds; `yours` letters of ours that we seem to have lost.
    """

    held: int = 0
    held_hash: str = ""
    sent: int = 0
    sent_hash: str = ""
    identity: int = 0
    yours: Sequence[bytes] = field(default=(), repr=False)


async def meet_peer(work: Work, peer_id: str, clock: int, hello: Hello, identity: bytes) -> bool:
    """Whether letters may be numbered for it: it holds none of ours that we do not. `clock` is its own, seconds since 1970."""
    peer = await known(work, peer_id)
    await _hear(work, peer, clock)
    if identity:
        await _renew(work, peer, identity)
    own = await identity_of(work)
    if (held := min(hello.identity, own.document.seq)) != peer.identity_held:
        await peers.holds_identity(work, peer_id, held)
    last = await letters.last_out(work, peer_id)
    if hello.held > last.seq:
        last = await _take_back(work, peer, own.document.id, own.document.believed(), hello.yours)
    if hello.held > last.seq:
        await peers.failing(work, peer_id, "LETTERS_LOST")
        return False
    if hello.held and await letters.out_hash(work, peer_id, hello.held) != hello.held_hash:
        await peers.failing(work, peer_id, "LETTERS_DIFFER")
        return False
    if hello.held != peer.letters_held:
        await peers.holds_letters(work, peer_id, hello.held)
    return True


async def _hear(work: Work, peer: Peer, clock: int) -> None:
    off = max(-(2**62), min(2**62, clock - int(work.now.timestamp())))
    await peers.contacted(work, peer.id, off)
    if peer.unreachable:
        await peers.set_unreachable(work, peer.id, unreachable=False)
        await peers.note(work, peer.id, "reachable")
        await facts_out.peer_reachable(work, peer.id)


async def _renew(work: Work, peer: Peer, identity: bytes) -> None:
    """Its newer document, when the same root signed it. Anything else changes nothing: the contact goes on under what we hold."""
    try:
        given = readable(identity)
        if (given.document.id, given.document.root) != (peer.id, peer.root) or given.document.seq <= peer.seq:
            return
        await usable(work, given)
    except Refusal as refusal:
        await peers.failing(work, peer.id, refusal.reason)
        return
    await peers.renew(work, given)
    await peers.note(work, peer.id, "keys_rotated", by_them=True)


async def _take_back(work: Work, peer: Peer, own_id: str, own_keys: Sequence[bytes], yours: Sequence[bytes]) -> letters.Last:
    last = await letters.last_out(work, peer.id)
    count = 0
    for content in yours[: law.MOST_IN_BATCH]:
        try:
            letter, body = law.unseal(content, own_keys, own_id, peer.id)
        except DocumentError:
            break
        if law.coming(letter, body, last.seq, last.hash, None) is not Coming.NEXT:
            break
        last = await letters.take_back(work, letter, body)
        count += 1
    if count:
        await peers.note(work, peer.id, "letters_taken_back", detail=str(count))
    return last
