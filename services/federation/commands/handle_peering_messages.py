"""Handles a peer's messages about the peering itself. Each is the other side of a command of ours."""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from kith.federation.v1.enums import PeerState
from libs.boards import document_fields
from libs.boards.document_fields import DocumentFields
from libs.database.engine import UnitOfWork
from libs.refusals import FailedPrecondition, invalid
from libs.signing import canonical, statement
from libs.signing.canonical import Json
from services.federation.commands.activate_peering import activate_peering
from services.federation.commands.receive_messages import MessageHandler
from services.federation.commands.sign_agreement import sign_agreement
from services.federation.domain import agreement, message_stream, peering
from services.federation.domain.peering import PeeringAction
from services.federation.storage import asks, events_out, peers
from services.federation.storage.local_identity import LocalIdentity


def peering_handlers(local_identity: LocalIdentity) -> Mapping[str, MessageHandler]:
    """By the message's kind."""
    return {
        message_stream.AGREE: partial(_handle_agree, local_identity),
        message_stream.SIGNED: _handle_signed,
        message_stream.SUSPEND: _handle_suspend,
        message_stream.RESUME: _handle_resume,
        message_stream.SEVER: _handle_sever,
    }


async def _handle_agree(local_identity: LocalIdentity, work: UnitOfWork, peer_id: str, payload: Mapping[str, Json]) -> None:
    peer = await peers.require(work, peer_id)
    half_json = DocumentFields(dict(payload), "agree").take("half")
    half = agreement.half_from_json(half_json)
    if (half.id, half.root) != (peer.id, peer.identity.fingerprint):
        raise invalid("half", "HALF_OF_ANOTHER")
    peer = replace(peer, their_half=canonical.encode(half_json))
    await peers.add_log_entry(work, peer.id, "decided", by_them=True, detail=half.decision.reference)
    await peers.save_peering(work, await sign_agreement(work, local_identity, peer))


async def _handle_signed(work: UnitOfWork, peer_id: str, payload: Mapping[str, Json]) -> None:
    peer = await peers.require(work, peer_id)
    fields = DocumentFields(dict(payload), "signed")
    hash_, signature = fields.text("hash", document_fields.HEX32), fields.hex64("sig")
    if peer.agreement is None or hashlib.sha256(peer.agreement).hexdigest() != hash_:
        raise FailedPrecondition("AGREEMENT_DIFFERS")
    if not any(statement.is_signed_by(key, agreement.KIND, peer.agreement, signature) for key in peer.identity.trusted_keys()):
        raise invalid("sig", "SIGNATURE_WRONG")
    await peers.save_peering(work, await activate_peering(work, replace(peer, their_signature=signature)))


async def _handle_suspend(work: UnitOfWork, peer_id: str, payload: Mapping[str, Json]) -> None:
    peer = await peers.require(work, peer_id)
    state = peering.next_state(peer.state, PeeringAction.SUSPEND)
    is_change = peer.state is not PeerState.SUSPENDED
    await peers.save_peering(work, replace(peer, state=state, suspended_by_them=True))
    await peers.add_log_entry(work, peer.id, "suspended", by_them=True, detail=_parse_decision_reference(payload))
    if is_change:
        await events_out.peer_suspended(work, peer.id)


async def _handle_resume(work: UnitOfWork, peer_id: str, payload: Mapping[str, Json]) -> None:
    peer = await peers.require(work, peer_id)
    state = peer.state if peer.suspended_by_us else peering.next_state(peer.state, PeeringAction.RESUME)
    await peers.save_peering(work, replace(peer, state=state, suspended_by_them=False))
    await peers.add_log_entry(work, peer.id, "resumed", by_them=True, detail=_parse_decision_reference(payload))
    if state is not peer.state:
        await events_out.peer_resumed(work, peer.id)


async def _handle_sever(work: UnitOfWork, peer_id: str, payload: Mapping[str, Json]) -> None:
    peer = await peers.require(work, peer_id)
    reference = _parse_decision_reference(payload)
    state_before = peer.state
    await peers.save_peering(work, replace(peer, state=peering.next_state(state_before, PeeringAction.SEVER)))
    await asks.end_all_in(work, peer.id)
    await peers.add_log_entry(work, peer.id, "severed", by_them=True, detail=reference)
    if payload.get("return_data") is True:
        await peers.add_log_entry(work, peer.id, "data_return_asked", by_them=True, detail=reference)
    if state_before is not PeerState.SEVERED:
        await events_out.peer_severed(work, peer.id, by_us=False)


def _parse_decision_reference(payload: Mapping[str, Json]) -> str:
    return DocumentFields(dict(payload), "the letter").text("decision", document_fields.REFERENCE)
