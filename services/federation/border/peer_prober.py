"""`kith federation check`: tests the connection to a peer step by step, from both sides."""

import asyncio
import secrets
import socket
from dataclasses import dataclass

import grpc

from kith.federation.v1.enums import PeerState
from kith.peer.v1 import peer_pb2 as pb
from libs import callers
from libs.clock import Clock
from libs.database.engine import Database
from libs.host.version import VERSION
from libs.refusals import NotFound
from services.federation.border import peer_channel
from services.federation.border.clock_skew_monitor import MAX_SKEW_SECONDS
from services.federation.border.peer_channel import ChannelSettings, PeerCallError
from services.federation.storage import own_identity, peers
from services.federation.storage.local_identity import LocalIdentity

PROTOCOL_VERSION = 1
STEP_SECONDS = 5.0
MAX_NONCE_BYTES = 64
_STANDING_WORDS = {PeerState.INVITED: "pending", PeerState.CONFIRMED: "pending"}


@dataclass(frozen=True)
class ProbeResult:
    """The result of one step; `reason` is UPPER_SNAKE and empty when it is good, `detail` is for a technical reader."""

    what: str
    reason: str = ""
    detail: str = ""

    @property
    def good(self) -> bool:
        return not self.reason


class PeerProber:
    """Probes a peer, and answers the probes of peers."""

    def __init__(self, local_identity: LocalIdentity, database: Database, clock: Clock) -> None:
        self._local_identity = local_identity
        self._database = database
        self._clock = clock

    async def check_peer(self, peer_id: str) -> list[ProbeResult]:
        """Every step in order; after one that failed, later ones may be missing. Raises NotFound PEER_UNKNOWN."""
        async with self._database.query_work(callers.job("probe"), self._clock.now()) as work:
            peer, identity = await peers.get(work, peer_id), await own_identity.get_latest(work)
            settings = await peer_channel.channel_settings(work, self._local_identity, peer_id)
        if peer is None:
            raise NotFound("PEER_UNKNOWN")
        if settings is None:
            return [ProbeResult("name", "NO_INBOUND_PORT")]
        checks = await _check_name_and_port(settings)
        if not all(check.good for check in checks):
            return checks
        return [*checks, *await self._probe(settings, identity.document.seq if identity else 0)]

    async def handle_request(self, peer_id: str, request: pb.ProbeRequest) -> pb.ProbeResponse:
        """Reports our own state and, when requested, whether we can call the peer back."""
        async with self._database.query_work(callers.job("probe"), self._clock.now()) as work:
            peer = await peers.get(work, peer_id)
            settings = await peer_channel.channel_settings(work, self._local_identity, peer_id) if request.dial_back else None
        dialled_back = ""
        if request.dial_back:
            dialled_back = await self._dial_back(settings) if settings else "no_port"
        return pb.ProbeResponse(
            clock=int(self._clock.now().timestamp()),
            nonce=request.nonce[:MAX_NONCE_BYTES],
            version=VERSION,
            versions=[PROTOCOL_VERSION],
            identity=peer.seq if peer else 0,
            standing=_STANDING_WORDS.get(peer.state, peer.state.value) if peer else "",
            dialled_back=dialled_back,
        )

    async def _probe(self, settings: ChannelSettings, own_seq: int) -> list[ProbeResult]:
        nonce = secrets.token_bytes(16)
        request = pb.ProbeRequest(clock=int(self._clock.now().timestamp()), nonce=nonce, dial_back=True)
        try:
            async with peer_channel.open_peer_stub(settings) as stub:
                response = peer_channel.checked(await stub.Probe(request, timeout=peer_channel.CALL_SECONDS))
        except (grpc.aio.AioRpcError, PeerCallError) as error:
            reason = error.reason if isinstance(error, PeerCallError) else peer_channel.to_peer_call_error(error).reason
            return [ProbeResult("tls", reason) if reason in ("PEER_AWAY", "CERTIFICATE_DIFFERS") else ProbeResult("round_trip", reason)]
        offset = response.clock - int(self._clock.now().timestamp())
        keys = "" if response.identity == own_seq else "OUR_IDENTITY_IS_OLD_THERE"
        return [
            ProbeResult("tls"),
            ProbeResult("keys", keys, f"{response.identity} of {own_seq}"),
            ProbeResult("clock", "" if abs(offset) <= MAX_SKEW_SECONDS else "CLOCK_DIFFERS", f"{offset} s"),
            ProbeResult("version", "" if PROTOCOL_VERSION in response.versions else "VERSION_UNKNOWN", response.version[:40]),
            ProbeResult("round_trip", "" if response.nonce == nonce else "NONCE_DIFFERS", response.standing[:20]),
            ProbeResult(
                "dialled_back",
                "" if response.dialled_back in ("ok", "no_port") else _reason_code(response.dialled_back),
                response.dialled_back[:40],
            ),
        ]

    async def _dial_back(self, settings: ChannelSettings) -> str:
        """Whether the peer can be reached: one call, which requests no further call back."""
        try:
            async with peer_channel.open_peer_stub(settings) as stub:
                await stub.Probe(pb.ProbeRequest(clock=int(self._clock.now().timestamp())), timeout=STEP_SECONDS)
        except grpc.aio.AioRpcError as error:
            return peer_channel.to_peer_call_error(error).reason
        return "ok"


async def _check_name_and_port(settings: ChannelSettings) -> list[ProbeResult]:
    host, _, port = settings.endpoint.rpartition(":")
    host = host.strip("[]")
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(STEP_SECONDS):
            addresses = await loop.getaddrinfo(host, int(port), type=socket.SOCK_STREAM)
    except (OSError, TimeoutError):
        return [ProbeResult("name", "NAME_UNKNOWN", host)]
    name = ProbeResult("name", "", str(addresses[0][4][0]))
    try:
        async with asyncio.timeout(STEP_SECONDS):
            _, writer = await asyncio.open_connection(host, int(port))
    except (OSError, TimeoutError):
        return [name, ProbeResult("port", "PORT_CLOSED", port)]
    writer.close()
    return [name, ProbeResult("port", "", port)]


def _reason_code(response: str) -> str:
    """The peer's text, if it is a reason code."""
    return response if response.isascii() and response.replace("_", "").isupper() and len(response) <= 40 else "NOT_REACHED"
