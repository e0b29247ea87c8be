"""Opens channels to peers: mutual TLS with exactly the known certificates, no retries, nothing of ours in the headers."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TypeVar

import grpc
from google.protobuf.message import Message

from kith.peer.v1.peer_pb2_grpc import PeerServiceStub
from libs.database.engine import UnitOfWork
from libs.refusals import Invalid
from libs.rpc import message_text
from services.federation.storage import certificates, own_keys, peers
from services.federation.storage.local_identity import LocalIdentity

ResponseT = TypeVar("ResponseT", bound=Message)
LARGEST_MESSAGE = 4 * 1024 * 1024
CALL_SECONDS = 10.0

_OPTIONS = (
    ("grpc.max_send_message_length", LARGEST_MESSAGE),
    ("grpc.max_receive_message_length", LARGEST_MESSAGE),
    ("grpc.ssl_target_name_override", certificates.ANY_CO_OP),
    ("grpc.enable_retries", 0),
    ("grpc.use_local_subchannel_pool", 1),
    # A failed channel is not used again, so its back-off does not matter.
    ("grpc.initial_reconnect_backoff_ms", 200),
    ("grpc.enable_http_proxy", 0),
)


class PeerCallError(Exception):
    """A call to a peer failed; `reason` is UPPER_SNAKE. `alive`: something that holds the peer's certificate answered."""

    def __init__(self, reason: str, *, alive: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.alive = alive


@dataclass(frozen=True)
class ChannelSettings:
    """Endpoint of a peer, its certificates (PEM), and our certificate and key."""

    endpoint: str
    roots: bytes
    certificate: bytes
    private: bytes = field(repr=False)


async def channel_settings(work: UnitOfWork, local_identity: LocalIdentity, peer_id: str) -> ChannelSettings | None:
    """None for a peer without an inbound port, and before we have a certificate."""
    peer, own_key = await peers.get(work, peer_id), await own_keys.get_tls_key(work, local_identity.cipher)
    if peer is None or not peer.endpoint or own_key is None:
        return None
    roots = b"".join(certificates.certificate_pem(certificate) for certificate in await peers.list_certificates(work, peer_id))
    return ChannelSettings(
        peer.endpoint, roots, certificates.certificate_pem(own_key.certificate), certificates.private_pem(own_key.private)
    )


@asynccontextmanager
async def open_peer_stub(settings: ChannelSettings) -> AsyncIterator[PeerServiceStub]:
    """A stub on a new channel, closed at the end."""
    credentials = grpc.ssl_channel_credentials(settings.roots, settings.private, settings.certificate)
    channel = grpc.aio.secure_channel(settings.endpoint, credentials, options=_OPTIONS)
    try:
        yield PeerServiceStub(channel)
    finally:
        await channel.close(None)


def checked(response: ResponseT) -> ResponseT:
    """A peer's answer, if all its texts and moments can be stored: what a peer answers is no better than what it asks.

    Raises PeerCallError BROKEN_THERE.
    """
    try:
        message_text.check_message(response)
    except Invalid:
        raise PeerCallError("BROKEN_THERE", alive=True) from None
    return response


def to_peer_call_error(error: grpc.aio.AioRpcError) -> PeerCallError:
    """Keeps only the kind of failure: the peer's own text is never shown."""
    match error.code():
        case grpc.StatusCode.UNAUTHENTICATED:
            return PeerCallError("NOT_KNOWN_THERE", alive=True)
        case grpc.StatusCode.RESOURCE_EXHAUSTED:
            return PeerCallError("BUSY_THERE", alive=True)
        case grpc.StatusCode.DEADLINE_EXCEEDED:
            return PeerCallError("TOOK_TOO_LONG")
        case grpc.StatusCode.UNAVAILABLE:
            certificate = "CERTIFICATE_VERIFY_FAILED" in (error.details() or "") or "handshake" in (error.details() or "").lower()
            return PeerCallError("CERTIFICATE_DIFFERS" if certificate else "PEER_AWAY")
        case _:
            return PeerCallError("BROKEN_THERE", alive=True)
