"""PeerService over gRPC: what other co-ops may call."""

from typing import Any

from kith.peer.v1 import peer_pb2 as pb
from kith.peer.v1 import peer_pb2_grpc
from services.federation.border.peer_auth_interceptor import CURRENT_PEER
from services.federation.border.peer_exchanger import PeerExchanger
from services.federation.border.peer_prober import PeerProber

Context = Any
"""grpc carries no types."""


class PeerServicer(peer_pb2_grpc.PeerServiceServicer):
    """The caller is known from `PeerAuthInterceptor`."""

    def __init__(self, exchanger: PeerExchanger, prober: PeerProber) -> None:
        self._exchanger = exchanger
        self._prober = prober

    async def Exchange(self, request: pb.ExchangeRequest, _: Context) -> pb.ExchangeResponse:
        return pb.ExchangeResponse(parcel=await self._exchanger.handle_request(CURRENT_PEER.get(), request.parcel))

    async def Probe(self, request: pb.ProbeRequest, _: Context) -> pb.ProbeResponse:
        return await self._prober.handle_request(CURRENT_PEER.get(), request)
