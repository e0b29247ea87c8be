"""PeerService: what other co-ops may call."""

from typing import Any

from kith.peer.v1 import peer_pb2 as pb
from kith.peer.v1 import peer_pb2_grpc
from services.federation.border.exchange import Exchanger
from services.federation.border.pinned import CALLING
from services.federation.border.probe import Prober

Context = Any
"""grpc carries no types."""


class PeerServicer(peer_pb2_grpc.PeerServiceServicer):
    """Who calls is known from `pinned`."""

    def __init__(self, exchanger: Exchanger, prober: Prober) -> None:
        self._exchanger = exchanger
        self._prober = prober

    async def Exchange(self, request: pb.ExchangeRequest, _: Context) -> pb.ExchangeResponse:
        return pb.ExchangeResponse(parcel=await self._exchanger.answer(CALLING.get(), request.parcel))

    async def Probe(self, request: pb.ProbeRequest, _: Context) -> pb.ProbeResponse:
        return await self._prober.answer(CALLING.get(), request)
