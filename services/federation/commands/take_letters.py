"""Takes a peer's letters in the order of its stream; each is judged once, and what was decided is kept with it."""

from collections.abc import Mapping, Sequence

from libs.boards.forms import DocumentError
from libs.database.engine import Work
from libs.refusals import Refusal
from services.federation.commands.confirm_peer import known
from services.federation.commands.heed_peer import Heed
from services.federation.domain import letters as law
from services.federation.domain.letters import Coming, Judgement, Letter
from services.federation.domain.pairing import PeerState
from services.federation.storage import letters, peers


async def take_letters(work: Work, own_id: str, peer_id: str, contents: Sequence[bytes], handlers: Mapping[str, Heed]) -> int:
    """How many were new. Stops at the first that is not readable, not in its place, or not to be heard while the peering stands as it does:
    the peer is told what we hold, and sends on from there.
    """
    taken = 0
    for content in contents[: law.MOST_IN_BATCH]:
        peer = await known(work, peer_id)
        try:
            letter, body = law.unseal(content, peer.identity.believed(), peer_id, own_id)
        except DocumentError:
            await peers.failing(work, peer_id, "LETTER_UNREADABLE")
            return taken
        held = await letters.last_in(work, peer_id)
        before = await letters.in_hash(work, peer_id, letter.seq) if letter.seq <= held.seq else None
        coming = law.coming(letter, body, held.seq, held.hash, before)
        if coming is Coming.DUPLICATE:
            continue
        if coming is Coming.CONFLICT:
            await _keep_proof(work, letter, content, body)
            return taken
        if coming is Coming.GAP or not heard_now(peer.state, letter.kind):
            return taken
        judged, reason = await _judge(work, letter, handlers)
        await letters.take(work, letter, content, body, judged, reason)
        taken += 1
    return taken


def heard_now(state: PeerState, kind: str) -> bool:
    """Whether a letter of this kind goes to or comes from a peer we stand so with."""
    kinds = kinds_now(state)
    return kinds is None or kind in kinds


def kinds_now(state: PeerState) -> frozenset[str] | None:
    """None = all."""
    match state:
        case PeerState.ACTIVE:
            return None
        case PeerState.CONFIRMED:
            return law.BEFORE_ACTIVE
        case _:
            return law.WHILE_SUSPENDED


async def _judge(work: Work, letter: Letter, handlers: Mapping[str, Heed]) -> tuple[Judgement, str]:
    """The effect happens here, or not at all."""
    if letter.expires and letter.expires <= work.now.timestamp():
        return Judgement.EXPIRED, ""
    handler = handlers.get(letter.kind)
    if handler is None:
        return Judgement.UNKNOWN, ""
    try:
        async with work.attempt():
            await handler(work, letter.sender, letter.payload)
    except Refusal as refusal:
        return Judgement.REFUSED, refusal.reason
    except DocumentError:
        return Judgement.REFUSED, "BAD_FORM"
    return Judgement.EFFECTIVE, ""


async def _keep_proof(work: Work, letter: Letter, content: bytes, body: bytes) -> None:
    if await letters.keep_conflict(work, letter, content, body):
        await peers.note(work, letter.sender, "letters_conflict", by_them=True, detail=str(letter.seq))
    await peers.failing(work, letter.sender, "LETTERS_DIFFER")
