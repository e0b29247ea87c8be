"""Everything that crosses between co-ops, in the clear, as the one who calls sends and receives it; and a search in it.

Each message between two co-ops passes the caller's stub once, either way: recording there records all of it.
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
from services.federation.border import calling


class Crossing:
    """What crossed so far."""

    def __init__(self) -> None:
        self.messages: list[bytes] = []

    @property
    def everything(self) -> bytes:
        return b"\n".join(self.messages)

    def note(self, message: Message) -> None:
        self.messages.append(message.SerializeToString())


class _Recorded:
    """The stub of `calling`, listened to."""

    def __init__(self, channel: grpc.aio.Channel, crossing: Crossing) -> None:
        self._stub = PeerServiceStub(channel)
        self._crossing = crossing

    async def Exchange(self, request: pb.ExchangeRequest, timeout: float) -> pb.ExchangeResponse:
        self._crossing.note(request)
        answered: pb.ExchangeResponse = await self._stub.Exchange(request, timeout=timeout)
        self._crossing.note(answered)
        return answered

    async def Probe(self, request: pb.ProbeRequest, timeout: float) -> pb.ProbeResponse:
        self._crossing.note(request)
        answered: pb.ProbeResponse = await self._stub.Probe(request, timeout=timeout)
        self._crossing.note(answered)
        return answered


@contextmanager
def recorded() -> Iterator[Crossing]:
    """All calls between co-ops of this process, until the block ends."""
    crossing = Crossing()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(calling, "PeerServiceStub", lambda channel: _Recorded(channel, crossing))
        yield crossing


def forms_of(seed: str | UUID) -> dict[str, bytes]:
    """How it might stand in what crosses: as it is, in other letters, in hex, in base 64 at any offset, as the bytes of an id."""
    plain = {"text": str(seed).encode(), "UTF-16": str(seed).encode("utf-16-le")}
    if isinstance(seed, UUID):
        plain |= {"id": seed.bytes, "id, little-endian": seed.bytes_le, "hex": seed.hex.encode(), "number": str(seed.int).encode()}
    found = dict(plain)
    for name, form in plain.items():
        found |= {f"{name} in hex": form.hex().encode(), f"{name} in HEX": form.hex().upper().encode()}
        for offset in range(3):
            # The letters that depend on nothing but the seed, wherever in a longer text it stands.
            coded = base64.b64encode(bytes(offset) + form).rstrip(b"=")
            found[f"{name} in base 64, {offset}"] = coded[(offset * 8 + 5) // 6 : len(coded) - 1]
    return found
