"""Peers of whom nothing was heard for a day: people are told, once. What waits for them stays."""

from datetime import timedelta

from libs.database.engine import Work
from services.federation.storage import facts_out, peers

SILENT = timedelta(hours=24)


async def note_silence(work: Work) -> int:
    """How many fell silent."""
    silent = await peers.silent_since(work, work.now - SILENT)
    for peer in silent:
        await peers.set_unreachable(work, peer.id, unreachable=True)
        await peers.note(work, peer.id, "unreachable")
        await facts_out.peer_unreachable(work, peer.id)
    return len(silent)
