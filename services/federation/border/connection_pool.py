"""Reuses an open connection to each peer: a new TLS handshake costs both sides more than most exchanges do."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from kith.peer.v1.peer_pb2_grpc import PeerServiceStub
from services.federation.border import peer_channel
from services.federation.border.peer_channel import ChannelSettings


@dataclass(frozen=True)
class _Connection:
    settings: ChannelSettings
    stub: PeerServiceStub
    exit_stack: AsyncExitStack


class ConnectionPool:
    """Holds one connection for each peer. The caller of each call is authenticated anew, so an open connection implies no trust."""

    def __init__(self) -> None:
        self._connections: dict[str, _Connection] = {}

    def has_open(self, peer: str, settings: ChannelSettings) -> bool:
        """Whether a connection with these settings is open."""
        connection = self._connections.get(peer)
        return connection is not None and connection.settings == settings

    @asynccontextmanager
    async def borrow(self, peer: str, settings: ChannelSettings) -> AsyncIterator[PeerServiceStub]:
        """The stub of an open or new connection. After any error the connection is closed, and the next exchange opens another."""
        if not self.has_open(peer, settings):
            await self.close(peer)
            exit_stack = AsyncExitStack()
            self._connections[peer] = _Connection(
                settings, await exit_stack.enter_async_context(peer_channel.open_peer_stub(settings)), exit_stack
            )
        try:
            yield self._connections[peer].stub
        except BaseException:
            await self.close(peer)
            raise

    async def close(self, peer: str) -> None:
        connection = self._connections.pop(peer, None)
        if connection is not None:
            await connection.exit_stack.aclose()

    async def close_all(self) -> None:
        for peer in list(self._connections):
            await self.close(peer)
