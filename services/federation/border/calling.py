"""Calls to a peer: TLS that knows exactly its certificates and shows exactly ours; deadlines; and nothing of ours in the headers."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import grpc

from kith.peer.v1.peer_pb2_grpc import PeerServiceStub
from libs.database.engine import Work
from services.federation.storage import certificates, keys, peers
from services.federation.storage.edge import Edge

LARGEST_MESSAGE = 4 * 1024 * 1024
CALL_SECONDS = 10.0

_OPTIONS = (
    ("grpc.max_send_message_length", LARGEST_MESSAGE),
    ("grpc.max_receive_message_length", LARGEST_MESSAGE),
    ("grpc.ssl_target_name_override", certificates.ANY_CO_OP),
    ("grpc.enable_retries", 0),
    ("grpc.use_local_subchannel_pool", 1),
    # A channel that failed is not used again; what it finds out about the way there is not kept.
    ("grpc.initial_reconnect_backoff_ms", 200),
    ("grpc.enable_http_proxy", 0),
)


class PeerAwayError(Exception):
    """The call failed; `reason` is UPPER_SNAKE. `alive`: something that holds its certificate answered."""

    def __init__(self, reason: str, *, alive: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.alive = alive


@dataclass(frozen=True)
class Way:
    """How to reach a peer: where, its certificates, and ours to show."""

    endpoint: str
    roots: bytes
    certificate: bytes
    private: bytes = field(repr=False)


async def way_to(work: Work, edge: Edge, peer_id: str) -> Way | None:
    """None for a peer without an inbound port, and before we have a certificate."""
    peer, own = await peers.one(work, peer_id), await keys.tls(work, edge.vault)
    if peer is None or not peer.endpoint or own is None:
        return None
    roots = b"".join(certificates.pem_of(one) for one in await peers.certificates(work, peer_id))
    return Way(peer.endpoint, roots, certificates.pem_of(own.certificate), certificates.private_pem(own.private))


@asynccontextmanager
async def called(way: Way) -> AsyncIterator[PeerServiceStub]:
    """A channel of our own to it, closed at the end."""
    credentials = grpc.ssl_channel_credentials(way.roots, way.private, way.certificate)
    channel = grpc.aio.secure_channel(way.endpoint, credentials, options=_OPTIONS)
    try:
        yield PeerServiceStub(channel)
    finally:
        await channel.close(None)


def away(error: grpc.aio.AioRpcError) -> PeerAwayError:
    """What the other side says is its own and never shown: only the kind of failure is."""
    match error.code():
        case grpc.StatusCode.UNAUTHENTICATED:
            return PeerAwayError("NOT_KNOWN_THERE", alive=True)
        case grpc.StatusCode.RESOURCE_EXHAUSTED:
            return PeerAwayError("BUSY_THERE", alive=True)
        case grpc.StatusCode.DEADLINE_EXCEEDED:
            return PeerAwayError("TOOK_TOO_LONG")
        case grpc.StatusCode.UNAVAILABLE:
            certificate = "CERTIFICATE_VERIFY_FAILED" in (error.details() or "") or "handshake" in (error.details() or "").lower()
            return PeerAwayError("CERTIFICATE_DIFFERS" if certificate else "PEER_AWAY")
        case _:
            return PeerAwayError("BROKEN_THERE", alive=True)
