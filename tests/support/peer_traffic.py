"""Records the plain text of all messages between co-ops at the caller, and searches it.

Each message between two co-ops passes through the caller's stub once, in either direction, so recording there is complete.
"""

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

import grpc
import pytest
from google.protobuf.message import Message

from kith.peer.v1 import peer_pb2 as pb
from kith.peer.v1.peer_pb2_grpc import PeerServiceStub
from services.federation.border import peer_channel


class PeerTraffic:
    """All messages recorded so far."""

    def __init__(self) -> None:
        self.messages: list[bytes] = []

    @property
    def all_bytes(self) -> bytes:
        return b"\n".join(self.messages)

    def record(self, message: Message) -> None:
        self.messages.append(message.SerializeToString())


class _RecordingStub:
    """The peer stub, with recording."""

    def __init__(self, channel: grpc.aio.Channel, traffic: PeerTraffic) -> None:
        self._stub = PeerServiceStub(channel)
        self._crossing = traffic

    async def Exchange(self, request: pb.ExchangeRequest, timeout: float) -> pb.ExchangeResponse:
        self._crossing.record(request)
        response: pb.ExchangeResponse = await self._stub.Exchange(request, timeout=timeout)
        self._crossing.record(response)
        return response

    async def Probe(self, request: pb.ProbeRequest, timeout: float) -> pb.ProbeResponse:
        self._crossing.record(request)
        response: pb.ProbeResponse = await self._stub.Probe(request, timeout=timeout)
        self._crossing.record(response)
        return response


@contextmanager
def record_peer_traffic() -> Iterator[PeerTraffic]:
    """Records all calls between co-ops of this process until the block ends."""
    traffic = PeerTraffic()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(peer_channel, "PeerServiceStub", lambda channel: _RecordingStub(channel, traffic))
        yield traffic


def encodings_of(seed: str | UUID) -> dict[str, bytes]:
    """How a message may contain it: as it is, in other encodings, in hex, in base 64 at any offset, as the bytes of an id."""
    plain = {"text": str(seed).encode(), "UTF-16": str(seed).encode("utf-16-le")}
    if isinstance(seed, UUID):
        plain |= {"id": seed.bytes, "id, little-endian": seed.bytes_le, "hex": seed.hex.encode(), "number": str(seed.int).encode()}
    encodings = dict(plain)
    for name, form in plain.items():
        encodings |= {f"{name} in hex": form.hex().encode(), f"{name} in HEX": form.hex().upper().encode()}
        for offset in range(3):
            # The characters that depend only on the seed, wherever it is in a longer text.
            encoded = base64.b64encode(bytes(offset) + form).rstrip(b"=")
            encodings[f"{name} in base 64, {offset}"] = encoded[(offset * 8 + 5) // 6 : len(encoded) - 1]
    return encodings
