"""Sends the convener our keys, and how many people each of our classes has, so that ceilings fit."""

from collections.abc import Sequence

from libs.boards import document_fields
from libs.database.engine import UnitOfWork
from libs.signing import canonical
from libs.signing.canonical import Json
from services.federation.domain import message_stream
from services.federation.storage import peer_messages, votes


async def send_vote_keys(work: UnitOfWork, us: str, draft: str, convener: str, party: bytes, classes: Sequence[tuple[str, int]]) -> None:
    """Without a message when we convene the vote ourselves."""
    items: list[Json] = [[name, people] for name, people in classes]
    counted = document_fields.sort_items(items)
    if convener == us:
        await votes.add_party(work, draft, us, party, canonical.encode(counted))
    else:
        payload = {"draft": draft, "party": document_fields.decode_json(party, "party"), "classes": counted}
        await peer_messages.enqueue(work, convener, message_stream.KEYS, payload)
    await votes.mark_key_request_answered(work, draft, convener)
