"""`kith federation check`: the way to a peer looked at step by step, from both sides."""

import asyncio
import secrets
import socket
from dataclasses import dataclass

import grpc

from kith.peer.v1 import peer_pb2 as pb
from libs import callers
from libs.clock import Clock
from libs.database.engine import Database
from libs.host.release import VERSION
from libs.refusals import NotFound
from services.federation.border import calling
from services.federation.border.calling import Way
from services.federation.border.clock_watch import MOST_SECONDS
from services.federation.domain.pairing import PeerState
from services.federation.storage import identity_kept, peers
from services.federation.storage.edge import Edge

PROTOCOL = 1
STEP_SECONDS = 5.0
LONGEST_NONCE = 64
_STANDING = {PeerState.INVITED: "pending", PeerState.CONFIRMED: "pending"}


@dataclass(frozen=True)
class Check:
    """One thing looked at; `reason` is UPPER_SNAKE and empty when it is good, `detail` for a technical reader."""

    what: str
    reason: str = ""
    detail: str = ""

    @property
    def good(self) -> bool:
        return not self.reason


class Prober:
    """Asks, and answers who asks."""

    def __init__(self, edge: Edge, database: Database, clock: Clock) -> None:
        self._edge = edge
        self._database = database
        self._clock = clock

    async def check(self, peer_id: str) -> list[Check]:
        """Every check in order; after one that failed, later ones may be missing. Raises NotFound PEER_UNKNOWN."""
        async with self._database.reading(callers.job("probe"), self._clock.now()) as work:
            peer, own = await peers.one(work, peer_id), await identity_kept.own(work)
            way = await calling.way_to(work, self._edge, peer_id)
        if peer is None:
            raise NotFound("PEER_UNKNOWN")
        if way is None:
            return [Check("name", "NO_INBOUND_PORT")]
        checks = await _reached(way)
        if not all(one.good for one in checks):
            return checks
        return [*checks, *await self._asked(way, own.document.seq if own else 0)]

    async def answer(self, peer_id: str, request: pb.ProbeRequest) -> pb.ProbeResponse:
        """Looks at itself and, when asked to, back at the one who asks."""
        async with self._database.reading(callers.job("probe"), self._clock.now()) as work:
            peer = await peers.one(work, peer_id)
            way = await calling.way_to(work, self._edge, peer_id) if request.dial_back else None
        back = ""
        if request.dial_back:
            back = await self._back(way) if way else "no_port"
        return pb.ProbeResponse(
            clock=int(self._clock.now().timestamp()),
            nonce=request.nonce[:LONGEST_NONCE],
            version=VERSION,
            versions=[PROTOCOL],
            identity=peer.seq if peer else 0,
            standing=_STANDING.get(peer.state, peer.state.value) if peer else "",
            dialled_back=back,
        )

    async def _asked(self, way: Way, own_seq: int) -> list[Check]:
        nonce = secrets.token_bytes(16)
        request = pb.ProbeRequest(clock=int(self._clock.now().timestamp()), nonce=nonce, dial_back=True)
        try:
            async with calling.called(way) as stub:
                said = await stub.Probe(request, timeout=calling.CALL_SECONDS)
        except grpc.aio.AioRpcError as error:
            reason = calling.away(error).reason
            return [Check("tls", reason) if reason in ("PEER_AWAY", "CERTIFICATE_DIFFERS") else Check("round_trip", reason)]
        off = said.clock - int(self._clock.now().timestamp())
        keys = "" if said.identity == own_seq else "OUR_IDENTITY_IS_OLD_THERE"
        return [
            Check("tls"),
            Check("keys", keys, f"{said.identity} of {own_seq}"),
            Check("clock", "" if abs(off) <= MOST_SECONDS else "CLOCK_DIFFERS", f"{off} s"),
            Check("version", "" if PROTOCOL in said.versions else "VERSION_UNKNOWN", said.version[:40]),
            Check("round_trip", "" if said.nonce == nonce else "NONCE_DIFFERS", said.standing[:20]),
            Check("dialled_back", "" if said.dialled_back in ("ok", "no_port") else _word(said.dialled_back), said.dialled_back[:40]),
        ]

    async def _back(self, way: Way) -> str:
        """Whether they can be reached: one call, which looks no further back."""
        try:
            async with calling.called(way) as stub:
                await stub.Probe(pb.ProbeRequest(clock=int(self._clock.now().timestamp())), timeout=STEP_SECONDS)
        except grpc.aio.AioRpcError as error:
            return calling.away(error).reason
        return "ok"


async def _reached(way: Way) -> list[Check]:
    host, _, port = way.endpoint.rpartition(":")
    host = host.strip("[]")
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(STEP_SECONDS):
            found = await loop.getaddrinfo(host, int(port), type=socket.SOCK_STREAM)
    except (OSError, TimeoutError):
        return [Check("name", "NAME_UNKNOWN", host)]
    name = Check("name", "", str(found[0][4][0]))
    try:
        async with asyncio.timeout(STEP_SECONDS):
            _, writer = await asyncio.open_connection(host, int(port))
    except (OSError, TimeoutError):
        return [name, Check("port", "PORT_CLOSED", port)]
    writer.close()
    return [name, Check("port", "", port)]


def _word(said: str) -> str:
    """What they said, if it is a word."""
    return said if said.isascii() and said.replace("_", "").isupper() and len(said) <= 40 else "NOT_REACHED"
