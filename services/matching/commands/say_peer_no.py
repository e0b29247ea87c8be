"""Somebody says no to another as a peer, in private: at any step, and before there is one."""

from uuid import UUID

from kith.matching.v1.enums import NoKind
from libs.database.engine import UnitOfWork
from services.matching.commands.peer_side import find_live_peers, require_peer
from services.matching.commands.refuse_everywhere import refuse_everywhere
from services.matching.domain import introduction as steps
from services.matching.storage import introductions, peer_noes
from services.matching.storage.peer_noes import PeerNo


async def say_peer_no(work: UnitOfWork, other: UUID, kind: NoKind) -> None:
    """`kind` is NO or BLOCK. No event says so, and nothing changes for the other. Raises what `require_peer` raises."""
    call = await require_peer(work, other)
    await peer_noes.say(work, PeerNo(call.own, call.other, kind, work.now))
    live = await find_live_peers(work, call.peers)
    if live is not None and live.is_live(work.now):
        await introductions.save(work, steps.say_no(live, live.side_of(call.own), work.now))
    if kind is NoKind.BLOCK:
        await refuse_everywhere(work, call.own, call.other)
