"""What another co-op's letters about the peering itself do here. Each is the other side's half of a command of ours."""

import hashlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace

from libs.boards import forms
from libs.boards.forms import Fields
from libs.database.engine import Work
from libs.refusals import NotNow, invalid
from libs.signing import canonical, statement
from libs.signing.canonical import Json
from services.federation.commands.agreeing import compose_and_sign, conclude
from services.federation.commands.confirm_peer import known
from services.federation.domain import agreement, letters, pairing
from services.federation.domain.pairing import Act, PeerState
from services.federation.storage import facts_out, peers
from services.federation.storage.edge import Edge

Heed = Callable[[Work, str, Mapping[str, Json]], Awaitable[None]]
"""(work, the peer's co-op id, the letter's payload). A refusal or a DocumentError voids the letter's effect, never the stream."""


def handlers(edge: Edge) -> Mapping[str, Heed]:
    """By the letter's kind."""

    async def agree(work: Work, peer_id: str, payload: Mapping[str, Json]) -> None:
        await _agree(work, edge, peer_id, payload)

    return {letters.AGREE: agree, letters.SIGNED: _signed, letters.SUSPEND: _suspend, letters.RESUME: _resume, letters.SEVER: _sever}


async def _agree(work: Work, edge: Edge, peer_id: str, payload: Mapping[str, Json]) -> None:
    peer = await known(work, peer_id)
    said = Fields(dict(payload), "agree").take("half")
    half = agreement.half_from_json(said)
    if (half.id, half.root) != (peer.id, peer.identity.fingerprint):
        raise invalid("half", "HALF_OF_ANOTHER")
    peer = replace(peer, their_half=canonical.encode(said))
    await peers.note(work, peer.id, "decided", by_them=True, detail=half.decision.reference)
    await peers.stand(work, await conclude(work, await compose_and_sign(work, edge, peer)))


async def _signed(work: Work, peer_id: str, payload: Mapping[str, Json]) -> None:
    peer = await known(work, peer_id)
    fields = Fields(dict(payload), "signed")
    hash_, signature = fields.text("hash", forms.HEX32), fields.hex64("sig")
    if peer.agreement is None or hashlib.sha256(peer.agreement).hexdigest() != hash_:
        raise NotNow("AGREEMENT_DIFFERS")
    if not any(statement.is_by(key, agreement.KIND, peer.agreement, signature) for key in peer.identity.believed()):
        raise invalid("sig", "SIGNATURE_WRONG")
    await peers.stand(work, await conclude(work, replace(peer, their_signature=signature)))


async def _suspend(work: Work, peer_id: str, payload: Mapping[str, Json]) -> None:
    peer = await known(work, peer_id)
    state = pairing.after(peer.state, Act.SUSPEND)
    told = peer.state is not PeerState.SUSPENDED
    await peers.stand(work, replace(peer, state=state, suspended_by_them=True))
    await peers.note(work, peer.id, "suspended", by_them=True, detail=_decision(payload))
    if told:
        await facts_out.peer_suspended(work, peer.id)


async def _resume(work: Work, peer_id: str, payload: Mapping[str, Json]) -> None:
    peer = await known(work, peer_id)
    state = peer.state if peer.suspended_by_us else pairing.after(peer.state, Act.RESUME)
    await peers.stand(work, replace(peer, state=state, suspended_by_them=False))
    await peers.note(work, peer.id, "resumed", by_them=True, detail=_decision(payload))
    if state is not peer.state:
        await facts_out.peer_resumed(work, peer.id)


async def _sever(work: Work, peer_id: str, payload: Mapping[str, Json]) -> None:
    peer = await known(work, peer_id)
    reference = _decision(payload)
    was = peer.state
    await peers.stand(work, replace(peer, state=pairing.after(was, Act.SEVER)))
    await peers.note(work, peer.id, "severed", by_them=True, detail=reference)
    if payload.get("return_data") is True:
        await peers.note(work, peer.id, "data_return_asked", by_them=True, detail=reference)
    if was is not PeerState.SEVERED:
        await facts_out.peer_severed(work, peer.id, by_us=False)


def _decision(payload: Mapping[str, Json]) -> str:
    return Fields(dict(payload), "the letter").text("decision", forms.REFERENCE)
